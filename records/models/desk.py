"""What lies on the homeroom teacher's desk: phrases to write comments from, and cells that went back to a colleague.

A return is about a pupil's result, so it is under row-level security; it is answered once and never removed.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from records.models.gradebook import AssessmentPoint
from records.rules.returns import Answer, Cell
from schools.models import ClassYear, Enrolment, Person, Pupil, Unit
from schools.scope import Scope


class Phrase(models.Model):
    """A sentence to write a comment from, of a school or of one person there; "{ten}" is the pupil's name.

    Names nobody and holds no result. `about` is a subject's code, "subject", or a kind of the homeroom teacher's
    comments (records.rules.phrasebook).
    """

    scope: ClassVar[Scope] = Scope(unit="school")

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="phrases")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="phrases")
    """Whose own it is; None: of the school, for all its teachers."""
    about = models.CharField(max_length=16)
    level = models.CharField(max_length=1)
    text = models.CharField(max_length=500)
    is_retired = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["school", "about"], name="phrase_by_school")]

    def __str__(self) -> str:
        return f"phrase {self.pk}"


class CellReturn(models.Model):
    """One cell of a subject's table that was sent back to its teacher, why, and how it was answered."""

    scope: ClassVar[Scope] = Scope(
        unit="class_year__school",
        teacher="class_year__teachings__teacher",
        homeroom="class_year__homeroom_teacher",
        subject="subject_code",
    )

    school_path = models.CharField(max_length=200, db_collation="C")
    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="cell_returns")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="cell_returns")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    subject_code = models.CharField(max_length=16)
    point = models.CharField(max_length=4, choices=AssessmentPoint)
    cell = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Cell])
    value = models.TextField(blank=True)
    """What the cell held when it went back: a change answers by itself."""
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in Answer])
    answer_reason = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "subject_code", "point", "cell"],
                condition=models.Q(answer=""),
                name="one_open_return_a_cell",
            ),
            models.CheckConstraint(
                name="answer_has_its_person",
                condition=models.Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["class_year", "point"], name="cell_return_by_class")]

    def __str__(self) -> str:
        return f"cell return {self.pk}"
