"""A forgotten password: an e-mail where an address is known, in silence where not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from schools import actors
from schools.actions import throttle
from schools.later import later
from schools.models import Account

REQUESTS_A_MINUTE = 5


@transaction.atomic
def ask_for_mail(named: str, *, address: str, at: datetime) -> None:
    """Send the owner of this name, or of this e-mail address, a way to a new password, if there is one.

    Nothing tells the asker whether there is. An address shared by several accounts opens none of them.
    """
    if not throttle.allowed("forgotten", address, REQUESTS_A_MINUTE, by=actors.system(at)):
        return
    accounts = Account.objects.filter(is_active=True).exclude(person__email="")
    found = list(accounts.filter(username=named)[:1])
    if not found and "@" in named:
        found = list(accounts.filter(person__email__iexact=named)[:2])
    if len(found) == 1:
        later("schools.tasks.mail_recovery", account_id=found[0].pk)
