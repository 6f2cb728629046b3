"""Who may sign in the demo: credentials that schools ask for and the level above approves, as in life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from importlib.resources import files

from hocba.demo import country, people, tree
from hocba.demo.keys import KeyRing
from hocba.demo.world import World
from hocba.kernel.clock import VIETNAM
from schools import actors, scopes
from schools.actors import Actor
from schools.models import ClassYear, Membership, Person, Unit
from schools.permissions import Role
from signing.actions import register
from signing.models import Authority
from signing.seal.trust import SignerRole

LEADER_SIGNATURE, TEACHER_SIGNATURES = "signature.svg", ("signature-2.svg", "signature-3.svg")
LEFT_WAITING = "chunhiem.5a.hai"
"""This teacher's request stays open, so that the department has something to decide."""


class NobodyThere(LookupError):
    """No person holds that role in the unit or above it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of the register that the demo needs; a seal has no person."""

    school: Unit
    role: SignerRole
    person: Person | None


def of_world(world: World) -> list[Wanted]:
    """Return every signer of the demo's schools: leaders, homeroom teachers, seals."""
    homeroom = {one.homeroom for one in country.CLASSES}
    wanted = []
    for plan in country.STAFF:
        role = SignerRole.LEADER if plan.role is Role.PRINCIPAL else SignerRole.HOMEROOM
        if plan.role is Role.PRINCIPAL or plan.username in homeroom:
            wanted.append(Wanted(world.units[plan.unit], role, world.staff[plan.username]))
    schools = (tree.FIRST, tree.SECOND, tree.THIRD)
    return wanted + [Wanted(world.units[code], SignerRole.SEAL, None) for code in schools]


def of_class(class_year: ClassYear, at: datetime) -> list[Wanted]:
    """Return who signs one class: its homeroom teacher, the principal, the seal. Raises: NobodyThere."""
    school = class_year.school
    leader = holder(school, Role.PRINCIPAL, at).person
    return [
        Wanted(school, SignerRole.HOMEROOM, class_year.homeroom_teacher),
        Wanted(school, SignerRole.LEADER, leader),
        Wanted(school, SignerRole.SEAL, None),
    ]


def ensure(
    wanted: list[Wanted], ring: KeyRing, at: datetime, *, waiting: frozenset[int] = frozenset()
) -> int:
    """Enrol, request and approve those that the register lacks; return how many were new.

    Requests of the persons in `waiting` (ids) are left for somebody to decide.
    """
    made = 0
    for one in wanted:
        rows = Authority.objects.filter(school=one.school, role=one.role.value, person=one.person)
        if rows.exists():
            continue
        row = _asked(one, ring, at)
        if one.person is None or one.person.pk not in waiting:
            _approved(row, at)
        made += 1
    return made


def _asked(wanted: Wanted, ring: KeyRing, at: datetime) -> Authority:
    school, person = wanted.school, wanted.person
    if person is None:
        credential = ring.school(school.code, school.name, people.PIN)
    else:
        credential = ring.person(person.full_name, person.personal_number, school.name, people.PIN)
    image = (files("signing.specimen") / "images" / _picture(wanted)).read_bytes()
    clerk = holder(school, Role.CLERK, at)
    with scopes.of(clerk):
        return register.request(
            school, role=wanted.role, credential=credential, person=person, by=clerk, image=image
        )


def _picture(wanted: Wanted) -> str:
    if wanted.person is None:
        return "seal.svg"
    if wanted.role is SignerRole.LEADER:
        return LEADER_SIGNATURE
    return TEACHER_SIGNATURES[wanted.person.pk % len(TEACHER_SIGNATURES)]


def _approved(row: Authority, at: datetime) -> None:
    officer = holder(row.school, Role.DEPARTMENT, at)
    # Since midnight: a timestamp has whole seconds and may seem older than an approval of the same second.
    since = datetime.combine(officer.today, time(0), VIETNAM)
    with scopes.of(officer):
        register.approve(row, by=officer, since=since)


def holder(unit: Unit, role: Role, at: datetime) -> Actor:
    """Return who held a role first in the unit or above it, as an actor at `at`. Raises: NobodyThere."""
    codes = unit.path.split(".")[:-1]
    above = [".".join(codes[: depth + 1]) + "." for depth in range(len(codes))]
    rows = Membership.objects.filter(unit__path__in=above, role=role, to_on__isnull=True)
    found = rows.select_related("person").order_by("-unit__path", "pk").first()
    if found is None:
        raise NobodyThere(f"{role} of {unit.code}")
    return actors.of(found.person, at)
