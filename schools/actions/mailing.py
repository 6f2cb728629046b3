"""E-mails with a way in: what they say, and the secret that is drawn when one is sent.

Sent twice, the second one counts: the secret of the first is void. A mail server's refusal carries addresses, so it
is not told further.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from hocba.kernel.clock import VIETNAM
from schools import actors, audit
from schools.actions import invitations
from schools.models import Account, Invitation, InvitationKind, PersonKind, Unit

logger = logging.getLogger(__name__)
AGAIN_AFTER = timedelta(minutes=10)
"""Who asks for the e-mail again sooner gets none: nobody fills somebody's mailbox."""


@sensitive_variables()
@transaction.atomic
def invitation(invitation_id: int, *, at: datetime) -> bool:
    """Draw the secret of an invitation that waits and send it; say whether it was sent."""
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("unit", "person")
    row = rows.filter(pk=invitation_id, used_at=None, withdrawn_at=None, expires_at__gt=at).first()
    if row is None or row.person is None or not row.person.email:
        return False
    secret, row.secret_hash = invitations.drawn()
    row.mailed_at = at
    row.save(update_fields=["secret_hash", "mailed_at"])
    recovers = row.kind == InvitationKind.RECOVERY
    subject = _("Đặt lại mật khẩu học bạ số") if recovers else _("Lời mời vào học bạ số")
    facts = {
        "school": row.unit.name,
        "address": f"{settings.PUBLIC_ADDRESS}/moi/{secret}",
        "day": f"{row.expires_at.astimezone(VIETNAM):%d/%m/%Y}",
    }
    text = _recovers() if recovers else _invites()
    kind, by = row.kind, actors.system(at)
    audit.record(by, "invitation.mail", unit_path=row.unit.path, subject=("invitation", row.pk), kind=kind)
    try:
        send_mail(subject, text % facts, None, [row.person.email])
    except (SMTPException, OSError):
        logger.warning("The mail server did not take an invitation")
        return False
    return True


def _invites() -> str:
    return _(
        "%(school)s mời thầy/cô mở tài khoản học bạ số.\n\nMở liên kết này và làm theo hướng dẫn, đến hết ngày"
        " %(day)s:\n%(address)s\n\nLiên kết chỉ dùng được một lần. Xin đừng chuyển cho người khác.\n"
    )


def _recovers() -> str:
    return _(
        "Có người xin đặt lại mật khẩu của tài khoản học bạ số này.\n\nMở liên kết này để đặt mật khẩu mới, đến hết"
        " ngày %(day)s:\n%(address)s\n\nNếu không phải quý vị xin, hãy bỏ qua thư này: mật khẩu vẫn như cũ.\n"
    )


@transaction.atomic
def recovery(account_id: int, *, at: datetime) -> bool:
    """Make a recovery for an account whose owner has an e-mail address, and send it; say whether it was sent."""
    rows = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
    account = rows.filter(pk=account_id, is_active=True).exclude(person__email="").first()
    unit = _unit_of(account, at) if account is not None else None
    if account is None or unit is None:
        return False
    earlier = Invitation.objects.filter(
        kind=InvitationKind.RECOVERY, person=account.person, mailed_at__gt=at - AGAIN_AFTER
    )
    if earlier.exists():
        return False
    made = invitations.make(InvitationKind.RECOVERY, unit, person=account.person, by=actors.system(at))
    return invitation(made.invitation.pk, at=at)


def _unit_of(account: Account, at: datetime) -> Unit | None:
    """Return where the owner works or the newest child learns: who is told of in the trail."""
    actor = actors.of(account.person, at)
    if actor.grants:
        return Unit.objects.filter(pk=actor.grants[0].unit_id).first()
    if account.person.kind == PersonKind.STAFF:
        return None
    newest = Unit.objects.filter(class_years__enrolments__pupil__in=actor.children)
    return newest.order_by("-class_years__school_year").first()
