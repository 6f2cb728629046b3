"""How often somebody guessed: the throttle of the family look-up. In the database, since Redis may vanish."""

from __future__ import annotations

from django.db import models


class LookUpAttempt(models.Model):
    """Failed look-ups of one hour under one key; the key is a keyed hash of an address or of a code."""

    key = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="look_up_attempt_once")]
        indexes = [models.Index(fields=["hour"], name="look_up_attempt_hour")]

    def __str__(self) -> str:
        return f"attempts {self.pk}"
