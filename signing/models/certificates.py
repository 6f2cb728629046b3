"""Certificates, and the register of who may sign what, where and when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from schools.models import Person, Unit
from schools.scope import Scope


class Certificate(models.Model):
    """A public certificate known to the registry; the private key is never here. Append-only."""

    sha256 = models.CharField(max_length=64, unique=True)
    der = models.BinaryField()
    chain_der = models.JSONField(default=list)
    """Issuers up to the root, base64 DER, nearest first."""
    subject_name = models.CharField(max_length=200)
    issuer_name = models.CharField(max_length=200)
    serial = models.CharField(max_length=64)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()

    def __str__(self) -> str:
        return f"certificate {self.serial}"


class Authority(models.Model):
    """The authority register: a certificate in a signing role for a school, approved by the level above."""

    class State(models.TextChoices):
        """Where an entry stands."""

        WAITING = "WAITING"
        APPROVED = "APPROVED"
        REFUSED = "REFUSED"
        ENDED = "ENDED"

    scope: ClassVar[Scope] = Scope(unit="school", homeroom="person")
    """A homeroom teacher stands beside the entries that bear their own name."""

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="authorities")
    role = models.CharField(max_length=16)
    """GVCN, CBQL or KY_PHAT_HANH: the slot of the national format."""
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="authorities"
    )
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="authorities")
    credential = models.CharField(max_length=120)
    """The name under which the key agent knows the key."""
    signature_image = models.BinaryField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    """The first moment at which it signs no more; who ended it, and why, stands in `endings`."""
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refused_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "role", "certificate"],
                condition=models.Q(state__in=["WAITING", "APPROVED"]),
                name="authority_once",
            ),
            models.CheckConstraint(
                name="authority_person_unless_seal",
                condition=models.Q(role="KY_PHAT_HANH") | models.Q(person__isnull=False),
            ),
            models.CheckConstraint(
                name="authority_decision_has_its_person",
                condition=models.Q(decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="authority_end_has_its_moment",
                condition=~models.Q(state="ENDED") | models.Q(to_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"authority {self.pk}"


class Ending(models.Model):
    """A decision that an approved entry signs no more from a moment on. Append-only.

    There may be a second one with an earlier moment, when a loss turns out to be older; never with a later one.
    """

    class Why(models.TextChoices):
        """Why a certificate stops; OTHER is told in words."""

        LOST = "LOST"
        REPLACED = "REPLACED"
        LEFT = "LEFT"
        OTHER = "OTHER"

    scope: ClassVar[Scope] = Scope(unit="authority__school", homeroom="authority__person")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="endings")
    to_at = models.DateTimeField()
    reason = models.CharField(max_length=8, choices=Why)
    words = models.TextField(blank=True)
    ended_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ending_other_has_words",
                condition=~models.Q(reason="OTHER") | ~models.Q(words=""),
            ),
            models.CheckConstraint(
                name="ending_reason",
                condition=models.Q(reason__in=["LOST", "REPLACED", "LEFT", "OTHER"]),
            ),
        ]

    def __str__(self) -> str:
        return f"ending {self.pk}"
