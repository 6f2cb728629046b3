"""Withdraw an issued transcript: before the year closes, by the school itself, with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, RuleBroken
from records.actions import life
from records.models import LookUpEntry
from records.rules.lifecycle import Event
from schools import audit
from schools.actors import Actor
from schools.later import later
from schools.permissions import Permission, require
from signing.actions import ledger
from signing.log import leaf
from signing.models import SealedDocument, Withdrawal

SHORTEST_REASON = 10


@transaction.atomic
def withdraw(sealed: SealedDocument, *, reason: str, by: Actor) -> Withdrawal:
    """Declare an issued transcript void, in the log and everywhere its code is asked for.

    The file itself stays cryptographically sound and says so; it has no value any more.
    Raises: NotPermitted; Invalid, without a reason of some words; RuleBroken, after the year has closed;
    Conflict, when it is withdrawn already. Law: HCMC QĐ 1789/QĐ-SGDĐT, Điều 21.
    """
    require(by, Permission.WITHDRAW, sealed)
    reason = _reason(reason)
    transcript = life.lock(sealed.version.transcript_id)
    if transcript.current_id != sealed.version_id or Withdrawal.objects.filter(sealed=sealed).exists():
        raise Conflict(_("Học bạ này đã được thu hồi trước đó."), code="already-withdrawn")
    year = transcript.school_year
    if by.today > year.closes_on:
        raise RuleBroken(
            _("Năm học đã khóa sổ. Muốn thu hồi phải có đề nghị được Sở phê duyệt."),
            law="HCMC QĐ 1789/QĐ-SGDĐT, Điều 21",
            code="year-closed",
            closed_on=year.closes_on.isoformat(),
        )
    life.advance(transcript, Event.WITHDRAWN, by=by, reason=reason)
    LookUpEntry.objects.filter(look_up_code=sealed.look_up_code).update(standing="WITHDRAWN", ended_at=by.at)
    audit.record(
        by,
        "transcript.withdraw",
        unit_path=sealed.school_path,
        subject=("sealed", sealed.pk),
        pupil_id=sealed.pupil_id,
        reason=reason,
    )
    school = transcript.class_year.school
    row = ledger.append(
        leaf.withdraw(at=by.at, school=school.code, code_hash=sealed.code_hash),
        school_path=sealed.school_path,
    )
    later("signing.tasks.publish_log")
    return Withdrawal.objects.create(
        sealed=sealed,
        school_path=sealed.school_path,
        pupil_id=sealed.pupil_id,
        reason=reason,
        leaf=row,
        withdrawn_at=by.at,
        withdrawn_by=by.person,
    )


def _reason(stated: str) -> str:
    reason = stated.strip()
    if len(reason) < SHORTEST_REASON:
        sentence = _("Hãy ghi rõ lý do thu hồi (ít nhất 10 chữ cái); lý do được lưu mãi.")
        raise Invalid(sentence, fields={"reason": sentence}, code="reason-owed")
    return reason
