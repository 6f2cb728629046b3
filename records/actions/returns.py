"""Send a cell of a subject's table back to its teacher with a reason, and answer it: once, and kept for ever.

Nobody writes in a colleague's place: who reads the whole class asks, the subject's teacher changes or says why not.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound
from records.actions import classes
from records.models import AssessmentPoint, CellReturn, SubjectResult, Transcript
from records.rules import lifecycle
from records.rules.returns import Answer, Cell, shown
from schools import audit, texts
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, Enrolment
from schools.permissions import Permission, require

LONGEST_REASON = 500
TRAIL = {
    Answer.CHANGED: "cell.changed",
    Answer.KEPT: "cell.kept",
    Answer.TAKEN_BACK: "cell.taken-back",
}


@transaction.atomic
def send(
    enrolment: Enrolment, *, subject_code: str, point: str, cell: str, reason: str, by: Actor
) -> CellReturn:
    """Send one cell back. Raises: NotPermitted; NotFound, for a subject the class does not have; Invalid, without
    a reason or for a cell that is none; Conflict `not-open`, when results are confirmed, `returned`, when it is back.
    """
    subject = ClassSubject.objects.filter(
        class_year=enrolment.class_year_id, subject_code=subject_code
    ).first()
    if subject is None:
        raise NotFound(_("Lớp này không học môn đó."))
    require(by, Permission.CELL_RETURN, subject)
    class_year = classes.lock(enrolment.class_year)
    if cell not in set(Cell) or point not in AssessmentPoint.values:
        raise Invalid(_("Hãy chọn ô cần trả lại."), fields={"cell": _("Hãy chọn ô cần trả lại.")})
    why = _reason(reason)
    _check_open(enrolment)
    at_cell = {"enrolment": enrolment, "subject_code": subject_code, "point": point}
    if CellReturn.objects.filter(**at_cell, cell=cell, answer="").exists():
        raise Conflict(_("Ô này đã được trả lại và đang chờ giáo viên bộ môn."), code="returned")
    row = SubjectResult.objects.filter(school_year=class_year.school_year_id, **at_cell).first()
    made = CellReturn.objects.create(
        school_path=class_year.school.path,
        class_year=class_year,
        pupil_id=enrolment.pupil_id,
        cell=cell,
        value=shown(row, cell),
        reason=why,
        asked_at=by.at,
        asked_by=by.person,
        **at_cell,
    )
    _tell("cell.return", made, by)
    return made


@transaction.atomic
def keep(returned: CellReturn, *, reason: str, by: Actor) -> CellReturn:
    """Answer that the cell stays as it is, and why. Raises: NotPermitted; Invalid, without a reason; Conflict."""
    subject = ClassSubject.objects.get(class_year=returned.class_year_id, subject_code=returned.subject_code)
    require(by, Permission.RESULT_ENTER, subject)
    why = _reason(reason)
    return _answer(_locked(returned), Answer.KEPT, by, why)


@transaction.atomic
def take_back(returned: CellReturn, *, by: Actor) -> CellReturn:
    """End a return that was not needed. Raises: NotPermitted; Conflict `answered`."""
    require(by, Permission.CELL_RETURN, returned)
    return _answer(_locked(returned), Answer.TAKEN_BACK, by)


def answer_by_change(
    class_year: ClassYear, *, subject_code: str, point: str, rows: Iterable[SubjectResult], by: Actor
) -> int:
    """Answer what is open at cells that this save has changed; within the save, its class held. Return how many."""
    saved = {row.enrolment_id: row for row in rows}
    waiting = CellReturn.objects.filter(
        class_year=class_year, subject_code=subject_code, point=point, answer="", enrolment__in=list(saved)
    )
    changed = [one for one in waiting if shown(saved[one.enrolment_id], one.cell) != one.value]
    for one in changed:
        _answer(one, Answer.CHANGED, by)
    return len(changed)


def _reason(typed: str) -> str:
    why = texts.tidy(typed)
    refusal = texts.refusal(why)
    if not why:
        refusal = str(_("Hãy ghi lý do."))
    elif len(why) > LONGEST_REASON:
        refusal = str(_("Lý do dài quá 500 chữ; hãy viết ngắn lại."))
    if refusal:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields={"reason": refusal})
    return why


def _check_open(enrolment: Enrolment) -> None:
    head = Transcript.objects.filter(enrolment=enrolment).first()
    if head is not None and head.state not in lifecycle.EDITABLE:
        raise Conflict(
            _("Kết quả của em này đã xác nhận hoàn thành. Muốn sửa, hãy mở lại trước."), code="not-open"
        )


def _locked(returned: CellReturn) -> CellReturn:
    classes.lock(returned.class_year)
    return CellReturn.objects.select_related("class_year__school").get(pk=returned.pk)


def _answer(returned: CellReturn, answer: Answer, by: Actor, why: str = "") -> CellReturn:
    if returned.answer:
        raise Conflict(_("Ô này đã được trả lời rồi. Hãy tải lại trang."), code="answered")
    returned.answer, returned.answer_reason = answer.value, why
    returned.answered_at, returned.answered_by = by.at, by.person
    returned.save(update_fields=["answer", "answer_reason", "answered_at", "answered_by"])
    _tell(TRAIL[answer], returned, by)
    return returned


def _tell(action: str, returned: CellReturn, by: Actor) -> None:
    audit.record(
        by,
        action,
        unit_path=returned.school_path,
        subject=("enrolment", returned.enrolment_id),
        pupil_id=returned.pupil_id,
        subject_code=returned.subject_code,
        point=returned.point,
        cell=returned.cell,
    )
