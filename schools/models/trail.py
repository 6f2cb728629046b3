"""The audit trail: append-only, partitioned by month, no row-to-row chain (design: audit that scales)."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """Who did or read what, when, over which rows. Written by `schools.audit` only.

    The table is partitioned by month and refuses UPDATE, DELETE and TRUNCATE; `pupil_id` is filled when one
    pupil was read or changed, and that family may see the row.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    actor_role = models.CharField(max_length=24, blank=True)
    action = models.CharField(max_length=48)
    unit_path = models.CharField(max_length=200, db_collation="C")
    subject_kind = models.CharField(max_length=32, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    pupil_id = models.BigIntegerField(null=True)
    count = models.IntegerField(default=1)
    facts = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["pupil_id", "at"], name="audit_of_pupil"),
            models.Index(fields=["unit_path", "at"], name="audit_of_unit"),
        ]

    def __str__(self) -> str:
        return f"audit {self.pk}"


class AuditRoot(models.Model):
    """The Merkle root of the audit rows of a stretch of time, for the transparency log."""

    from_at = models.DateTimeField()
    to_at = models.DateTimeField(unique=True)
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"audit root {self.pk}"
