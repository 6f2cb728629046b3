"""Enter a subject's results of a class at one assessment point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound
from records.actions import classes, returns
from records.models import AssessmentPoint, SubjectResult, Transcript
from records.national.codes import SubjectCode, code_list
from records.national.text import MAX_TEXT
from records.rules import lifecycle
from records.rules.periods import may_have_mark
from records.rules.values import SubjectLevel, Unfit, periodic_mark
from schools import audit, texts
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, Enrolment
from schools.permissions import Permission, require

Cell = dict[str, Any]
FIELDS = {"level": "level", "mark": "test_mark", "comment": "comment"}
"""The columns of a page and the fields of a row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed for one pupil, and the version of the row that was on the screen (0: none yet)."""

    level: str = ""
    test_mark: str | int | Decimal | None = None
    comment: str = ""
    version: int = 0
    is_second_test: bool | None = None
    """The mark is of a second sitting, so that the first is kept beside it; None leaves that as it is."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How many rows changed, and when."""

    changed: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Values:
    """What is kept for a pupil; names are those of the row."""

    level: str
    test_mark: Decimal | None
    comment: str
    first_test_mark: Decimal | None


@dataclass(slots=True)
class Sheet:
    """One save on its way: the rows there were, the rows to be, and what is wrong."""

    class_year: ClassYear
    subject: ClassSubject
    line: SubjectCode
    point: str
    by: Actor
    existing: dict[int, SubjectResult]
    new: list[SubjectResult] = field(default_factory=list)
    altered: list[SubjectResult] = field(default_factory=list)
    wrong: dict[str, object] = field(default_factory=dict)
    stale: list[Cell] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)


@transaction.atomic
def enter_subject(
    class_year: ClassYear, *, subject_code: str, point: str, rows: Mapping[int, Entry], by: Actor
) -> Saved:
    """Save what a subject teacher typed: `rows` by enrolment id; all of it or nothing.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1.
    Raises: NotPermitted; NotFound, for a pupil or subject that the class does not have; Invalid, with a
    sentence for each wrong cell ("mark-<enrolment>"); Conflict `stale`, with `cells` that somebody else
    changed meanwhile (both values); Conflict `not-open`, when results are confirmed or signed already.
    """
    sheet = open_sheet(class_year, subject_code=subject_code, point=point, by=by)
    class_year = sheet.class_year
    for enrolment in _enrolments(class_year, rows):
        _weigh(sheet, enrolment, rows[enrolment.pk])
    _refuse(sheet)
    write(sheet)
    return Saved(len(sheet.touched), by.at)


def open_sheet(class_year: ClassYear, *, subject_code: str, point: str, by: Actor) -> Sheet:
    """Return the rows of a class, subject and point for saving: asked whether this person may, the class held.

    Raises: NotFound; NotPermitted; Invalid `unknown-point`.
    """
    subject = ClassSubject.objects.filter(class_year=class_year, subject_code=subject_code).first()
    if subject is None:
        raise NotFound(_("Lớp này không học môn đó."))
    require(by, Permission.RESULT_ENTER, subject)
    class_year = classes.lock(class_year)
    if point not in AssessmentPoint.values:
        raise Invalid(_("Không có kì đánh giá đó."), code="unknown-point")
    existing = {
        row.enrolment_id: row
        for row in SubjectResult.objects.filter(
            school_year=class_year.school_year_id,
            class_year=class_year,
            subject_code=subject_code,
            point=point,
        )
    }
    return Sheet(class_year, subject, code_list().subject(subject_code), point, by, existing)


def _enrolments(class_year: ClassYear, rows: Mapping[int, Entry]) -> list[Enrolment]:
    found = list(Enrolment.objects.filter(class_year=class_year, pk__in=list(rows)).select_related("pupil"))
    if len(found) != len(rows):
        raise NotFound(_("Có em không thuộc lớp này. Hãy tải lại trang."))
    return found


def _weigh(sheet: Sheet, enrolment: Enrolment, entry: Entry) -> None:
    """Decide for one pupil: unchanged, wrong, stale, new or altered."""
    values, wrong = judged(sheet, enrolment, entry)
    sheet.wrong |= {f"{name}-{enrolment.pk}": sentence for name, sentence in wrong.items()}
    row = sheet.existing.get(enrolment.pk)
    if row is None:
        if values.level or values.test_mark is not None or values.comment:
            take(sheet, enrolment, None, values)
        return
    if values == Values(row.level, row.test_mark, row.comment, row.first_test_mark):
        return
    if row.version != entry.version:
        stated = {"level": values.level, "test_mark": values.test_mark, "comment": values.comment}
        sheet.stale.extend(_differences(enrolment, row, stated))
    take(sheet, enrolment, row, values)


def judged(sheet: Sheet, enrolment: Enrolment, entry: Entry) -> tuple[Values, dict[str, object]]:
    """Return what was typed for a pupil as it would be kept, and a sentence for each wrong cell, by its column."""
    trial = replace(sheet, wrong={})
    level = _level(trial, enrolment, entry.level)
    mark = _mark(trial, enrolment, entry.test_mark)
    comment = texts.tidy(entry.comment)
    if refusal := texts.refusal(comment):
        trial.wrong[f"comment-{enrolment.pk}"] = refusal
    if len(comment) > MAX_TEXT:
        trial.wrong[f"comment-{enrolment.pk}"] = _("Nhận xét dài quá 4000 chữ; hãy viết ngắn lại.")
    first = _first_mark(trial, enrolment, sheet.existing.get(enrolment.pk), entry)
    wrong = {key.partition("-")[0]: sentence for key, sentence in trial.wrong.items()}
    return Values(level, mark, comment, first), wrong


def take(sheet: Sheet, enrolment: Enrolment, row: SubjectResult | None, values: Values) -> SubjectResult:
    """Note for a pupil what is to be written; return the row, a new one when there was none."""
    if row is None:
        row = _row(sheet, enrolment)
        sheet.new.append(row)
    else:
        row.version += 1
        sheet.altered.append(row)
    row.level, row.test_mark = values.level, values.test_mark
    row.comment, row.first_test_mark = values.comment, values.first_test_mark
    row.changed_at, row.changed_by = sheet.by.at, sheet.by.person
    sheet.touched.append(row.enrolment_id)
    return row


def as_shown(value: object) -> str:
    """Return a cell as it is written: a mark whole, as the column's one decimal never says anything here."""
    return "" if value is None else str(value).removesuffix(".0")


def _row(sheet: Sheet, enrolment: Enrolment) -> SubjectResult:
    return SubjectResult(
        school_year_id=sheet.class_year.school_year_id,
        school_path=sheet.class_year.school.path,
        class_year=sheet.class_year,
        enrolment=enrolment,
        pupil_id=enrolment.pupil_id,
        subject_code=sheet.subject.subject_code,
        point=sheet.point,
    )


def _level(sheet: Sheet, enrolment: Enrolment, typed: str) -> str:
    level = typed.strip().upper()
    if level and level not in set(SubjectLevel):
        sheet.wrong[f"level-{enrolment.pk}"] = _("Mức đạt được chỉ là T, H hoặc C (TT 27/2020, Điều 7).")
    return level


def _mark(sheet: Sheet, enrolment: Enrolment, typed: str | int | Decimal | None) -> Decimal | None:
    if typed is None or (isinstance(typed, str) and not typed.strip()):
        return None
    key = f"mark-{enrolment.pk}"
    if not may_have_mark(sheet.line, sheet.class_year.grade, sheet.point):
        sheet.wrong[key] = _("Môn này không có bài kiểm tra ở kì này (TT 27/2020, Điều 7).")
        return None
    try:
        return Decimal(periodic_mark(typed))
    except Unfit:
        sheet.wrong[key] = _(
            "Điểm kiểm tra là số nguyên từ 0 đến 10, không có điểm thập phân (TT 27/2020, Điều 7)."
        )
        return None


def _first_mark(
    sheet: Sheet, enrolment: Enrolment, row: SubjectResult | None, entry: Entry
) -> Decimal | None:
    """Return the mark that a second sitting replaced: the very first one is kept, whatever follows.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1 điểm d
    """
    kept = row.first_test_mark if row else None
    if entry.is_second_test is None:
        return kept
    if not entry.is_second_test:
        return None
    if kept is None and (row is None or row.test_mark is None):
        sheet.wrong[f"mark-{enrolment.pk}"] = _("Em chưa có điểm lần đầu nên chưa thể ghi là kiểm tra lại.")
    return kept if kept is not None or row is None else row.test_mark


def _differences(enrolment: Enrolment, row: SubjectResult, typed: Mapping[str, object]) -> list[Cell]:
    return [
        {
            "enrolment": enrolment.pk,
            "name": enrolment.pupil.full_name,
            "field": name,
            "theirs": str(getattr(row, name) if getattr(row, name) is not None else ""),
            "yours": str(value if value is not None else ""),
        }
        for name, value in typed.items()
        if getattr(row, name) != value
    ]


def _refuse(sheet: Sheet) -> None:
    if sheet.wrong:
        raise Invalid(
            _("Có ô nhập chưa đúng; chưa lưu gì. Những gì đã nhập vẫn còn trên trang."), fields=sheet.wrong
        )
    if sheet.stale:
        raise Conflict(
            _("Người khác vừa sửa những ô này. Chưa lưu gì; hãy so hai giá trị rồi lưu lại."),
            code="stale",
            cells=sheet.stale,
        )
    closed = (
        Transcript.objects.filter(enrolment__in=sheet.touched)
        .exclude(state__in=lifecycle.EDITABLE)
        .values_list("pupil__full_name", flat=True)
    )
    names = list(closed)
    if names:
        raise Conflict(
            _("Kết quả của %(names)s đã xác nhận hoàn thành. Muốn sửa, hãy nhờ giáo viên chủ nhiệm mở lại.")
            % {"names": ", ".join(names)},
            code="not-open",
            names=names,
        )


def write(sheet: Sheet) -> None:
    """Write the rows of a save, and one line into the trail; what was sent back and is changed now is answered."""
    if not sheet.touched:
        return
    SubjectResult.objects.bulk_create(sheet.new)
    SubjectResult.objects.bulk_update(
        sheet.altered,
        ["level", "test_mark", "first_test_mark", "comment", "version", "changed_at", "changed_by"],
    )
    audit.record(
        sheet.by,
        "results.enter",
        unit_path=sheet.class_year.school.path,
        subject=("class", sheet.class_year.code),
        count=len(sheet.touched),
        subject_code=sheet.subject.subject_code,
        point=sheet.point,
        enrolments=sorted(sheet.touched),
    )
    code, point, rows = sheet.subject.subject_code, sheet.point, [*sheet.new, *sheet.altered]
    returns.answer_by_change(sheet.class_year, subject_code=code, point=point, rows=rows, by=sheet.by)
