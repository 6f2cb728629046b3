"""What programs read over the API: units, classes with their counters, issued transcripts."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from schools import audit
from schools.actors import Actor
from schools.models import ClassYear, Unit
from schools.permissions import Permission, one, visible
from signing.models import SealedDocument


def units(by: Actor) -> QuerySet[Unit]:
    """Return the units that this person may see, in the order of the tree."""
    rows = visible(by, Permission.UNIT_VIEW, Unit.objects.select_related("level", "parent"))
    return rows.order_by("path")


def unit(by: Actor, code: str) -> Unit:
    """Return one unit. Raises: NotFound."""
    return one(by, Permission.UNIT_VIEW, Unit.objects.select_related("level", "parent"), code=code)


def classes(by: Actor, *, school_year: str = "", school: str = "") -> QuerySet[ClassYear]:
    """Return the classes whose progress this person may see."""
    rows = ClassYear.objects.select_related("school", "progress")
    if school_year:
        rows = rows.filter(school_year=school_year)
    if school:
        rows = rows.filter(school__code=school)
    return _either(by, rows).order_by("pk")


def class_year(by: Actor, code: str) -> ClassYear:
    """Return one class. Raises: NotFound."""
    rows = _either(by, ClassYear.objects.select_related("school", "progress").filter(code=code))
    return rows.first() or one(by, Permission.CLASS_VIEW, ClassYear.objects.all(), code=code)


def _either(by: Actor, rows: QuerySet[ClassYear]) -> QuerySet[ClassYear]:
    """Counters are for those who work in the class and for those who oversee it."""
    seen = visible(by, Permission.CLASS_VIEW, ClassYear.objects.all()).values("pk")
    overseen = visible(by, Permission.STANDING_VIEW, ClassYear.objects.all()).values("pk")
    return rows.filter(pk__in=seen) | rows.filter(pk__in=overseen)


def transcripts(by: Actor, *, class_code: str = "") -> QuerySet[SealedDocument]:
    """Return the issued transcripts that this person may read, withdrawn ones too."""
    rows = visible(by, Permission.TRANSCRIPT_VIEW, SealedDocument.objects.all()) | visible(
        by, Permission.CHILD_VIEW, SealedDocument.objects.all()
    )
    if class_code:
        rows = rows.filter(class_year__code=class_code)
    return rows.select_related("pupil", "class_year__school", "withdrawal").order_by("pk")


def transcript(by: Actor, code: UUID) -> SealedDocument:
    """Return one issued transcript and write the look into the family's trail. Raises: NotFound."""
    found = transcripts(by).filter(look_up_code=code).first()
    if found is None:
        return one(by, Permission.TRANSCRIPT_VIEW, SealedDocument.objects.all(), look_up_code=code)
    audit.record(
        by,
        "transcript.view",
        unit_path=found.school_path,
        subject=("sealed", found.pk),
        pupil_id=found.pupil_id,
    )
    return found


def note_export(by: Actor, what: str, count: int) -> None:
    """Write into the trail that a program took a page of rows."""
    audit.record(by, "api.read", unit_path=by.home_path, subject=("list", what), count=count)
