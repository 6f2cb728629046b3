"""Seals a drawn PDF: PAdES B-LTA by the school, certified with "no changes allowed" (EN 319 142-1).

The key may be anywhere: `sign` turns a SHA-256 digest into a raw signature. Nothing is fetched here; proof
comes in as `Evidence` and through `stamp`. Two incremental updates are written: the certification signature,
and the validation data with the document timestamp over it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore

from hocba.kernel.canonical import sha256
from signing.seal.paths import EvidenceLike
from signing.seal.pdf.cms import signed_data

SEAL_FIELD, TIMESTAMP_FIELD = "Seal", "ArchiveTimestamp"
_CMS_FRAME = 1024
"""Bytes of a CMS signature beside certificates and token."""

TOKEN_ROOM = 6144
"""Bytes kept for one timestamp token with its authority's certificates."""


class NotSealable(Exception):
    """The PDF cannot be sealed: not ours, sealed already, or no room for what came back."""


def seal_pdf(
    pdf: bytes,
    *,
    sign: Callable[[bytes], bytes],
    chain: Sequence[x509.Certificate],
    stamp: Callable[[bytes], bytes],
    evidence: EvidenceLike,
    signing_time: datetime,
    token_room: int = TOKEN_ROOM,
) -> bytes:
    """Return `pdf` sealed; equal arguments differ only in signature values and tokens.

    `sign` takes a SHA-256 digest (32 bytes) and returns DER r‖s or PKCS#1 v1.5; `chain` begins with the
    signer's certificate; `stamp` takes a digest and returns an RFC 3161 token; `signing_time` is aware;
    `token_room` is how many bytes are kept for each token.
    Raises: NotSealable, WrongSignature, KeyNotSupported, and whatever `sign` and `stamp` raise.
    """
    if signing_time.tzinfo is None:
        raise ValueError("signing_time is aware")
    signed = _certify(pdf, sign, chain, stamp, signing_time, token_room)
    return _archive(signed, stamp, chain, evidence, token_room)


def _certify(
    pdf: bytes,
    sign: Callable[[bytes], bytes],
    chain: Sequence[x509.Certificate],
    stamp: Callable[[bytes], bytes],
    signing_time: datetime,
    token_room: int,
) -> bytes:
    writer = _open(pdf)
    if "/AcroForm" in writer.root:
        raise NotSealable("the PDF holds a form or a signature already")
    certificates = sum(len(one.public_bytes(Encoding.DER)) for one in chain)
    placeholder = SignatureObject(
        timestamp=signing_time,
        subfilter=SigSeedSubFilter.PADES,
        bytes_reserved=2 * (_CMS_FRAME + certificates + token_room),
    )
    rules = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    return _embed(
        writer,
        SEAL_FIELD,
        SigObjSetup(placeholder, mdp_setup=rules),
        lambda digest: signed_data(digest, sign=sign, chain=chain, stamp=stamp),
    )


def _archive(
    signed: bytes,
    stamp: Callable[[bytes], bytes],
    chain: Sequence[x509.Certificate],
    evidence: EvidenceLike,
    token_room: int,
) -> bytes:
    """Add the validation data and the document timestamp over all, in one update."""
    return _write_archive(_open(signed), stamp, chain, evidence, token_room)


def _write_archive(
    writer: _Writer,
    stamp: Callable[[bytes], bytes],
    chain: Sequence[x509.Certificate],
    evidence: EvidenceLike,
    token_room: int,
) -> bytes:
    seal = writer.prev.embedded_signatures[0]
    ders = dict.fromkeys((*(one.public_bytes(Encoding.DER) for one in chain), *evidence.certificates))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        seal.pkcs7_content.hex().encode("ascii"),
        certs=[asn1_x509.Certificate.load(der) for der in ders],
        ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
        crls=[asn1_crl.CertificateList.load(der) for der in evidence.crls],
    )
    placeholder: PdfSignedData = DocumentTimestamp(bytes_reserved=2 * token_room)
    return _embed(writer, TIMESTAMP_FIELD, SigObjSetup(placeholder), stamp)


def _embed(
    writer: IncrementalPdfFileWriter,
    field: str,
    setup: SigObjSetup,
    container: Callable[[bytes], bytes],
) -> bytes:
    """Write the update with room for a container, hash, and fill in what `container` makes of the digest."""
    steps = PdfCMSEmbedder().write_cms(field_name=field, writer=writer)
    next(steps)
    steps.send(setup)
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", output=io.BytesIO()))
    content = container(prepared.document_digest)
    if len(content) > prepared.reserved_region_end - prepared.reserved_region_start >> 1:
        raise NotSealable("no room for the signature container")
    steps.send(content)
    return bytes(output.getvalue())


class _Writer(IncrementalPdfFileWriter):
    """Writes updates that are a function of their input: no clock, no random id, no new metadata."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        permanent = bytes(prev.trailer["/ID"][0].original_bytes)
        changing = sha256(permanent + (prev.last_startxref or 0).to_bytes(8, "big"))[:16]
        return generic.ArrayObject([generic.ByteStringObject(permanent), generic.ByteStringObject(changing)])

    def _update_meta(self) -> None:
        """Leave DocInfo and XMP alone: a sealed file's metadata is what was drawn."""


def _open(pdf: bytes) -> _Writer:
    try:
        return _Writer(io.BytesIO(pdf))
    except Exception as error:  # pyHanko raises many kinds for a broken file
        raise NotSealable(str(error)) from error
