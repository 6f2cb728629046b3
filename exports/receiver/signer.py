"""The certificate that stands beside a signature which the strict verifier has found in order."""

from __future__ import annotations

import base64
import binascii

from cryptography import x509
from lxml import etree

from records.national.reading import Unreadable, read_xml
from signing.seal.xml.words import ds

_CERTIFICATE = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"


def certificate_beside(signature: bytes) -> x509.Certificate | None:
    """Return the first certificate in a Signature's KeyInfo, None when there is none that can be read."""
    try:
        return certificate_in(read_xml(signature))
    except Unreadable:
        return None


def certificate_in(signature: etree._Element | None) -> x509.Certificate | None:
    """Return the first certificate in a Signature's KeyInfo, None when there is none that can be read."""
    if signature is None or signature.tag != ds("Signature"):
        return None
    written = "".join((signature.findtext(_CERTIFICATE) or "").split())
    try:
        return x509.load_der_x509_certificate(base64.b64decode(written, validate=True))
    except (binascii.Error, ValueError):
        return None
