"""What the receiver keeps: accounts, certificates, receptions with their rows, documents, refusals."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from exports.ministry.messages import Transaction

CODE_LENGTH = 100


class Unit(models.Model):
    """A unit of the tree that sends, or for which another sends; a secret makes it an account."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, db_collation="C")
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    secret_salt = models.BinaryField(max_length=16, default=b"")
    secret_hash = models.BinaryField(max_length=32, default=b"")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Token(models.Model):
    """A token that was given out; only its SHA-256 is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Unit, models.CASCADE, related_name="tokens")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]


class Certificate(models.Model):
    """A registration (transaction 3) of an organisation's certificate, and what was decided.

    `sha256` and `der` are empty until the certificate itself has been seen, at the latest in the first list
    it signs: the Ministry's message carries the serial number only.
    """

    class State(models.TextChoices):
        """Where the registration stands."""

        WAITING = "WAITING"
        APPROVED = "APPROVED"
        REFUSED = "REFUSED"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="certificates")
    message_id = models.CharField(max_length=CODE_LENGTH, db_collation="C")
    request_digest = models.CharField(max_length=64)
    serial = models.CharField(max_length=40, db_index=True)
    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    effective_on = models.DateField()
    sha256 = models.CharField(max_length=64, default="", blank=True)
    der = models.BinaryField(default=b"")
    state = models.CharField(max_length=10, choices=State)
    error = models.CharField(max_length=60, default="", blank=True)
    field = models.CharField(max_length=60, default="", blank=True)
    registered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "message_id"], name="certificate_message_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "state"], name="certificate_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.serial}"


class Reception(models.Model):
    """A list that was received whole and is kept by its hash (`list_sha256`, a blob)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="receptions")
    account = models.ForeignKey(Unit, models.PROTECT, related_name="sent")
    transaction = models.CharField(max_length=1, choices=[(one.value, one.name) for one in Transaction])
    message_id = models.CharField(max_length=CODE_LENGTH, db_collation="C")
    request_digest = models.CharField(max_length=64)
    school_year = models.PositiveSmallIntegerField()
    list_sha256 = models.CharField(max_length=64)
    list_bytes = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "transaction", "message_id"], name="reception_message_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction}/{self.message_id}"

    @property
    def is_submission(self) -> bool:
        """Whether transcripts were sent; else they are asked to be withdrawn."""
        return self.transaction == Transaction.SUBMIT


class Row(models.Model):
    """One element of a received list: where it lies in the list, and the answer once there is one."""

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="rows")
    position = models.PositiveIntegerField()
    start_byte = models.PositiveIntegerField()
    end_byte = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    look_up_code = models.CharField(max_length=40, default="", blank=True, db_index=True)
    pupil_code = models.CharField(max_length=200, default="", blank=True)
    pupil_name = models.CharField(max_length=200, default="", blank=True)
    personal_number = models.CharField(max_length=200, default="", blank=True)
    state = models.PositiveSmallIntegerField(null=True)
    judged = models.BooleanField(default=False)
    error = models.CharField(max_length=60, default="", blank=True)
    field = models.CharField(max_length=60, default="", blank=True)
    description = models.TextField(default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reception", "position"], name="row_position_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="row_waiting", condition=models.Q(judged=False)),
        ]

    def __str__(self) -> str:
        return f"{self.reception_id}/{self.position}"


class Document(models.Model):
    """A transcript in the store: its look-up code once and for ever, its bytes as a blob."""

    look_up_code = models.CharField(max_length=40, unique=True)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="documents")
    sha256 = models.CharField(max_length=64)
    row = models.ForeignKey(Row, models.PROTECT, related_name="documents")
    received_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.look_up_code


class Refusal(models.Model):
    """A request of a known account that was refused as a whole, so that a vendor can read why."""

    account = models.ForeignKey(Unit, models.CASCADE, related_name="refusals")
    service = models.CharField(max_length=60)
    message_id = models.CharField(max_length=CODE_LENGTH)
    error = models.CharField(max_length=60)
    field = models.CharField(max_length=60, default="", blank=True)
    refused_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.service} {self.error}"
