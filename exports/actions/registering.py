"""Register the certificate that seals with a destination, and ask what became of it: transactions 3 and 4.

Only `partners.Away` leaves this module: nobody is there, and the round is over.
"""

from __future__ import annotations

import base64
from datetime import datetime

from django.db.models import F

from exports.actions import partners
from exports.ministry.client import Refused, Retryable, Sender
from exports.ministry.messages import (
    Answer,
    CertificateRegistration,
    CertificateState,
    Provider,
    SignatureKind,
)
from exports.models import CertificateDelivery, Destination
from hocba.kernel.clock import VIETNAM
from schools.actors import Actor

State = CertificateDelivery.State


def due(destination: Destination, *, by: Actor) -> list[int]:
    """Return registrations whose turn it is."""
    rows = CertificateDelivery.objects.filter(
        destination=destination, state__in=[State.WAITING, State.SENT], next_attempt_at__lte=by.at
    )
    return list(rows.order_by("next_attempt_at").values_list("pk", flat=True))


def register(delivery_id: int, *, by: Actor) -> None:
    """Register a seal certificate, or ask what became of it. Raises: Away, after the pause is kept."""
    row = CertificateDelivery.objects.select_related(
        "destination", "authority__certificate", "authority__school"
    ).get(pk=delivery_id)
    sender = Sender(row.authority.school.code, by.today.year)
    try:
        there = partners.client(row.destination)
        if row.state == State.WAITING:
            there.register_certificate(sender, _registration(row), str(row.message_id))
            _keep(row, State.SENT, by, sent_at=by.at)
        else:
            _decided(row, there.check_certificate(sender, str(row.message_id)), by)
    except (Retryable, partners.Away) as away:
        _postpone(row, away.reason, by)
        raise partners.Away(away.reason) from away
    except Refused as refused:
        _refused(row, refused.answer, by)


def _refused(row: CertificateDelivery, answer: Answer, by: Actor) -> None:
    if answer.error in partners.OUR_TROUBLE:
        _postpone(row, answer.error, by)
        raise partners.Away(answer.error, alone=answer.error in partners.ONE_UNIT)
    if answer.error == partners.NEVER_CAME:
        _keep(row, State.WAITING, by)
        return
    text = answer.error_description
    _keep(row, State.REFUSED, by, answer_code=answer.error[:40], answer_text=text)


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
        _keep(row, State.APPROVED, by)
    elif state == CertificateState.REFUSED:
        code = str(answer.facts.get("error", ""))[:40]
        text = str(answer.facts.get("error_description", ""))
        _keep(row, State.REFUSED, by, answer_code=code, answer_text=text)
    else:
        CertificateDelivery.objects.filter(pk=row.pk).update(
            next_attempt_at=by.at + partners.ask_after(row.sent_at, by.at), answer_code=""
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
        next_attempt_at=by.at + partners.ASK_AGAIN,
    )


def _postpone(row: CertificateDelivery, reason: str, by: Actor) -> None:
    CertificateDelivery.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        next_attempt_at=by.at + partners.pause_after(row.attempts + 1),
        answer_code=reason[:40],
    )
