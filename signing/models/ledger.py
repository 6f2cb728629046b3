"""Documents of legal value and the transparency log that vouches for them. Append-only but for the head."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from records.models import TranscriptVersion
from schools.models import ClassYear, Person, Pupil
from schools.scope import Scope


class LogHead(models.Model):
    """The one mutable row of the log: its size. Locked while a leaf is appended, so no index is skipped."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return "log head"


class LogLeaf(models.Model):
    """One entry of the log; `entry` is its canonical bytes (signing.log.leaf), public as they are."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    event = models.CharField(max_length=20)
    school_path = models.CharField(max_length=200, db_collation="C")
    appended_at = models.DateTimeField()

    class Meta:
        ordering = ["index"]

    def __str__(self) -> str:
        return f"leaf {self.index}"


class LogNode(models.Model):
    """An interior node of the tree that will never change again: complete subtrees only."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="log_node_once")]

    def __str__(self) -> str:
        return f"node {self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of the log's size and root (C2SP checkpoint)."""

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class SealedDocument(models.Model):
    """An issued transcript: its final XML and PDF by content hash, and its leaf. Append-only."""

    scope: ClassVar[Scope] = Scope(
        unit="version__transcript__class_year__school",
        homeroom="version__transcript__class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
    )

    version = models.OneToOneField(TranscriptVersion, on_delete=models.PROTECT, related_name="sealed")
    school_path = models.CharField(max_length=200, db_collation="C")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="sealed_documents")
    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="sealed_documents")
    batch = models.ForeignKey("SigningBatch", on_delete=models.PROTECT, related_name="sealed_documents")
    look_up_code = models.UUIDField(unique=True)
    code_hash = models.CharField(max_length=64, unique=True)
    xml_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    xml_bytes = models.PositiveIntegerField()
    pdf_bytes = models.PositiveIntegerField()
    template_version = models.CharField(max_length=120)
    leaf = models.OneToOneField(LogLeaf, on_delete=models.PROTECT, related_name="sealed")
    sealed_at = models.DateTimeField()
    sealed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"sealed {self.pk}"


class PinnedProof(models.Model):
    """The inclusion proof of a leaf in the first checkpoint that covers it, with that day's trust lists."""

    leaf = models.OneToOneField(LogLeaf, on_delete=models.PROTECT, related_name="proof")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="proofs")
    proof = models.TextField()
    trust_list = models.ForeignKey("TrustList", on_delete=models.PROTECT, related_name="proofs")

    def __str__(self) -> str:
        return f"proof {self.pk}"


class TrustList(models.Model):
    """A signed, dated pair of lists as published: authority.json and status.json. Append-only.

    One school's lists go into its bundles; the scope "" is the whole registry's.
    """

    scope_code = models.CharField(max_length=20, blank=True)
    number = models.PositiveIntegerField()
    authority = models.TextField()
    status = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    """Of what the lists state, without their number and date: published again only when it changed."""
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope_code", "number"], name="trust_list_once")]

    def __str__(self) -> str:
        return f"trust list {self.number}"


class Withdrawal(models.Model):
    """An issued transcript withdrawn by its school, with the reason and its leaf. Append-only."""

    scope: ClassVar[Scope] = Scope(
        unit="sealed__version__transcript__class_year__school",
        homeroom="sealed__version__transcript__class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
    )

    sealed = models.OneToOneField(SealedDocument, on_delete=models.PROTECT, related_name="withdrawal")
    school_path = models.CharField(max_length=200, db_collation="C")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    leaf = models.OneToOneField(LogLeaf, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"withdrawal {self.pk}"
