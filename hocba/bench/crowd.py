"""What stands on the pages that are measured: first one row of each kind, then many."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.hashers import make_password

from exports.actions import discovery
from exports.models import Destination
from hocba.bench import ground
from hocba.demo import names, people, signers, tree
from hocba.demo.signers import Wanted
from hocba.demo.tree import UnitPlan
from hocba.kernel import clock
from records.actions.rosters import imports
from records.models import Phrase, Transcript
from schools import actors, scopes
from schools.models import ClassYear, Enrolment, Membership, Person, PersonKind, RosterImport, Unit
from schools.permissions import Role
from schools.rosters.columns import Kind
from signing.models import SealedDocument, SigningBatch
from signing.seal.trust import SignerRole

SCHOOL, HOMEROOM = tree.SECOND, "chunhiem.3a.hai"
"""Not the school in which the other rooms issue."""

CLASSES = 8
"""Of one pupil and of many, in each of four states."""

SERIAL, GUARDIAN_SERIAL = 910_000, 920_000
NOBODY_THERE = "http://127.0.0.1:9"


@dataclass
class Crowd:
    """A class in each state, and the people who look at them."""

    draft: ClassYear
    confirmed: ClassYear
    frozen: ClassYear
    issued: ClassYear
    staff: Person
    membership: Membership
    guardian: Person
    destination: Destination

    @property
    def school(self) -> Unit:
        """Return the school of all classes."""
        return self.draft.school

    @cached_property
    def enrolment(self) -> Enrolment:
        """A pupil of the class whose results are open."""
        return self.draft.enrolments.order_by("number")[0]

    @cached_property
    def transcript(self) -> Transcript:
        """A frozen one."""
        with scopes.system(self.school.path):
            return Transcript.objects.filter(class_year=self.frozen).order_by("pk")[0]

    @cached_property
    def sealed(self) -> SealedDocument:
        """An issued one."""
        with scopes.system(self.school.path):
            rows = SealedDocument.objects.filter(class_year=self.issued).select_related("leaf", "version")
            return rows.order_by("pk")[0]

    @cached_property
    def batch(self) -> SigningBatch:
        """The principal's signatures on the issued class."""
        return SigningBatch.objects.get(class_year=self.issued, role=SignerRole.LEADER.value)

    @cached_property
    def phrase(self) -> Phrase:
        """A phrase of the school's bank."""
        values = {"changed_at": clock.now(), "changed_by": self.person(Role.PRINCIPAL)}
        key = {"school": self.school, "about": "TOAN", "level": "T", "text": "Em tính nhanh."}
        return Phrase.objects.get_or_create(**key, defaults=values)[0]

    @cached_property
    def roster(self) -> RosterImport:
        """A list that was laid beside the school, with one line that is wrong."""
        by = actors.of(self.person(Role.REGISTRAR), clock.now())
        year, data = self.draft.school_year, b"Lop,Khoi\n5Z,5\n9Z,9\n"
        with scopes.of(by):
            return imports.preview(self.school, year, kind=Kind.CLASSES, data=data, by=by)

    def person(self, role: Role | None) -> Person:
        """Return who holds a role in this school or above it; None: the guardian."""
        return self.guardian if role is None else signers.holder(self.school, role, clock.now()).person


def few() -> Crowd:
    """Make one row of each kind."""
    issued = _classes(1)
    staff = _staff(1)
    guardian = people.guardian(
        f"phuhuynh.{secrets.token_hex(3)}",
        issued[-1].enrolments.get().pupil,
        GUARDIAN_SERIAL + secrets.randbelow(9_000),
        make_password(people.PASSWORD),
    )
    people.account(f"nhanvien.{secrets.token_hex(3)}", staff[0].person, make_password(None))
    (destination,) = _destinations(1)
    discovery.discover(destination, by=actors.system(clock.now()))
    return Crowd(*issued, staff[0].person, staff[0], guardian, destination)


def many(before: Crowd, rows: int) -> Crowd:
    """Add rows until there are `rows` of each kind; return the crowd with the larger classes."""
    if rows > CLASSES:
        ground.new_classes([1] * (rows - CLASSES), school=SCHOOL, homeroom=HOMEROOM)
    classes = _classes(rows)
    for one in classes[-1].enrolments.select_related("pupil"):
        people.answers_for(before.guardian, one.pupil, "Cô")
    parent = Unit.objects.get(code="99001")
    for number in range(rows - 1):
        plan = UnitPlan(
            f"99001{500 + number}", "school", f"Trường Tiểu học Bản Mẫu {number}", "99001", "Xã Mẫu Một"
        )
        people.unit(plan, parent)
    staff = _staff(rows - 1)
    wanted = [Wanted(before.school, SignerRole.HOMEROOM, one.person) for one in staff]
    waiting = frozenset(one.person_id for one in staff)
    signers.ensure(wanted, ground.ring(), clock.now(), waiting=waiting)
    _destinations(rows - 1)
    discovery.discover(before.destination, by=actors.system(clock.now()))
    return Crowd(*classes, before.staff, before.membership, before.guardian, before.destination)


def _classes(pupils: int) -> tuple[ClassYear, ClassYear, ClassYear, ClassYear]:
    draft, confirmed, frozen, issued = ground.new_classes([pupils] * 4, school=SCHOOL, homeroom=HOMEROOM)
    ground.road(confirmed).confirm()
    ground.road(frozen).freeze()
    ground.road(issued).freeze()
    ground.issue(issued)
    return draft, confirmed, frozen, issued


def _staff(count: int) -> list[Membership]:
    school, made = Unit.objects.get(code=SCHOOL), []
    for _ in range(count):
        serial = SERIAL + Person.objects.filter(kind=PersonKind.STAFF).count()
        number = names.personal_number("NU", people.LONG_AGO.replace(year=1990), serial)
        person = people.a_person(
            names.full_name(names.chance_of("crowd", serial), "NU"), PersonKind.STAFF, number
        )
        made.append(
            Membership.objects.create(
                person=person, unit=school, role=Role.TEACHER, from_on=people.LONG_AGO, title="Giáo viên"
            )
        )
    return made


def _destinations(count: int) -> list[Destination]:
    """Name receivers where nobody listens; no worker runs while the pages are measured."""
    unit = Unit.objects.get(code=tree.DEPARTMENT)
    made = []
    for _ in range(count):
        code = f"noi-nhan-{Destination.objects.count()}"
        made.append(
            Destination.objects.create(
                code=code, name=code, base_url=NOBODY_THERE, unit=unit, unit_path=unit.path, is_open=False
            )
        )
    return made
