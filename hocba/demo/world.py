"""Load the demo's world: find what is there by its codes, add what is missing, change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from hocba.demo import country, gradebook, names, people, pupils
from hocba.demo.country import ClassPlan, Stage
from hocba.kernel.clock import VIETNAM, school_year_of
from records.models import ClassProgress
from records.rules import curriculum
from schools import scopes
from schools.models import (
    ClassSubject,
    ClassYear,
    Enrolment,
    Person,
    Pupil,
    SchoolYear,
    TeachingAssignment,
    Unit,
)

SEED = 27
ENGLISH = "Ngoại ngữ 1 Tiếng Anh"
GUARDIAN_SERIAL = 800_000


@dataclass(slots=True)
class World:
    """What the other parts of the demo need to find."""

    year: SchoolYear
    units: dict[str, Unit]
    staff: dict[str, Person]
    classes: dict[str, ClassYear] = field(default_factory=dict)
    """By code."""
    families: dict[str, Person] = field(default_factory=dict)
    """Guardians and pupils with an account, by user name."""

    def class_of(self, plan: ClassPlan) -> ClassYear:
        """Return the row of a planned class."""
        return self.classes[country.class_code(plan, self.year.code)]


def load(
    at: datetime,
    *,
    seed: int = SEED,
    plans: tuple[ClassPlan, ...] = country.CLASSES,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> World:
    """Return the world of the school year in which `at` lies; each class is written whole or not at all."""
    year_code = school_year_of(at.astimezone(VIETNAM).date())
    with transaction.atomic():
        units = people.units()
        year = people.school_year(year_code)
        world = World(year, units, people.staff(seed, units))
    for number, plan in enumerate(plans):
        world.classes[country.class_code(plan, year.code)] = _class(world, plan, number, seed, at)
        tell(number + 1, len(plans))
    _families(world, plans)
    return world


def _class(world: World, plan: ClassPlan, number: int, seed: int, at: datetime) -> ClassYear:
    return ensure_class(
        world, plan, world.year, lambda class_year: _pupils(class_year, plan, number, seed), seed=seed, at=at
    )


def ensure_class(
    world: World,
    plan: ClassPlan,
    school_year: SchoolYear,
    enrol: Callable[[ClassYear], list[tuple[Enrolment, str]]],
    *,
    seed: int,
    at: datetime,
) -> ClassYear:
    """Return a planned class of a school year, written with its gradebook when new.

    `enrol` makes the rows of its pupils, each with the outcome that the year's results are to give.
    """
    code = country.class_code(plan, school_year.code)
    found = ClassYear.objects.filter(code=code).select_related("school", "homeroom_teacher").first()
    if found is not None:
        return found
    school = world.units[plan.school]
    with scopes.system(school.path):
        class_year = ClassYear.objects.create(
            school=school,
            school_year=school_year,
            code=code,
            name=plan.name,
            grade=plan.grade,
            homeroom_teacher=world.staff[plan.homeroom],
        )
        teachers = _subjects(world, class_year, plan)
        enrolments = enrol(class_year)
        ClassProgress.objects.create(class_year=class_year, pupils=len(enrolments))
        desk = gradebook.Desk(class_year, school.path, teachers, world.staff[plan.homeroom].pk, at)
        _results(desk, enrolments, plan, seed, world)
    return class_year


def _subjects(world: World, class_year: ClassYear, plan: ClassPlan) -> dict[str, int]:
    """Write the subjects of the grade and who teaches them; return the teachers by subject."""
    specialists = {
        subject: world.staff[one.username]
        for one in country.STAFF
        if one.unit == plan.school
        for subject in one.teaches
    }
    teachers = {}
    for position, line in enumerate(curriculum.subjects(plan.grade), start=1):
        ClassSubject.objects.create(
            class_year=class_year,
            subject_code=line.code,
            label=ENGLISH if line.code == "NN1" else line.name,
            position=position,
            is_tested=curriculum.is_tested(line, plan.grade),
        )
        teacher = specialists.get(line.code, world.staff[plan.homeroom])
        TeachingAssignment.objects.create(
            class_year=class_year, subject_code=line.code, teacher=teacher, from_on=people.LONG_AGO
        )
        teachers[line.code] = teacher.pk
    return teachers


def _pupils(class_year: ClassYear, plan: ClassPlan, number: int, seed: int) -> list[tuple[Enrolment, str]]:
    place = class_year.school.commune_name
    planned = pupils.pupils(
        names.chance_of("pupils", seed, class_year.code),
        count=plan.pupils,
        grade=plan.grade,
        first_year=int(class_year.school_year_id[:4]),
        serial=(number + 1) * pupils.PUPILS_A_CLASS,
        place=place,
        outcomes=pupils.MAIN_OUTCOMES if plan.stage is Stage.ISSUED else "",
    )
    rows = sorted(
        ((people.a_pupil(one, place), one) for one in planned), key=lambda pair: bytes(pair[0].sort_name)
    )
    return enrolled(class_year, ((pupil, one.outcome) for pupil, one in rows))


def enrolled(
    class_year: ClassYear, pupils_in_order: Iterable[tuple[Pupil, str]]
) -> list[tuple[Enrolment, str]]:
    """Write the pupils of a class, each with an outcome, in the order of its list."""
    listed = list(pupils_in_order)
    enrolments = [
        Enrolment(
            class_year=class_year,
            pupil=pupil,
            school_year_id=class_year.school_year_id,
            number=place_in_list,
            arrived_on=class_year.school_year.starts_on,
        )
        for place_in_list, (pupil, _) in enumerate(listed, start=1)
    ]
    Enrolment.objects.bulk_create(enrolments)
    return [(row, outcome) for row, (_, outcome) in zip(enrolments, listed, strict=True)]


def _results(
    desk: gradebook.Desk,
    enrolments: list[tuple[Enrolment, str]],
    plan: ClassPlan,
    seed: int,
    world: World,
) -> None:
    lines = [(one.code, curriculum.is_tested(one, plan.grade)) for one in curriculum.subjects(plan.grade)]
    principal = next(
        world.staff[one.username].pk
        for one in country.STAFF
        if one.unit == plan.school and one.title == "Hiệu trưởng"
    )
    results, records = [], []
    for number, (enrolment, outcome) in enumerate(enrolments):
        year = pupils.year(
            names.chance_of("year", seed, desk.class_year.code, enrolment.pupil.code),
            plan.grade,
            lines,
            outcome,
        )
        entering = plan.stage is Stage.ENTERING
        skip = ("TOAN", "AN") if entering and number % 3 == 1 else ()
        results += gradebook.subject_rows(desk, enrolment, year, skip=skip)
        if entering and number % 4 == 2:
            continue
        record = gradebook.homeroom_row(desk, enrolment, year)
        if outcome == pupils.NOT_COMPLETED:
            gradebook.decide(record, "OLAI", principal, desk.at)
        records.append(record)
    gradebook.write(results, records)


def _families(world: World, plans: tuple[ClassPlan, ...]) -> None:
    """Give the class of twelve guardians, one with a second child in grade 1, and two pupils accounts."""
    main = [one for one in plans if one.stage is Stage.ISSUED]
    if not main:
        return
    password = make_password(people.PASSWORD)
    children = _children(world, main[0])
    for number, pupil in enumerate(children, start=1):
        username = f"phuhuynh{number}"
        world.families[username] = people.guardian(username, pupil, GUARDIAN_SERIAL + number, password)
    if len(plans) > 1:
        people.answers_for(world.families["phuhuynh1"], _children(world, plans[1])[0], "Cô")
    world.families["hocsinh1"] = people.own_account("hocsinh1", children[0], password)
    oldest = [one for one in plans if one.grade == curriculum.PRIMARY_GRADES[-1]]
    if oldest:
        world.families["hocsinh2"] = people.own_account("hocsinh2", _children(world, oldest[0])[0], password)


def _children(world: World, plan: ClassPlan) -> list[Pupil]:
    rows = Enrolment.objects.filter(class_year=world.class_of(plan)).select_related("pupil__person")
    return [one.pupil for one in rows.order_by("number")]
