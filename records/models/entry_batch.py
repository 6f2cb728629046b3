"""Batches of cells that a grid has sent, by the number that the page gave them."""

from __future__ import annotations

from django.db import models

from schools.models import ClassYear, Person


class EntryBatch(models.Model):
    """One batch of cells: a number that comes a second time does nothing a second time. Append-only.

    Holds which cells were saved ("12:CN:level"), never a result.
    """

    number = models.UUIDField(primary_key=True)
    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="+")
    subject_code = models.CharField(max_length=16)
    saved_cells = models.JSONField(default=list)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"entry batch {self.number}"
