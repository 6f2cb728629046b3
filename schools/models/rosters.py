"""Lists that a school brought in: the dry run is a row, and so is what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models.classes import SchoolYear
from schools.models.people import Person
from schools.models.units import Unit
from schools.scope import Scope


class RosterState(models.TextChoices):
    """How far a list has come."""

    PREVIEWED = "PREVIEWED", _("Đã xem trước")
    APPLIED = "APPLIED", _("Đã nhập")


class RosterImport(models.Model):
    """One file of one kind for one school and year: what was read, what it would change, what was wrong.

    `rows` hold personal data: after the import only those that stayed out are kept.
    """

    scope: ClassVar[Scope] = Scope(unit="school")

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="roster_imports")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="roster_imports")
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=RosterState, default=RosterState.PREVIEWED)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    """Where the heading stood, which column was taken for what, which were not understood."""
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    """new, changed, same, wrong, and lines passed over."""
    fingerprint = models.CharField(max_length=64)
    """Of what the dry run would have done; at the import it has to be the same."""
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roster_imports")
    made_at = models.DateTimeField()
    applied_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="applied_rosters"
    )
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["school", "-made_at"], name="roster_import_of_school")]

    def __str__(self) -> str:
        return f"roster import {self.pk}"
