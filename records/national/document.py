"""One transcript as values: what the school states of one pupil in one school year.

Frozen, and independent of the format's version and of the database. Every text is made canonical when the
value is made (`text.stated`), so that equal documents have equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from records.national.text import stated


class _Stated:
    """Makes every text field canonical when the value is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, stated(value, field.name))


@dataclass(frozen=True, slots=True)
class General(_Stated):
    """THONG_TIN_CHUNG: pupil, school, look-up code, and who signs where and when.

    Everything may be None here, so that a half-filled document can be asked what it lacks; a value that the
    province has decided to state where none exists is a value like any other.
    """

    format_version: str | None = None
    circular: str | None = None
    look_up_code: str | None = None
    """UUID v4, lower case."""
    school_year: str | None = None
    """As "2025-2026"."""
    department_code: str | None = None
    department_name: str | None = None
    school_code: str | None = None
    school_name: str | None = None
    district_name: str | None = None
    """Required by v1.0 though the tier is gone since 1 July 2025: as the department states it."""
    ward_name: str | None = None
    province_name: str | None = None
    level_code: str | None = None
    register_number: str | None = None
    full_name: str | None = None
    personal_number: str | None = None
    pupil_code: str | None = None
    sex: str | None = None
    """Nam or Nữ."""
    born_on: date | None = None
    weight_kg: str | None = None
    """Kilograms with a dot (`v1_0.number`), or what the province states when it was not measured."""
    height_cm: str | None = None
    """Centimetres, likewise."""
    excused_absences: Decimal | int | None = None
    """Half days (buổi)."""
    unexcused_absences: Decimal | int | None = None
    birthplace: str | None = None
    home_town: str | None = None
    residence: str | None = None
    ethnicity: str | None = None
    nationality: str | None = None
    father_name: str | None = None
    mother_name: str | None = None
    guardian_name: str | None = None
    leader_name: str | None = None
    leader_personal_number: str | None = None
    issue_place: str | None = None
    created_on: date | None = None
    issued_on: date | None = None
    leader_title: str | None = None
    homeroom_teacher_name: str | None = None
    homeroom_teacher_personal_number: str | None = None
    grade: int | None = None
    class_name: str | None = None
    school_year_start: int | None = None
    """NAM_HOC: the calendar year in which the school year begins, 2025 for 2025-2026."""


@dataclass(frozen=True, slots=True)
class HistoryRow(_Stated):
    """One year of QUA_TRINH_HOC_TAP."""

    class_name: str | None = None
    school_name: str | None = None
    joined_on: date | None = None
    """Day on which the pupil entered or came over."""
    school_year: str | None = None
    """Not in v1.0's list; the printed table needs it."""


@dataclass(frozen=True, slots=True)
class Summary(_Stated):
    """TONG_KET: the result of the year, in the words of the form."""

    outcome: str | None = None
    promoted: bool | None = None
    """Goes up; None while supplementary assessment is awaited, and then nothing can be issued."""
    section_6: str | None = None
    grade_completed: bool | None = None
    level_completed: bool | None = None
    """Only in the last grade of the level."""
    reward: str | None = None
    special_reward: str | None = None
    homeroom_comment: str | None = None


@dataclass(frozen=True, slots=True)
class SubjectRow(_Stated):
    """One row of BANG_DIEM; `level` is T, H or C, `mark` whole points of 10."""

    code: str | None = None
    name: str | None = None
    level: str | None = None
    mark: int | None = None
    comment: str | None = None
    """NHAN_XET, by the province's setting: what is not in the XML is not printed."""


@dataclass(frozen=True, slots=True)
class Traits(_Stated):
    """NANG_LUC_PHAM_CHAT: levels T, Đ or C of competences and qualities, and three comments."""

    self_study: str | None = None
    communication: str | None = None
    problem_solving: str | None = None
    language: str | None = None
    calculation: str | None = None
    science: str | None = None
    technology: str | None = None
    informatics: str | None = None
    aesthetics: str | None = None
    physical: str | None = None
    patriotism: str | None = None
    kindness: str | None = None
    diligence: str | None = None
    honesty: str | None = None
    responsibility: str | None = None
    qualities_comment: str | None = None
    general_competences_comment: str | None = None
    specific_competences_comment: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptData:
    """All that DU_LIEU_HOC_BA states, in the order of the format."""

    general: General = General()
    history: tuple[HistoryRow, ...] = ()
    summary: Summary = Summary()
    subjects: tuple[SubjectRow, ...] = ()
    traits: Traits = Traits()
