"""How often somebody guessed at a look-up code. In the database, since Redis may vanish."""

from __future__ import annotations

from django.db import models


class LookUpAttempt(models.Model):
    """Failed openings of one transcript in one hour, at all doors; the key is a keyed hash of its code."""

    key = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="signing_attempt_once")]
        indexes = [models.Index(fields=["hour"], name="signing_attempt_hour")]

    def __str__(self) -> str:
        return f"attempts {self.pk}"
