"""The school year of each pupil of a class, as entered, with what the law says of it.

Whole years are for those who may see whole transcripts: the homeroom teacher and the school's office. A
subject teacher, who sees one column, never gets an outcome computed from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import RuleBroken
from records.models import AssessmentPoint, HomeroomRecord, SubjectResult, Transcript
from records.national.codes import code_list
from records.rules import values
from records.rules.rulebooks import NoRulebook, Rulebook, rulebook_for
from records.rules.values import (
    Decision,
    Missing,
    Part,
    SubjectLevel,
    TraitLevel,
    Unfit,
    YearRecord,
    YearResult,
)
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, Enrolment
from schools.permissions import Permission, visible

DECISIONS = {"LEN": Decision.PROMOTE, "OLAI": Decision.RETAIN}


@dataclass(frozen=True, slots=True)
class PupilYear:
    """One pupil's year: the rows, the head of the transcript where there is one, and the law's result."""

    enrolment: Enrolment
    subjects: tuple[ClassSubject, ...]
    results: Mapping[str, SubjectResult]
    record: HomeroomRecord | None
    transcript: Transcript | None
    result: YearResult

    @property
    def state(self) -> str:
        """Return the transcript's state; a pupil without a head row is still being entered."""
        return self.transcript.state if self.transcript else "DRAFT"


def of_class(by: Actor, class_year: ClassYear) -> list[PupilYear]:
    """Return the years of the pupils in the class now, in Vietnamese order: five queries, whatever the size.

    Raises: RuleBroken, when no circular that we hold judges that grade and year.
    """
    rows = visible(by, Permission.TRANSCRIPT_VIEW, Enrolment.objects.filter(class_year=class_year))
    return _years(class_year, rows.filter(left_on__isnull=True))


def of_enrolment(by: Actor, enrolment: Enrolment) -> PupilYear | None:
    """Return one pupil's year, None when this actor may not see it whole."""
    rows = visible(by, Permission.TRANSCRIPT_VIEW, Enrolment.objects.filter(pk=enrolment.pk))
    return next(iter(_years(enrolment.class_year, rows)), None)


def rulebook_of(class_year: ClassYear) -> Rulebook:
    """Return the circular that judges the class. Raises: RuleBroken, when there is none."""
    try:
        return rulebook_for(class_year.education_level, class_year.grade, class_year.school_year_id)
    except NoRulebook as none:
        raise RuleBroken(
            _("Hệ thống chưa có quy định đánh giá cho lớp và năm học này."),
            law="27/2020/TT-BGDĐT, Điều 2",
            code="no-rulebook",
            grade=none.grade,
            school_year=none.school_year,
        ) from none


def _years(class_year: ClassYear, rows: object) -> list[PupilYear]:
    book = rulebook_of(class_year)
    enrolments = list(rows.select_related("pupil").order_by("pupil__sort_name", "number"))  # type: ignore[attr-defined]
    for enrolment in enrolments:
        enrolment.class_year = class_year  # the very row, which nobody needs to ask for again
    subjects = tuple(class_year.subjects.order_by("position"))
    chosen = {"class_year": class_year, "enrolment__in": enrolments}
    results: dict[int, dict[str, SubjectResult]] = {}
    year_end = SubjectResult.objects.filter(
        school_year=class_year.school_year_id, point=AssessmentPoint.YEAR_END, **chosen
    )
    for row in year_end:
        results.setdefault(row.enrolment_id, {})[row.subject_code] = row
    records = {
        one.enrolment_id: one
        for one in HomeroomRecord.objects.filter(point=AssessmentPoint.YEAR_END, **chosen)
    }
    documents = Transcript.objects.select_related("current").defer("current__frozen_xml")
    heads = {one.enrolment_id: one for one in documents.filter(**chosen)}
    years = []
    for enrolment in enrolments:
        own, record = results.get(enrolment.pk, {}), records.get(enrolment.pk)
        result = judge(book, class_year.grade, subjects, own, record)
        years.append(PupilYear(enrolment, subjects, own, record, heads.get(enrolment.pk), result))
    return years


def judge(
    book: Rulebook,
    grade: int,
    subjects: tuple[ClassSubject, ...],
    results: Mapping[str, SubjectResult],
    record: HomeroomRecord | None,
) -> YearResult:
    """Return what the law says of these rows; a value that the programme does not have counts as missing."""
    try:
        return book.assess(year_record(grade, subjects, results, record))
    except Unfit as unfit:
        name = unfit.facts.get("subject") or unfit.facts.get("trait") or unfit.facts.get("value", "")
        return YearResult(rulebook=book.version, missing=(Missing("", name, Part.LEVEL),))


def year_record(
    grade: int,
    subjects: tuple[ClassSubject, ...],
    results: Mapping[str, SubjectResult],
    record: HomeroomRecord | None,
) -> YearRecord:
    """Return the rows of a year as the law reads them. Raises: Unfit."""
    stated = {}
    for subject in subjects:
        row = results.get(subject.subject_code)
        stated[subject.subject_code] = values.SubjectResult(
            level=SubjectLevel(row.level) if row and row.level else None,
            mark=values.periodic_mark(row.test_mark) if row and row.test_mark is not None else None,
            name=subject.label,
        )
    if record is None:
        return YearRecord(grade, stated, {})
    traits = {**record.qualities, **record.competences}
    return YearRecord(
        grade=grade,
        subjects=stated,
        traits={one.code: _trait(traits.get(one.code)) for one in code_list().traits},
        outstanding_subject=record.outstanding_subject or None,
        clear_progress=record.clear_progress or None,
        class_agrees=bool(record.class_agrees),
        decision=DECISIONS.get(record.principal_decision),
    )


def _trait(level: str | None) -> TraitLevel | None:
    return TraitLevel(level) if level else None
