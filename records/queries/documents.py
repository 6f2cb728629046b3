"""Turns the rows of a pupil's year into what the national format states, and says what is still lacking.

Nothing is invented here: a value that does not exist is stated only where the province has decided how
(`docs/settings.md`), else the transcript is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from records.models import HomeroomRecord, IssueSheet
from records.national import v1_0
from records.national.codes import code_list
from records.national.document import General, HistoryRow, SubjectRow, Summary, Traits, TranscriptData
from records.national.text import stated
from records.queries.years import PupilYear
from records.rules import statement
from records.rules.rulebooks import first_calendar_year
from schools.models import ClassYear, Enrolment, Unit

SEX: Final = {"NAM": "Nam", "NU": "Nữ"}
DEPARTMENT_LEVEL: Final = "department"
"""Code of the tier whose unit is the Sở: it gives MA_SO_GIAO_DUC and decides about missing values."""


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the tree says of a school: itself, its Sở, and that Sở's decisions."""

    school: Unit
    department: Unit | None

    @property
    def decisions(self) -> Mapping[str, Any]:
        """Return the province's decision for each tag that it decided about."""
        found = self.department.settings.get("missing", {}) if self.department else {}
        return found if isinstance(found, dict) else {}

    @property
    def states_comments(self) -> bool:
        """Return whether the comment of each subject goes into the document (default: yes)."""
        return bool(self.department.settings.get("subject_comments", True)) if self.department else True


def school_facts(school: Unit) -> SchoolFacts:
    """Return the school with its Sở above: one query."""
    codes = school.path.split(".")[:-1]
    paths = [".".join(codes[: depth + 1]) + "." for depth in range(len(codes))]
    above = Unit.objects.filter(path__in=paths, level=DEPARTMENT_LEVEL).order_by("-path").first()
    return SchoolFacts(school, above)


def histories(class_year: ClassYear, pupils: Iterable[int]) -> dict[int, tuple[HistoryRow, ...]]:
    """Return QUA_TRINH_HOC_TAP of each pupil up to this year, within the level: one query."""
    rows = (
        Enrolment.objects.filter(
            pupil__in=list(pupils),
            class_year__education_level=class_year.education_level,
            school_year__lte=class_year.school_year_id,
        )
        .select_related("class_year__school")
        .order_by("school_year_id", "arrived_on", "pk")
    )
    found: dict[int, list[HistoryRow]] = {}
    for row in rows:
        found.setdefault(row.pupil_id, []).append(
            HistoryRow(
                class_name=row.class_year.name,
                school_name=row.class_year.school.name,
                joined_on=row.arrived_on,
                school_year=row.school_year_id,
            )
        )
    return {pupil: tuple(made) for pupil, made in found.items()}


def document(
    year: PupilYear,
    class_year: ClassYear,
    facts: SchoolFacts,
    history: tuple[HistoryRow, ...],
    *,
    sheet: IssueSheet | None = None,
    look_up_code: str | None = None,
    created_on: date | None = None,
) -> TranscriptData:
    """Return all that the transcript would state now; what does not exist stays None.

    Raises: records.national.text.UnfitText, for text that cannot stand in a signed document.
    """
    general = replace(
        _general(year, class_year, facts),
        look_up_code=look_up_code,
        created_on=created_on,
        **(_sheet(sheet) if sheet else {}),
    )
    record = year.record
    summary = statement.summary(
        year.result,
        class_year.grade,
        special_reward=record.special_reward if record else None,
        homeroom_comment=record.homeroom_comment if record else None,
    )
    return TranscriptData(
        general=general,
        history=history,
        summary=summary
        if year.result.outcome is not None
        else Summary(homeroom_comment=summary.homeroom_comment),
        subjects=tuple(_subjects(year, with_comments=facts.states_comments)),
        traits=_traits(record),
    )


def _general(year: PupilYear, class_year: ClassYear, facts: SchoolFacts) -> General:
    pupil, record, school = year.enrolment.pupil, year.record, facts.school
    return General(
        format_version=v1_0.VERSION,
        circular=code_list(v1_0.VERSION).circular,
        school_year=class_year.school_year_id,
        department_code=facts.department.code if facts.department else None,
        department_name=facts.department.name if facts.department else None,
        school_code=school.code,
        school_name=school.name,
        district_name=school.district_name,
        ward_name=school.commune_name,
        province_name=school.province_name or (facts.department.province_name if facts.department else None),
        level_code=class_year.education_level,
        register_number=pupil.register_number,
        full_name=pupil.full_name,
        personal_number=pupil.personal_number,
        pupil_code=pupil.code,
        sex=SEX.get(pupil.gender),
        born_on=pupil.born_on,
        weight_kg=_number(record.weight_kg if record else None),
        height_cm=_number(record.height_cm if record else None),
        excused_absences=record.absences_excused if record else None,
        unexcused_absences=record.absences_unexcused if record else None,
        birthplace=pupil.birth_place,
        home_town=pupil.home_town,
        residence=pupil.residence,
        ethnicity=pupil.ethnicity,
        nationality=pupil.nationality,
        father_name=pupil.father_name,
        mother_name=pupil.mother_name,
        guardian_name=pupil.guardian_name,
        grade=class_year.grade,
        class_name=class_year.name,
        school_year_start=first_calendar_year(class_year.school_year_id),
    )


def _sheet(sheet: IssueSheet) -> dict[str, Any]:
    return {
        "leader_name": stated(sheet.leader.full_name),
        "leader_personal_number": stated(sheet.leader.personal_number),
        "leader_title": stated(sheet.leader_title),
        "issue_place": stated(sheet.place),
        "issued_on": sheet.issue_on,
        "homeroom_teacher_name": stated(sheet.homeroom_teacher.full_name),
        "homeroom_teacher_personal_number": stated(sheet.homeroom_teacher.personal_number),
    }


def _number(value: Any) -> str | None:
    return None if value is None else v1_0.number(value)


def _subjects(year: PupilYear, *, with_comments: bool) -> Iterable[SubjectRow]:
    for subject in year.subjects:
        row = year.results.get(subject.subject_code)
        if subject.is_optional and (row is None or (not row.level and row.test_mark is None)):
            continue
        yield SubjectRow(
            code=subject.subject_code,
            name=subject.label,
            level=row.level if row else None,
            mark=int(row.test_mark) if row and row.test_mark is not None else None,
            comment=row.comment if row and with_comments else None,
        )


def _traits(record: HomeroomRecord | None) -> Traits:
    if record is None:
        return Traits()
    levels = {code: level for code, level in {**record.qualities, **record.competences}.items() if level}
    return v1_0.traits(
        levels,
        qualities_comment=record.qualities_comment,
        general_competences_comment=record.general_comment,
        specific_competences_comment=record.specific_comment,
    )
