"""The floor of sealing: what nobody can leave out, each piece called as plainly as its library allows."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, Signer, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hocba.bench.stopwatch import Call, cpu_of
from hocba.kernel import clock
from hocba.kernel.canonical import sha256
from signing.seal.pdf import draw
from signing.seal.pdf.text import read_text
from signing.seal.pdf.verify import verify_pdf

RENDER, SIGNATURES, EMBEDDING, CHECK, TEXT = "render", "signatures", "embedding", "check", "text"
PIECES = (RENDER, SIGNATURES, EMBEDDING, CHECK, TEXT)
HELD = "render-held"
"""The same render while the garbage collector is held; not in the floor."""

RAW_SIGNATURES = 4
"""Three on the XML, one on the PDF."""


@dataclass(frozen=True, slots=True)
class Document:
    """One transcript as the pipeline has just drawn and verified it."""

    drawn: Call
    verified: Call


def pieces(document: Document) -> dict[str, Callable[[], object]]:
    """Return the pieces of the floor by name, ready to be called for one document."""
    pdf, digest = document.drawn.result, sha256(document.drawn.result)
    return {
        RENDER: _bare_render(document.drawn),
        SIGNATURES: lambda: [
            _key().sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))) for _ in range(RAW_SIGNATURES)
        ],
        EMBEDDING: lambda: embed(pdf),
        CHECK: lambda: verify_pdf(*document.verified.args),
        TEXT: lambda: read_text(pdf),
    }


def measure(document: Document) -> dict[str, float]:
    """Return the CPU seconds of each piece for one document.

    Each piece begins with nothing to collect, so that none pays for what was left by the one before; the
    collector runs as Python lets it. What the render takes while it is held, as `draw` holds it, is beside.
    """
    work = pieces(document)
    found = {}
    for name in PIECES:
        gc.collect()
        found[name] = cpu_of(work[name])
    gc.collect()
    gc.disable()
    try:
        found[HELD] = cpu_of(work[RENDER])
    finally:
        gc.enable()
    gc.collect()
    return found


def _bare_render(drawn: Call) -> Callable[[], object]:
    from weasyprint import HTML

    page = draw.source_of(*drawn.args, **drawn.kwargs)
    styles, fonts = draw.styles_and_fonts()
    return lambda: HTML(
        string=page.html, base_url=draw.BASE, url_fetcher=draw.fetcher(page.pictures)
    ).write_pdf(stylesheets=styles, font_config=fonts)


def embed(pdf: bytes) -> bytes:
    """Return `pdf` with a PAdES B-B signature by pyHanko's own signer, certificate and key in memory."""
    metadata = PdfSignatureMetadata(
        field_name="Seal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    output = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=_signer())
    return bytes(output.getvalue())


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _signer() -> Signer:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder(name, name, _key().public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(_key(), hashes.SHA256())
    )
    return _KeyInMemory(certificate)


class _KeyInMemory(Signer):
    """pyHanko's signer with a key that is loaded once: its own loads the key anew for each signature."""

    def __init__(self, certificate: x509.Certificate) -> None:
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            cert_registry=SimpleCertificateStore(),
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> Any:
        """Return the DER signature over `data`."""
        return bytes(80) if dry_run else _key().sign(data, ec.ECDSA(hashes.SHA256()))
