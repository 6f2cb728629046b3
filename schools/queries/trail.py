"""The trail of a unit: who did or read what. Always within a stretch of days, so that few partitions are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from hocba.kernel.clock import VIETNAM
from hocba.kernel.errors import Invalid
from schools.models import Account, AuditEvent, ClassYear, Enrolment, Person, Pupil
from schools.permissions import PATH_END, Permission

if TYPE_CHECKING:
    from schools.actors import Actor

PAGE = 50
LONGEST = timedelta(days=366)
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the trail: days (both included), one person, one action; empty for all."""

    since: date
    until: date
    person_id: int | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One row in words except `action` and `role`, which the page translates."""

    at: datetime
    person: str
    role: str
    action: str
    about: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines, newest first, and the mark from which the older ones follow (empty at the end)."""

    lines: list[TrailLine]
    older: str


def page(actor: Actor, wanted: Wanted, *, before: str = "") -> TrailPage:
    """Return the lines before a mark. Nothing is counted. Raises: Invalid, for a mark that is none of ours."""
    rows = _rows(actor, wanted)
    if before:
        at, number = _read_mark(before)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=number))
    found = list(rows[: PAGE + 1])
    older = _mark(found[PAGE - 1]) if len(found) > PAGE else ""
    return TrailPage(_lines(found[:PAGE]), older)


def everything(actor: Actor, wanted: Wanted) -> Iterator[TrailLine]:
    """Yield the lines for a file, newest first, MOST_EXPORTED at most."""
    found = list(_rows(actor, wanted)[:MOST_EXPORTED])
    for start in range(0, len(found), 1000):
        yield from _lines(found[start : start + 1000])


def _rows(actor: Actor, wanted: Wanted) -> QuerySet[AuditEvent]:
    if wanted.until - wanted.since > LONGEST or wanted.until < wanted.since:
        raise Invalid(fields={"since": "days"})
    allowed = Q(pk__in=[])
    for path in actor.here.paths(Permission.TRAIL_VIEW):
        allowed |= Q(unit_path__gte=path, unit_path__lt=path + PATH_END)
    start = datetime.combine(wanted.since, time.min, VIETNAM)
    end = datetime.combine(wanted.until + timedelta(days=1), time.min, VIETNAM)
    rows = AuditEvent.objects.filter(allowed, at__gte=start, at__lt=end)
    if wanted.person_id is not None:
        rows = rows.filter(actor_id=wanted.person_id)
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    return rows.order_by("-at", "-pk")


def _mark(row: AuditEvent) -> str:
    since_epoch = row.at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since_epoch // timedelta(microseconds=1)}-{row.pk}"


def _read_mark(mark: str) -> tuple[datetime, int]:
    microseconds, dash, number = mark.partition("-")
    if not (
        dash and microseconds.isascii() and microseconds.isdigit() and number.isascii() and number.isdigit()
    ):
        raise Invalid
    if len(microseconds) > 17 or len(number) > 18:
        raise Invalid
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds)), int(number)


def _lines(rows: list[AuditEvent]) -> list[TrailLine]:
    people = _names(Person, {row.actor_id for row in rows})
    pupils = _names(Pupil, {row.pupil_id for row in rows if row.pupil_id is not None})
    subjects = _subjects(rows)
    return [
        TrailLine(
            at=row.at,
            person=people.get(row.actor_id, ""),
            role=row.actor_role,
            action=row.action,
            about=pupils.get(row.pupil_id or 0) or subjects.get((row.subject_kind, row.subject_id), ""),
            count=row.count,
            reason=str(row.facts.get("reason", "")),
        )
        for row in rows
    ]


def _names(model: type[Person] | type[Pupil], keys: Iterable[int]) -> dict[int, str]:
    return dict(model._base_manager.filter(pk__in=keys).values_list("pk", "full_name"))


def _subjects(rows: list[AuditEvent]) -> dict[tuple[str, str], str]:
    """Return the names of the classes and people that rows are about, by kind and key."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.subject_id.isascii() and row.subject_id.isdigit():
            keys[row.subject_kind].add(int(row.subject_id))
    codes = {row.subject_id for row in rows if row.subject_kind == "class"}
    classes = ClassYear.objects.filter(code__in=codes).values_list("code", "name") if codes else ()
    sources: tuple[tuple[str, QuerySet[Any], str], ...] = (
        ("person", Person.objects.all(), "full_name"),
        ("account", Account.objects.all(), "person__full_name"),
        ("pupil", Pupil.objects.all(), "full_name"),
        ("enrolment", Enrolment.objects.all(), "pupil__full_name"),
    )
    return {("class", code): name for code, name in classes} | {
        (kind, str(key)): name
        for kind, every, column in sources
        if keys[kind]
        for key, name in every.filter(pk__in=keys[kind]).values_list("pk", column)
    }
