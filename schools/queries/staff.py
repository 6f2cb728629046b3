"""Staff of a unit: roles from–to and the state of the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from hocba.kernel.errors import NotFound
from schools import permissions, seen
from schools.models import Account, Invitation, InvitationKind, Membership, Person, Unit
from schools.permissions import Permission, Role, visible

if TYPE_CHECKING:
    from schools.actors import Actor


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role held in the unit; `is_over` when it ended before today, `is_ahead` when it has not begun."""

    membership_id: int
    role: Role
    title: str
    from_on: date
    to_on: date | None
    is_over: bool
    is_ahead: bool
    end_mark: str


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person of the staff; `account_state` is "none", "open", "temporary", "locked" or "closed"."""

    person_id: int
    full_name: str
    personal_number: str
    roles: tuple[RoleLine, ...]
    username: str
    account_state: str
    last_login: datetime | None
    account_mark: str
    email: str


def working_unit(actor: Actor, permission: Permission = Permission.STAFF_VIEW) -> Unit:
    """Return the unit this actor works in, where a role there may. Raises: NotFound."""
    for grant in actor.here.grants:
        if permission in permissions.ROLE_GRANTS[grant.role]:
            return permissions.one(actor, permission, Unit.objects.select_related("level"), pk=grant.unit_id)
    raise NotFound


def of_unit(actor: Actor, unit: Unit) -> list[StaffLine]:
    """Return who holds a role in `unit` now or later, in Vietnamese order of names."""
    people = Person.objects.filter(
        Q(memberships__to_on__isnull=True) | Q(memberships__to_on__gte=actor.today)
    )
    # The subquery of `visible` narrows to what may be seen; this one to the unit itself.
    here = people.filter(memberships__unit=unit).values("pk")
    rows = visible(actor, Permission.STAFF_VIEW, Person.objects.filter(pk__in=here))
    return [_line(actor, person, unit) for person in _with_parts(rows).order_by("sort_name", "pk")]


def person(actor: Actor, unit: Unit, person_id: int) -> StaffLine:
    """Return one person of the unit's staff, past roles too. Raises: NotFound."""
    rows = visible(actor, Permission.STAFF_VIEW, Person.objects.filter(memberships__unit=unit))
    found = _with_parts(rows).filter(pk=person_id).first()
    if found is None:
        raise NotFound
    return _line(actor, found, unit)


def _with_parts(rows: QuerySet[Person]) -> QuerySet[Person]:
    return rows.select_related("account").prefetch_related("memberships")


def _line(actor: Actor, person: Person, unit: Unit) -> StaffLine:
    held = [one for one in person.memberships.all() if one.unit_id == unit.pk]
    account: Account | None = getattr(person, "account", None)
    return StaffLine(
        person_id=person.pk,
        full_name=person.full_name,
        personal_number=person.personal_number,
        roles=tuple(_role(actor, one) for one in sorted(held, key=lambda one: (one.from_on, one.pk))),
        username=account.username if account else "",
        account_state=account_state(account, actor.at),
        last_login=account.last_login if account else None,
        account_mark=account_mark(account),
        email=person.email,
    )


@dataclass(frozen=True, slots=True)
class WayIn:
    """An invitation or a recovery slip that waits."""

    number: int
    word: str
    made_at: datetime
    mailed_at: datetime | None
    expires_at: datetime


def ways_in(actor: Actor, line: StaffLine) -> tuple[list[WayIn], str]:
    """Return what waits for one of the staff, and the mark of it for the form that would void it."""
    kind = InvitationKind.RECOVERY if line.username else InvitationKind.STAFF
    rows = Invitation.objects.filter(person=line.person_id, kind=kind, used_at=None, withdrawn_at=None)
    found = list(rows.order_by("pk"))
    waiting = [one for one in found if one.expires_at > actor.at]
    ways = [
        WayIn(one.pk, str(InvitationKind(one.kind).label), one.made_at, one.mailed_at, one.expires_at)
        for one in waiting
    ]
    return ways, seen.mark({"open": sorted(one.pk for one in found)})


def account_mark(account: Account | None) -> str:
    """Return the mark of an account's password, for forms that replace it."""
    return seen.mark({"password": account.password}) if account else ""


def _role(actor: Actor, one: Membership) -> RoleLine:
    today = actor.today
    is_over = one.to_on is not None and one.to_on < today
    return RoleLine(
        one.pk,
        Role(one.role),
        one.title,
        one.from_on,
        one.to_on,
        is_over,
        one.from_on > today,
        seen.mark({"to_on": one.to_on}),
    )


def account_state(account: Account | None, at: datetime) -> str:
    """Return "none", "open", "temporary", "locked" or "closed"."""
    if account is None:
        return "none"
    if not account.is_active:
        return "closed"
    if account.locked_until is not None and account.locked_until > at:
        return "locked"
    return "temporary" if account.password_is_temporary else "open"
