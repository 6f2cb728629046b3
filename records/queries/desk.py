"""The homeroom teacher's desk: a class at one point, what each pupil lacks, whose that is, what to read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from records.models import CellReturn, HomeroomRecord, SubjectResult
from records.national.codes import code_list
from records.queries import doubts, entry, returns
from records.queries.doubts import Doubtful
from records.queries.entry import COMMENTS, HomeroomPage, HomeroomRow
from records.rules import curriculum
from records.rules.periods import may_have_mark
from records.rules.returns import Cell
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, TeachingAssignment
from schools.permissions import Permission, visible

BODY = ("absences_excused", "absences_unexcused", "height_cm", "weight_kg")
HOMEROOM = ""
"""In place of a subject: what the homeroom teacher owes."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A cell that is missing of one pupil: a subject's code and a cell of its table, or HOMEROOM and what of it."""

    subject_code: str
    what: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One pupil: the row of the homeroom list, levels in the order of the form, and what is missing."""

    row: HomeroomRow
    qualities: tuple[str, ...]
    competences: tuple[str, ...]
    lacks: tuple[Lack, ...]
    returned: tuple[CellReturn, ...]


@dataclass(frozen=True, slots=True)
class Colleague:
    """What one subject still lacks, and whose it is; `comments` are not written, which holds nobody up."""

    subject: ClassSubject
    teachers: tuple[str, ...]
    is_own: bool
    cells: int
    pupils: int
    comments: int
    returned: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The class at one point."""

    page: HomeroomPage
    rows: tuple[DeskRow, ...]
    colleagues: tuple[Colleague, ...]
    doubtful: tuple[Doubtful, ...]
    labels: Mapping[str, str]
    """Names of the subjects by code."""

    @property
    def complete(self) -> int:
        """Return how many pupils lack nothing."""
        return sum(1 for row in self.rows if not row.lacks)


def desk(by: Actor, code: str, point: str) -> Desk:
    """Return the desk of a class: the same number of queries whatever the size. Raises: NotFound."""
    page = entry.homeroom_page(by, code, point)
    class_year = page.class_year
    subjects = list(ClassSubject.objects.filter(class_year=class_year).order_by("position"))
    results = _results(by, class_year, page.point)
    records = {row.enrolment.pk: row.record for row in page.rows if row.record is not None}
    sent = returns.of_class(by, class_year, page.point)
    rows = tuple(_row(row, page, subjects, results, sent) for row in page.rows)
    teachers = _teachers(by, class_year)
    lines = (_colleague(subject, teachers, rows, results, sent, by) for subject in subjects)
    doubtful = doubts.of_class((row.enrolment for row in page.rows), subjects, results, records)
    labels = {one.subject_code: one.label for one in subjects}
    return Desk(page, rows, tuple(lines), tuple(doubtful), labels)


def _results(by: Actor, class_year: ClassYear, point: str) -> dict[str, dict[int, SubjectResult]]:
    rows = SubjectResult.objects.filter(
        school_year=class_year.school_year_id, class_year=class_year, point=point
    )
    found: dict[str, dict[int, SubjectResult]] = {}
    for row in visible(by, Permission.RESULT_VIEW, rows):
        found.setdefault(row.subject_code, {})[row.enrolment_id] = row
    return found


def _teachers(by: Actor, class_year: ClassYear) -> dict[str, list[tuple[int, str]]]:
    rows = TeachingAssignment.objects.filter(
        Q(to_on__isnull=True) | Q(to_on__gte=by.today), class_year=class_year, from_on__lte=by.today
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for code, number, name in rows.values_list("subject_code", "teacher", "teacher__full_name"):
        found.setdefault(code, []).append((number, name))
    return found


def _row(
    row: HomeroomRow,
    page: HomeroomPage,
    subjects: Iterable[ClassSubject],
    results: Mapping[str, Mapping[int, SubjectResult]],
    sent: Iterable[CellReturn],
) -> DeskRow:
    grade, record = page.class_year.grade, row.record
    levels = {**record.qualities, **record.competences} if record else {}
    qualities = tuple(levels.get(one.code, "") for one in curriculum.qualities(grade))
    competences = tuple(levels.get(one.code, "") for one in curriculum.competences(grade))
    lacks = [*_own_lacks(record, qualities, competences)]
    for subject in subjects:
        result = results.get(subject.subject_code, {}).get(row.enrolment.pk)
        lacks += [
            Lack(subject.subject_code, cell)
            for cell in _wanted(subject, grade, page.point)
            if result is None or getattr(result, cell) in ("", None)
        ]
    own = tuple(one for one in sent if one.enrolment_id == row.enrolment.pk)
    return DeskRow(row, qualities, competences, tuple(lacks), own)


def _own_lacks(
    record: HomeroomRecord | None, qualities: tuple[str, ...], competences: tuple[str, ...]
) -> Iterable[Lack]:
    counted = (
        ("qualities", qualities.count("")),
        ("competences", competences.count("")),
        ("comments", sum(1 for name in COMMENTS if record is None or not getattr(record, name))),
        ("body", sum(1 for name in BODY if record is None or getattr(record, name) is None)),
    )
    return [Lack(HOMEROOM, what, count) for what, count in counted if count]


def _wanted(subject: ClassSubject, grade: int, point: str) -> tuple[str, ...]:
    """Return the cells that must be filled: a level, and a mark where there is a test; none of an optional subject."""
    if subject.is_optional:
        return ()
    line = code_list().subject(subject.subject_code)
    has_mark = subject.is_tested and may_have_mark(line, grade, point)
    return (Cell.LEVEL, Cell.MARK) if has_mark else (Cell.LEVEL,)


def _colleague(
    subject: ClassSubject,
    teachers: Mapping[str, list[tuple[int, str]]],
    rows: Iterable[DeskRow],
    results: Mapping[str, Mapping[int, SubjectResult]],
    sent: Iterable[CellReturn],
    by: Actor,
) -> Colleague:
    code = subject.subject_code
    own = teachers.get(code, [])
    lacking = [[one for one in row.lacks if one.subject_code == code] for row in rows]
    written = results.get(code, {})
    silent = [row for row in rows if not getattr(written.get(row.row.enrolment.pk), "comment", "")]
    return Colleague(
        subject,
        tuple(name for _number, name in own),
        any(number == by.person_id for number, _name in own),
        sum(len(cells) for cells in lacking),
        sum(1 for cells in lacking if cells),
        len(silent),
        sum(1 for one in sent if one.subject_code == code),
    )
