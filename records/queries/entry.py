"""What stands on the pages where results are entered."""

from __future__ import annotations

from dataclasses import dataclass

from records.models import AssessmentPoint, HomeroomRecord, IssueSheet, SubjectResult, Transcript
from records.national.codes import code_list
from records.queries import classes
from records.rules import curriculum, lifecycle
from records.rules.periods import may_have_mark
from schools import audit
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, Enrolment, Person
from schools.permissions import Permission, Role, may, one, visible

P = Permission


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One pupil in a subject's table; `is_open` while results may be entered."""

    enrolment: Enrolment
    result: SubjectResult | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """A subject of a class at one point."""

    class_year: ClassYear
    subject: ClassSubject
    subjects: tuple[ClassSubject, ...]
    point: str
    has_marks: bool
    may_enter: bool
    rows: tuple[ResultRow, ...]


@dataclass(frozen=True, slots=True)
class YearRow:
    """One pupil's results of a subject at all four points; `is_open` while results may be entered."""

    enrolment: Enrolment
    results: dict[str, SubjectResult]
    is_open: bool


@dataclass(frozen=True, slots=True)
class SubjectYearPage:
    """A subject of a class over the year; `points` says where there is a test."""

    class_year: ClassYear
    subject: ClassSubject
    points: dict[str, bool]
    may_enter: bool
    rows: tuple[YearRow, ...]


@dataclass(frozen=True, slots=True)
class HomeroomRow:
    """One pupil in the homeroom teacher's list, with how much is filled in."""

    enrolment: Enrolment
    record: HomeroomRecord | None
    traits: int
    comments: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class HomeroomPage:
    """The homeroom teacher's list of a class at one point; `traits` is how many the grade has."""

    class_year: ClassYear
    point: str
    traits: int
    may_enter: bool
    rows: tuple[HomeroomRow, ...]


COMMENTS = ("qualities_comment", "general_comment", "specific_comment", "homeroom_comment")


def subject_page(
    by: Actor, code: str, subject_code: str, point: str, action: str = "results.view"
) -> SubjectPage:
    """Return the table of a subject; `action` is what the trail calls it.

    Raises: NotFound, also for a subject that this person may not see.
    """
    class_year = classes.find(by, code)
    all_subjects = ClassSubject.objects.filter(class_year=class_year)
    subject = one(by, P.RESULT_VIEW, all_subjects, subject_code=subject_code)
    point = point if point in AssessmentPoint.values else AssessmentPoint.YEAR_END
    enrolments = _pupils(class_year)
    results = SubjectResult.objects.filter(
        school_year=class_year.school_year_id, class_year=class_year, subject_code=subject_code, point=point
    )
    found = {row.enrolment_id: row for row in visible(by, P.RESULT_VIEW, results)}
    closed = _closed(class_year)
    _seen(by, action, class_year, len(enrolments), subject_code=subject_code, point=str(point))
    return SubjectPage(
        class_year,
        subject,
        tuple(visible(by, P.RESULT_VIEW, all_subjects).order_by("position")),
        str(point),
        may_have_mark(code_list().subject(subject_code), class_year.grade, str(point)),
        may(by, P.RESULT_ENTER, subject),
        tuple(ResultRow(each, found.get(each.pk), each.pk not in closed) for each in enrolments),
    )


def subject_year(by: Actor, code: str, subject_code: str) -> SubjectYearPage:
    """Return a subject's table of all four points. Raises: NotFound, also for what this person may not see."""
    class_year = classes.find(by, code)
    subject = one(
        by, P.RESULT_VIEW, ClassSubject.objects.filter(class_year=class_year), subject_code=subject_code
    )
    results = SubjectResult.objects.filter(
        school_year=class_year.school_year_id, class_year=class_year, subject_code=subject_code
    )
    found: dict[int, dict[str, SubjectResult]] = {}
    for row in visible(by, P.RESULT_VIEW, results):
        found.setdefault(row.enrolment_id, {})[row.point] = row
    enrolments, closed = _pupils(class_year), _closed(class_year)
    _seen(by, "results.view", class_year, len(enrolments), subject_code=subject_code)
    line = code_list().subject(subject_code)
    return SubjectYearPage(
        class_year,
        subject,
        {point: may_have_mark(line, class_year.grade, point) for point in AssessmentPoint.values},
        may(by, P.RESULT_ENTER, subject),
        tuple(YearRow(each, found.get(each.pk, {}), each.pk not in closed) for each in enrolments),
    )


def class_of_subject(by: Actor, code: str, subject_code: str) -> ClassYear:
    """Return the class of a subject that this person may see. Raises: NotFound."""
    rows = ClassSubject.objects.filter(class_year__code=code).select_related("class_year__school")
    return one(by, P.RESULT_VIEW, rows, subject_code=subject_code).class_year


def homeroom_page(by: Actor, code: str, point: str) -> HomeroomPage:
    """Return the homeroom teacher's list. Raises: NotFound."""
    class_year = classes.find(by, code, P.TRANSCRIPT_VIEW)
    point = point if point in AssessmentPoint.values else AssessmentPoint.YEAR_END
    records = HomeroomRecord.objects.filter(class_year=class_year, point=point)
    found = {row.enrolment_id: row for row in visible(by, P.RESULT_VIEW, records)}
    enrolments, closed = _pupils(class_year), _closed(class_year)
    _seen(by, "homeroom.view", class_year, len(enrolments), point=str(point))
    rows = tuple(_homeroom_row(each, found.get(each.pk), each.pk not in closed) for each in enrolments)
    traits = len(curriculum.traits(class_year.grade))
    return HomeroomPage(class_year, str(point), traits, may(by, P.HOMEROOM_ENTER, class_year), rows)


def _homeroom_row(enrolment: Enrolment, record: HomeroomRecord | None, is_open: bool) -> HomeroomRow:
    if record is None:
        return HomeroomRow(enrolment, None, 0, 0, is_open)
    traits = sum(1 for level in {**record.qualities, **record.competences}.values() if level)
    comments = sum(1 for name in COMMENTS if getattr(record, name))
    return HomeroomRow(enrolment, record, traits, comments, is_open)


def homeroom_pupil(by: Actor, code: str, enrolment_id: int, point: str) -> HomeroomRow:
    """Return one pupil's record for its form, and tell the family's trail. Raises: NotFound."""
    rows = Enrolment.objects.filter(class_year__code=code).select_related("pupil", "class_year__school")
    enrolment = one(by, P.TRANSCRIPT_VIEW, rows, pk=enrolment_id)
    records = HomeroomRecord.objects.filter(enrolment=enrolment, point=point)
    record = visible(by, P.RESULT_VIEW, records).first()
    class_year = enrolment.class_year
    audit.record(
        by,
        "homeroom.view",
        unit_path=class_year.school.path,
        subject=("enrolment", enrolment.pk),
        pupil_id=enrolment.pupil_id,
        point=point,
    )
    return _homeroom_row(enrolment, record, enrolment.pk not in _closed(class_year))


def neighbours(by: Actor, enrolment: Enrolment) -> tuple[Enrolment | None, Enrolment | None]:
    """Return the pupils before and after in the class's order."""
    rows = visible(by, P.PUPIL_VIEW, Enrolment.objects.filter(class_year=enrolment.class_year_id))
    everyone = list(
        rows.filter(left_on__isnull=True).select_related("pupil").order_by("pupil__sort_name", "number")
    )
    place = next((index for index, each in enumerate(everyone) if each.pk == enrolment.pk), None)
    if place is None:
        return None, None
    before = everyone[place - 1] if place else None
    return before, everyone[place + 1] if place + 1 < len(everyone) else None


def find_enrolment(by: Actor, code: str, enrolment_id: int) -> Enrolment:
    """Return one pupil of the class for those who see whole years. Raises: NotFound."""
    rows = Enrolment.objects.filter(class_year__code=code)
    rows = rows.select_related("pupil", "class_year__school", "class_year__school_year")
    return one(by, P.TRANSCRIPT_VIEW, rows, pk=enrolment_id)


def seen_one(by: Actor, enrolment: Enrolment) -> None:
    """Write into the trail that one pupil's whole year was looked at, so that the family sees it."""
    audit.record(
        by,
        "year.view",
        unit_path=enrolment.class_year.school.path,
        subject=("enrolment", enrolment.pk),
        pupil_id=enrolment.pupil_id,
    )


def find_transcript(by: Actor, enrolment: Enrolment) -> Transcript | None:
    """Return the head row of a pupil's year, None before the class was confirmed."""
    rows = Transcript.objects.filter(enrolment=enrolment)
    return visible(by, P.TRANSCRIPT_VIEW, rows).first()


def latest_sheet(by: Actor, class_year: ClassYear) -> IssueSheet | None:
    """Return the class's last issue sheet."""
    rows = IssueSheet.objects.filter(class_year=class_year)
    rows = rows.select_related("leader", "homeroom_teacher", "made_by")
    return visible(by, P.TRANSCRIPT_VIEW, rows).order_by("-made_at", "-pk").first()


def leaders(by: Actor, class_year: ClassYear) -> list[tuple[Person, str]]:
    """Return the school's principals now, each with the title they sign under."""
    rows = class_year.school.memberships.filter(role=Role.PRINCIPAL, from_on__lte=by.today).exclude(
        to_on__lt=by.today
    )
    return [(row.person, row.title) for row in rows.select_related("person").order_by("from_on", "pk")]


def _pupils(class_year: ClassYear) -> list[Enrolment]:
    rows = Enrolment.objects.filter(class_year=class_year, left_on__isnull=True).select_related("pupil")
    return list(rows.order_by("pupil__sort_name", "number"))


def _closed(class_year: ClassYear) -> set[int]:
    rows = Transcript.objects.filter(class_year=class_year).exclude(state__in=lifecycle.EDITABLE)
    return set(rows.values_list("enrolment_id", flat=True))


def _seen(by: Actor, action: str, class_year: ClassYear, count: int, **facts: str) -> None:
    audit.record(
        by,
        action,
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=count,
        **facts,  # type: ignore[arg-type]
    )
