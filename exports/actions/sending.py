"""Send and ask: transactions 3, 4, 1, 2. Pauses grow; one refused row never blocks the next."""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from exports.ministry.client import Credentials, MinistryClient, Refused, Retryable, Sender
from exports.ministry.messages import (
    Answer,
    CertificateRegistration,
    CertificateState,
    Provider,
    Response,
    ResultRow,
    SignatureKind,
    SubmissionState,
)
from exports.models import CertificateDelivery, Delivery, Destination, Package
from records.models import ClassProgress
from schools import scopes
from schools.actors import Actor
from signing.actions import instruments
from signing.models import SealedDocument

LONGEST_PAUSE = timedelta(minutes=15)
FIRST_PAUSE = timedelta(seconds=2)
ASK_AGAIN = timedelta(seconds=1)


@cache
def client(code: str, base_url: str) -> MinistryClient:
    """Return the client of one destination, with the account that the settings name for it."""
    account = settings.DESTINATION_ACCOUNTS[code]
    secret = Path(account["secret_file"]).read_text("utf-8").strip()
    return MinistryClient(base_url, Credentials(account["user"], secret))


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait before the next attempt: doubling, at most a quarter of an hour."""
    return min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)


def due_certificates(destination: Destination, *, by: Actor) -> list[int]:
    """Return registrations whose turn it is."""
    rows = CertificateDelivery.objects.filter(
        destination=destination, state__in=["WAITING", "SENT"], next_attempt_at__lte=by.at
    )
    return list(rows.values_list("pk", flat=True))


def register(delivery_id: int, *, by: Actor) -> None:
    """Register a seal certificate, or ask what became of it. Nothing is raised for a partner's trouble."""
    row = CertificateDelivery.objects.select_related(
        "destination", "authority__certificate", "authority__school"
    ).get(pk=delivery_id)
    there = client(row.destination.code, row.destination.base_url)
    sender = Sender(row.authority.school.code, by.today.year)
    try:
        if row.state == CertificateDelivery.State.WAITING:
            there.register_certificate(sender, _registration(row), str(row.message_id))
            _certificate(row, CertificateDelivery.State.SENT, "", by)
        else:
            _decided(row, there.check_certificate(sender, str(row.message_id)), by)
    except Retryable as away:
        CertificateDelivery.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1,
            next_attempt_at=by.at + pause_after(row.attempts),
            answer_text=away.reason,
        )
    except Refused as refused:
        _certificate(row, CertificateDelivery.State.REFUSED, refused.answer.error_description, by)


def _registration(row: CertificateDelivery) -> CertificateRegistration:
    certificate = row.authority.certificate
    return CertificateRegistration(
        serial_number=certificate.serial,
        effective_on=row.authority.from_at.date(),
        kind=SignatureKind.USB_TOKEN,
        provider=Provider.BAN_CO_YEU,
        certificate_base64=base64.b64encode(bytes(certificate.der)).decode("ascii"),
    )


def _decided(row: CertificateDelivery, answer: Answer, by: Actor) -> None:
    state = answer.facts.get("trang_thai_phe_duyet")
    if state == CertificateState.APPROVED:
        _certificate(row, CertificateDelivery.State.APPROVED, "", by)
    elif state == CertificateState.REFUSED:
        _certificate(row, CertificateDelivery.State.REFUSED, answer.error_description, by)
    else:
        CertificateDelivery.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1, next_attempt_at=by.at + pause_after(row.attempts)
        )


def _certificate(row: CertificateDelivery, state: str, text: str, by: Actor) -> None:
    CertificateDelivery.objects.filter(pk=row.pk).update(
        state=state, answer_text=text, attempts=0, next_attempt_at=by.at + ASK_AGAIN
    )


def due_packages(destination: Destination, *, by: Actor) -> list[int]:
    """Return packages with a delivery whose turn it is, of schools whose certificate is approved there."""
    approved = CertificateDelivery.objects.filter(
        destination=destination, state=CertificateDelivery.State.APPROVED
    ).values("authority_id")
    rows = Delivery.objects.filter(
        destination=destination,
        state__in=["WAITING", "SENT"],
        package__isnull=False,
        package__batch__authority__in=approved,
        next_attempt_at__lte=by.at,
    )
    return list(rows.order_by("package_id").values_list("package_id", flat=True).distinct())


def send(package_id: int, destination: Destination, *, by: Actor) -> None:
    """Send a package's bytes, or ask what became of its rows. A partner's trouble raises nothing."""
    package = Package.objects.select_related("school", "batch__class_year__school_year").get(pk=package_id)
    rows = Delivery.objects.filter(package=package, destination=destination, state__in=["WAITING", "SENT"])
    there = client(destination.code, destination.base_url)
    year = int(package.batch.class_year.school_year_id[:4])
    sender, message = Sender(package.school.code, year), str(package.message_id)
    try:
        if rows.filter(state=Delivery.State.WAITING).exists():
            there.submit(sender, instruments.blobs().get(package.content_sha256), message)
            rows.update(
                state=Delivery.State.SENT, attempts=F("attempts") + 1, next_attempt_at=by.at + ASK_AGAIN
            )
        else:
            _answered(package, destination, there.check_submission(sender, message), by)
    except Retryable as away:
        _postpone(rows, away.reason, by)
    except Refused as refused:
        answer = refused.answer
        rows.update(
            state=Delivery.State.REFUSED,
            answered_at=by.at,
            answer_code=answer.error[:40],
            answer_text=answer.error_description,
        )


def _postpone(rows: QuerySet[Delivery], reason: str, by: Actor) -> None:
    for row in rows:
        row.attempts += 1
        row.next_attempt_at, row.answer_text = by.at + pause_after(row.attempts), reason
        row.save(update_fields=["attempts", "next_attempt_at", "answer_text"])


def _answered(package: Package, destination: Destination, answer: Answer, by: Actor) -> None:
    rows = Delivery.objects.filter(package=package, destination=destination, state=Delivery.State.SENT)
    if answer.response is Response.WORKING:
        _postpone(rows, "", by)
        return
    with scopes.system(package.school.path):
        sealed = SealedDocument.objects.filter(leaf__in=rows.values("leaf_id"))
        by_code = {str(code): leaf for code, leaf in sealed.values_list("look_up_code", "leaf_id")}
    for result in answer.rows():
        leaf = by_code.get(result.look_up_code.lower())
        if leaf is None or result.state is None:
            continue
        _settle(rows.filter(leaf=leaf), package, result, by)


@transaction.atomic
def _settle(rows: QuerySet[Delivery], package: Package, result: ResultRow, by: Actor) -> None:
    accepted = result.state == SubmissionState.APPROVED
    changed = rows.update(
        state=Delivery.State.ACCEPTED if accepted else Delivery.State.REFUSED,
        answered_at=by.at,
        answer_code=result.error[:40],
        answer_field=result.error_field_title[:80],
        answer_text=result.error_description,
    )
    if accepted and changed:
        ClassProgress.objects.filter(class_year=package.batch.class_year_id).update(
            delivered=F("delivered") + changed
        )
