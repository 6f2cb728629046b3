"""Rows of results from plans, written in bulk; `skip` leaves gaps so that a fix-list has something to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hocba.demo.pupils import YearPlan
from records.models import AssessmentPoint, HomeroomRecord, SubjectResult
from schools.models import ClassYear, Enrolment


@dataclass(frozen=True, slots=True)
class Desk:
    """A class with its school's path, the teacher of each subject, and when all this is entered."""

    class_year: ClassYear
    path: str
    teachers: dict[str, int]
    homeroom_id: int
    at: datetime


def subject_rows(
    desk: Desk, enrolment: Enrolment, year: YearPlan, *, skip: Iterable[str] = ()
) -> list[SubjectResult]:
    """Return one pupil's results at the end of the year, without the subjects in `skip`; not saved."""
    left_out = set(skip)
    return [
        SubjectResult(
            school_year_id=desk.class_year.school_year_id,
            school_path=desk.path,
            class_year=desk.class_year,
            enrolment=enrolment,
            pupil_id=enrolment.pupil_id,
            subject_code=one.code,
            point=AssessmentPoint.YEAR_END,
            level=one.level,
            test_mark=None if one.mark is None else Decimal(one.mark),
            comment=one.comment,
            changed_at=desk.at,
            changed_by_id=desk.teachers[one.code],
        )
        for one in year.subjects
        if one.code not in left_out
    ]


def homeroom_row(desk: Desk, enrolment: Enrolment, year: YearPlan) -> HomeroomRecord:
    """Return what the homeroom teacher states of one pupil; not saved."""
    return HomeroomRecord(
        school_path=desk.path,
        class_year=desk.class_year,
        enrolment=enrolment,
        pupil_id=enrolment.pupil_id,
        point=AssessmentPoint.YEAR_END,
        qualities=year.qualities,
        competences=year.competences,
        qualities_comment=year.qualities_comment,
        general_comment=year.general_comment,
        specific_comment=year.specific_comment,
        homeroom_comment=year.homeroom_comment,
        absences_excused=year.absences[0],
        absences_unexcused=year.absences[1],
        height_cm=Decimal(year.height_mm) / 10,
        weight_kg=Decimal(year.weight_g) / 1000,
        outstanding_subject=year.outstanding_subject,
        clear_progress=year.clear_progress,
        special_reward=year.special_reward,
        class_agrees=year.class_agrees,
        changed_at=desk.at,
        changed_by_id=desk.homeroom_id,
    )


def decide(record: HomeroomRecord, decision: str, person_id: int, at: datetime) -> None:
    """Put the principal's decision ("LEN" or "OLAI") after supplementary assessment into a row; not saved."""
    record.principal_decision, record.decision_by_id, record.decision_at = decision, person_id, at


def write(results: Sequence[SubjectResult], records: Sequence[HomeroomRecord]) -> None:
    """Insert the rows; the caller has opened the school's scope."""
    SubjectResult.objects.bulk_create(results)
    HomeroomRecord.objects.bulk_create(records)
