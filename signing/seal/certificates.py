"""What kind of certificate may sign here, and what it says of its holder (TT 15/2025, RFC 5280)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from signing.seal.trust import AnchorRole
from signing.seal.verdict import CertificateReport, Reason
from signing.seal.verdict import SubIndication as Sub

MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 8192
"""Keys beyond this cost a verifier seconds and no licensed authority issues them."""

SIGNING_PURPOSES: Final = frozenset(
    {
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.SMARTCARD_LOGON,
        ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing, RFC 9336
        ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # document signing, Microsoft
        ObjectIdentifier("1.2.840.113583.1.1.5"),  # authentic documents, Adobe
    }
)
"""Purposes a signer's certificate may name; one that names any other (TLS server, code…) is refused."""

E = TypeVar("E", bound=x509.ExtensionType)

_PERSONAL_NUMBER: Final = re.compile(r"(?:(?:CCCD|CMND|PNOVN|IDCVN)\s*[:\-]\s*)?(\d{9}|\d{12})")


def end_entity_findings(certificate: x509.Certificate, kind: AnchorRole, line: str) -> tuple[Reason, ...]:
    """Return what forbids this certificate to sign as `kind`: not an end entity, wrong use, weak key."""
    codes = [(Sub.CHAIN_CONSTRAINTS_FAILURE, code) for code in _wrong_use(certificate, kind)]
    if weak(certificate):
        codes.append((Sub.CRYPTO_CONSTRAINTS_FAILURE, "path.weak-algorithm"))
    return tuple(
        Reason.unknown(sub, line, code, subject=name_text(certificate.subject)) for sub, code in codes
    )


@lru_cache(maxsize=4096)
def _wrong_use(certificate: x509.Certificate, kind: AnchorRole) -> tuple[str, ...]:
    codes = []
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        codes.append("certificate.is-authority")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        codes.append("certificate.key-usage")
    elif usage.key_cert_sign:
        codes.append("certificate.is-authority")
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if kind is AnchorRole.TIMESTAMP:
        if purposes is None or list(purposes) != [ExtendedKeyUsageOID.TIME_STAMPING]:
            codes.append("certificate.purpose")
    elif purposes is not None and not set(purposes) <= SIGNING_PURPOSES:
        codes.append("certificate.purpose")
    return tuple(codes)


@lru_cache(maxsize=4096)
def weak(certificate: x509.Certificate) -> bool:
    """Return whether the key or the issuer's signature on it is below RSA 2048, ECDSA 256 and SHA-2."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        strong = MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
    else:
        strong = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in (
            "secp256r1",
            "secp384r1",
            "secp521r1",
        )
    digest = certificate.signature_hash_algorithm
    return not strong or not isinstance(digest, hashes.SHA256 | hashes.SHA384 | hashes.SHA512)


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


_SERIAL: Final = {NameOID.SERIAL_NUMBER: "serialNumber"}
"""The keyword as OpenSSL spells it: other verifiers look names up by it."""

MAX_NAME: Final = 8192
"""Longest name, in letters, that is read: the longest genuine one has some 300."""

_SERIAL_SPELLINGS: Final = dict.fromkeys(("serialNumber", "SERIALNUMBER"), NameOID.SERIAL_NUMBER)


def name_text(name: x509.Name) -> str:
    """Return a name as RFC 4514 writes it, with serialNumber by name."""
    return name.rfc4514_string(_SERIAL)


def is_name(text: str, name: x509.Name) -> bool:
    """Return whether `text` is an RFC 4514 form of `name`; spelling may differ, types and values may not."""
    return len(text) <= MAX_NAME and _is_name(text, name)


@lru_cache(maxsize=512)
def _is_name(text: str, name: x509.Name) -> bool:
    try:
        read = x509.Name.from_rfc4514_string(text, _SERIAL_SPELLINGS)
    except ValueError:
        return False
    return [(one.oid, one.value) for one in read] == [(one.oid, one.value) for one in name]


def common_name(name: x509.Name) -> str:
    """Return the common name, or the whole name when there is none or more than one."""
    values = _values(name, NameOID.COMMON_NAME)
    return values[0] if len(values) == 1 else name_text(name)


def personal_numbers(certificate: x509.Certificate) -> frozenset[str]:
    """Return the personal numbers the holder is named by: serialNumber or UID, "CCCD:…" or bare digits."""
    found = set()
    for oid in (NameOID.SERIAL_NUMBER, NameOID.USER_ID):
        for value in _values(certificate.subject, oid):
            match = _PERSONAL_NUMBER.fullmatch(value.strip())
            if match:
                found.add(match[1])
    return frozenset(found)


def report(certificate: x509.Certificate, status: str) -> CertificateReport:
    """Return what a verdict says of a signer's certificate."""
    return CertificateReport(
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        status=status,
    )


def _values(name: x509.Name, oid: ObjectIdentifier) -> list[str]:
    values = (attribute.value for attribute in name.get_attributes_for_oid(oid))
    return [value for value in values if isinstance(value, str)]
