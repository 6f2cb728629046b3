"""What an answer does to a delivery, and to the counters that the dashboards read."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from exports.ministry.messages import ResultRow, SubmissionState, WithdrawalState
from exports.models import Delivery, Kind
from records.models import ClassProgress
from schools.actors import Actor

State = Delivery.State


@transaction.atomic
def settle(delivery_id: int, result: ResultRow, *, by: Actor) -> None:
    """Keep the receiver's answer to one row; a second answer to the same row changes nothing."""
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if row.state != State.SENT or result.state is None:
        return
    if row.kind == Kind.WITHDRAWAL and result.state == WithdrawalState.WAITING:
        return
    accepted = WithdrawalState.AGREED if row.kind == Kind.WITHDRAWAL else SubmissionState.APPROVED
    row.state = State.ACCEPTED if result.state == accepted else State.REFUSED
    row.answered_at = by.at
    row.answer_code = result.error[:40]
    row.answer_field = result.error_field_title[:80]
    row.answer_text = result.error_description
    row.save(update_fields=["state", "answered_at", "answer_code", "answer_field", "answer_text"])
    if row.kind == Kind.ISSUE:
        _after_issue(row)


def _after_issue(row: Delivery) -> None:
    """Count an accepted transcript, unless it was withdrawn meanwhile; a refused one needs no withdrawal."""
    withdrawn = row.withdrawals.exists()
    if row.state == State.REFUSED:
        row.withdrawals.filter(state=State.WAITING).update(state=State.VOID)
    elif not withdrawn and not _accepted_elsewhere(row):
        _count(row, +1)


def withdrawn_meanwhile(original: Delivery) -> None:
    """Take note that a transcript was withdrawn: what was not packed is not sent, what arrived counts no more.

    What is packed or on its way goes on, and its withdrawal follows when it has been accepted.
    """
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=original.pk)
    if row.state == State.WAITING and row.package_id is None:
        row.state = State.VOID
        row.save(update_fields=["state"])
    if row.state in (State.VOID, State.REFUSED):
        row.withdrawals.filter(state=State.WAITING).update(state=State.VOID)
    elif row.state == State.ACCEPTED and not _accepted_elsewhere(row):
        _count(row, -1)


def _accepted_elsewhere(row: Delivery) -> bool:
    """Say whether another destination holds this transcript: it is counted once."""
    ClassProgress.objects.select_for_update(of=("self",)).filter(class_year=row.class_year_id).first()
    others = Delivery.objects.filter(leaf=row.leaf_id, state=State.ACCEPTED).exclude(pk=row.pk)
    return others.filter(withdrawals__isnull=True).exists()


def _count(row: Delivery, step: int) -> None:
    ClassProgress.objects.filter(class_year=row.class_year_id).update(delivered=F("delivered") + step)
