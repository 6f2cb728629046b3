"""What each revision may change: our own difference policy, stricter than any library's default.

Revision 0 is what was drawn; 1 adds the certification signature; 2 adds validation data and the document
timestamp. Nothing else is ever touched: not DocInfo, not XMP, no page's content.
"""

from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.seal.pdf.seal import SEAL_FIELD, TIMESTAMP_FIELD
from signing.seal.pdf.structure import BROKEN, Anatomy, Refused, value

_SEAL_KEYS = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents", "/M", "/Reference"}
_TIMESTAMP_KEYS = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"}
_DSS_KEYS = {"/Certs", "/OCSPs", "/CRLs", "/VRI", "/Type"}
_VRI_KEYS = {"/Cert": "/Certs", "/OCSP": "/OCSPs", "/CRL": "/CRLs"}
"""Lists of the entry for the seal, and the store's own that they repeat."""


def check(anatomy: Anatomy) -> tuple[EmbeddedPdfSignature, EmbeddedPdfSignature]:
    """Return the seal and the document timestamp after checking ranges and changes. Raises: Refused."""
    try:
        seal, stamp = _signatures(anatomy.reader)
        _check_ranges(anatomy.data, seal, stamp)
        _check_dictionaries(anatomy.reader, seal, stamp)
        _check_changes(anatomy.reader, 1, {"/AcroForm", "/Perms"})
        _check_changes(anatomy.reader, 2, {"/DSS"})
    except BROKEN as error:
        raise Refused("pdf.unreadable", type(error).__name__) from error
    return seal, stamp


def _signatures(reader: PdfFileReader) -> tuple[EmbeddedPdfSignature, EmbeddedPdfSignature]:
    found = reader.embedded_signatures
    if not found:
        raise Refused("pdf.not-signed")
    kinds = [(one.sig_object_type, one.signed_revision) for one in found]
    if kinds != [("/Sig", 1), ("/DocTimeStamp", 2)]:
        raise Refused("pdf.signature-count", str(kinds))
    return found[0], found[1]


def _check_ranges(data: bytes, seal: EmbeddedPdfSignature, stamp: EmbeddedPdfSignature) -> None:
    """The two byte ranges are [0, a, b, c] around their own container, up to the end of their revision."""
    for one, whole in ((seal, False), (stamp, True)):
        numbers = [int(number) for number in one.byte_range]
        if len(numbers) != 4 or numbers[0] != 0:
            raise Refused("pdf.not-whole-file", "byte range")
        start, end, rest = numbers[1], numbers[2], numbers[3]
        gap = data[start:end]
        if not (gap.startswith(b"<") and gap.endswith(b">") and _is_hex(gap[1:-1])):
            raise Refused("pdf.not-whole-file", "gap")
        if whole and end + rest != len(data):
            raise Refused("pdf.not-whole-file", "bytes after the end")
        if not whole and not data[: end + rest].rstrip(b"\r\n").endswith(b"%%EOF"):
            raise Refused("pdf.not-whole-file", "revision")
        level = one.evaluate_signature_coverage()
        wanted = SignatureCoverageLevel.ENTIRE_FILE if whole else SignatureCoverageLevel.ENTIRE_REVISION
        if level != wanted:
            raise Refused("pdf.not-whole-file", level.name)


def _is_hex(text: bytes) -> bool:
    """Say whether a container is written as our signer writes it: no byte range covers how it is spelt."""
    return len(text) % 2 == 0 and not text.strip(b"0123456789ABCDEF")


def _check_dictionaries(
    reader: PdfFileReader, seal: EmbeddedPdfSignature, stamp: EmbeddedPdfSignature
) -> None:
    sealed, stamped = seal.sig_object, stamp.sig_object
    if set(sealed) - _SEAL_KEYS or set(stamped) - _TIMESTAMP_KEYS:
        raise Refused("pdf.signature-form", "entries")
    if sealed["/SubFilter"] != "/ETSI.CAdES.detached" or stamped["/SubFilter"] != "/ETSI.RFC3161":
        raise Refused("pdf.signature-form", "sub filter")
    permissions = value(reader.root, "/Perms", {})
    if set(permissions) != {"/DocMDP"} or permissions.raw_get("/DocMDP") != seal.sig_field.raw_get("/V"):
        raise Refused("pdf.not-certified")
    references = sealed["/Reference"]
    rules = references[0]["/TransformParams"]
    if len(references) != 1 or references[0]["/TransformMethod"] != "/DocMDP" or rules["/P"] != 1:
        raise Refused("pdf.not-certified")
    names = [str(one.sig_field["/T"]) for one in (seal, stamp)]
    if names != [SEAL_FIELD, TIMESTAMP_FIELD]:
        raise Refused("pdf.signature-form", "field names")
    _check_store(reader.root["/DSS"], seal)


def _check_store(store: generic.DictionaryObject, seal: EmbeddedPdfSignature) -> None:
    """The store of validation data has lists of bare streams, and one entry that names them for the seal."""
    if set(store) - _DSS_KEYS:
        raise Refused("pdf.changed-after-signing", "DSS")
    entries = store["/VRI"]
    name = DocumentSecurityStore.sig_content_identifier(seal.pkcs7_content.hex().encode("ascii"))
    if set(entries) != {str(name)} or set(entries[name]) - {"/Type", *_VRI_KEYS}:
        raise Refused("pdf.changed-after-signing", "VRI")
    for key, whole in _VRI_KEYS.items():
        listed = [written(one) for one in _raw(value(entries[name], key))]
        if sorted(listed) != sorted(written(one) for one in _raw(value(store, whole))):
            raise Refused("pdf.changed-after-signing", "VRI")
        for stream in value(store, whole, ()):
            if set(stream.get_object()) != {"/Length"}:
                raise Refused("pdf.changed-after-signing", "DSS stream")


def _raw(items: generic.ArrayObject | None) -> list[generic.PdfObject]:
    return [items.raw_get(place) for place in range(len(items))] if items is not None else []


def _check_changes(reader: PdfFileReader, number: int, catalog_gains: set[str]) -> None:
    """Compare revision `number` with the one before: catalogue, form and first page may gain, no more."""
    before, after = reader.get_historical_resolver(number - 1), reader.get_historical_resolver(number)
    earlier: set[generic.Reference] = set()
    for past in range(number):
        earlier |= reader.xrefs.explicit_refs_in_revision(past)
    root = reader.trailer.raw_get("/Root").reference
    info = reader.trailer.raw_get("/Info").reference
    if reader.xrefs.refs_freed_in_revision(number):
        raise Refused("pdf.changed-after-signing", "freed objects")
    page = after.root["/Pages"]["/Kids"].raw_get(0).reference
    form = after.root.raw_get("/AcroForm")
    form_ref = form.reference if isinstance(form, generic.IndirectObject) else None
    gains = {root: catalog_gains, page: {"/Annots"}, form_ref: {"/Fields"}}
    for changed in reader.xrefs.explicit_refs_in_revision(number) & earlier:
        if changed == info or changed not in gains:
            raise Refused("pdf.changed-after-signing", f"object {changed.idnum}")
        _check_gain(before.get_object(changed), after.get_object(changed), gains[changed])


def _check_gain(old: generic.PdfObject, new: generic.PdfObject, allowed: set[str]) -> None:
    if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
        raise Refused("pdf.changed-after-signing", "kind")
    if set(old) - set(new) or set(new) - set(old) - allowed:
        raise Refused("pdf.changed-after-signing", f"entries {sorted(set(new) ^ set(old))}")
    for key in old:
        was, now = written(old.raw_get(key)), written(new.raw_get(key))
        grows = key in allowed & {"/Annots", "/Fields"} and now.startswith(was.rstrip(b" ]"))
        if was != now and not grows:
            raise Refused("pdf.changed-after-signing", f"entry {key}")


def written(item: generic.PdfObject) -> bytes:
    """Return the bytes of a PDF value, to compare two of them by what they say."""
    out = io.BytesIO()
    item.write_to_stream(out, None)
    return out.getvalue()
