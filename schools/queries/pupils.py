"""One pupil's file."""

from __future__ import annotations

from dataclasses import dataclass

from schools import audit
from schools.actors import Actor
from schools.models import Enrolment, Pupil
from schools.permissions import Permission, may, one


@dataclass(frozen=True, slots=True)
class PupilFile:
    """A pupil with the classes of each year, and whether this person may edit the file."""

    pupil: Pupil
    enrolments: tuple[Enrolment, ...]
    may_edit: bool


def pupil_file(by: Actor, pupil_id: int) -> PupilFile:
    """Return the file, and write the read into the family's trail. Raises: NotFound."""
    pupil = one(by, Permission.PUPIL_VIEW, Pupil.objects.all(), pk=pupil_id)
    rows = Enrolment.objects.filter(pupil=pupil).select_related("class_year__school", "school_year")
    audit.record(by, "pupil.view", unit_path=by.home_path, subject=("pupil", pupil.pk), pupil_id=pupil.pk)
    return PupilFile(
        pupil, tuple(rows.order_by("-school_year_id", "-arrived_on")), may(by, Permission.PUPIL_EDIT, pupil)
    )
