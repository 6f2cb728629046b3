"""Who acts, and when: the one argument that every query and action takes first or as `by`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from django.db import connection

from hocba.kernel.clock import VIETNAM
from schools.models import Person
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
    children: tuple[int, ...] = ()
    """Numbers of the pupils for whom the person answers now; a pupil's own."""

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


def of(person: Person, at: datetime, *, request_id: str = "", working_in: int | None = None) -> Actor:
    """Return `person` as an actor at `at` (aware), with the roles in force then: one query.

    `working_in` is the unit that the person chose; one where no role is held (any more) counts as not chosen.
    """
    rows = _Standing(person, at.astimezone(VIETNAM).date())
    held = sorted(rows.of("role"), key=lambda one: (one.number != working_in, one.place))
    overseen: dict[int, list[str]] = {}
    for one in rows.of("overseen"):
        overseen.setdefault(one.number, []).append(one.path)
    grants = tuple(
        Grant(Role(one.role), one.number, one.title, (one.path, *overseen.get(one.number, ())), one.name)
        for one in held
    )
    homes = tuple({one.paths[0] for one in grants})
    works = homes and person.kind == PersonKind.STAFF  # who left a school stands nowhere in it
    teaches, leads = (
        tuple(sorted(one.path for one in rows.of(kind) if works and one.path.startswith(homes)))
        for kind in ("teaches", "leads")
    )
    answers_for = tuple(sorted({one.number for one in rows.of("answers-for")}))
    is_pupil = person.kind == PersonKind.PUPIL
    family = {Relation.PUPIL} if is_pupil else {Relation.GUARDIAN} if answers_for else set()
    children = tuple(one.number for one in rows.of("is-pupil")) if is_pupil else answers_for
    return Actor(person, at, grants, frozenset(family), teaches, leads, request_id, children)


class _Row(NamedTuple):
    kind: str
    number: int
    path: str
    role: str = ""
    title: str = ""
    name: str = ""
    place: int = 0


class _Standing:
    """All rows that say how a person stands anywhere on a day, by kind."""

    def __init__(self, person: Person, today: date) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_STANDING, {"person": person.pk, "today": today})
            self._rows = [_Row(*row) for row in cursor.fetchall()]

    def of(self, kind: str) -> list[_Row]:
        """Return the rows of a kind; a role's `place` is by the day on which it began."""
        return [one for one in self._rows if one.kind == kind]


_IN_FORCE = "{0}.from_on <= %(today)s AND ({0}.to_on IS NULL OR {0}.to_on >= %(today)s)"
_STANDING = f"""
    WITH held AS MATERIALIZED (
        SELECT held.unit_id, unit.path, held.role, held.title, unit.name,
            row_number() OVER (ORDER BY held.from_on, held.id) AS place
        FROM schools_membership held JOIN schools_unit unit ON unit.id = held.unit_id
        WHERE held.person_id = %(person)s AND {_IN_FORCE.format("held")}
    )
    SELECT 'role', unit_id, path, role, title, name, place FROM held
    UNION ALL
    SELECT 'overseen', beside.overseer_id, unit.path, '', '', '', 0
    FROM schools_oversight beside JOIN schools_unit unit ON unit.id = beside.unit_id
    WHERE beside.overseer_id IN (SELECT unit_id FROM held) AND {_IN_FORCE.format("beside")}
    UNION ALL
    SELECT DISTINCT 'teaches', 0, unit.path, '', '', '', 0
    FROM schools_teachingassignment taught
    JOIN schools_classyear class ON class.id = taught.class_year_id
    JOIN schools_unit unit ON unit.id = class.school_id
    WHERE taught.teacher_id = %(person)s AND {_IN_FORCE.format("taught")}
    UNION ALL
    SELECT DISTINCT 'leads', 0, unit.path, '', '', '', 0
    FROM schools_classyear class JOIN schools_unit unit ON unit.id = class.school_id
    WHERE class.homeroom_teacher_id = %(person)s
    UNION ALL
    SELECT 'answers-for', pupil_id, '', '', '', '', 0 FROM schools_guardianship answers
    WHERE guardian_id = %(person)s AND {_IN_FORCE.format("answers")}
    UNION ALL
    SELECT 'is-pupil', id, '', '', '', '', 0 FROM schools_pupil WHERE person_id = %(person)s
"""  # noqa: S608 - words of this module
"""In plain SQL and one message: every page and every call asks it."""


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths in order, without those that lie within another and without empty ones."""
    found: list[str] = []
    for path in sorted(filter(None, paths)):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return tuple(found)


SYSTEM_NAME = "Hệ thống hocba"


def system(at: datetime, *, request_id: str = "") -> Actor:
    """Return the system itself as an actor; its person and role are rows made by a migration."""
    grant = Grant(Role.SYSTEM, 0, "", ("",))
    return Actor(_system_person(), at, (grant,), request_id=request_id)


@cache
def _system_person() -> Person:
    """Return the row that a migration made and that nobody edits; read once a process."""
    return Person.objects.get(kind=PersonKind.SYSTEM, full_name=SYSTEM_NAME)
