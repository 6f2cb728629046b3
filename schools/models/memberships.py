"""Roles held in a unit, from–to. What a role may do is code: `schools.permissions`."""

from __future__ import annotations

from django.db import models

from schools.models.people import Person
from schools.models.units import Unit


class Membership(models.Model):
    """A person holds a role in a unit; rights flow down the tree from there."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24)
    title = models.CharField(max_length=80, blank=True)
    """Official title as it is signed: "Hiệu trưởng", "Phó Hiệu trưởng"."""
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "unit", "role", "from_on"], name="membership_once"),
            models.CheckConstraint(
                name="membership_from_before_to",
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="membership_by_role")]

    def __str__(self) -> str:
        return f"membership {self.pk}"
