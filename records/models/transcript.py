"""The transcript: one pupil × one school year, its life, and the bytes that were frozen for signing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from records.rules.lifecycle import State
from schools.models import ClassYear, Enrolment, Person, Pupil, SchoolYear, Unit
from schools.scope import Scope

_TRANSCRIPT_SCOPE = Scope(
    unit="class_year__school",
    homeroom="class_year__homeroom_teacher",
    guardian="pupil__guardianships__guardian",
    pupil="pupil__person",
)


class TranscriptBook(models.Model):
    """A pupil's transcripts of one level (học bạ). Begun at grades 1, 6 and 10, never twice."""

    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="books")
    education_level = models.CharField(max_length=2)
    opened_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pupil", "education_level"], name="one_book_a_level"),
        ]

    def __str__(self) -> str:
        return f"book {self.pk}"


class IssueSheet(models.Model):
    """What is stated once for a class and signed in every transcript of it: date, place, leader, homeroom.

    Append-only: another date or another leader is another sheet, and freezing again.
    """

    scope: ClassVar[Scope] = Scope(unit="class_year__school", homeroom="class_year__homeroom_teacher")

    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="issue_sheets")
    issue_on = models.DateField()
    place = models.CharField(max_length=120)
    leader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    leader_title = models.CharField(max_length=80)
    homeroom_teacher = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"issue sheet {self.pk}"


class Transcript(models.Model):
    """The head row of one pupil's year: mutable only in its state and in which version is current."""

    scope: ClassVar[Scope] = _TRANSCRIPT_SCOPE

    school_path = models.CharField(max_length=200, db_collation="C")
    book = models.ForeignKey(TranscriptBook, on_delete=models.PROTECT, related_name="transcripts")
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="transcript")
    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="transcripts")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="transcripts")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="transcripts")
    state = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in State], default="DRAFT"
    )
    current = models.ForeignKey(
        "TranscriptVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_reason = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pupil", "school_year"], name="one_transcript_a_year"),
        ]
        indexes = [models.Index(fields=["class_year", "state"], name="transcript_by_class")]

    def __str__(self) -> str:
        return f"transcript {self.pk}"


class TranscriptVersion(models.Model):
    """Frozen once, for ever: the canonical XML bytes that everyone signs. Append-only.

    A later freeze is another version with another look-up code; `replaces` names the issued one it replaces.
    """

    scope: ClassVar[Scope] = Scope(
        unit="transcript__class_year__school",
        homeroom="transcript__class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
    )

    school_path = models.CharField(max_length=200, db_collation="C")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    transcript = models.ForeignKey(Transcript, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    look_up_code = models.UUIDField(unique=True)
    issue_sheet = models.ForeignKey(IssueSheet, on_delete=models.PROTECT, related_name="versions")
    frozen_xml = models.BinaryField()
    frozen_sha256 = models.CharField(max_length=64)
    format_version = models.CharField(max_length=16)
    rulebook = models.CharField(max_length=40)
    trace = models.JSONField(default=list)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transcript", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.pk}"


class LookUpEntry(models.Model):
    """The registry of codes: what a stranger with a code may learn. Holds no name and no result.

    One unpartitioned table with the unique key; outside row-level security on purpose.
    """

    look_up_code = models.UUIDField(primary_key=True)
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    version_id = models.BigIntegerField(unique=True)
    standing = models.CharField(
        max_length=10, choices=[("VALID", "VALID"), ("WITHDRAWN", "WITHDRAWN"), ("REPLACED", "REPLACED")]
    )
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    signer_ended_at = models.DateTimeField(null=True, blank=True)
    """From when on a certificate did not stand that signed this nevertheless (`signing.actions.struck`)."""

    def __str__(self) -> str:
        return "look-up entry"


class ClassProgress(models.Model):
    """Counters of one class, kept by the transaction that changes a state: dashboards read these only."""

    scope: ClassVar[Scope] = Scope(
        unit="class_year__school",
        teacher="class_year__teachings__teacher",
        homeroom="class_year__homeroom_teacher",
    )

    class_year = models.OneToOneField(ClassYear, on_delete=models.PROTECT, related_name="progress")
    pupils = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    frozen = models.PositiveIntegerField(default=0)
    homeroom_signed = models.PositiveIntegerField(default=0)
    principal_signed = models.PositiveIntegerField(default=0)
    issued = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"progress {self.pk}"
