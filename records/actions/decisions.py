"""The principal decides after supplementary assessment: goes up, or stays."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, RuleBroken
from records.actions import classes
from records.models import AssessmentPoint, HomeroomRecord, Transcript
from records.queries import years
from records.rules import lifecycle
from records.rules.values import Outcome
from schools import audit, seen
from schools.actors import Actor
from schools.models import Enrolment
from schools.permissions import Permission, require

LAW = "27/2020/TT-BGDĐT, Điều 11"


@transaction.atomic
def record(enrolment: Enrolment, *, decision: str, by: Actor, shown: str | None = None) -> HomeroomRecord:
    """Record "LEN" or "OLAI", or take a decision back with ""; `shown` is the mark of the decision on the page.

    Law: 27/2020/TT-BGDĐT, Điều 11.
    Raises: NotPermitted; Invalid; RuleBroken, while data is missing or the pupil has completed the grade;
    Conflict, when results are confirmed or signed already, or somebody else decided meanwhile.
    """
    require(by, Permission.DECISION_RECORD, enrolment)
    class_year = classes.lock(enrolment.class_year)
    if decision not in ("", "LEN", "OLAI"):
        raise Invalid(_("Hãy chọn được lên lớp hoặc chưa được lên lớp."), fields={"decision": _("Hãy chọn.")})
    head = Transcript.objects.filter(enrolment=enrolment).first()
    if head is not None and head.state not in lifecycle.EDITABLE:
        raise Conflict(
            _("Kết quả của em này đã xác nhận; muốn đổi quyết định phải mở lại trước."), code="not-open"
        )
    year = years.of_enrolment(by, enrolment)
    if decision and (year is None or year.result.outcome is not Outcome.NOT_COMPLETED):
        raise RuleBroken(
            _("Chỉ quyết định với em đã đủ kết quả và chưa hoàn thành chương trình lớp học."),
            law=LAW,
            code="no-decision-needed",
        )
    row = HomeroomRecord.objects.filter(enrolment=enrolment, point=AssessmentPoint.YEAR_END).first()
    if row is None:
        raise RuleBroken(_("Chưa có kết quả phẩm chất, năng lực của em này."), law=LAW, code="no-record")
    if row.principal_decision == decision:
        return row
    _still(shown, row.principal_decision, decision)
    before, row.principal_decision = row.principal_decision, decision
    row.decision_at, row.decision_by = (by.at, by.person) if decision else (None, None)
    row.version += 1
    row.save(update_fields=["principal_decision", "decision_at", "decision_by", "version"])
    audit.record(
        by,
        "decision.record",
        unit_path=class_year.school.path,
        subject=("enrolment", enrolment.pk),
        pupil_id=enrolment.pupil_id,
        before=before,
        after=decision,
    )
    return row


def standing(decision: str) -> dict[str, object]:
    """Return what the page shows of a decision, for its mark."""
    return {"decision": decision}


def _still(shown: str | None, theirs: str, yours: str) -> None:
    words: Any = dict(HomeroomRecord._meta.get_field("principal_decision").flatchoices)
    seen.still(shown, standing(theirs), theirs=words.get(theirs, ""), yours=words.get(yours, ""))
