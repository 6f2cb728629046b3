"""Ways in: invitations and slips, sign-ins with their devices, and counts of failed tries."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models.accounts import Account
from schools.models.people import Person, Pupil
from schools.models.units import Unit
from schools.scope import Scope


class InvitationKind(models.TextChoices):
    """What an invitation opens."""

    STAFF = "STAFF", _("Lời mời nhân sự")
    GUARDIAN = "GUARDIAN", _("Phiếu gia đình")
    PUPIL = "PUPIL", _("Phiếu của học sinh")
    RECOVERY = "RECOVERY", _("Phiếu khôi phục")


class Invitation(models.Model):
    """A one-time way in. The secret is told once, to whoever prints it or in the e-mail; only its hash is here."""

    scope: ClassVar[Scope] = Scope(unit="unit")

    kind = models.CharField(max_length=8, choices=InvitationKind)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    """Of the staff, or whose account is recovered."""
    pupil = models.ForeignKey(
        Pupil, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    relation = models.CharField(max_length=40, blank=True)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations_made")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_used"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "pupil", "relation"],
                condition=models.Q(used_at=None, withdrawn_at=None, person=None),
                name="invitation_open_once_a_pupil",
            ),
            models.UniqueConstraint(
                fields=["kind", "person"],
                condition=models.Q(used_at=None, withdrawn_at=None, pupil=None),
                name="invitation_open_once_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def state_at(self, at: datetime) -> str:
        """Return "used", "withdrawn", "expired" or "waiting"."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "waiting" if self.expires_at > at else "expired"


class SignInOutcome(models.TextChoices):
    """How a try to sign in ended."""

    OPEN = "OPEN", _("Đăng nhập được")
    WRONG = "WRONG", _("Sai mật khẩu")


class SignIn(models.Model):
    """One try to sign in to an account: when, with what program; an open one leads to its session."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sign_ins")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=5, choices=SignInOutcome)
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)
    session_key = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="sign_in_of_account")]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class Tries(models.Model):
    """Failed tries from one address, or at one name or invitation; the key is a keyed hash of it."""

    key = models.CharField(max_length=64, unique=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locks = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"tries {self.pk}"
