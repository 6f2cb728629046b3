"""The items of evidence one by one: read, written down again byte for byte, their signatures checked.

Everything here is a function of bytes, so answers are kept; a registry meets the same few authorities always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.seal import der
from signing.seal.evidence.answers import has_no_check
from signing.seal.evidence.checks import check_signature, is_authority, issued_by, purposes
from signing.seal.evidence.errors import EvidenceRefused
from signing.seal.paths import UNREADABLE

_BASIC_OCSP: Final = bytes.fromhex("06092b0601050507300101")
_SUCCESSFUL: Final = bytes.fromhex("0a0100")
_NAMING: Final = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)
"""With these an answer names the issuer; nothing hangs on their strength."""

_KEPT: Final = 4096


class NotExact(Exception):
    """An item cannot be read, or is not written as DER has it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An OCSP answer about one certificate; `certificates` are those that came inside it."""

    parsed: ocsp.OCSPResponse
    certificates: tuple[bytes, ...]
    said: bool
    """Whether it says good or revoked; "unknown" says nothing."""

    this_update: datetime
    next_update: datetime | None
    revoked: datetime | None = None


@lru_cache(maxsize=_KEPT)
def certificate(data: bytes) -> x509.Certificate:
    """Return a certificate. Raises: NotExact."""
    try:
        read = x509.load_der_x509_certificate(data)
        read.public_key()
        again, end = read.public_bytes(Encoding.DER), der.bits(read.signature)
        list(read.extensions), list(read.subject), list(read.issuer)
    except UNREADABLE as error:
        raise NotExact from error
    if again != data or not data.endswith(end):
        raise NotExact
    return read


@lru_cache(maxsize=_KEPT)
def revocation_list(data: bytes) -> x509.CertificateRevocationList:
    """Return a complete list with an end. Raises: NotExact."""
    try:
        read = x509.load_der_x509_crl(data)
        again, end = read.public_bytes(Encoding.DER), der.bits(read.signature)
        partial = any(one.critical for one in read.extensions)
        list(read.issuer)
    except UNREADABLE as error:
        raise NotExact from error
    if again != data or not data.endswith(end) or partial or read.next_update_utc is None:
        raise NotExact
    return read


@lru_cache(maxsize=_KEPT)
def answer(data: bytes) -> Answer:
    """Return a successful OCSP answer about exactly one certificate. Raises: NotExact."""
    try:
        read = ocsp.load_der_ocsp_response(data)
        inside = tuple(one.public_bytes(Encoding.DER) for one in read.certificates)
        again = _written(read, inside)
        if not isinstance(read.hash_algorithm, _NAMING):
            raise NotExact
        said = read.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN
        found = Answer(
            read, inside, said, read.this_update_utc, read.next_update_utc, read.revocation_time_utc
        )
        list(read.responder_name or ())
    except UNREADABLE as error:
        raise NotExact from error
    if again != data or len(set(inside)) != len(inside):
        raise NotExact
    return found


def _written(read: ocsp.OCSPResponse, inside: tuple[bytes, ...]) -> bytes:
    """Return the answer as DER has it: what its signature does not cover is written here (RFC 6960 §4.2.1)."""
    basic = der.encoded(
        der.SEQUENCE,
        read.tbs_response_bytes,
        der.ALGORITHMS[read.signature_algorithm_oid.dotted_string],
        der.bits(read.signature),
        der.encoded(der.FIRST, der.encoded(der.SEQUENCE, *inside)) if inside else b"",
    )
    content = der.encoded(der.SEQUENCE, _BASIC_OCSP, der.encoded(der.OCTETS, basic))
    return der.encoded(der.SEQUENCE, _SUCCESSFUL, der.encoded(der.FIRST, content))


@lru_cache(maxsize=2 * _KEPT)
def issued(data: bytes, issuer: bytes) -> bool:
    """Tell whether `issuer` is an authority that signed the certificate."""
    by = certificate(issuer)
    return is_authority(by) and issued_by(certificate(data), by)


@lru_cache(maxsize=_KEPT)
def listed_by(data: bytes, issuer: bytes) -> bool:
    """Tell whether `issuer` signed the list."""
    by, read = certificate(issuer), revocation_list(data)
    if read.issuer != by.subject:
        return False
    return _signed(by, read.signature, read.tbs_certlist_bytes, read) and read.is_signature_valid(
        by.public_key()  # type: ignore[arg-type]
    )


@lru_cache(maxsize=2 * _KEPT)
def is_about(data: bytes, subject: bytes, issuer: bytes) -> bool:
    """Tell whether an OCSP answer names this certificate: number, issuer's name and issuer's key."""
    read, by = answer(data).parsed, certificate(issuer)
    if read.serial_number != certificate(subject).serial_number:
        return False
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate(subject), by, read.hash_algorithm).build()
    named = (asked.issuer_name_hash, asked.issuer_key_hash)
    return named == (read.issuer_name_hash, read.issuer_key_hash)


@lru_cache(maxsize=2 * _KEPT)
def responder(data: bytes, issuer: bytes) -> bytes | None:
    """Return who signed an OCSP answer: the issuer or one whom it delegated; None, when neither did."""
    found = answer(data)
    for candidate in (issuer, *found.certificates):
        by = certificate(candidate)
        if not _names(found.parsed, by):
            continue
        if candidate != issuer and not delegated(candidate, issuer):
            continue
        read = found.parsed
        if _signed(by, read.signature, read.tbs_response_bytes, read):
            return candidate
    return None


def unchecked(data: bytes) -> bool:
    """Tell whether a responder's own status is not to be asked for (id-pkix-ocsp-nocheck)."""
    return has_no_check(certificate(data))


def delegated(candidate: bytes, issuer: bytes) -> bool:
    """Tell whether a certificate is that of a responder whom the issuer lets answer (RFC 6960 §4.2.2.2)."""
    by = certificate(candidate)
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes(by)[0] and issued_by(by, certificate(issuer))


def _names(read: ocsp.OCSPResponse, by: x509.Certificate) -> bool:
    if read.responder_name is not None:
        return read.responder_name == by.subject
    return read.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(by.public_key()).digest


def _signed(
    by: x509.Certificate,
    signature: bytes,
    data: bytes,
    read: ocsp.OCSPResponse | x509.CertificateRevocationList,
) -> bool:
    try:
        check_signature(by, signature, data, read.signature_hash_algorithm)
    except (EvidenceRefused, UnsupportedAlgorithm, ValueError):
        return False
    return True
