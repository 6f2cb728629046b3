"""Background doors of this app: e-mails. Ids only; the secret is drawn here and is in no message of the broker."""

from __future__ import annotations

from celery import shared_task

from hocba.kernel import clock
from schools.actions import mailing


@shared_task
def mail_invitation(*, invitation_id: int, **_: object) -> None:
    """Send an invitation to the address in the person's file."""
    mailing.invitation(invitation_id, at=clock.now())


@shared_task
def mail_recovery(*, account_id: int, **_: object) -> None:
    """Send the way to a new password to the owner of an account."""
    mailing.recovery(account_id, at=clock.now())
