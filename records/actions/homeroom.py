"""Save what the homeroom teacher states of one pupil: traits, absences, body, comments, reward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid
from records.actions import classes
from records.models import AssessmentPoint, HomeroomRecord, Transcript
from records.national.text import MAX_TEXT
from records.rules import curriculum, lifecycle
from records.rules.values import TraitLevel
from schools import audit, texts
from schools.actors import Actor
from schools.models import ClassYear, Enrolment
from schools.permissions import Permission, require

TEXTS = ("qualities_comment", "general_comment", "specific_comment", "homeroom_comment", "special_reward")
MOST_ABSENCES = 400
TALLEST_CM, HEAVIEST_KG = Decimal(250), Decimal(200)


@dataclass(frozen=True, slots=True)
class HomeroomEntry:
    """Everything of one pupil at one point; traits and grounds by the codes of the national list."""

    qualities: Mapping[str, str] = field(default_factory=dict)
    competences: Mapping[str, str] = field(default_factory=dict)
    qualities_comment: str = ""
    general_comment: str = ""
    specific_comment: str = ""
    homeroom_comment: str = ""
    absences_excused: int | None = None
    """Half days (buổi)."""
    absences_unexcused: int | None = None
    height_cm: Decimal | None = None
    weight_kg: Decimal | None = None
    outstanding_subject: str = ""
    clear_progress: str = ""
    class_agrees: bool | None = None
    special_reward: str = ""


@transaction.atomic
def save(
    enrolment: Enrolment, *, point: str, data: HomeroomEntry, version: int, by: Actor
) -> tuple[HomeroomRecord | None, bool]:
    """Save the whole record and return it with whether anything changed; `version` is what was on the screen.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 2.
    Raises: NotPermitted; Invalid with a sentence for each field; Conflict `stale` with `cells`, when another
    save came between; Conflict `not-open`, when results are confirmed or signed.
    """
    require(by, Permission.HOMEROOM_ENTER, enrolment)
    class_year = classes.lock(enrolment.class_year)
    if point not in AssessmentPoint.values:
        raise Invalid(_("Không có kì đánh giá đó."), code="unknown-point")
    values = checked(data, class_year.grade)
    record = HomeroomRecord.objects.filter(enrolment=enrolment, point=point).first()
    if record is not None and all(getattr(record, name) == value for name, value in values.items()):
        return record, False
    if record is None and all(value in ("", None, {}) for value in values.values()):
        return None, False
    _check_version(record, values, version)
    _check_open(enrolment)
    record, changed = put(record, values, class_year=class_year, enrolment=enrolment, point=point, by=by)
    record.save()
    audit.record(
        by,
        "homeroom.save",
        unit_path=class_year.school.path,
        subject=("enrolment", enrolment.pk),
        pupil_id=enrolment.pupil_id,
        point=point,
        fields=changed,
    )
    return record, True


def put(
    record: HomeroomRecord | None,
    values: Mapping[str, Any],
    *,
    class_year: ClassYear,
    enrolment: Enrolment,
    point: str,
    by: Actor,
) -> tuple[HomeroomRecord, list[str]]:
    """Return the record with `values`, one version on and not yet saved, and which of its fields changed."""
    if record is None:
        record = HomeroomRecord(
            school_path=class_year.school.path,
            class_year=class_year,
            enrolment=enrolment,
            pupil_id=enrolment.pupil_id,
            point=point,
        )
    else:
        record.version += 1
    changed = sorted(name for name, value in values.items() if getattr(record, name) != value)
    for name, value in values.items():
        setattr(record, name, value)
    record.changed_at, record.changed_by = by.at, by.person
    return record, changed


def checked(data: HomeroomEntry, grade: int) -> dict[str, Any]:
    """Return what was typed as it would be kept. Raises: Invalid with a sentence for each field."""
    values: dict[str, Any] = {one.name: getattr(data, one.name) for one in fields(data)}
    wrong: dict[str, object] = {}
    for name in TEXTS:
        values[name] = texts.tidy(values[name])
        if refusal := texts.refusal(values[name]):
            wrong[name] = refusal
        if len(values[name]) > MAX_TEXT:
            wrong[name] = _("Dài quá 4000 chữ; hãy viết ngắn lại.")
    values["qualities"] = _levels(data.qualities, {one.code for one in curriculum.qualities(grade)}, wrong)
    values["competences"] = _levels(
        data.competences, {one.code for one in curriculum.competences(grade)}, wrong
    )
    for name in ("absences_excused", "absences_unexcused"):
        if values[name] is not None and not 0 <= values[name] <= MOST_ABSENCES:
            wrong[name] = _("Số buổi nghỉ là số từ 0 đến 400.")
    for name, most in (("height_cm", TALLEST_CM), ("weight_kg", HEAVIEST_KG)):
        if values[name] is not None:
            wrong |= _measure(name, values[name], most)
    if data.outstanding_subject and data.outstanding_subject not in {
        line.code for line in curriculum.form_lines(grade)
    }:
        wrong["outstanding_subject"] = _("Lớp này không học môn đó.")
    if data.clear_progress and data.clear_progress not in {one.code for one in curriculum.traits(grade)}:
        wrong["clear_progress"] = _("Lớp này không đánh giá mục đó.")
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    return values


def _levels(typed: Mapping[str, str], known: set[str], wrong: dict[str, object]) -> dict[str, str]:
    for code, level in typed.items():
        if code not in known or (level and level not in set(TraitLevel)):
            wrong[f"trait-{code}"] = _("Phẩm chất, năng lực chỉ nhận T, Đ hoặc C (TT 27/2020, Điều 7).")
    return {code: str(level) for code, level in typed.items() if level}


def _measure(name: str, value: Decimal, most: Decimal) -> dict[str, object]:
    if not 0 < value <= most:
        return {name: _("Số đo không hợp lí; hãy xem lại đơn vị (cm, kg).")}
    if value != round(value, 1):
        return {name: _("Chỉ ghi một chữ số sau dấu phẩy, ví dụ 132,5.")}
    return {}


def _check_version(record: HomeroomRecord | None, values: dict[str, Any], version: int) -> None:
    if record is None or record.version == version:
        return
    cells = [
        {"field": name, "theirs": str(getattr(record, name)), "yours": str(value)}
        for name, value in values.items()
        if getattr(record, name) != value
    ]
    raise Conflict(
        _("Người khác vừa sửa hồ sơ của em này. Chưa lưu gì; hãy so hai giá trị rồi lưu lại."),
        code="stale",
        cells=cells,
        version=record.version,
    )


def _check_open(enrolment: Enrolment) -> None:
    head = Transcript.objects.filter(enrolment=enrolment).first()
    if head is not None and head.state not in lifecycle.EDITABLE:
        raise Conflict(
            _("Kết quả của em này đã xác nhận hoàn thành. Muốn sửa, hãy mở lại trước."), code="not-open"
        )
