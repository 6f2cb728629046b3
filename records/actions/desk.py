"""Save the homeroom teacher's table of a whole class: traits, absences, height and weight, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound
from records.actions import classes, homeroom
from records.actions.homeroom import HomeroomEntry
from records.models import AssessmentPoint, HomeroomRecord, Transcript
from records.rules import curriculum, lifecycle
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear, Enrolment
from schools.permissions import Permission, require

WHOLE_NUMBERS = ("absences_excused", "absences_unexcused")
MEASURES = ("height_cm", "weight_kg")
LONGEST_CELL = 12
"""Characters; more is no letter and no number that fits here."""


@dataclass(frozen=True, slots=True)
class RowEntry:
    """What was typed for one pupil, by column (a trait's code or a field), and the version that was on the screen."""

    version: int
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """How many pupils' records changed, and when."""

    changed: int
    at: datetime


@dataclass(slots=True)
class _Table:
    """One save on its way."""

    class_year: ClassYear
    point: str
    by: Actor
    existing: dict[int, HomeroomRecord]
    put: list[HomeroomRecord] = field(default_factory=list)
    wrong: dict[str, object] = field(default_factory=dict)
    stale: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def enter_class(class_year: ClassYear, *, point: str, rows: Mapping[int, RowEntry], by: Actor) -> Saved:
    """Save what was typed in the table: `rows` by enrolment; columns that a row does not have stay as they are.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 2.
    Raises: NotPermitted; NotFound, for a pupil that the class does not have; Invalid, with a sentence for each wrong
    cell ("<column>-<enrolment>"); Conflict `stale`, with `cells` of both values; Conflict `not-open`.
    """
    require(by, Permission.HOMEROOM_ENTER, class_year)
    class_year = classes.lock(class_year)
    if point not in AssessmentPoint.values:
        raise Invalid(_("Không có kì đánh giá đó."), code="unknown-point")
    found = HomeroomRecord.objects.filter(class_year=class_year, point=point)
    table = _Table(class_year, point, by, {row.enrolment_id: row for row in found})
    pupils = Enrolment.objects.filter(class_year=class_year, left_on__isnull=True, pk__in=list(rows))
    enrolments = list(pupils.select_related("pupil", "class_year"))
    if len(enrolments) != len(rows):
        raise NotFound(_("Có em không thuộc lớp này. Hãy tải lại trang."))
    for enrolment in enrolments:
        _weigh(table, enrolment, rows[enrolment.pk])
    _refuse(table)
    _write(table)
    return Saved(len(table.put), by.at)


def _weigh(table: _Table, enrolment: Enrolment, entry: RowEntry) -> None:
    """Decide for one pupil: unchanged, wrong, stale, or to be put."""
    record = table.existing.get(enrolment.pk)
    before = stated(record)
    data, wrong = _read(before, entry.cells, table.class_year.grade)
    try:
        values = homeroom.checked(data, table.class_year.grade)
    except Invalid as refused:
        wrong = {name.removeprefix("trait-"): text for name, text in refused.fields.items()} | wrong
    if wrong:
        table.wrong |= {f"{name}-{enrolment.pk}": text for name, text in wrong.items()}
        return
    asked = {one.name: getattr(before, one.name) for one in fields(before)}
    if values == asked:
        return
    if record is not None and record.version != entry.version:
        table.stale.extend(_differences(enrolment, before, data))
    made, _changed = homeroom.put(
        record,
        values,
        class_year=table.class_year,
        enrolment=enrolment,
        point=table.point,
        by=table.by,
    )
    table.put.append(made)


def stated(record: HomeroomRecord | None) -> HomeroomEntry:
    """Return what a record states now; nothing, where there is none."""
    if record is None:
        return HomeroomEntry()
    return HomeroomEntry(**{one.name: getattr(record, one.name) for one in fields(HomeroomEntry)})


def cell(data: HomeroomEntry, column: str) -> str:
    """Return a cell of the table as it is written: a decimal comma, no zero that says nothing."""
    if column in (*WHOLE_NUMBERS, *MEASURES):
        value = getattr(data, column)
        if isinstance(value, Decimal):
            return f"{value.normalize():f}".replace(".", ",")
        return "" if value is None else str(value)
    return str(data.qualities.get(column) or data.competences.get(column) or "")


def _read(
    before: HomeroomEntry, cells: Mapping[str, str], grade: int
) -> tuple[HomeroomEntry, dict[str, object]]:
    """Return what a row says, on what stood there, and a sentence for each cell that is no letter or number."""
    wrong: dict[str, object] = {}
    plain: dict[str, Any] = {}
    levels: dict[str, Any] = {
        "qualities": dict(before.qualities),
        "competences": dict(before.competences),
    }
    kinds = {one.code: "qualities" for one in curriculum.qualities(grade)}
    kinds |= {one.code: "competences" for one in curriculum.competences(grade)}
    for name, typed in cells.items():
        text = typed.strip()
        if name in kinds:
            level = {"D": "Đ"}.get(text.upper(), text.upper())
            levels[kinds[name]].pop(name, None)
            if level:
                levels[kinds[name]][name] = level
        elif name in (*WHOLE_NUMBERS, *MEASURES):
            plain[name], fault = _number(text, name in WHOLE_NUMBERS)
            if fault:
                wrong[name] = fault
    return replace(before, **plain, **levels), wrong


def _number(text: str, is_whole: bool) -> tuple[int | Decimal | None, object]:
    if not text:
        return None, None
    if is_whole:
        if text.isascii() and text.isdecimal() and len(text) <= LONGEST_CELL:
            return int(text), None
        return None, _("Số buổi nghỉ là số từ 0 đến 400.")
    try:
        value = Decimal(text.replace(",", ".")) if len(text) <= LONGEST_CELL else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        return None, _("Hãy ghi số, ví dụ 132,5.")
    return value, None


def _differences(enrolment: Enrolment, before: HomeroomEntry, data: HomeroomEntry) -> list[dict[str, Any]]:
    columns = [one.code for one in curriculum.traits(enrolment.class_year.grade)]
    columns += [*WHOLE_NUMBERS, *MEASURES]
    return [
        {
            "enrolment": enrolment.pk,
            "name": enrolment.pupil.full_name,
            "field": column,
            "theirs": cell(before, column),
            "yours": cell(data, column),
        }
        for column in columns
        if cell(before, column) != cell(data, column)
    ]


def _refuse(table: _Table) -> None:
    if table.wrong:
        raise Invalid(
            _("Có ô nhập chưa đúng; chưa lưu gì. Những gì đã nhập vẫn còn trên trang."), fields=table.wrong
        )
    if table.stale:
        raise Conflict(
            _("Người khác vừa sửa những ô này. Chưa lưu gì; hãy so hai giá trị rồi lưu lại."),
            code="stale",
            cells=table.stale,
        )
    touched = [record.enrolment_id for record in table.put]
    closed = Transcript.objects.filter(enrolment__in=touched).exclude(state__in=lifecycle.EDITABLE)
    names = list(closed.values_list("pupil__full_name", flat=True))
    if names:
        raise Conflict(
            _("Kết quả của %(names)s đã xác nhận hoàn thành. Muốn sửa, hãy mở lại trước.")
            % {"names": ", ".join(names)},
            code="not-open",
            names=names,
        )


def _write(table: _Table) -> None:
    if not table.put:
        return
    changed = [one.name for one in fields(HomeroomEntry)] + ["version", "changed_at", "changed_by"]
    new = [one for one in table.put if one.pk is None]
    altered = [one for one in table.put if one.pk is not None]
    HomeroomRecord.objects.bulk_create(new)
    HomeroomRecord.objects.bulk_update(altered, changed)
    audit.record(
        table.by,
        "homeroom.enter-class",
        unit_path=table.class_year.school.path,
        subject=("class", table.class_year.code),
        count=len(table.put),
        point=table.point,
        enrolments=sorted(one.enrolment_id for one in table.put),
    )
