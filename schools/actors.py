"""Who acts, and when: the one argument that every query and action takes first or as `by`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from hocba.kernel.clock import VIETNAM
from schools.models import Membership, Oversight, Person
from schools.models.people import PersonKind
from schools.permissions import ROLE_GRANTS, Permission, Relation, Role

READS_RESULTS = frozenset({Permission.RESULT_VIEW, Permission.TRANSCRIPT_VIEW})
"""Without one of these, row-level security shows an actor no result, whatever the policy would say."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in a unit now; `paths` are the subtrees that it reaches."""

    role: Role
    unit_id: int
    title: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at an instant, with the roles in force then. Made at the door, once a request or task."""

    person: Person
    at: datetime
    grants: tuple[Grant, ...]
    relations: frozenset[Relation]
    request_id: str = field(default="")

    @property
    def person_id(self) -> int:
        """Return the person's number."""
        return self.person.pk

    @property
    def today(self) -> date:
        """Return the calendar day in Viet Nam."""
        return self.at.astimezone(VIETNAM).date()

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Return the subtrees over which a role of this actor grants `permission`."""
        return tuple(
            path for grant in self.grants if permission in ROLE_GRANTS[grant.role] for path in grant.paths
        )

    @property
    def home_path(self) -> str:
        """Return the subtree this actor works in: of the first role held, empty for families."""
        return self.grants[0].paths[0] if self.grants else ""

    @property
    def results_path(self) -> str:
        """Return the subtree whose results this actor's work may touch; empty where no work touches any.

        The first role that reads results, or, for who teaches a class, the first role held.
        """
        for grant in self.grants:
            if READS_RESULTS & ROLE_GRANTS[grant.role]:
                return grant.paths[0]
        teaches = self.relations & {Relation.TEACHER, Relation.HOMEROOM}
        return self.home_path if teaches else ""

    def holds_role(self, role: Role) -> bool:
        """Return whether the role is held anywhere: for words on the screen, never for rights."""
        return any(grant.role is role for grant in self.grants)


def of(person: Person, at: datetime, *, request_id: str = "") -> Actor:
    """Return `person` as an actor at `at` (aware), with the roles in force then."""
    today = at.astimezone(VIETNAM).date()
    in_force = Q(from_on__lte=today) & (Q(to_on__isnull=True) | Q(to_on__gte=today))
    memberships = list(
        Membership.objects.filter(in_force, person=person).select_related("unit").order_by("from_on", "pk")
    )
    overseen: dict[int, list[str]] = {}
    if memberships:
        rows = Oversight.objects.filter(in_force, overseer__in=[one.unit_id for one in memberships])
        for overseer, path in rows.values_list("overseer_id", "unit__path"):
            overseen.setdefault(overseer, []).append(path)
    grants = tuple(
        Grant(Role(one.role), one.unit_id, one.title, (one.unit.path, *overseen.get(one.unit_id, ())))
        for one in memberships
    )
    return Actor(person, at, grants, _relations(person, employed=bool(grants)), request_id)


def _relations(person: Person, *, employed: bool) -> frozenset[Relation]:
    """Return how the person may stand beside rows; a homeroom teacher who left every school stands nowhere."""
    if person.kind == PersonKind.PUPIL:
        return frozenset({Relation.PUPIL})
    found = set()
    if person.kind == PersonKind.STAFF and employed:
        if person.teachings.exists():
            found.add(Relation.TEACHER)
        if person.homeroom_classes.exists():
            found.add(Relation.HOMEROOM)
    if person.guardianships.exists():
        found.add(Relation.GUARDIAN)
    return frozenset(found)


SYSTEM_NAME = "Hệ thống hocba"


def system(at: datetime, *, request_id: str = "") -> Actor:
    """Return the system itself as an actor; its person and role are rows made by a migration."""
    person = Person.objects.get(kind=PersonKind.SYSTEM, full_name=SYSTEM_NAME)
    grant = Grant(Role.SYSTEM, 0, "", ("",))
    return Actor(person, at, (grant,), frozenset(), request_id)
