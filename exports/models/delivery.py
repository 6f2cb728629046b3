"""Delivery: a cursor over the log finds what is new, a row per leaf × destination says how it went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from schools.models import ClassYear, Person, SchoolYear, Unit
from schools.scope import Scope
from signing.models import Authority, LogLeaf


class Kind(models.TextChoices):
    """What is delivered: transcripts (transactions 1, 2) or their withdrawal (5, 6)."""

    ISSUE = "ISSUE"
    WITHDRAWAL = "WITHDRAWAL"


class Destination(models.Model):
    """A receiver that is owed everything beneath a path; `next_index` is the cursor over the log.

    `unit` is the office that keeps it, and `unit_path` that office's path. The account's secret is never here:
    `exports.actions.accounts` says where it lies.
    """

    scope: ClassVar[Scope] = Scope(unit="unit")

    code = models.SlugField(primary_key=True, max_length=32)
    name = models.CharField(max_length=120)
    base_url = models.URLField()
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="destinations"
    )
    unit_path = models.CharField(max_length=200, db_collation="C")
    user_name = models.CharField(max_length=80, blank=True)
    """Of the account there; empty when the settings name it (DESTINATION_ACCOUNTS)."""
    secret_source = models.CharField(max_length=300, blank=True)
    """Set by the operator's command alone: "file:/path" or "env:NAME"; empty for `<code>.secret`."""
    next_index = models.BigIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    pause_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    """Rounds in a row that found nobody there; the pause grows with it."""

    def __str__(self) -> str:
        return self.code


class PackagingSession(models.Model):
    """A clerk's authorisation to sign packages, given after the one for the seal had ended.

    `ends_at` moves to the moment at which the key's holder says that the session is over.
    """

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="packaging_sessions")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="packaging_sessions")
    key_session = models.CharField(max_length=200)
    ends_at = models.DateTimeField()
    authorised_at = models.DateTimeField()
    authorised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["school", "ends_at"], name="packaging_session_open")]

    def __str__(self) -> str:
        return f"packaging session {self.pk}"


class Package(models.Model):
    """A ready-cut list, signed by the school; resent as these same bytes. Append-only."""

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="packages")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="packages")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ISSUE)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="packages")
    """The entry of the register whose certificate signed the list."""
    authorised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    message_id = models.UUIDField(unique=True)
    content_sha256 = models.CharField(max_length=64)
    content_bytes = models.PositiveIntegerField()
    documents = models.PositiveIntegerField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"package {self.pk}"


class Delivery(models.Model):
    """One leaf owed to one destination: its state, attempts and answer."""

    class State(models.TextChoices):
        """WAITING for a package or its turn; SENT and not answered; ACCEPTED or REFUSED by the receiver;
        VOID when it was withdrawn before it was packed, or there is nothing there to withdraw."""

        WAITING = "WAITING"
        SENT = "SENT"
        ACCEPTED = "ACCEPTED"
        REFUSED = "REFUSED"
        VOID = "VOID"

    scope: ClassVar[Scope] = Scope(unit="school")

    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="deliveries")
    leaf = models.ForeignKey(LogLeaf, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ISSUE)
    of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals"
    )
    """Of a withdrawal: the delivery of the transcript that is withdrawn."""
    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="deliveries")
    class_year = models.ForeignKey(
        ClassYear, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    package = models.ForeignKey(
        Package, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_code = models.CharField(max_length=40, blank=True)
    """The receiver's code when it refused; while WAITING or SENT, why the last attempt got no answer."""
    answer_field = models.CharField(max_length=80, blank=True)
    answer_text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["destination", "leaf"], name="delivery_once")]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="delivery_due"),
            models.Index(fields=["school", "state"], name="delivery_of_school"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class CertificateDelivery(models.Model):
    """A school's approved seal certificate, registered with a destination (transactions 3 and 4)."""

    class State(models.TextChoices):
        """WAITING to be sent, SENT and not yet decided, APPROVED or REFUSED there."""

        WAITING = "WAITING"
        SENT = "SENT"
        APPROVED = "APPROVED"
        REFUSED = "REFUSED"

    scope: ClassVar[Scope] = Scope(unit="authority__school")

    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, related_name="certificate_deliveries"
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    message_id = models.UUIDField(unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answer_code = models.CharField(max_length=40, blank=True)
    answer_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["destination", "authority"], name="certificate_delivery_once"),
        ]

    def __str__(self) -> str:
        return f"certificate delivery {self.pk}"
