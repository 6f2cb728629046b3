"""Save single cells of a subject's grid, as a page sends them while somebody types: what fits is saved, each by itself.

A cell carries the value that its page had seen. When another value stands there by now, nothing is overwritten:
both go back, and a person chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from hocba.kernel.errors import Invalid, NotFound
from records.actions import results
from records.actions.results import FIELDS, Entry, Sheet
from records.models import EntryBatch, SubjectResult, Transcript
from records.rules import lifecycle
from schools import texts
from schools.actors import Actor
from schools.models import ClassYear, Enrolment

MOST_CELLS = 200
"""In one batch; a page sends a large paste in several."""


class Fate(StrEnum):
    """What became of a cell."""

    SAVED = "saved"
    CLASH = "clash"
    WRONG = "wrong"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: the value that the page had seen (`base`) and what stands there now (`value`).

    `is_second_test`: of a mark, whether it is that of a second sitting; None leaves that as it is.
    """

    enrolment: int
    point: str
    field: str
    base: str
    value: str
    is_second_test: bool | None = None

    @property
    def key(self) -> str:
        """Return the cell's name: "12:CN:level"."""
        return f"{self.enrolment}:{self.point}:{self.field}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one cell, and what stands there now; of a clash also who wrote it and when."""

    change: Change
    fate: Fate
    stands: str
    sentence: str = ""
    who: str = ""
    is_own: bool = False
    when: datetime | None = None
    values: results.Values | None = None
    """What is to be written, when something is."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A batch as it was taken in."""

    at: datetime
    outcomes: tuple[Outcome, ...]


@transaction.atomic
def save_cells(
    class_year: ClassYear, *, subject_code: str, batch: UUID, changes: Sequence[Change], by: Actor
) -> Merged:
    """Save the cells that may be saved, and say of each other one why not. The same `batch` again does nothing again.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1.
    Raises: NotPermitted; NotFound, for a pupil or subject that the class does not have; Invalid `unknown-point`,
    `unknown-field`, `too-many-cells`, `twice`.
    """
    _shape(changes)
    outcomes, sheets, pupils, before = _weighed(class_year, subject_code, changes, by, batch=batch)
    for outcome in outcomes:
        if outcome.values is not None:
            change = outcome.change
            _put(sheets[change.point], pupils[change.enrolment], change, outcome.values)
    for sheet in sheets.values():
        results.write(sheet)
    if before is None and changes:
        _remember(batch, class_year, subject_code, outcomes, by)
    return Merged(by.at, tuple(outcomes))


@transaction.atomic
def foresee(
    class_year: ClassYear, *, subject_code: str, changes: Sequence[Change], by: Actor
) -> list[Outcome]:
    """Return what saving would do, over what stands now; nothing is written.

    Outcomes with `values` would change their cell; their change's base is what stands. Raises: as `save_cells`.
    """
    return _weighed(class_year, subject_code, changes, by)[0]


def _weighed(
    class_year: ClassYear,
    subject_code: str,
    changes: Sequence[Change],
    by: Actor,
    *,
    batch: UUID | None = None,
) -> tuple[list[Outcome], dict[str, Sheet], dict[int, Enrolment], EntryBatch | None]:
    """Judge each change; without a `batch` over what stands now, so that there is no clash."""
    points = list(dict.fromkeys(change.point for change in changes))
    sheets = {
        point: results.open_sheet(class_year, subject_code=subject_code, point=point, by=by)
        for point in points
    }
    pupils = _pupils(class_year, changes)
    before = None
    if batch is not None:
        before = EntryBatch.objects.filter(number=batch, class_year=class_year, taken_by=by.person).first()
    done = set(before.saved_cells) if before else set()
    closed = _closed(list(pupils))
    outcomes = []
    for change in changes:
        sheet, enrolment = sheets[change.point], pupils[change.enrolment]
        if batch is None:
            change = replace(change, base=shown(sheet.existing.get(change.enrolment), change.field))  # noqa: PLW2901
        if change.key in done:
            outcomes.append(
                Outcome(change, Fate.SAVED, shown(sheet.existing.get(change.enrolment), change.field))
            )
        else:
            outcomes.append(_merge(sheet, enrolment, change, is_closed=change.enrolment in closed))
    return outcomes, sheets, pupils, before


def _shape(changes: Sequence[Change]) -> None:
    if len(changes) > MOST_CELLS:
        raise Invalid(_("Một lần gửi quá nhiều ô."), code="too-many-cells")
    if any(change.field not in FIELDS for change in changes):
        raise Invalid(_("Không có cột đó."), code="unknown-field")
    if len({change.key for change in changes}) != len(changes):
        raise Invalid(_("Một ô được gửi hai lần."), code="twice")


def _pupils(class_year: ClassYear, changes: Sequence[Change]) -> dict[int, Enrolment]:
    wanted = {change.enrolment for change in changes}
    rows = Enrolment.objects.filter(class_year=class_year, left_on__isnull=True, pk__in=wanted)
    found = {row.pk: row for row in rows.select_related("pupil")}
    if len(found) != len(wanted):
        raise NotFound(_("Có em không thuộc lớp này. Hãy tải lại trang."))
    return found


def _closed(enrolments: list[int]) -> set[int]:
    rows = Transcript.objects.filter(enrolment__in=enrolments).exclude(state__in=lifecycle.EDITABLE)
    return set(rows.values_list("enrolment_id", flat=True))


def _merge(sheet: Sheet, enrolment: Enrolment, change: Change, *, is_closed: bool) -> Outcome:
    row = sheet.existing.get(enrolment.pk)
    stands = shown(row, change.field)
    if is_closed:
        sentence = _(
            "Kết quả của em này đã xác nhận hoàn thành. Muốn sửa, hãy nhờ giáo viên chủ nhiệm mở lại."
        )
        return Outcome(change, Fate.CLOSED, stands, sentence)
    first = row.first_test_mark if row else None
    trial = _as_entry(row)
    if change.field == "mark":
        trial = replace(trial, test_mark=change.value, is_second_test=change.is_second_test)
    elif change.field == "level":
        trial = replace(trial, level=change.value)
    else:
        trial = replace(trial, comment=change.value)
    values, wrong = results.judged(sheet, enrolment, trial)
    if told := wrong.get(change.field):
        return Outcome(change, Fate.WRONG, stands, str(told))
    value = results.as_shown(getattr(values, FIELDS[change.field]))
    if value == stands and values.first_test_mark == first:
        return Outcome(change, Fate.SAVED, stands)
    if row is not None and stands not in (value, texts.tidy(change.base)):
        own = row.changed_by_id == sheet.by.person.pk
        return Outcome(change, Fate.CLASH, stands, "", row.changed_by.full_name, own, row.changed_at)
    return Outcome(change, Fate.SAVED, value, values=values)


def shown(row: SubjectResult | None, field: str) -> str:
    """Return what stands in a cell, as a page shows it."""
    return results.as_shown(getattr(row, FIELDS[field])) if row else ""


def _as_entry(row: SubjectResult | None) -> Entry:
    mark: Decimal | None = row.test_mark if row else None
    return Entry(row.level, mark, row.comment) if row else Entry()


def _put(sheet: Sheet, enrolment: Enrolment, change: Change, values: results.Values) -> None:
    """Write one cell into the row of this save; a row is counted once, however many of its cells change."""
    row = sheet.existing.get(enrolment.pk)
    if enrolment.pk in sheet.touched and row is not None:
        setattr(row, FIELDS[change.field], getattr(values, FIELDS[change.field]))
        if change.field == "mark":
            row.first_test_mark = values.first_test_mark
        return
    sheet.existing[enrolment.pk] = results.take(sheet, enrolment, row, values)


def _remember(
    batch: UUID, class_year: ClassYear, subject_code: str, outcomes: list[Outcome], by: Actor
) -> None:
    """Keep the number; one that somebody else has used is refused like any number that is not new."""
    if EntryBatch.objects.filter(number=batch).exists():
        raise Invalid(_("Số lần gửi này đã dùng. Hãy tải lại trang."), code="number-taken")
    saved = [one.change.key for one in outcomes if one.fate is Fate.SAVED]
    EntryBatch.objects.create(
        number=batch,
        class_year=class_year,
        subject_code=subject_code,
        saved_cells=saved,
        taken_at=by.at,
        taken_by=by.person,
    )
