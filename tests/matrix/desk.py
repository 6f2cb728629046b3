"""The rows of the homeroom teacher's desk in each place of the matrix."""

from __future__ import annotations

from hocba.kernel import clock
from records.models import CellReturn, Phrase
from schools import scopes
from schools.models import ClassYear

SENT = "SENT BACK"
"""Begins the reason of the one cell that waits in each place."""


def furnish(draft: ClassYear) -> None:
    """Put a phrase of the school and a cell that was sent back beside a class of one pupil."""
    school, enrolment = draft.school, draft.enrolments.get()
    by = {"asked_at": clock.now(), "asked_by": draft.homeroom_teacher}
    Phrase.objects.create(
        school=school,
        about="TOAN",
        level="T",
        text="Em tính nhanh.",
        changed_at=clock.now(),
        changed_by=draft.homeroom_teacher,
    )
    with scopes.system(school.path):
        CellReturn.objects.create(
            school_path=school.path,
            class_year=draft,
            enrolment=enrolment,
            pupil_id=enrolment.pupil_id,
            subject_code="TOAN",
            point="CN",
            cell="level",
            value="T",
            reason=f"{SENT} {school.code}",
            **by,
        )
