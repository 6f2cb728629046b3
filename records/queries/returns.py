"""Cells that were sent back: what waits for a person, what stands at a subject's cells, one cell's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from records.models import CellReturn, SubjectResult, Transcript
from records.rules import lifecycle
from records.rules.returns import Cell, shown
from schools import audit
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, Enrolment
from schools.permissions import Permission, held, holds, one, visible

P = Permission


@dataclass(frozen=True, slots=True)
class CellPage:
    """One pupil in one subject at one point: its cells, what was sent back, and what this person may do."""

    enrolment: Enrolment
    subject: ClassSubject
    point: str
    cells: dict[str, str]
    returns: tuple[CellReturn, ...]
    rights: frozenset[Permission]
    is_open: bool

    @property
    def free(self) -> tuple[str, ...]:
        """Return the cells that may be sent back: none of them waits already."""
        waiting = {row.cell for row in self.returns if not row.answer}
        return tuple(cell for cell in self.cells if cell not in waiting)


def waiting_for(by: Actor) -> list[tuple[CellReturn, str]]:
    """Return what waits for this person as a subject's teacher in the working unit, each with its subject's name."""
    if not holds(by.here, P.RESULT_ENTER):
        return []
    rows = visible(by.here, P.RESULT_ENTER, CellReturn.objects.filter(answer=""))
    found = list(rows.select_related("class_year", "pupil", "asked_by"))
    return [(row, label) for row, label in zip(found, _labels(found), strict=True)]


def open_in(
    by: Actor, class_year: ClassYear, subject_code: str, points: Iterable[str]
) -> dict[tuple[int, str, str], CellReturn]:
    """Return the open returns of a subject's table by enrolment, point and cell (a field of the result): one query."""
    rows = CellReturn.objects.filter(
        class_year=class_year, subject_code=subject_code, point__in=list(points), answer=""
    )
    found = visible(by, P.RESULT_VIEW, rows).select_related("asked_by", "pupil", "class_year")
    return {(row.enrolment_id, row.point, row.cell): row for row in found}


def of_class(by: Actor, class_year: ClassYear, point: str) -> list[CellReturn]:
    """Return the open returns of a class at a point, for whoever reads the whole class: one query."""
    rows = CellReturn.objects.filter(class_year=class_year, point=point, answer="")
    return list(visible(by, P.RESULT_VIEW, rows).select_related("pupil", "asked_by"))


def cell_page(by: Actor, code: str, subject_code: str, enrolment_id: int, point: str) -> CellPage:
    """Return one pupil's cells in a subject with their history; the family's trail is told. Raises: NotFound."""
    subjects = ClassSubject.objects.filter(class_year__code=code).select_related("class_year__school")
    subject = one(by, P.RESULT_VIEW, subjects, subject_code=subject_code)
    enrolments = Enrolment.objects.filter(class_year=subject.class_year_id).select_related("pupil")
    enrolment = one(by, P.PUPIL_VIEW, enrolments, pk=enrolment_id)
    enrolment.class_year = subject.class_year
    at_cell = {"enrolment": enrolment, "subject_code": subject_code, "point": point}
    rows = SubjectResult.objects.filter(school_year=subject.class_year.school_year_id, **at_cell)
    row = visible(by, P.RESULT_VIEW, rows).first()
    returns = visible(by, P.RESULT_VIEW, CellReturn.objects.filter(**at_cell))
    audit.record(
        by,
        "cell.view",
        unit_path=subject.class_year.school.path,
        subject=("enrolment", enrolment.pk),
        pupil_id=enrolment.pupil_id,
        subject_code=subject_code,
        point=point,
    )
    return CellPage(
        enrolment,
        subject,
        point,
        {cell.value: shown(row, cell.value) for cell in Cell},
        tuple(returns.select_related("asked_by", "answered_by", "class_year").order_by("-asked_at", "-pk")),
        held(by, (P.CELL_RETURN, P.RESULT_ENTER), subject),
        _is_open(enrolment),
    )


def _is_open(enrolment: Enrolment) -> bool:
    head = Transcript.objects.filter(enrolment=enrolment).first()
    return head is None or head.state in lifecycle.EDITABLE


def _labels(rows: list[CellReturn]) -> list[str]:
    classes = {row.class_year_id for row in rows}
    chosen: QuerySet[ClassSubject] = ClassSubject.objects.filter(class_year__in=classes)
    labels = {(row.class_year_id, row.subject_code): row.label for row in chosen} if rows else {}
    return [labels.get((row.class_year_id, row.subject_code), row.subject_code) for row in rows]
