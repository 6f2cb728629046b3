"""The classes a person works with: counts, what waits for this very person, and one class from the inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q

from hocba.kernel.names import fold
from records.models import AssessmentPoint, ClassProgress, SubjectResult
from records.queries import years
from records.queries.years import PupilYear
from schools import audit
from schools.actors import Actor
from schools.models import ClassSubject, ClassYear, Enrolment, TeachingAssignment
from schools.permissions import ROLE_GRANTS, Permission, held, holds, one, visible

P = Permission


class Work(StrEnum):
    """What may wait for a person in a class, in the order of the year."""

    ENTER = "enter"
    CONFIRM = "confirm"
    FREEZE = "freeze"
    SIGN_HOMEROOM = "gvcn"
    SIGN_LEADER = "cbql"
    SEAL = "kph"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next step of a class for one person: how many pupils (or cells) wait for it."""

    work: Work
    count: int = 0
    subject: ClassSubject | None = None


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class in the list."""

    class_year: ClassYear
    pupils: int
    progress: ClassProgress
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One subject of a class: who teaches it, for how many pupils the year's result is entered."""

    subject: ClassSubject
    teachers: tuple[str, ...]
    entered: int
    may_enter: bool


@dataclass(frozen=True, slots=True)
class ClassInside:
    """One class as this person may see it: `years` for whole transcripts, else `pupils`, else neither."""

    class_year: ClassYear
    progress: ClassProgress
    count: int
    rights: frozenset[Permission]
    waiting: Waiting
    subjects: tuple[SubjectLine, ...]
    years: tuple[PupilYear, ...]
    pupils: tuple[Enrolment, ...]

    @property
    def whole_years(self) -> tuple[PupilYear, ...] | None:
        """Return the years of all pupils; None when this person may not see them, or looked for one pupil."""
        may_see = Permission.TRANSCRIPT_VIEW in self.rights
        return self.years if may_see and len(self.years) == self.count else None


CLASS_RIGHTS = (
    P.PUPIL_VIEW,
    P.RESULT_VIEW,
    P.TRANSCRIPT_VIEW,
    P.HOMEROOM_ENTER,
    P.RESULTS_CONFIRM,
    P.RESULTS_REOPEN,
    P.TRANSCRIPT_RETURN,
    P.DECISION_RECORD,
    P.SHEET_MAKE,
    P.TRANSCRIPT_FREEZE,
    P.SIGN_HOMEROOM,
    P.SIGN_LEADER,
    P.SEAL,
)


def find(by: Actor, code: str, permission: Permission = P.CLASS_VIEW) -> ClassYear:
    """Return the class with its school, year and homeroom teacher. Raises: NotFound."""
    rows = ClassYear.objects.select_related("school", "school_year", "homeroom_teacher", "progress")
    return one(by, permission, rows, code=code)


def school_years(by: Actor) -> list[str]:
    """Return the school years in which this person has classes in the working unit, newest first."""
    rows = visible(by.here, P.CLASS_VIEW, ClassYear.objects.all()).order_by("-school_year_id")
    return list(rows.values_list("school_year_id", flat=True).distinct())


def of_year(by: Actor, school_year: str) -> list[ClassLine]:
    """Return the working unit's classes of a year with what waits for this person: four queries, whatever the size."""
    rows = visible(by.here, P.CLASS_VIEW, ClassYear.objects.filter(school_year=school_year))
    here = Count("enrolments", filter=Q(enrolments__left_on__isnull=True))
    classes = list(
        rows.select_related("school", "homeroom_teacher", "progress")
        .annotate(here=here)
        .order_by("school__path", "grade", "name")
    )
    taught = _taught(by, classes)
    entered = _entered(by, [line for lines in taught.values() for line in lines])
    lines = []
    for one_class in classes:
        count, progress = one_class.here, _progress(one_class)
        own = taught.get(one_class.pk, ())
        waiting = _waiting(by, one_class, count, progress, own, entered)
        lines.append(ClassLine(one_class, count, progress, waiting))
    return lines


def inside(by: Actor, code: str, search: str = "") -> ClassInside:
    """Return one class; the view is written into the trail when it shows pupils. Raises: NotFound."""
    return inside_of(by, find(by, code), search)


def inside_of(by: Actor, class_year: ClassYear, search: str = "") -> ClassInside:
    """Return a class that `find` gave, as `inside` does; its page also tells the trail."""
    rights = rights_in(by, class_year)
    all_years: list[PupilYear] | None = None
    found: tuple[PupilYear, ...] = ()
    pupils: tuple[Enrolment, ...] = ()
    wanted = fold(search).split()
    if P.TRANSCRIPT_VIEW in rights:
        all_years = years.of_class(by, class_year)
        count = len(all_years)
        found = tuple(year for year in all_years if _matches(year.enrolment, wanted))
    elif P.PUPIL_VIEW in rights:
        rows = visible(
            by, P.PUPIL_VIEW, Enrolment.objects.filter(class_year=class_year, left_on__isnull=True)
        )
        everyone = list(rows.select_related("pupil").order_by("pupil__sort_name", "number"))
        count = len(everyone)
        pupils = tuple(one_row for one_row in everyone if _matches(one_row, wanted))
    else:
        count = class_year.enrolments.filter(left_on__isnull=True).count()
    subjects = _subject_lines(by, class_year, all_years, P.RESULT_VIEW in rights)
    if found or pupils:
        audit.record(
            by,
            "class.view",
            unit_path=class_year.school.path,
            subject=("class", class_year.code),
            count=len(found) or len(pupils),
        )
    own = tuple(line.subject for line in subjects if line.may_enter)
    entered = {line.subject.pk: line.entered for line in subjects}
    progress = _progress(class_year)
    waiting = _waiting(by, class_year, count, progress, own, entered)
    return ClassInside(class_year, progress, count, rights, waiting, subjects, found, pupils)


def rights_in(by: Actor, class_year: ClassYear) -> frozenset[Permission]:
    """Return what this person may do in the class: for buttons; each action asks again."""
    return held(by, CLASS_RIGHTS, class_year)


def _matches(enrolment: Enrolment, wanted: list[str]) -> bool:
    pupil = enrolment.pupil
    return all(word in f"{pupil.search_name} {pupil.code}" for word in wanted)


def _progress(class_year: ClassYear) -> ClassProgress:
    return getattr(class_year, "progress", None) or ClassProgress(class_year=class_year)


def _taught(by: Actor, classes: Iterable[ClassYear]) -> dict[int, tuple[ClassSubject, ...]]:
    rows = visible(by, P.RESULT_ENTER, ClassSubject.objects.filter(class_year__in=list(classes)))
    found: dict[int, list[ClassSubject]] = {}
    for row in rows.order_by("class_year", "position"):
        found.setdefault(row.class_year_id, []).append(row)
    return {key: tuple(value) for key, value in found.items()}


def _entered(by: Actor, subjects: Iterable[ClassSubject]) -> dict[int, int]:
    """Return for each subject (by its id) how many pupils have a year's level."""
    by_place = {(row.class_year_id, row.subject_code): row.pk for row in subjects}
    rows = SubjectResult.objects.filter(
        class_year__in={place[0] for place in by_place},
        point=AssessmentPoint.YEAR_END,
        enrolment__left_on__isnull=True,
    ).exclude(level="")
    counted = rows.values_list("class_year", "subject_code").annotate(number=Count("pk")).order_by()
    return {by_place[a, b]: number for a, b, number in counted if (a, b) in by_place}


def _entered_in(all_years: list[PupilYear], subjects: Iterable[ClassSubject]) -> dict[int, int]:
    """Return the same from years that were read already."""
    levels = Counter(code for year in all_years for code, row in year.results.items() if row.level)
    return {subject.pk: levels[subject.subject_code] for subject in subjects}


def _subject_lines(
    by: Actor, class_year: ClassYear, all_years: list[PupilYear] | None, sees_all: bool
) -> tuple[SubjectLine, ...]:
    if all_years and sees_all:
        rows = list(all_years[0].subjects)
    else:
        chosen = visible(by, P.RESULT_VIEW, ClassSubject.objects.filter(class_year=class_year))
        rows = list(chosen.order_by("position"))
    teaches = holds(by, P.RESULT_ENTER)
    own = {row.pk for lines in _taught(by, [class_year]).values() for row in lines} if teaches else set()
    teachers: dict[str, list[str]] = {}
    assigned = TeachingAssignment.objects.filter(
        Q(to_on__isnull=True) | Q(to_on__gte=by.today), class_year=class_year, from_on__lte=by.today
    )
    for code, name in assigned.values_list("subject_code", "teacher__full_name"):
        teachers.setdefault(code, []).append(name)
    entered = _entered(by, rows) if all_years is None else _entered_in(all_years, rows)
    return tuple(
        SubjectLine(row, tuple(teachers.get(row.subject_code, ())), entered.get(row.pk, 0), row.pk in own)
        for row in rows
    )


def _waiting(
    by: Actor,
    class_year: ClassYear,
    pupils: int,
    progress: ClassProgress,
    own: Iterable[ClassSubject],
    entered: Mapping[int, int],
) -> Waiting:
    """Return the first thing of the year that waits for this person; nothing when it is others' turn."""
    is_homeroom = class_year.homeroom_teacher_id == by.person_id
    steps = [
        (is_homeroom, Work.CONFIRM, pupils - progress.confirmed),
        (_reaches(by, P.TRANSCRIPT_FREEZE, class_year), Work.FREEZE, progress.confirmed - progress.frozen),
        (is_homeroom, Work.SIGN_HOMEROOM, progress.frozen - progress.homeroom_signed),
        (
            _reaches(by, P.SIGN_LEADER, class_year),
            Work.SIGN_LEADER,
            progress.homeroom_signed - progress.principal_signed,
        ),
        (_reaches(by, P.SEAL, class_year), Work.SEAL, progress.principal_signed - progress.issued),
    ]
    if progress.confirmed < pupils:
        for subject in own:
            left = pupils - entered.get(subject.pk, 0)
            if left > 0 and not subject.is_optional:
                return Waiting(Work.ENTER, left, subject)
    for is_mine, work, count in steps:
        if is_mine and count > 0:
            return Waiting(work, count)
    return Waiting(Work.NOTHING)


def _reaches(by: Actor, permission: Permission, class_year: ClassYear) -> bool:
    """Say whether a role of this person reaches the class; words for a list, the door asks the policy."""
    return any(
        permission in ROLE_GRANTS[grant.role] and class_year.school.path.startswith(path)
        for grant in by.grants
        for path in grant.paths
    )
