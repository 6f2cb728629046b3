"""Is this file built exactly like ours: three revisions, nothing hidden, nothing active, one attachment.

The layout is an allow-list: whatever a transcript made here does not need is refused, wherever it stands.
What later revisions may touch is in `revisions`.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.seal.pdf.contents import read_ahead
from signing.seal.pdf.layout import MAX_OBJECTS, REVISIONS, Refused, check_layout

MAX_BYTES = 10 * 1024 * 1024
MAX_INFLATED = 24 * 1024 * 1024
MAX_CONTENT = 4 * 1024 * 1024
"""Bytes of one content stream; a transcript's page has some 30 KB."""

MAX_PAGES = 40
ATTACHMENT = "transcript.xml"

BROKEN = (
    PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, RecursionError,
    AssertionError, NotImplementedError, OverflowError,
)  # fmt: skip
"""What pyHanko raises for malformed files, where a value is first used."""

_XREF_ENTRY = re.compile(rb"\d{10} \d{5} [nf]")
_CATALOG = {
    "/Type", "/Pages", "/Metadata", "/OutputIntents", "/Names", "/AF", "/Lang", "/AcroForm", "/Perms", "/DSS",
}  # fmt: skip
_PAGE = {"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources", "/Annots"}
_WIDGET = {"/FT", "/T", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V"}
_ACTIVE = {
    "/JS", "/JavaScript", "/Launch", "/AA", "/A", "/OpenAction", "/SubmitForm", "/ImportData", "/RichMedia",
    "/RichMediaContent", "/Movie", "/Sound", "/Rendition", "/URI", "/GoTo", "/GoToR", "/GoToE", "/Thread",
    "/XFA", "/3D", "/Collection", "/Requirements", "/NeedAppearances",
}  # fmt: skip
_LAYERS = {"/OC", "/OCG", "/OCMD", "/OCGs", "/OCProperties"}


__all__ = ["Anatomy", "Refused", "attached_xml_of", "inflate", "read", "stream_size", "value"]


def value(owner: generic.DictionaryObject, key: str, otherwise: object = None) -> Any:
    """Return an entry with references followed, as `[]` does, or `otherwise`."""
    try:
        return owner[key]
    except KeyError:
        return otherwise


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What a well-built file holds: the open reader and the attached XML."""

    data: bytes
    reader: PdfFileReader
    xml: bytes


def read(data: bytes) -> Anatomy:
    """Open `data` and check how it is built. Raises: Refused."""
    _guard_size(data)
    reader = _open(data)
    _check_trailer(data, reader)
    _check_objects(reader)
    try:
        _check_catalog(reader)
        _check_pages(reader)
        return Anatomy(data, reader, attached_xml(reader))
    except BROKEN as error:
        raise Refused("pdf.unreadable", type(error).__name__) from error


def attached_xml_of(data: bytes) -> bytes:
    """Return the attached XML of a PDF without judging the file. Raises: Refused."""
    _guard_size(data)
    try:
        return attached_xml(_open(data))
    except BROKEN as error:
        raise Refused("pdf.unreadable", type(error).__name__) from error


def _guard_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise Refused("pdf.too-large")
    if not re.match(rb"%PDF-1\.[4-7][\r\n]", data):
        raise Refused("pdf.unreadable", "header")
    if data.count(b" obj") > MAX_OBJECTS or len(_XREF_ENTRY.findall(data)) > 2 * MAX_OBJECTS:
        raise Refused("pdf.too-complex", "objects")
    if data.count(b"startxref") > 8 or data.count(b"[[[[[[[[") or data.count(b"<<<<<<<<"):
        raise Refused("pdf.too-complex", "nesting")
    check_layout(data)


def _open(data: bytes) -> PdfFileReader:
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        if "/Encrypt" in reader.trailer or reader.encrypted:
            raise Refused("pdf.encrypted")
        read_ahead(data, reader)
        if not isinstance(reader.root, generic.DictionaryObject):
            raise Refused("pdf.unreadable", "catalog")
    except BROKEN as error:
        raise Refused("pdf.unreadable", type(error).__name__) from error
    return reader


def _check_trailer(data: bytes, reader: PdfFileReader) -> None:
    if reader.has_xref_stream or reader.xrefs.hybrid_xrefs_present:
        raise Refused("pdf.hidden-objects", "object streams")
    if reader.xrefs.total_revisions != REVISIONS:
        missing = {1: "pdf.not-signed", 2: "pdf.timestamp-missing"}
        code = missing.get(reader.xrefs.total_revisions, "pdf.changed-after-signing")
        raise Refused(code, f"{reader.xrefs.total_revisions} revisions")
    if data.count(b"startxref") != REVISIONS or data.count(b"%%EOF") != REVISIONS:
        raise Refused("pdf.hidden-objects", "end marks")
    if not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        raise Refused("pdf.not-whole-file", "bytes after the end")
    extra = set(reader.trailer.flatten().keys()) - {"/Info", "/Root", "/Size", "/ID", "/Prev"}
    if extra:
        raise Refused("pdf.hidden-objects", f"trailer {sorted(extra)}")


def all_references(reader: PdfFileReader) -> set[generic.Reference]:
    """Return every object that any revision's table names."""
    found: set[generic.Reference] = set()
    for number in range(reader.xrefs.total_revisions):
        found |= reader.xrefs.explicit_refs_in_revision(number)
    return found


def _check_objects(reader: PdfFileReader) -> None:
    """Walk from the trailer to every object: refuse what acts, hides, inflates, or is never reached."""
    seen: set[generic.Reference] = set()
    inflated = 0
    try:
        for found in _reachable(reader, seen):
            if isinstance(found, generic.DictionaryObject):
                _check_dictionary(found)
            if isinstance(found, generic.StreamObject):
                inflated += stream_size(found, MAX_INFLATED - inflated)
    except BROKEN as error:
        raise Refused("pdf.unreadable", type(error).__name__) from error
    orphans = all_references(reader) - seen
    if orphans:
        raise Refused("pdf.hidden-objects", f"{len(orphans)} unused")


def _reachable(reader: PdfFileReader, seen: set[generic.Reference]) -> Iterator[generic.PdfObject]:
    waiting: list[generic.PdfObject] = [reader.trailer.raw_get("/Root"), reader.trailer.raw_get("/Info")]
    steps = 0
    while waiting:
        item = waiting.pop()
        steps += 1
        if steps > 100 * MAX_OBJECTS:
            raise Refused("pdf.too-complex", "values")
        if isinstance(item, generic.IndirectObject):
            if item.reference in seen:
                continue
            seen.add(item.reference)
            item = item.get_object()
        yield item
        if isinstance(item, generic.DictionaryObject):
            waiting.extend(item.raw_get(key) for key in item)
        elif isinstance(item, generic.ArrayObject):
            waiting.extend(item.raw_get(place) for place in range(len(item)))


def _check_dictionary(found: generic.DictionaryObject) -> None:
    names = set(found) | {str(found.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in found}
    if names & _LAYERS:
        raise Refused("pdf.optional-content", ",".join(sorted(names & _LAYERS)))
    if names & _ACTIVE and value(found, "/S") != "/GTS_PDFA1":
        raise Refused("pdf.active-content", ",".join(sorted(names & _ACTIVE)))
    kind = value(found, "/Subtype")
    if (value(found, "/Type") == "/Annot" or "/Rect" in found) and (
        kind != "/Widget" or value(found, "/FT") != "/Sig" or set(found) - _WIDGET or not _invisible(found)
    ):
        raise Refused("pdf.annotation", str(kind))


def _invisible(widget: generic.DictionaryObject) -> bool:
    return [int(side) for side in widget["/Rect"]] == [0, 0, 0, 0]


def stream_size(stream: generic.StreamObject, limit: int) -> int:
    """Return the inflated length of a stream. Raises: Refused, beyond `limit` or for another filter."""
    encoded = stream.encoded_data
    method = value(stream, "/Filter")
    if "/DecodeParms" in stream and value(stream, "/Subtype") != "/Image":
        raise Refused("pdf.page-structure", "predictor")
    if method is None:
        size = len(encoded)
    elif method == "/FlateDecode" or method == ["/FlateDecode"]:
        size = len(inflate(encoded, limit))
    else:
        raise Refused("pdf.page-structure", f"filter {method}")
    if size > limit:
        raise Refused("pdf.too-large", "inflated")
    return size


def inflate(encoded: bytes, limit: int) -> bytes:
    """Return inflated bytes, at most `limit`. Raises: Refused."""
    worker = zlib.decompressobj()
    try:
        plain = worker.decompress(encoded, limit + 1)
    except zlib.error as error:
        raise Refused("pdf.unreadable", "stream") from error
    if len(plain) > limit:
        raise Refused("pdf.too-large", "inflated")
    if not worker.eof or worker.unused_data.strip(b"\r\n"):
        raise Refused("pdf.hidden-objects", "bytes after a stream")
    return plain


def _check_catalog(reader: PdfFileReader) -> None:
    root = reader.root
    if set(root) - _CATALOG:
        raise Refused("pdf.page-structure", f"catalog {sorted(set(root) - _CATALOG)}")
    form = value(root, "/AcroForm")
    if form is None:
        raise Refused("pdf.not-signed")
    if set(form) - {"/Fields", "/SigFlags"}:
        raise Refused("pdf.form", f"{sorted(form)}")


def _check_pages(reader: PdfFileReader) -> None:
    tree = reader.root["/Pages"]
    kids = value(tree, "/Kids")
    if not isinstance(kids, generic.ArrayObject) or set(tree) - {"/Type", "/Kids", "/Count"}:
        raise Refused("pdf.page-structure", "tree")
    if not 0 < len(kids) <= MAX_PAGES or value(tree, "/Count") != len(kids):
        raise Refused("pdf.page-structure", "number of pages")
    fields = [reader.root["/AcroForm"]["/Fields"].raw_get(n) for n in range(_fields(reader))]
    for number in range(len(kids)):
        page = kids[number]
        if value(page, "/Type") != "/Page" or set(page) - _PAGE:
            raise Refused("pdf.page-structure", f"page {number + 1}")
        box = [round(float(side)) for side in page["/MediaBox"]]
        if box != [0, 0, 595, 842]:
            raise Refused("pdf.page-structure", f"page {number + 1} is not A4")
        annotations = value(page, "/Annots", generic.ArrayObject())
        named = [annotations.raw_get(place) for place in range(len(annotations))]
        if named != (fields if number == 0 else []):
            raise Refused("pdf.annotation", f"page {number + 1}")
        if not isinstance(page["/Contents"], generic.StreamObject):
            raise Refused("pdf.page-structure", f"page {number + 1} in pieces")
        if stream_size(page["/Contents"], MAX_CONTENT) == 0:
            raise Refused("pdf.page-structure", f"page {number + 1} is empty")


def _fields(reader: PdfFileReader) -> int:
    fields = value(reader.root["/AcroForm"], "/Fields")
    if not isinstance(fields, generic.ArrayObject) or len(fields) != 2:
        raise Refused("pdf.signature-count" if isinstance(fields, generic.ArrayObject) else "pdf.form")
    return len(fields)


def attached_xml(reader: PdfFileReader) -> bytes:
    """Return the one attachment, transcript.xml, declared as Source. Raises: Refused."""
    try:
        names = reader.root["/Names"]
        pairs = names["/EmbeddedFiles"]["/Names"]
        associated = reader.root["/AF"]
    except KeyError as error:
        raise Refused("pdf.attachment-missing") from error
    if set(names) != {"/EmbeddedFiles"} or len(pairs) != 2 or len(associated) != 1:
        raise Refused("pdf.attachment-extra")
    if pairs.raw_get(1) != associated.raw_get(0):
        raise Refused("pdf.attachment-extra", "associated file")
    spec = pairs[1]
    if {str(pairs[0]), str(value(spec, "/F")), str(value(spec, "/UF"))} != {ATTACHMENT}:
        raise Refused("pdf.attachment-missing", "name")
    if value(spec, "/AFRelationship") != "/Source":
        raise Refused("pdf.attachment-relationship", str(value(spec, "/AFRelationship")))
    files = spec["/EF"]
    if set(files) - {"/F", "/UF"} or len({str(files.raw_get(key)) for key in files}) != 1:
        raise Refused("pdf.attachment-extra", "versions")
    stream = files["/F"]
    stream_size(stream, MAX_INFLATED)
    return bytes(stream.data)
