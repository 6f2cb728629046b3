"""Signing under way: the batch a person authorised, its items, the document as it grows, and signatures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from records.models import TranscriptVersion
from schools.models import ClassYear, Person, Pupil
from schools.scope import Scope
from signing.models.certificates import Authority, Certificate


class SigningBatch(models.Model):
    """One authorisation of one person: sign or seal these transcripts of a class. A job is this row first."""

    class State(models.TextChoices):
        """Where the job stands."""

        RUNNING = "RUNNING"
        PAUSED = "PAUSED"
        DONE = "DONE"

    scope: ClassVar[Scope] = Scope(unit="class_year__school", homeroom="class_year__homeroom_teacher")

    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="signing_batches")
    role = models.CharField(max_length=16)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    key_session = models.CharField(max_length=200, blank=True)
    """Handle of the session that the PIN opened; worthless without the agent's own token."""
    key_session_ends_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=60, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    authorised_at = models.DateTimeField()
    authorised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    touched_at = models.DateTimeField()
    """When a worker last moved it: the sweeper finds what was forgotten."""

    class Meta:
        indexes = [models.Index(fields=["state", "touched_at"], name="batch_to_sweep")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class SigningItem(models.Model):
    """One transcript in a batch, with the intent: exactly which bytes will be signed."""

    class State(models.TextChoices):
        """The steps of `docs/issuance.md`; each is committed before the next begins."""

        WAITING = "WAITING"
        INTENDED = "INTENDED"
        SIGNED = "SIGNED"
        DONE = "DONE"
        FAILED = "FAILED"

    batch = models.ForeignKey(SigningBatch, on_delete=models.PROTECT, related_name="items")
    version = models.ForeignKey(TranscriptVersion, on_delete=models.PROTECT, related_name="signing_items")
    school_path = models.CharField(max_length=200, db_collation="C")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    prepared_xml = models.BinaryField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    signed_xml = models.BinaryField(null=True, blank=True)
    """With evidence, agreed by our own verifier; what the next signer signs. Emptied at issue."""
    failure_code = models.CharField(max_length=60, blank=True)
    failure_facts = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "version"], name="item_once_in_batch"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"


class Signature(models.Model):
    """A signature made, verified and stored. Append-only; a void one stays, on a version left behind."""

    scope: ClassVar[Scope] = Scope(
        unit="version__transcript__class_year__school",
        homeroom="version__transcript__class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
    )

    version = models.ForeignKey(TranscriptVersion, on_delete=models.PROTECT, related_name="signatures")
    school_path = models.CharField(max_length=200, db_collation="C")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+")
    document_sha256 = models.CharField(max_length=64)
    """Of the document as it stood after this signature and its evidence; the sealed file contains it."""
    claimed_at = models.DateTimeField()
    stamped_at = models.DateTimeField()
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "role"], name="one_signature_a_slot"),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"
