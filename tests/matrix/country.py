"""Two provinces with three schools, and one person for each role in the first: the world of the matrix.

Built once for a module and committed; what a request may change is rolled back by the test that sends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from django.test import Client, override_settings

from hocba.kernel import clock
from records.models import Transcript
from schools import scopes
from schools.models import ClassYear, Enrolment, Guardianship, Membership, Person, Pupil, RosterImport, Unit
from schools.permissions import Role
from signing.actions import instruments
from signing.models import Authority, SealedDocument, SigningBatch
from signing.seal.trust import SignerRole
from tests import database, factories
from tests.exports import papers
from tests.matrix import desk
from tests.world import Ground, World

SECRET_WORDS = "Nhận xét kín số bảy mươi mốt"
"""Stands with the school's code in the results of every pupil: no refused answer may say it."""
ISSUED_YEAR = "2025-2026"


class Who(StrEnum):
    """The columns of the matrix: the roles of contracts.md, and those who have no right (any more)."""

    TEACHER = "subject_teacher"
    HOMEROOM = "homeroom_teacher"
    PRINCIPAL = "principal"
    CLERK = "clerk"
    REGISTRAR = "registrar"
    ADMIN = "school_admin"
    SUBDEPARTMENT = "subdepartment"
    DEPARTMENT = "department"
    MINISTRY = "ministry"
    GUARDIAN = "guardian"
    PUPIL = "pupil"
    STRANGER = "stranger"
    FORMER = "former principal"
    FORMER_GUARDIAN = "former guardian"


class Where(StrEnum):
    """Where the row lies, seen from the school of these people."""

    OWN = "own school"
    NEAR = "other school, same province"
    FAR = "other province"


@dataclass
class Place:
    """One school with a class in each state that pages are about."""

    school: Unit
    draft: ClassYear
    frozen: ClassYear
    issued: ClassYear
    sealed: SealedDocument
    batch: SigningBatch
    asked: Authority
    staff: Person
    membership: Membership
    pupil: Pupil

    @cached_property
    def enrolment(self) -> Enrolment:
        """The pupil of the class whose results are open."""
        return self.draft.enrolments.get()

    @cached_property
    def transcript(self) -> Transcript:
        """The frozen transcript."""
        with scopes.system(self.school.path):
            return Transcript.objects.get(class_year=self.frozen)

    @cached_property
    def roster(self) -> RosterImport:
        """A list of pupils that was brought in, with a line that stayed out."""
        return RosterImport.objects.get(school=self.school)

    @cached_property
    def secrets(self) -> set[str]:
        """What says who the pupils are and what they achieved."""
        pupils = Pupil.objects.filter(enrolments__class_year__in=(self.draft, self.frozen, self.issued))
        told = {f"{SECRET_WORDS} {self.school.code}"}
        for one in pupils:
            told |= {one.full_name, one.code, one.personal_number, one.register_number}
        return told


@dataclass
class Country:
    """The places, the people, and a signed-in browser for each."""

    places: dict[Where, Place]
    people: dict[Who, Person]
    world: World
    clients: dict[Who, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sign everybody in, committed; a stranger has no session."""
        for who in Who:
            self.clients[who] = Client(raise_request_exception=False)
            if who is not Who.STRANGER:
                self.clients[who].force_login(self.people[who].account)

    @cached_property
    def secrets(self) -> set[str]:
        """What no refused answer says."""
        return set().union(*(place.secrets for place in self.places.values()))


@contextmanager
def built(ground: Ground, trust: Path) -> Iterator[Country]:
    """Make the country in committed rows, and take it away again."""
    ground.write_trust(trust)
    with override_settings(**ground.settings(trust)):
        instruments.forget()
        try:
            yield _country(World(ground, trust))
        finally:
            instruments.forget()
            database.flush()


def _country(world: World) -> Country:
    province = factories.a_department()
    office = factories.a_subdepartment(province)
    own = factories.a_school(parent=office)
    world.__dict__["school"] = own
    factories.a_school_year(ISSUED_YEAR)
    world.school_year()
    near, far = factories.a_school(parent=province), factories.a_school()
    places = {Where.OWN: _own(world)}
    places |= {Where.NEAR: _elsewhere(near), Where.FAR: _elsewhere(far)}
    people = _people(world, places[Where.OWN], office, province)
    for person in people.values():
        factories.an_account(person)
    return Country(places, people, world)


def _own(world: World) -> Place:
    """Really signed and sealed, with files that can be opened."""
    issued = world.frozen_class(pupils=1)
    (sealed,) = world.issue(issued)
    frozen = world.frozen_class(pupils=1)
    batch = SigningBatch.objects.get(class_year=issued, role=SignerRole.HOMEROOM.value)
    return _place(world.school, world.homeroom, frozen, issued, sealed, batch)


def _elsewhere(school: Unit) -> Place:
    """Rows as the actions leave them; nobody of the matrix ever gets as far as their files."""
    homeroom = factories.a_teacher(school)
    issued = papers.an_issued_class(1, school=school, homeroom=homeroom)
    frozen = factories.a_frozen_class(1, school=school, homeroom=homeroom)
    with scopes.system(school.path):
        sealed = SealedDocument.objects.select_related("pupil").get(class_year=issued)
    return _place(school, homeroom, frozen, issued, sealed, SigningBatch.objects.get(class_year=issued))


def _place(
    school: Unit,
    homeroom: Person,
    frozen: ClassYear,
    issued: ClassYear,
    sealed: SealedDocument,
    batch: SigningBatch,
) -> Place:
    draft = factories.a_complete_class(1, school=school, homeroom=homeroom)
    with scopes.system(school.path):
        draft.subject_results.update(comment=f"{SECRET_WORDS} {school.code}")
        draft.homeroom_records.update(homeroom_comment=f"{SECRET_WORDS} {school.code}")
    desk.furnish(draft)
    staff = factories.a_clerk(school)
    factories.an_account(staff)
    waiting: dict[str, Any] = {"state": "WAITING", "requested_at": clock.now()}
    asked = papers.an_authority(school, staff, **waiting)
    factories.a_roster(draft)
    return Place(
        school,
        draft,
        frozen,
        issued,
        sealed,
        batch,
        asked,
        staff,
        staff.memberships.get(),
        draft.enrolments.get().pupil,
    )


def _people(world: World, own: Place, office: Unit, province: Unit) -> dict[Who, Person]:
    yesterday = clock.now().astimezone(clock.VIETNAM).date() - timedelta(days=1)
    former = factories.a_principal(own.school)
    Membership.objects.filter(person=former).update(to_on=yesterday)
    gone = factories.a_guardian(own.pupil)
    Guardianship.objects.filter(guardian=gone).update(to_on=yesterday)
    guardian = factories.a_guardian(own.pupil)
    Guardianship.objects.create(
        guardian=guardian, pupil=own.sealed.pupil, relation="Mẹ", from_on=factories.LONG_AGO
    )
    teacher = factories.a_teacher(own.school)
    for class_year in (own.draft, own.frozen, own.issued):
        class_year.teachings.filter(subject_code="TOAN").update(teacher=teacher)
    assert province.parent is not None
    return {
        Who.TEACHER: teacher,
        Who.HOMEROOM: world.homeroom,
        Who.PRINCIPAL: world.principal,
        Who.CLERK: world.clerk,
        Who.REGISTRAR: factories.a_registrar(own.school),
        Who.ADMIN: factories.a_school_admin(own.school),
        Who.SUBDEPARTMENT: factories.a_member(office, Role.SUBDEPARTMENT),
        Who.DEPARTMENT: factories.a_member(province, Role.DEPARTMENT),
        Who.MINISTRY: factories.a_member(province.parent, Role.MINISTRY),
        Who.GUARDIAN: guardian,
        Who.PUPIL: factories.a_pupil_account(own.sealed.pupil),
        Who.FORMER: former,
        Who.FORMER_GUARDIAN: gone,
    }
