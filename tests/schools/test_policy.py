"""The policy against a naive oracle: random trees, people, roles, relations and rows, seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from hocba.kernel.errors import NotFound, NotPermitted
from records.models import SubjectResult
from schools import permissions, scopes
from schools.actors import Actor
from schools.models import (
    ClassSubject,
    ClassYear,
    Enrolment,
    Guardianship,
    Membership,
    Oversight,
    Person,
    PersonKind,
    Pupil,
    TeachingAssignment,
    Unit,
)
from schools.permissions import RELATION_GRANTS, ROLE_GRANTS, Permission, Relation, Role
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 28)
SPANS = [  # whether in force today
    ((date(2020, 1, 1), None), True),
    ((TODAY, TODAY), True),
    ((date(2020, 1, 1), TODAY - timedelta(days=1)), False),
    ((TODAY + timedelta(days=1), None), False),
]
HELD = [role for role in Role if role is not Role.SYSTEM]


@dataclass
class Facts:
    """What the oracle knows, in plain lists beside the tables."""

    units: list[Unit] = field(default_factory=list)
    roles: list[tuple[int, int, Role]] = field(default_factory=list)  # person, unit, of roles in force
    overseen: list[tuple[int, int]] = field(default_factory=list)  # overseer, unit
    teachings: list[tuple[int, int, str]] = field(default_factory=list)  # person, class, subject
    guardians: list[tuple[int, int]] = field(default_factory=list)  # person, pupil
    people: list[Person] = field(default_factory=list)
    rows: list[Model] = field(default_factory=list)


def grow(seed: int) -> Facts:
    """Make a random country."""
    chance, facts = random.Random(seed), Facts()
    facts.units = tree(chance)
    schools = [unit for unit in facts.units if unit.level.is_school]
    facts.people = [factories.a_person() for _place in range(5)]
    parent = factories.a_person(kind=PersonKind.GUARDIAN)
    for person in facts.people:
        for _time in range(chance.choice([0, 1, 1, 2])):
            (first, last), holds = chance.choice(SPANS)
            unit, role = chance.choice(facts.units), chance.choice(HELD)
            taken = Membership.objects.filter(person=person, unit=unit, role=role).exists()
            if not taken:
                Membership.objects.create(person=person, unit=unit, role=role, from_on=first, to_on=last)
                facts.roles += [(person.pk, unit.pk, role)] if holds else []
    for _time in range(2):
        overseer, unit = chance.sample(facts.units, 2)
        (first, last), holds = chance.choice(SPANS)
        Oversight.objects.get_or_create(overseer=overseer, unit=unit, from_on=first, defaults={"to_on": last})
        facts.overseen += [(overseer.pk, unit.pk)] if holds else []
    facts.people.append(parent)
    for school in chance.sample(schools, 2):
        plant_class(chance, facts, school)
    facts.rows += [*facts.units, *facts.people]
    return facts


def tree(chance: random.Random) -> list[Unit]:
    """Return a root, offices of one or two tiers, and schools hung anywhere under them."""
    units = [factories.the_ministry(), *(factories.a_department() for _time in range(3))]
    units += [factories.a_subdepartment(chance.choice(units[1:4])) for _time in range(2)]
    units += [factories.a_school(parent=chance.choice(units[1:])) for _time in range(3)]
    return units


def employ(facts: Facts, person: Person, school: Unit) -> None:
    """Give a person a teacher's role in a school, unless there is one."""
    role = Role.TEACHER
    if not Membership.objects.filter(person=person, unit=school, role=role).exists():
        Membership.objects.create(person=person, unit=school, role=role, from_on=date(2020, 1, 1))
        facts.roles.append((person.pk, school.pk, role))


def plant_class(chance: random.Random, facts: Facts, school: Unit) -> None:
    """Make a class with two subjects, a pupil, a teacher, a guardian, and results."""
    staff = facts.people[:5]
    for person in chance.sample(staff, 3):  # the others teach, if at all, where they have no role
        employ(facts, person, school)
    class_year = ClassYear.objects.create(
        school=school,
        school_year=factories.a_school_year(),
        code=f"{school.code}-4A",
        name="4A",
        grade=4,
        homeroom_teacher=chance.choice([None, *staff]),
    )
    for position, code in enumerate(("TOAN", "TV")):
        subject = ClassSubject.objects.create(
            class_year=class_year, subject_code=code, label=code, position=position, is_tested=True
        )
        (first, last), holds = chance.choice(SPANS)
        teacher = chance.choice(staff)
        TeachingAssignment.objects.create(
            class_year=class_year, subject_code=code, teacher=teacher, from_on=first, to_on=last
        )
        facts.teachings += [(teacher.pk, class_year.pk, code)] if holds else []
        facts.rows.append(subject)
    pupil = factories.a_pupil()
    enrolment = factories.enrol(pupil, class_year, 1)
    (first, last), holds = chance.choice(SPANS)
    guardian = chance.choice(facts.people[:6])  # staff and a parent; a pupil answers for nobody
    Guardianship.objects.create(guardian=guardian, pupil=pupil, relation="Mẹ", from_on=first, to_on=last)
    facts.guardians += [(guardian.pk, pupil.pk)] if holds else []
    own = factories.a_pupil_account(pupil)
    facts.people.append(own)
    facts.rows += [class_year, enrolment, pupil, *results(enrolment, school)]


def results(enrolment: Enrolment, school: Unit) -> Iterator[SubjectResult]:
    """Yield a result in each subject."""
    for code in ("TOAN", "TV"):
        with scopes.system(school.path):
            yield SubjectResult.objects.create(
                school_path=school.path,
                school_year_id=enrolment.school_year_id,
                class_year=enrolment.class_year,
                enrolment=enrolment,
                pupil_id=enrolment.pupil_id,
                subject_code=code,
                point="CN",
                level="T",
                changed_at=factories.AT,
                changed_by=enrolment.class_year.homeroom_teacher or factories.a_person(),
            )


# ---- The oracle: one row at a time, by walking ---------------------------------------------------


def expected(facts: Facts, person: Person, permission: Permission, row: Any) -> bool:
    return by_role(facts, person, permission, row) or by_relation(facts, person, permission, row)


def by_role(facts: Facts, person: Person, permission: Permission, row: Any) -> bool:
    for holder, unit_id, role in facts.roles:
        if holder != person.pk or permission not in ROLE_GRANTS[role]:
            continue
        tops = {unit_id} | {unit for overseer, unit in facts.overseen if overseer == unit_id}
        if any(tops & set(ancestors(unit)) for unit in units_of(row)):
            return True
    return False


def units_of(row: Any) -> list[Unit]:
    if isinstance(row, Unit):
        return [row]
    if isinstance(row, Person):
        return [one.unit for one in row.memberships.all()]
    if isinstance(row, Pupil):
        return [one.class_year.school for one in row.enrolments.all()]
    return [class_of(row).school]


def ancestors(unit: Unit | None) -> Iterator[int]:
    while unit is not None:
        yield unit.pk
        unit = unit.parent


def class_of(row: Any) -> ClassYear:
    return row if isinstance(row, ClassYear) else row.class_year


def by_relation(facts: Facts, person: Person, permission: Permission, row: Any) -> bool:
    if isinstance(row, Unit | Person):
        return False
    classes = [one.class_year for one in row.enrolments.all()] if isinstance(row, Pupil) else [class_of(row)]
    held = {unit for holder, unit, _role in facts.roles if holder == person.pk}
    # Who left the school stands nowhere in it, whatever other school has a role for the person.
    classes_at_work = [one for one in classes if held & set(ancestors(one.school))]
    found = set()
    if any(one.homeroom_teacher_id == person.pk for one in classes_at_work):
        found.add(Relation.HOMEROOM)
    own_subject = getattr(row, "subject_code", None)
    for teacher, class_id, subject in facts.teachings:
        fits = own_subject is None or subject == own_subject
        if teacher == person.pk and fits and any(one.pk == class_id for one in classes_at_work):
            found.add(Relation.TEACHER)
    if not isinstance(row, ClassSubject):
        pupils = pupils_of(row)
        if any(guardian == person.pk and pupil in pupils for guardian, pupil in facts.guardians):
            found.add(Relation.GUARDIAN)
        if any(Pupil.objects.filter(pk=pupil, person=person).exists() for pupil in pupils):
            found.add(Relation.PUPIL)
    return any(permission in RELATION_GRANTS[relation] for relation in found)


def pupils_of(row: Any) -> set[int]:
    if isinstance(row, ClassYear):
        return set(row.enrolments.values_list("pupil_id", flat=True))
    return {row.pk if isinstance(row, Pupil) else row.pupil_id}


@pytest.mark.parametrize("seed", range(6))
def test_the_policy_agrees_with_the_oracle(seed: int) -> None:
    """`visible` answers as walking does, `may` and `held` as `visible`, for every person, permission and row."""
    facts = grow(seed)
    wrong = []
    by_model: dict[type[Model], list[Model]] = {}
    for row in facts.rows:
        by_model.setdefault(type(row), []).append(row)
    scopes.apply("BGD.")  # the second lock stands open: this is about the policy alone
    for person in facts.people:
        actor = factories.actor_of(person)
        for permission in Permission:
            for model, rows in by_model.items():
                seen = set(
                    permissions.visible(actor, permission, model._base_manager.all()).values_list(
                        "pk", flat=True
                    )
                )
                should = {row.pk for row in rows if expected(facts, person, permission, row)}
                if seen & {row.pk for row in rows} != should:
                    wrong.append((person.pk, permission, model.__name__, seen, should))
            row = random.Random(seed).choice(facts.rows)
            if permissions.may(actor, permission, row) != expected(facts, person, permission, row):
                wrong.append((person.pk, permission, "may", row, None))
        row = random.Random(person.pk).choice(facts.rows)
        allowed = {one for one in Permission if expected(facts, person, one, row)}
        if permissions.held(actor, tuple(Permission), row) != allowed:
            wrong.append((person.pk, "held", row, allowed))

    assert wrong == []


def test_the_random_countries_say_yes_and_no_often_enough() -> None:
    """An oracle that always agrees because nobody may anything would prove nothing."""
    said = [
        (type(row).__name__, expected(facts, person, permission, row))
        for facts in (grow(100), grow(101))
        for person in facts.people
        for permission in (
            Permission.CLASS_VIEW,
            Permission.RESULT_VIEW,
            Permission.UNIT_VIEW,
            Permission.CHILD_VIEW,
        )
        for row in facts.rows
    ]

    assert sum(answer for _kind, answer in said) > 60
    assert sum(not answer for _kind, answer in said) > 60


# ---- Single promises, named ----------------------------------------------------------------------


def seen_subjects(actor: Actor, class_year: ClassYear, permission: Permission) -> set[str]:
    rows = permissions.visible(actor, permission, SubjectResult.objects.filter(class_year=class_year))
    return set(rows.values_list("subject_code", flat=True))


def test_a_subject_teacher_sees_the_own_subject_only() -> None:
    class_year = factories.a_complete_class(1)
    teacher = factories.teacher_of(class_year, "NN1")

    with factories.acting(teacher) as actor:
        assert seen_subjects(actor, class_year, Permission.RESULT_VIEW) == {"NN1"}
        assert seen_subjects(actor, class_year, Permission.RESULT_ENTER) == {"NN1"}


@pytest.mark.parametrize(("span", "holds"), SPANS)
def test_relations_and_roles_hold_from_their_first_to_their_last_day(span: Any, holds: bool) -> None:
    class_year = factories.a_class_year(1)
    pupil = class_year.enrolments.get().pupil
    teacher, parent = factories.teacher_of(class_year, "NN1"), factories.a_guardian(pupil)
    dates = {"from_on": span[0], "to_on": span[1]}
    teacher.teachings.update(**dates)
    parent.guardianships.update(**dates)
    clerk = factories.a_clerk(class_year.school)
    clerk.memberships.update(**dates)

    answers = [
        permissions.may(factories.actor_of(teacher), Permission.CLASS_VIEW, class_year),
        permissions.may(factories.actor_of(parent), Permission.CHILD_VIEW, pupil),
        permissions.may(factories.actor_of(clerk), Permission.SEAL, class_year),
    ]

    assert answers == [holds] * 3


def test_who_left_the_school_is_no_homeroom_teacher_any_more() -> None:
    class_year = factories.a_class_year(1)
    teacher = factories.homeroom_of(class_year)
    before = permissions.may(factories.actor_of(teacher), Permission.RESULTS_CONFIRM, class_year)

    teacher.memberships.update(to_on=TODAY - timedelta(days=1))

    assert before
    assert not permissions.may(factories.actor_of(teacher), Permission.RESULTS_CONFIRM, class_year)


def test_a_guardian_of_two_children_sees_neither_through_the_others_dates() -> None:
    """Both conditions of a guardianship must hold on one row, not one on each."""
    one, two = (factories.a_class_year(1).enrolments.get().pupil for _time in range(2))
    parent = factories.a_guardian(one)
    Guardianship.objects.create(
        guardian=parent, pupil=two, relation="Cô", from_on=date(2020, 1, 1), to_on=date(2021, 1, 1)
    )
    other = factories.a_guardian(two)

    seen = permissions.visible(factories.actor_of(parent), Permission.CHILD_VIEW, Pupil.objects.all())

    assert list(seen) == [one]
    assert permissions.may(factories.actor_of(other), Permission.CHILD_VIEW, two)


def test_a_second_overseer_sees_the_unit_while_the_oversight_lasts() -> None:
    school, office = factories.a_school(), factories.a_department()
    officer = factories.a_member(office, Role.DEPARTMENT)
    before = permissions.may(factories.actor_of(officer), Permission.STANDING_VIEW, school)

    Oversight.objects.create(unit=school, overseer=office, from_on=TODAY, to_on=TODAY)

    at = factories.AT
    days = [
        permissions.may(factories.actor_of(officer, at + timedelta(days=n)), Permission.STANDING_VIEW, school)
        for n in (-1, 0, 1)
    ]
    assert (before, days) == (False, [False, True, False])


def test_a_code_that_begins_like_another_is_not_beneath_it() -> None:
    root = factories.the_ministry()
    level = factories.a_level("department", 1)
    short, long = factories.a_unit("79", "Sở 79", level, root), factories.a_unit("791", "Sở 791", level, root)
    officer = factories.a_member(short, Role.DEPARTMENT)

    answers = [
        permissions.may(factories.actor_of(officer), Permission.UNIT_VIEW, unit)
        for unit in (short, long, root)
    ]

    assert answers == [True, False, False]


def test_absent_and_hidden_are_not_told_apart() -> None:
    school, other = factories.a_school(), factories.a_school()
    actor = factories.actor_of(factories.a_clerk(school))
    refusals = []
    for key in (other.pk, 0):
        with pytest.raises(NotFound) as refused:
            permissions.one(actor, Permission.UNIT_VIEW, Unit.objects.all(), pk=key)
        refusals.append((str(refused.value), refused.value.facts))

    assert refusals[0] == refusals[1]
    assert permissions.one(actor, Permission.UNIT_VIEW, Unit.objects.all(), pk=school.pk) == school
    with pytest.raises(NotPermitted):
        permissions.require(actor, Permission.STAFF_EDIT, school)


def test_what_is_visible_can_be_locked_and_costs_one_query() -> None:
    class_year = factories.a_class_year(3)
    actor = factories.actor_of(factories.homeroom_of(class_year))

    with CaptureQueriesContext(connection) as asked:
        rows = permissions.visible(actor, Permission.PUPIL_VIEW, Enrolment.objects.all())
        locked = list(rows.select_for_update(no_key=True, of=("self",)))

    assert len(locked) == 3
    assert len(asked) == 1
