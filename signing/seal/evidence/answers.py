"""Reading OCSP answers and CRLs (RFC 6960, 5280): right responder, right certificate, fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.seal.evidence.checks import check_signature, is_valid_at, issued_by, purposes
from signing.seal.evidence.errors import CertificateRevoked, EvidenceRefused

SKEW = timedelta(minutes=2)
"""How far a responder's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """A checked answer "good": its bytes, who signed it (None: the CA itself), until when it may be used."""

    der: bytes
    responder: x509.Certificate | None
    until: datetime


@dataclass(frozen=True, slots=True)
class CrlAnswer:
    """A checked revocation list, and until when it may be used."""

    der: bytes
    parsed: x509.CertificateRevocationList
    until: datetime


def read_ocsp(
    der: bytes,
    request: ocsp.OCSPRequest,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
    oldest: timedelta,
) -> OcspAnswer:
    """Check the answer to `request` about a certificate; one made more than `oldest` before `at` is refused.

    Raises: EvidenceRefused, CertificateRevoked.
    """
    try:
        answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise EvidenceRefused("refused", status=answer.response_status.name)
        asked = (request.serial_number, request.issuer_name_hash, request.issuer_key_hash)
        if (answer.serial_number, answer.issuer_name_hash, answer.issuer_key_hash) != asked:
            raise EvidenceRefused("other-certificate")
        responder = _responder(answer, issuer, at)
        check_signature(
            responder or issuer, answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm
        )
        until = _fresh(answer.this_update_utc, answer.next_update_utc, at, oldest)
        status = answer.certificate_status
    except ValueError as error:
        raise EvidenceRefused("malformed") from error
    if status is ocsp.OCSPCertStatus.REVOKED:
        _refuse_revoked(certificate, answer.revocation_time_utc, answer.revocation_reason)
    if status is not ocsp.OCSPCertStatus.GOOD:
        raise EvidenceRefused("unknown-certificate")
    return OcspAnswer(der, responder, until)


def _responder(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> x509.Certificate | None:
    """Return the delegated responder that the answer names, or None when the CA answers itself."""
    if _names(answer, issuer):
        return None
    for candidate in answer.certificates:
        if not _names(answer, candidate):
            continue
        if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes(candidate)[0]:
            raise EvidenceRefused("not-a-responder")
        if not issued_by(candidate, issuer):  # RFC 6960 §4.2.2.2: the CA itself delegates
            raise EvidenceRefused("foreign-responder")
        if not is_valid_at(candidate, at):
            raise EvidenceRefused("certificate-not-valid")
        return candidate
    raise EvidenceRefused("foreign-responder")


def _names(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if answer.responder_name is not None:
        return answer.responder_name == certificate.subject
    digest = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    return answer.responder_key_hash == digest


def read_crl(der: bytes, issuer: x509.Certificate, at: datetime) -> CrlAnswer:
    """Check a complete revocation list of `issuer` that is in force at `at`. Raises: EvidenceRefused."""
    try:
        crl = x509.load_der_x509_crl(der)
        if crl.issuer != issuer.subject:
            raise EvidenceRefused("foreign-list")
        check_signature(issuer, crl.signature, crl.tbs_certlist_bytes, crl.signature_hash_algorithm)
        for extension in crl.extensions:
            if extension.critical:  # a delta, an indirect or a partial list: none says that all is well
                raise EvidenceRefused("partial-list")
        if crl.next_update_utc is None:
            raise EvidenceRefused("no-next-update")
        until = _fresh(crl.last_update_utc, crl.next_update_utc, at, None)
    except ValueError as error:
        raise EvidenceRefused("malformed") from error
    return CrlAnswer(der, crl, until)


def refuse_listed(answer: CrlAnswer, certificate: x509.Certificate) -> None:
    """Raise CertificateRevoked when the list names the certificate."""
    entry = answer.parsed.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        reason = None
    _refuse_revoked(certificate, entry.revocation_date_utc, reason)


def _refuse_revoked(
    certificate: x509.Certificate, at: datetime | None, reason: x509.ReasonFlags | None
) -> NoReturn:
    raise CertificateRevoked(certificate, at, reason)


def _fresh(
    this_update: datetime, next_update: datetime | None, at: datetime, oldest: timedelta | None
) -> datetime:
    """Return until when an answer may be used; EvidenceRefused when it is not of now."""
    if this_update > at + SKEW:
        raise EvidenceRefused("from-the-future")
    if next_update is not None and next_update < at:
        raise EvidenceRefused("stale")
    if oldest is not None and this_update < at - oldest:
        raise EvidenceRefused("stale")
    return next_update or this_update + (oldest or timedelta())


def has_no_check(certificate: x509.Certificate) -> bool:
    """Tell whether a responder's own status is not to be asked for (id-pkix-ocsp-nocheck)."""
    try:
        certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound:
        return False
    return True


def fingerprint(certificate: x509.Certificate) -> bytes:
    """Return the DER of a certificate as a dictionary key."""
    return certificate.public_bytes(Encoding.DER)
