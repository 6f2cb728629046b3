"""Transactions 3 and 4: an organisation registers the certificate of its seal, and asks what became of it."""

from __future__ import annotations

import binascii
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import IntegrityError, transaction

from exports.ministry.messages import CertificateRegistration
from exports.receiver.accounts import Caller
from exports.receiver.models import Certificate, Unit
from exports.receiver.refused import Code, RequestRefused
from exports.receiver.trust import comes_from_trusted_issuer, trusted
from hocba.kernel.canonical import canonical_json, sha256_hex
from hocba.kernel.clock import VIETNAM
from signing.seal.certificates import end_entity_findings
from signing.seal.trust import AnchorRole

State = Certificate.State


def register(caller: Caller, registration: CertificateRegistration, at: datetime) -> Certificate:
    """Keep a registration, decided at once where that needs no person; the same message gives the same row.

    Raises: RequestRefused (the messageid was used for something else), TrustMissing.
    """
    digest = sha256_hex(canonical_json(registration.as_json()))
    known = _known(caller, digest)
    if known:
        return known
    der, error, field = _examined(caller.unit, registration, at)
    state = State.REFUSED if error else State.WAITING
    if state is State.WAITING and settings.RECEIVER_APPROVE == "auto":
        state = State.APPROVED
    try:
        with transaction.atomic():
            return Certificate.objects.create(
                unit=caller.unit,
                message_id=caller.authentication.message_id,
                request_digest=digest,
                serial=registration.serial_number,
                provider=registration.provider.value,
                kind=registration.kind.value,
                effective_on=registration.effective_on,
                sha256=sha256_hex(der) if der else "",
                der=der,
                state=state,
                error=error,
                field=field,
                registered_at=at,
                decided_at=None if state is State.WAITING else at,
            )
    except IntegrityError:  # the same message came in twice at once
        again = _known(caller, digest)
        if again is None:
            raise
        return again


def _known(caller: Caller, digest: str) -> Certificate | None:
    found = Certificate.objects.filter(unit=caller.unit, message_id=caller.authentication.message_id).first()
    if found is not None and found.request_digest != digest:
        raise RequestRefused(Code.MESSAGE_REUSED, "messageid")
    return found


def _examined(unit: Unit, registration: CertificateRegistration, at: datetime) -> tuple[bytes, str, str]:
    """Return the certificate's DER (where it was sent) and what is wrong: code and field, or "", ""."""
    der = b""
    if registration.certificate_base64:
        try:
            der = binascii.a2b_base64(registration.certificate_base64.encode("ascii"), strict_mode=True)
            certificate = x509.load_der_x509_certificate(der)
        except (UnicodeEncodeError, ValueError):  # binascii.Error is one of these
            return b"", Code.CERTIFICATE_UNREADABLE, "chung_thu_so"
        if f"{certificate.serial_number:x}" != registration.serial_number:
            return der, Code.CERTIFICATE_SERIAL, "serial_number"
        unfit = end_entity_findings(certificate, AnchorRole.ORGANISATION, "signers")
        if unfit or not comes_from_trusted_issuer(certificate, trusted(), at):
            return der, Code.CERTIFICATE_ISSUER, "nha_phat_hanh"
        if not _effective_within(certificate, registration, at):
            return der, Code.CERTIFICATE_PERIOD, "ngay_hieu_luc"
    if _belongs_to_another(unit, registration.serial_number, der):
        return der, Code.CERTIFICATE_OTHER_UNIT, "serial_number"
    return der, "", ""


def _effective_within(
    certificate: x509.Certificate, registration: CertificateRegistration, at: datetime
) -> bool:
    first = certificate.not_valid_before_utc.astimezone(VIETNAM).date()
    last = certificate.not_valid_after_utc.astimezone(VIETNAM).date()
    return first <= registration.effective_on <= last and at <= certificate.not_valid_after_utc


def _belongs_to_another(unit: Unit, serial: str, der: bytes) -> bool:
    """A serial number alone is taken as the same certificate; with the certificate its hash decides."""
    others = Certificate.objects.filter(serial=serial, state=State.APPROVED).exclude(unit=unit)
    return others.filter(sha256__in=("", sha256_hex(der))).exists() if der else others.exists()


def registered(caller: Caller) -> Certificate:
    """Return the registration sent under this messageid. Raises: RequestRefused."""
    found = Certificate.objects.filter(unit=caller.unit, message_id=caller.authentication.message_id).first()
    if found is None:
        raise RequestRefused(Code.MESSAGE_UNKNOWN, "messageid")
    return found


def decide(certificate_id: int, *, approve: bool, at: datetime) -> bool:
    """Decide a waiting registration at the desk; False when somebody did before, or another unit has it."""
    with transaction.atomic():
        waiting = (
            Certificate.objects.select_for_update().filter(pk=certificate_id, state=State.WAITING).first()
        )
        if waiting is None:
            return False
        if approve and _belongs_to_another(waiting.unit, waiting.serial, bytes(waiting.der)):
            waiting.state, waiting.error, waiting.field = (
                State.REFUSED,
                Code.CERTIFICATE_OTHER_UNIT,
                "serial_number",
            )
        elif approve:
            waiting.state = State.APPROVED
        else:
            waiting.state, waiting.error = State.REFUSED, Code.CERTIFICATE_BY_DESK
        waiting.decided_at = at
        waiting.save()
    return waiting.state == State.APPROVED or not approve


def has_approved(unit: Unit) -> bool:
    """Say whether the unit has any approved certificate."""
    return Certificate.objects.filter(unit=unit, state=State.APPROVED).exists()


def is_approved(unit: Unit, certificate: x509.Certificate, at: datetime) -> bool:
    """Say whether this very certificate is approved for the unit, in force since its effective date.

    One that was registered by its serial number only is pinned by its hash when it is first seen, if its
    issuer is trusted. Raises: TrustMissing.
    """
    der = certificate.public_bytes(Encoding.DER)
    approved = Certificate.objects.filter(
        unit=unit, state=State.APPROVED, effective_on__lte=at.astimezone(VIETNAM).date()
    )
    if approved.filter(sha256=sha256_hex(der)).exists():
        return True
    unseen = approved.filter(sha256="", serial=f"{certificate.serial_number:x}").first()
    if unseen is None or not comes_from_trusted_issuer(certificate, trusted(), at):
        return False
    pinned = Certificate.objects.filter(pk=unseen.pk, sha256="").update(sha256=sha256_hex(der), der=der)
    return pinned == 1 or approved.filter(sha256=sha256_hex(der)).exists()
