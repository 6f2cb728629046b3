"""Signatures and issuers of fetched proof, with the algorithms that are allowed (TT 15/2025/TT-BKHCN)."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.seal.evidence.errors import EvidenceRefused

ALLOWED_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
LEAST_RSA_BITS = 2048


def check_signature(
    certificate: x509.Certificate, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm | None
) -> None:
    """Check a signature over `data` by the certificate's key (ECDSA or RSA PKCS#1 v1.5, SHA-2).

    Raises: EvidenceRefused.
    """
    if not isinstance(algorithm, ALLOWED_HASHES):
        raise EvidenceRefused("weak-algorithm")
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= 256:
            key.verify(signature, data, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        else:
            raise EvidenceRefused("weak-algorithm")
    except InvalidSignature as error:
        raise EvidenceRefused("wrong-signature") from error


@lru_cache(maxsize=4096)
def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether `issuer` (by name and key) has signed the certificate; both are compared by their bytes."""
    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def is_valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    """Tell whether a moment lies in the certificate's life time."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def purposes(certificate: x509.Certificate) -> tuple[frozenset[x509.ObjectIdentifier], bool]:
    """Return the extended key usages and whether they are critical; none is the empty set."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return frozenset(), False
    return frozenset(extension.value), extension.critical
