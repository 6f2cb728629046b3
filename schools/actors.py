"""Who acts, and when: the one argument that every query and action takes first or as `by`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache

from django.db.models import Q

from hocba.kernel.clock import VIETNAM
from schools.models import Membership, Oversight, Person, Unit
from schools.models.people import PersonKind
from schools.permissions import ROLE_GRANTS, Permission, Relation, Role

READS_RESULTS = frozenset({Permission.RESULT_VIEW, Permission.TRANSCRIPT_VIEW})
"""Without one of these, row-level security shows an actor no result, whatever the policy would say."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in a unit now; `paths` are the subtrees that it reaches, the unit's own first."""

    role: Role
    unit_id: int
    title: str
    paths: tuple[str, ...]
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at an instant, with the roles in force then. Made at the door, once a request or task.

    Rights come from all roles; `grants` has those of the unit the person works in first, and lists narrow to them
    (`here`). `teaches` and `leads` are the schools where the person teaches, or is homeroom teacher, and has a role.
    """

    person: Person
    at: datetime
    grants: tuple[Grant, ...]
    family: frozenset[Relation] = frozenset()
    teaches: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    request_id: str = field(default="")

    @property
    def person_id(self) -> int:
        """Return the person's number."""
        return self.person.pk

    @property
    def today(self) -> date:
        """Return the calendar day in Viet Nam."""
        return self.at.astimezone(VIETNAM).date()

    @property
    def relations(self) -> frozenset[Relation]:
        """Return how the person may stand beside rows."""
        found = set(self.family)
        found |= {Relation.TEACHER} if self.teaches else set()
        found |= {Relation.HOMEROOM} if self.leads else set()
        return frozenset(found)

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Return the subtrees over which a role of this actor grants `permission`."""
        return tuple(
            path for grant in self.grants if permission in ROLE_GRANTS[grant.role] for path in grant.paths
        )

    def schools_beside(self, relation: Relation) -> tuple[str, ...] | None:
        """Return the schools in which a relation of work holds; None for a family's, which no school bounds."""
        return {Relation.TEACHER: self.teaches, Relation.HOMEROOM: self.leads}.get(relation)

    @property
    def home_path(self) -> str:
        """Return the subtree this actor works in: of the first role held, empty for families."""
        return self.grants[0].paths[0] if self.grants else ""

    @property
    def results_paths(self) -> tuple[str, ...]:
        """Return every subtree whose results this actor's work may touch, in order, none within another.

        Those of each role that reads results, and the schools where the person teaches a class.
        """
        reading = (one for one in self.grants if READS_RESULTS & ROLE_GRANTS[one.role])
        return outermost([*(path for one in reading for path in one.paths), *self.teaches, *self.leads])

    @property
    def units(self) -> tuple[Grant, ...]:
        """Return a role for each unit that the person may choose to work in, the working unit first."""
        found: dict[int, Grant] = {}
        for one in self.grants:
            found.setdefault(one.unit_id, one)
        return tuple(found.values())

    @property
    def here(self) -> Actor:
        """Return this actor with the roles of the working unit alone: for lists and menus, never for rights."""
        if not self.grants:
            return self
        unit, path = self.grants[0].unit_id, self.home_path
        return replace(
            self,
            grants=tuple(one for one in self.grants if one.unit_id == unit),
            teaches=tuple(one for one in self.teaches if one.startswith(path)),
            leads=tuple(one for one in self.leads if one.startswith(path)),
        )

    def holds_role(self, role: Role) -> bool:
        """Return whether the role is held anywhere: for words on the screen, never for rights."""
        return any(grant.role is role for grant in self.grants)


def of(person: Person, at: datetime, *, request_id: str = "", working_in: int | None = None) -> Actor:
    """Return `person` as an actor at `at` (aware), with the roles in force then.

    `working_in` is the unit that the person chose; one where no role is held (any more) counts as not chosen.
    """
    today = at.astimezone(VIETNAM).date()
    in_force = Q(from_on__lte=today) & (Q(to_on__isnull=True) | Q(to_on__gte=today))
    memberships = list(
        Membership.objects.filter(in_force, person=person).select_related("unit").order_by("from_on", "pk")
    )
    memberships.sort(key=lambda one: one.unit_id != working_in)
    overseen: dict[int, list[str]] = {}
    if memberships:
        rows = Oversight.objects.filter(in_force, overseer__in=[one.unit_id for one in memberships])
        for overseer, path in rows.values_list("overseer_id", "unit__path"):
            overseen.setdefault(overseer, []).append(path)
    grants = tuple(
        Grant(
            Role(one.role),
            one.unit_id,
            one.title,
            (one.unit.path, *overseen.get(one.unit_id, ())),
            one.unit.name,
        )
        for one in memberships
    )
    homes = tuple({one.paths[0] for one in grants})
    teaches, leads = _schools_of(person, in_force, homes)
    return Actor(person, at, grants, _family(person, in_force), teaches, leads, request_id)


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths in order, without those that lie within another and without empty ones."""
    found: list[str] = []
    for path in sorted(filter(None, paths)):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return tuple(found)


def _schools_of(
    person: Person, in_force: Q, homes: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the schools where the person teaches and leads a class; who left a school stands nowhere in it."""
    if person.kind != PersonKind.STAFF or not homes:
        return (), ()
    taught = person.teachings.filter(in_force).values_list("class_year__school__path", flat=True)
    led = Unit.objects.filter(class_years__homeroom_teacher=person).values_list("path", flat=True)
    found = (set(taught), set(led))
    teaches, leads = (tuple(sorted(one for one in paths if one.startswith(homes))) for paths in found)
    return teaches, leads


def _family(person: Person, in_force: Q) -> frozenset[Relation]:
    """Return how the person stands beside rows of a family now."""
    if person.kind == PersonKind.PUPIL:
        return frozenset({Relation.PUPIL})
    return frozenset({Relation.GUARDIAN}) if person.guardianships.filter(in_force).exists() else frozenset()


SYSTEM_NAME = "Hệ thống hocba"


def system(at: datetime, *, request_id: str = "") -> Actor:
    """Return the system itself as an actor; its person and role are rows made by a migration."""
    grant = Grant(Role.SYSTEM, 0, "", ("",))
    return Actor(_system_person(), at, (grant,), request_id=request_id)


@cache
def _system_person() -> Person:
    """Return the row that a migration made and that nobody edits; read once a process."""
    return Person.objects.get(kind=PersonKind.SYSTEM, full_name=SYSTEM_NAME)
