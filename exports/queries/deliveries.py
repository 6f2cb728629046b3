"""Deliveries as clerk, principal and Sở see them: schools, one school's classes, one class's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum

from exports.models import CertificateDelivery, Delivery, Destination, Kind
from exports.queries import waiting
from exports.queries.waiting import Group
from records.models import ClassProgress
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear, SchoolYear, Unit
from schools.permissions import Permission, holds, may, one, visible
from signing.models import SealedDocument, Withdrawal

SCHOOLS_A_PAGE = 50
HELD = "HELD"
"""A state of the screen: WAITING, and nobody has signed the package yet."""


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school in the list of an overseer: issued and delivered, from the counters; refused ones to look at."""

    school: Unit
    issued: int
    delivered: int
    refused: int


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class: how many are issued, and how many of its deliveries stand in each state."""

    class_year: ClassYear
    issued: int
    delivered: int
    states: Mapping[str, int]
    withdrawals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """All that the page of one school shows. `unsigned`: packages that wait for the clerk's PIN."""

    school: Unit
    years: tuple[str, ...]
    year: str
    destinations: tuple[Destination, ...]
    certificates: tuple[CertificateDelivery, ...]
    classes: tuple[ClassLine, ...]
    unsigned: tuple[Group, ...]
    may_sign: bool
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery with the pupil's name, which is empty for who may not read transcripts."""

    delivery: Delivery
    state: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class ClassPage:
    """One class with its rows; `may_send_again` when the clerk may put refused rows back."""

    class_year: ClassYear
    rows: tuple[Row, ...]
    may_send_again: bool


def schools(by: Actor, year: str, number: int) -> tuple[Page[Unit], tuple[SchoolLine, ...]]:
    """Return a page of the schools overseen from the working unit, and its lines: four queries."""
    rows = visible(by.here, Permission.DELIVERY_VIEW, Unit.objects.filter(level__is_school=True)).order_by(
        "path"
    )
    page = Paginator(rows, SCHOOLS_A_PAGE).get_page(number)
    units = list(page.object_list)
    sums = ClassProgress.objects.filter(class_year__school__in=units, class_year__school_year=year)
    counted = {
        school: (issued, delivered)
        for school, issued, delivered in sums.values_list("class_year__school")
        .annotate(Sum("issued"), Sum("delivered"))
        .order_by()
    }
    troubled = Delivery.objects.filter(
        school__in=units, state=Delivery.State.REFUSED, class_year__school_year=year
    )
    refused = dict(troubled.values_list("school").annotate(Count("pk")).order_by())
    return page, tuple(
        SchoolLine(unit, *counted.get(unit.pk, (0, 0)), refused.get(unit.pk, 0)) for unit in units
    )


def only_school(by: Actor) -> Unit | None:
    """Return the school when exactly one is overseen from the working unit."""
    rows = visible(by.here, Permission.DELIVERY_VIEW, Unit.objects.filter(level__is_school=True))
    found = list(rows.order_by("path")[:2])
    return found[0] if len(found) == 1 else None


def find_school(by: Actor, code: str) -> Unit:
    """Return a school whose deliveries this person may see. Raises: NotFound."""
    return one(by, Permission.DELIVERY_VIEW, Unit.objects.filter(level__is_school=True), code=code)


def school_to_seal(by: Actor, code: str) -> Unit:
    """Return a school for which this person may seal. Raises: NotFound."""
    return one(by, Permission.SEAL, Unit.objects.filter(level__is_school=True), code=code)


def class_to_seal(by: Actor, code: str) -> ClassYear:
    """Return a class for which this person may seal. Raises: NotFound."""
    return one(by, Permission.SEAL, ClassYear.objects.select_related("school"), code=code)


def school_years() -> list[str]:
    """Return the school years, the newest first."""
    return list(SchoolYear.objects.order_by("-code").values_list("code", flat=True))


def of_school(by: Actor, school: Unit, wanted_year: str) -> SchoolPage:
    """Return the page of one school: the same number of queries whatever its size."""
    rows = ClassYear.objects.filter(school=school, progress__isnull=False)
    years = tuple(rows.order_by("-school_year_id").values_list("school_year_id", flat=True).distinct())
    year = wanted_year if wanted_year in years else next(iter(years), "")
    lines = _class_lines(rows.filter(school_year=year))
    totals: Counter[str] = Counter()
    for line in lines:
        totals.update(line.states)
        totals.update({"issued": line.issued, "delivered": line.delivered})
    certificates = CertificateDelivery.objects.filter(authority__school=school)
    return SchoolPage(
        school=school,
        years=years,
        year=year,
        destinations=tuple(_destinations(school)),
        certificates=tuple(
            certificates.select_related("destination", "authority__certificate").order_by("-pk")
        ),
        classes=lines,
        unsigned=tuple(unsigned(school, by.at)),
        may_sign=may(by, Permission.SEAL, school),
        totals=totals,
    )


def unsigned(school: Unit, at: datetime) -> list[Group]:
    """Return the groups of a school for which no key session is open."""
    return waiting.without_session(waiting.groups(at, school=school), at)


def _destinations(school: Unit) -> Iterable[Destination]:
    for destination in Destination.objects.filter(is_open=True).order_by("code"):
        if school.path.startswith(destination.unit_path):
            yield destination


def _class_lines(classes: QuerySet[ClassYear]) -> tuple[ClassLine, ...]:
    found = list(classes.select_related("progress").order_by("grade", "name"))
    rows = Delivery.objects.filter(class_year__in=found).values("class_year", "kind", "state")
    counted = rows.annotate(number=Count("pk"), held=Count("pk", filter=Q(package__isnull=True))).order_by()
    states: dict[tuple[int, str], Counter[str]] = {}
    for row in counted:
        own = states.setdefault((row["class_year"], row["kind"]), Counter())
        held = row["held"] if row["state"] == Delivery.State.WAITING else 0
        own[row["state"]] += row["number"] - held
        own[HELD] += held
    return tuple(
        ClassLine(
            one_class,
            one_class.progress.issued,
            one_class.progress.delivered,
            states.get((one_class.pk, Kind.ISSUE), {}),
            states.get((one_class.pk, Kind.WITHDRAWAL), {}),
        )
        for one_class in found
    )


def of_class(by: Actor, code: str) -> ClassPage:
    """Return the deliveries of a class, in class order; the view goes into the trail. Raises: NotFound."""
    class_year = one(
        by, Permission.DELIVERY_VIEW, ClassYear.objects.select_related("school", "school_year"), code=code
    )
    found = list(Delivery.objects.filter(class_year=class_year).select_related("destination"))
    names = _names(by, [row.leaf_id for row in found])
    rows = [_row(row, names.get(row.leaf_id, ("", "", 0))) for row in found]
    order = {row.leaf_id: names.get(row.leaf_id, ("", "", 0))[2] for row in found}
    rows.sort(
        key=lambda row: (order[row.delivery.leaf_id], row.delivery.leaf_id, row.delivery.destination_id)
    )
    audit.record(
        by,
        "delivery.view",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=len(rows),
    )
    refused = any(row.state == Delivery.State.REFUSED and row.delivery.kind == Kind.ISSUE for row in rows)
    again = refused and holds(by, Permission.SEAL) and may(by, Permission.SEAL, class_year)
    return ClassPage(class_year, tuple(rows), again)


def _row(delivery: Delivery, named: tuple[str, str, int]) -> Row:
    held = delivery.state == Delivery.State.WAITING and delivery.package_id is None
    return Row(delivery, HELD if held else delivery.state, named[0], named[1])


def _names(by: Actor, leaves: list[int]) -> dict[int, tuple[str, str, int]]:
    """Return name, look-up code and number in class by leaf, of the transcripts this person may read."""
    fields = ("pupil__full_name", "look_up_code", "version__transcript__enrolment__number")
    sealed = visible(by, Permission.TRANSCRIPT_VIEW, SealedDocument.objects.filter(leaf__in=leaves))
    gone = visible(by, Permission.TRANSCRIPT_VIEW, Withdrawal.objects.filter(leaf__in=leaves))
    found = {}
    for rows, prefix in ((sealed, ""), (gone, "sealed__")):
        for leaf, name, code, number in rows.values_list("leaf_id", *(prefix + one_f for one_f in fields)):
            found[leaf] = (name, str(code), number)
    return found
