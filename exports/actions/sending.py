"""Send and ask: transactions 1 to 6. Pauses grow; one refused row never blocks the next.

What a partner answers is kept; what a partner does not answer is asked again with the same messageid. Only
`Away` leaves this module: nobody is there, and the round is over.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from django.db.models import F, Min, QuerySet

from exports.actions import accounts, settling
from exports.ministry.client import Credentials, MinistryClient, Refused, Retryable, Sender
from exports.ministry.messages import (
    Answer,
    CertificateRegistration,
    CertificateState,
    Provider,
    Response,
    SignatureKind,
)
from exports.ministry.packages import RequestTooLarge
from exports.models import CertificateDelivery, Delivery, Destination, Kind, Package
from hocba.kernel.blobs import BlobMissing
from hocba.kernel.clock import VIETNAM
from schools import scopes
from schools.actors import Actor
from signing.actions import instruments
from signing.models import SealedDocument, Withdrawal

LONGEST_PAUSE = timedelta(minutes=15)
FIRST_PAUSE = timedelta(seconds=2)
ASK_AGAIN = timedelta(seconds=1)
OUR_TROUBLE = frozenset({"LOGIN_WRONG", "UNIT_NOT_YOURS", "TOKEN_UNKNOWN", "TOKEN_EXPIRED"})
"""Refusals of our account, not of what was sent: an operator mends it, and the same is sent again."""
ONE_UNIT = frozenset({"UNIT_NOT_YOURS"})
"""Those that concern one school of several: the receiver knows us, and not that we speak for this one."""
NEVER_CAME = "MESSAGE_ID_UNKNOWN"
OPEN = (Delivery.State.WAITING, Delivery.State.SENT)


class Away(Exception):
    """The destination gave no usable answer; `reason` is a short code.

    `alone`: this sender, or this package, got none; whoever is next may have better luck.
    """

    def __init__(self, reason: str, *, alone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.alone = alone


@cache
def _client(base_url: str, credentials: Credentials) -> MinistryClient:
    return MinistryClient(base_url, credentials)


def client(destination: Destination) -> MinistryClient:
    """Return the client of a destination, with its account as it stands now. Raises: Away."""
    try:
        return _client(destination.base_url, accounts.credentials(destination))
    except accounts.AccountMissing as missing:
        raise Away("account-missing") from missing


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait before the next attempt: doubling, at most a quarter of an hour.

    Up to a quarter less by chance, so that those who failed together do not all come back together.
    """
    pause = min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)
    return pause * (1 - random.random() / 4)  # noqa: S311 - nothing is secret


def ask_after(sent_at: datetime | None, at: datetime) -> timedelta:
    """Return how long to wait before asking again: half of the time that passed since it was sent."""
    return min(max(ASK_AGAIN, (at - sent_at) / 2 if sent_at else ASK_AGAIN), LONGEST_PAUSE)


# ---- Certificates: 3 and 4 -------------------------------------------------------------------------


def due_certificates(destination: Destination, *, by: Actor) -> list[int]:
    """Return registrations whose turn it is."""
    rows = CertificateDelivery.objects.filter(
        destination=destination, state__in=["WAITING", "SENT"], next_attempt_at__lte=by.at
    )
    return list(rows.order_by("next_attempt_at").values_list("pk", flat=True))


def register(delivery_id: int, *, by: Actor) -> None:
    """Register a seal certificate, or ask what became of it. Raises: Away, after the pause is kept."""
    row = CertificateDelivery.objects.select_related(
        "destination", "authority__certificate", "authority__school"
    ).get(pk=delivery_id)
    sender = Sender(row.authority.school.code, by.today.year)
    try:
        there = client(row.destination)
        if row.state == CertificateDelivery.State.WAITING:
            there.register_certificate(sender, _registration(row), str(row.message_id))
            _keep(row, CertificateDelivery.State.SENT, by, sent_at=by.at)
        else:
            _decided(row, there.check_certificate(sender, str(row.message_id)), by)
    except (Retryable, Away) as away:
        _postpone_certificate(row, away.reason, by)
        raise Away(away.reason) from away
    except Refused as refused:
        _refused_certificate(row, refused.answer, by)


def _refused_certificate(row: CertificateDelivery, answer: Answer, by: Actor) -> None:
    if answer.error in OUR_TROUBLE:
        _postpone_certificate(row, answer.error, by)
        raise Away(answer.error, alone=answer.error in ONE_UNIT)
    if answer.error == NEVER_CAME:
        _keep(row, CertificateDelivery.State.WAITING, by)
        return
    text = answer.error_description
    _keep(row, CertificateDelivery.State.REFUSED, by, answer_code=answer.error[:40], answer_text=text)


def _registration(row: CertificateDelivery) -> CertificateRegistration:
    certificate = row.authority.certificate
    return CertificateRegistration(
        serial_number=certificate.serial,
        effective_on=row.authority.from_at.astimezone(VIETNAM).date(),
        kind=SignatureKind.USB_TOKEN,
        provider=Provider.BAN_CO_YEU,
        certificate_base64=base64.b64encode(bytes(certificate.der)).decode("ascii"),
    )


def _decided(row: CertificateDelivery, answer: Answer, by: Actor) -> None:
    state = answer.facts.get("trang_thai_phe_duyet")
    if state == CertificateState.APPROVED:
        _keep(row, CertificateDelivery.State.APPROVED, by)
    elif state == CertificateState.REFUSED:
        code = str(answer.facts.get("error", ""))[:40]
        text = str(answer.facts.get("error_description", ""))
        _keep(row, CertificateDelivery.State.REFUSED, by, answer_code=code, answer_text=text)
    else:
        CertificateDelivery.objects.filter(pk=row.pk).update(
            next_attempt_at=by.at + ask_after(row.sent_at, by.at), answer_code=""
        )


def _keep(
    row: CertificateDelivery,
    state: str,
    by: Actor,
    *,
    answer_code: str = "",
    answer_text: str = "",
    sent_at: datetime | None = None,
) -> None:
    CertificateDelivery.objects.filter(pk=row.pk).update(
        state=state,
        attempts=0,
        answer_code=answer_code,
        answer_text=answer_text,
        sent_at=sent_at or row.sent_at,
        next_attempt_at=by.at + ASK_AGAIN,
    )


def _postpone_certificate(row: CertificateDelivery, reason: str, by: Actor) -> None:
    CertificateDelivery.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        next_attempt_at=by.at + pause_after(row.attempts + 1),
        answer_code=reason[:40],
    )


# ---- Packages: 1 and 2, 5 and 6 --------------------------------------------------------------------


def due_packages(destination: Destination, *, by: Actor) -> list[int]:
    """Return packages with a delivery whose turn it is, of certificates that are approved there.

    Who waited longest comes first, so that a package that always fails never stands in front of the others.
    """
    approved = CertificateDelivery.objects.filter(
        destination=destination, state=CertificateDelivery.State.APPROVED
    ).values("authority_id")
    rows = Delivery.objects.filter(
        destination=destination, state__in=OPEN, package__authority__in=approved, next_attempt_at__lte=by.at
    )
    turns = rows.values("package_id").annotate(turn=Min("next_attempt_at")).order_by("turn", "package_id")
    return [one["package_id"] for one in turns]


def send(package_id: int, destination: Destination, *, by: Actor) -> None:
    """Send a package's bytes, or ask what became of its rows. Raises: Away, after the pause is kept."""
    package = Package.objects.select_related("school").get(pk=package_id)
    rows = Delivery.objects.filter(package=package, destination=destination, state__in=OPEN)
    sender = Sender(package.school.code, int(package.school_year_id[:4]))
    try:
        there = client(destination)
        if rows.filter(state=Delivery.State.WAITING).exists():
            _submit(there, package, rows, sender, by)
        else:
            ask = there.check_withdrawal if package.kind == Kind.WITHDRAWAL else there.check_submission
            _answered(package, rows, ask(sender, str(package.message_id)), by)
    except (Retryable, Away) as away:
        _postpone(rows, away.reason, by)
        raise Away(away.reason) from away
    except BlobMissing as gone:
        _postpone(rows, "blob-missing", by)
        raise Away("blob-missing", alone=True) from gone
    except RequestTooLarge:
        _refuse(rows, "REQUEST_TOO_LARGE", "", by)
    except Refused as refused:
        _refused(rows, refused.answer, by)


def _submit(
    there: MinistryClient, package: Package, rows: QuerySet[Delivery], sender: Sender, by: Actor
) -> None:
    submit: Callable[[Sender, bytes, str], Answer]
    submit = there.withdraw if package.kind == Kind.WITHDRAWAL else there.submit
    submit(sender, instruments.blobs().get(package.content_sha256), str(package.message_id))
    rows.update(
        state=Delivery.State.SENT,
        attempts=F("attempts") + 1,
        sent_at=by.at,
        answer_code="",
        next_attempt_at=by.at + ASK_AGAIN,
    )


def _refused(rows: QuerySet[Delivery], answer: Answer, by: Actor) -> None:
    if answer.error in OUR_TROUBLE:
        _postpone(rows, answer.error, by)
        raise Away(answer.error, alone=answer.error in ONE_UNIT)
    if answer.error == NEVER_CAME:  # it was acknowledged, and then lost there: the same bytes go again
        rows.update(state=Delivery.State.WAITING, next_attempt_at=by.at)
        return
    _refuse(rows, answer.error, answer.error_description, by)


def _refuse(rows: QuerySet[Delivery], code: str, text: str, by: Actor) -> None:
    rows.update(
        state=Delivery.State.REFUSED,
        answered_at=by.at,
        answer_code=code[:40],
        answer_field="",
        answer_text=text,
    )


def _postpone(rows: QuerySet[Delivery], reason: str, by: Actor) -> None:
    attempts = rows.order_by("-attempts").values_list("attempts", flat=True).first() or 0
    rows.update(
        attempts=F("attempts") + 1,
        next_attempt_at=by.at + pause_after(attempts + 1),
        answer_code=reason[:40],
    )


def _answered(package: Package, rows: QuerySet[Delivery], answer: Answer, by: Actor) -> None:
    """Keep the answer of each row that has one; the others are asked about again."""
    with scopes.system(package.school.path):
        by_code = _codes(package, rows)
    if answer.response is not Response.WORKING:
        open_rows = dict(rows.values_list("leaf_id", "pk"))
        for result in answer.rows():
            delivery = open_rows.get(by_code.get(result.look_up_code.lower(), -1))
            if delivery is not None:
                settling.settle(delivery, result, by=by)
    sent_at = rows.values_list("sent_at", flat=True).first()
    rows.update(next_attempt_at=by.at + ask_after(sent_at, by.at), answer_code="")


def _codes(package: Package, rows: QuerySet[Delivery]) -> dict[str, int]:
    leaves = list(rows.values_list("leaf_id", flat=True))
    if package.kind == Kind.WITHDRAWAL:
        gone = Withdrawal.objects.filter(leaf__in=leaves).values_list("sealed__look_up_code", "leaf_id")
        return {str(code): leaf for code, leaf in gone}
    sealed = SealedDocument.objects.filter(leaf__in=leaves).values_list("look_up_code", "leaf_id")
    return {str(code): leaf for code, leaf in sealed}
