"""How far each unit and class is, from the counters that the changing transactions keep; never a ranking.

The rows of a unit are the units directly beneath it and those it oversees beside them; for a school, its
classes. Each row sums the counters of its subtree, so that a row, its page and the total above it agree.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, Sum, Value

from hocba.kernel.clock import school_year_of
from records.models import ClassProgress
from schools import audit
from schools.actors import Actor
from schools.models import PATH_END, ClassYear, Membership, Oversight, SchoolYear, Unit
from schools.permissions import Permission, Role, one, visible
from signing.models import Authority


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums of counters; people are staff who sign (teachers and leaders), `certified` those who can."""

    classes: int = 0
    pupils: int = 0
    confirmed: int = 0
    frozen: int = 0
    homeroom_signed: int = 0
    principal_signed: int = 0
    issued: int = 0
    delivered: int = 0
    withdrawn: int = 0
    signers: int = 0
    certified: int = 0
    seals: int = 0
    schools: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))


COUNTERS = (
    "pupils",
    "confirmed",
    "frozen",
    "homeroom_signed",
    "principal_signed",
    "issued",
    "delivered",
    "withdrawn",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a unit beneath, or a class."""

    code: str
    name: str
    level: str
    is_class: bool
    counts: Counts


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit with its rows, their sum, and the way up that this person may walk."""

    unit: Unit
    year: str
    years: tuple[str, ...]
    above: tuple[Unit, ...]
    lines: tuple[Line, ...]
    total: Counts


def home(by: Actor) -> Unit:
    """Return the working unit, if its standing is for this person to see. Raises: NotFound."""
    path = next(iter(by.here.paths(Permission.STANDING_VIEW)), "")
    return one(by, Permission.STANDING_VIEW, Unit.objects.select_related("level"), path=path)


def of_unit(by: Actor, code: str, wanted_year: str, *, action: str = "standing.view") -> Standing:
    """Return how far a unit is; the view goes into the trail. Raises: NotFound."""
    unit = (
        home(by)
        if not code
        else one(by, Permission.STANDING_VIEW, Unit.objects.select_related("level"), code=code)
    )
    years = tuple(SchoolYear.objects.order_by("-code").values_list("code", flat=True))
    year = wanted_year if wanted_year in years else _running(years, by)
    lines = _classes(unit, year) if unit.level.is_school else _units(by, unit, year)
    audit.record(by, action, unit_path=unit.path, subject=("unit", unit.code), count=len(lines))
    total = sum((line.counts for line in lines), Counts())
    if unit.level.is_school:
        total += _staff(by, unit.path, unit.path.count(".")).get(unit.path, Counts())
    return Standing(unit, year, years, _above(by, unit), lines, total)


def _running(years: tuple[str, ...], by: Actor) -> str:
    now = school_year_of(by.today)
    return now if now in years else next(iter(years), now)


def _above(by: Actor, unit: Unit) -> tuple[Unit, ...]:
    codes = unit.path.split(".")[:-2]
    paths = [".".join(codes[: depth + 1]) + "." for depth in range(len(codes))]
    return tuple(visible(by, Permission.STANDING_VIEW, Unit.objects.filter(path__in=paths)).order_by("path"))


def _classes(unit: Unit, year: str) -> tuple[Line, ...]:
    rows = ClassYear.objects.filter(school=unit, school_year=year).select_related("progress")
    return tuple(
        Line(
            row.code,
            row.name,
            "",
            True,
            Counts(classes=1, **{name: getattr(row.progress, name) for name in COUNTERS})
            if hasattr(row, "progress")
            else Counts(classes=1),
        )
        for row in rows.order_by("grade", "name")
    )


def _units(by: Actor, unit: Unit, year: str) -> tuple[Line, ...]:
    children = list(Unit.objects.filter(parent=unit).select_related("level").order_by("path"))
    beside = [found for found in _overseen(by, unit) if not found.path.startswith(unit.path)]
    depth = unit.path.count(".") + 1
    sums, staff = _sums(unit.path, year, depth), _staff(by, unit.path, depth)
    for found in beside:
        own = found.path.count(".")
        sums |= _sums(found.path, year, own)
        staff |= _staff(by, found.path, own)
    return tuple(
        Line(
            row.code,
            row.name,
            row.level.name,
            False,
            sums.get(row.path, Counts()) + staff.get(row.path, Counts()),
        )
        for row in (*children, *beside)
    )


def _overseen(by: Actor, unit: Unit) -> list[Unit]:
    rows = Oversight.objects.filter(
        Q(to_on__isnull=True) | Q(to_on__gte=by.today), overseer=unit, from_on__lte=by.today
    )
    return [row.unit for row in rows.select_related("unit__level").order_by("unit__path")]


def _below(column: str, path: str) -> Q:
    """Return the condition that a column with a path lies in the subtree: the range that the index knows."""
    return Q(**{f"{column}__gte": path, f"{column}__lt": path + PATH_END})


def _key(column: str, depth: int) -> Func:
    """Return the first `depth` codes of a path: what rows are summed by."""
    pattern = Value("^([^.]+[.]){" + str(depth) + "}")
    return Func(F(column), pattern, function="regexp_substr", output_field=CharField())


def _sums(path: str, year: str, depth: int) -> dict[str, Counts]:
    column = "class_year__school__path"
    rows = ClassProgress.objects.filter(_below(column, path), class_year__school_year=year)
    sums: dict[str, Any] = {f"sum_{name}": Sum(name) for name in COUNTERS}
    counted: Any = rows.annotate(key=_key(column, depth)).values("key")
    return {
        row["key"]: Counts(classes=row["classes"], **{name: row[f"sum_{name}"] for name in COUNTERS})
        for row in counted.annotate(classes=Count("pk"), **sums).order_by()
    }


def _staff(by: Actor, path: str, depth: int) -> dict[str, Counts]:
    """Return who signs and who can sign now, and the schools with a valid seal, by the same key."""
    today = Q(to_on__isnull=True) | Q(to_on__gte=by.today)
    signers = Membership.objects.filter(today, from_on__lte=by.today, role__in=[Role.TEACHER, Role.PRINCIPAL])
    now = Q(to_at__isnull=True) | Q(to_at__gt=by.at)
    valid = Authority.objects.filter(
        now,
        from_at__lte=by.at,
        state=Authority.State.APPROVED,
        certificate__not_before__lte=by.at,
        certificate__not_after__gt=by.at,
    )
    found: dict[str, dict[str, int]] = {}
    for name, rows, column, counted in (
        ("signers", signers, "unit__path", "person"),
        ("certified", valid.filter(person__isnull=False), "school__path", "person"),
        ("seals", valid.filter(person__isnull=True), "school__path", "school"),
        ("schools", Unit.objects.filter(level__is_school=True), "path", "pk"),
    ):
        for key, number in _grouped(rows.filter(_below(column, path)), column, depth, counted):
            found.setdefault(key, {})[name] = number
    return {key: Counts(**values) for key, values in found.items()}


def _grouped(rows: Any, column: str, depth: int, counted: str) -> list[tuple[str, int]]:
    keyed = rows.annotate(key=_key(column, depth)).values("key")
    return list(keyed.annotate(n=Count(counted, distinct=True)).order_by().values_list("key", "n"))
