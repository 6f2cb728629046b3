"""A second opinion by an independent implementation: signxml on each slot (it knows no profile, no time)."""

from __future__ import annotations

from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

from signing.seal.trust import SignerRole
from signing.seal.xml.profile import Document, dissect
from signing.seal.xml.words import SLOTS


def second_opinion(data: bytes) -> bool:
    """Return whether signxml, too, accepts every signature with the certificate that stands beside it.

    Raises: Malformed, for a file that has not our form: signxml alone is no verifier for hostile files.
    """
    document = dissect(data)
    return all(_agrees(document, role) for role in (slot.role for slot in document.slots))


def _agrees(document: Document, role: SignerRole) -> bool:
    slot = next(slot for slot in document.slots if slot.role is role)
    certificate = x509.load_der_x509_certificate(slot.signed.certificates[0])
    expected = len(slot.signed.references)
    config = SignatureConfiguration(
        location=f"./{SLOTS}/{role.value}/",
        expect_references=expected,
        signature_methods=frozenset({SignatureMethod.ECDSA_SHA256, SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        require_x509=True,
        verification_time=certificate.not_valid_before_utc,  # paths and times are judged elsewhere
    )
    copy = etree.fromstring(etree.tostring(document.root))
    try:
        XMLVerifier().verify(copy, x509_cert=certificate, expect_config=config)
    except Exception:  # noqa: BLE001  # signxml raises lxml, ValueError, AttributeError… besides InvalidSignature
        return False
    return True
