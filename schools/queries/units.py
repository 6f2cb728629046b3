"""The tree of units as those who keep it see it: a page of the tree, one unit, who may be named beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from hocba.kernel.names import fold
from schools.actors import Actor
from schools.models import PATH_END, Membership, Oversight, Unit, UnitLevel
from schools.permissions import Permission, Role, may, one, visible
from schools.queries.staff import account_mark, account_state

A_PAGE = 50
ASKED_OF_A_SCHOOL = ("province_name", "district_name", "commune_name", "education_levels")
"""What the national format requires of a school's row besides code and name."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A row of the tree: `depth` below the top of this page, `schools` open beneath it, what it lacks."""

    unit: Unit
    depth: int
    schools: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """One page of the tree; `levels` are those that a filter can choose."""

    page: Page[Any]
    branches: tuple[Branch, ...]
    levels: tuple[UnitLevel, ...]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who holds one of the roles that the level above gives out; the account's state as in queries.staff."""

    membership: Membership
    username: str
    account_state: str
    account_mark: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit with what this person may do there."""

    unit: Unit
    above: tuple[Unit, ...]
    beneath: int
    overseers: tuple[Unit, ...]
    missing: tuple[str, ...]
    keepers: tuple[Keeper, ...]
    keeps: bool
    closes: bool


def tree(actor: Actor, *, search: str = "", level: str = "", number: int = 1) -> Tree:
    """Return one page of the units that `actor` may edit, in the order of the tree."""
    rows = visible(actor.here, Permission.UNIT_EDIT, Unit.objects.select_related("level", "parent"))
    levels = tuple(UnitLevel.objects.all())
    if level in {one.code for one in levels}:
        rows = rows.filter(level=level)
    if words := fold(search).split():
        for word in words:
            rows = rows.filter(Q(search_name__contains=word) | Q(code__istartswith=word))
    page = Paginator(rows.order_by("path"), A_PAGE).get_page(number)
    found = list(_counted(rows.filter(pk__in=[unit.pk for unit in page.object_list])).order_by("path"))
    top = min((unit.path.count(".") for unit in found), default=0)
    branches = tuple(
        Branch(unit, unit.path.count(".") - top, getattr(unit, "schools", 0), missing(unit)) for unit in found
    )
    return Tree(page, branches, levels)


def missing(unit: Unit) -> tuple[str, ...]:
    """Return which facts the national format asks of a school and this one lacks."""
    if not unit.level.is_school:
        return ()
    return tuple(name for name in ASKED_OF_A_SCHOOL if not getattr(unit, name))


def unit(actor: Actor, code: str, permission: Permission = Permission.UNIT_EDIT) -> Unit:
    """Return one unit. Raises: NotFound."""
    return one(actor, permission, Unit.objects.select_related("level", "parent"), code=code)


def page(actor: Actor, code: str) -> UnitPage:
    """Return one unit with its surroundings. Raises: NotFound."""
    found = unit(actor, code)
    keeps = may(actor, Permission.UNIT_KEEP, found)
    beneath = Unit.objects.filter(path__gt=found.path, path__lt=found.path + PATH_END).count()
    return UnitPage(
        unit=found,
        above=_above(actor, found),
        beneath=beneath,
        overseers=overseers(actor, found),
        missing=missing(found),
        keepers=_keepers(actor, found) if keeps else (),
        keeps=keeps,
        closes=keeps and found.parent is not None and may(actor, Permission.UNIT_KEEP, found.parent),
    )


def overseers(actor: Actor, unit: Unit) -> tuple[Unit, ...]:
    """Return who oversees a unit today beside its parent."""
    lasting = Q(to_on__isnull=True) | Q(to_on__gt=actor.today)
    rows = Oversight.objects.filter(lasting, unit=unit, from_on__lte=actor.today).select_related("overseer")
    return tuple(row.overseer for row in rows.order_by("overseer__path"))


def offices(actor: Actor, *, without: Unit) -> tuple[Unit, ...]:
    """Return the open offices that `actor` keeps and may name as overseers of a school."""
    rows = Unit.objects.filter(level__is_school=False, closed_on__isnull=True).exclude(
        path__in=_paths_above(without)
    )
    return tuple(visible(actor, Permission.UNIT_KEEP, rows).order_by("path")[:200])


def levels_beneath(unit: Unit) -> tuple[UnitLevel, ...]:
    """Return the levels that a new unit beneath `unit` may have."""
    if unit.level.is_school:
        return ()
    return tuple(UnitLevel.objects.filter(rank__gt=unit.level.rank))


def _counted(rows: QuerySet[Unit]) -> QuerySet[Unit]:
    beneath = Unit.objects.filter(
        level__is_school=True,
        closed_on__isnull=True,
        path__gt=OuterRef("path"),
        path__lt=Concat(OuterRef("path"), Value(PATH_END)),
    )
    counted = beneath.order_by().values("level__is_school").annotate(n=Count("pk")).values("n")
    return rows.annotate(schools=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def _above(actor: Actor, unit: Unit) -> tuple[Unit, ...]:
    rows = Unit.objects.filter(path__in=_paths_above(unit))
    return tuple(visible(actor, Permission.UNIT_EDIT, rows).order_by("path"))


def _paths_above(unit: Unit) -> list[str]:
    codes = unit.path.split(".")[:-2]
    return [".".join(codes[: depth + 1]) + "." for depth in range(len(codes))]


def _keepers(actor: Actor, unit: Unit) -> tuple[Keeper, ...]:
    lasting = Q(to_on__isnull=True) | Q(to_on__gte=actor.today)
    roles = (
        (Role.SCHOOL_ADMIN, Role.REGISTRAR)
        if unit.level.is_school
        else (Role.MINISTRY, Role.DEPARTMENT, Role.SUBDEPARTMENT)
    )
    rows = Membership.objects.filter(lasting, unit=unit, role__in=roles).select_related("person__account")
    return tuple(_keeper(row, actor.at) for row in rows.order_by("role", "person__sort_name", "pk"))


def _keeper(row: Membership, at: datetime) -> Keeper:
    account = getattr(row.person, "account", None)
    return Keeper(row, account.username if account else "", account_state(account, at), account_mark(account))
