"""A second opinion by an independent implementation: signxml on each slot (it knows no profile, no time).

signxml parses the file by itself, finds each signature by its slot, and has to read under every reference the
very bytes that the strict verifier read. Where it does not, one of the two is wrong, and nobody is to trust
either: the verdict is open, and the doors raise an alarm (`signing.alarms`).
"""

from __future__ import annotations

from cryptography import x509
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

from signing.seal.xml.profile import Document, Slot, dissect
from signing.seal.xml.words import SLOTS

_METHODS = frozenset({SignatureMethod.ECDSA_SHA256, SignatureMethod.RSA_SHA256})
_DIGESTS = frozenset({DigestAlgorithm.SHA256})


def second_opinion(data: bytes) -> bool:
    """Return whether signxml, too, accepts every signature with the certificate that stands beside it.

    Raises: Malformed, for a file that has not our form: signxml alone is no verifier for hostile files.
    """
    return agrees(data, dissect(data))


def agrees(data: bytes, document: Document) -> bool:
    """Return whether signxml reads in `data` what the strict verifier read and has put into `document`."""
    return all(_agrees(data, slot) for slot in document.slots)


def _agrees(data: bytes, slot: Slot) -> bool:
    certificate = x509.load_der_x509_certificate(slot.signed.certificates[0])
    config = SignatureConfiguration(
        location=f"./{SLOTS}/{slot.role.value}/",
        expect_references=len(slot.signed.references),
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        require_x509=True,
        verification_time=certificate.not_valid_before_utc,  # paths and times are judged elsewhere
    )
    try:
        # The profile is narrower than W3C's schema, which refuses the Ministry's SigningTime without namespace.
        seen = XMLVerifier().verify(data, x509_cert=certificate, expect_config=config, validate_schema=False)
    except Exception:  # signxml raises lxml, ValueError, AttributeError… besides InvalidSignature
        return False
    read = seen if isinstance(seen, list) else [seen]
    return [one.signed_data for one in read] == [one.found for one in slot.signed.references]
