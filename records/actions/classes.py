"""The class as the thing that actions lock first: Unit → ClassYear → Transcript."""

from __future__ import annotations

from schools.models import ClassYear


def lock(class_year: ClassYear) -> ClassYear:
    """Return the class with its row held until the transaction ends: entering and confirming queue."""
    rows = ClassYear.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("school", "school_year", "homeroom_teacher").get(pk=class_year.pk)
