"""Lists brought into a school: those made lately, one dry run with its lines, and pupils to be written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hocba.kernel.errors import NotFound
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear, Enrolment, RosterImport, SchoolYear, Unit
from schools.permissions import Permission, one, visible

LATEST = 10


@dataclass(frozen=True, slots=True)
class Brought:
    """One list as the page shows it; `lines` are those of the dry run, afterwards those that stayed out."""

    number: int
    kind: str
    year: SchoolYear
    school: Unit
    file_name: str
    mapping: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    counts: dict[str, int]
    is_applied: bool

    @property
    def goes_in(self) -> int:
        """Return how many lines change something."""
        return self.counts["new"] + self.counts["changed"]


def years(actor: Actor) -> list[SchoolYear]:
    """Return the school years for which lists may still come, newest first."""
    return list(SchoolYear.objects.filter(ends_on__gte=actor.today).order_by("-code"))


def latest(actor: Actor, school: Unit, kinds: tuple[str, ...]) -> list[RosterImport]:
    """Return the school's newest imports of these kinds, without their lines."""
    rows = RosterImport.objects.filter(school=school, kind__in=kinds, state="APPLIED").defer(
        "rows", "mapping"
    )
    return list(
        visible(actor, Permission.ROSTER_KEEP, rows.select_related("made_by", "school_year"))[:LATEST]
    )


def brought(actor: Actor, number: int) -> Brought:
    """Return one list. Raises: NotFound."""
    rows = RosterImport.objects.select_related("school", "school_year")
    found = one(actor, Permission.ROSTER_KEEP, rows, pk=number)
    return Brought(
        found.pk,
        found.kind,
        found.school_year,
        found.school,
        found.file_name,
        found.mapping,
        tuple(found.rows),
        found.counts,
        found.state == "APPLIED",
    )


def listed(actor: Actor, school: Unit, year: str, class_code: str = "") -> list[Enrolment]:
    """Return the pupils of a school (or one class) in a year: classes in order, pupils in Vietnamese order.

    The export is written into the trail. Raises: NotFound, for a class that is not of this school and year.
    """
    classes = visible(actor, Permission.PUPIL_EDIT, ClassYear.objects.filter(school=school, school_year=year))
    if class_code:
        classes = classes.filter(code=class_code)
        if not classes.exists():
            raise NotFound
    rows = Enrolment.objects.filter(class_year__in=classes.values("pk"), left_on__isnull=True)
    found = list(
        rows.select_related("pupil", "class_year").order_by(
            "class_year__grade", "class_year__name", "pupil__sort_name", "pupil__code"
        )
    )
    audit.record(
        actor,
        "roster.export",
        unit_path=school.path,
        subject=("unit", school.pk),
        count=len(found),
        year=year,
    )
    return found


def classes_of(actor: Actor, school: Unit, year: str) -> list[ClassYear]:
    """Return the classes that may be chosen for an export."""
    rows = ClassYear.objects.filter(school=school, school_year=year)
    return list(visible(actor, Permission.PUPIL_EDIT, rows).order_by("grade", "name"))
