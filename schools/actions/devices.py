"""Where somebody is signed in: noted at signing in, ended one by one or all at once.

A row leads to Django's session by its key; a session that is gone, or over by its rules, is no device any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from hocba.kernel import clock
from hocba.kernel.errors import NotFound
from schools import agents, audit
from schools.actors import Actor
from schools.models import Account, SignIn, SignInOutcome

KEPT_FOR = timedelta(days=90)


@receiver(user_logged_in)
def note(request: HttpRequest, user: Account, **_: object) -> None:
    """Note that a session began, and with what program."""
    browser, system = agents.read(request.META.get("HTTP_USER_AGENT", ""))
    SignIn.objects.create(
        account=user,
        at=clock.now(),
        outcome=SignInOutcome.OPEN,
        browser=browser,
        system=system,
        session_key=request.session.session_key or "",
    )


def renamed(before: str | None, after: str | None) -> None:
    """Follow a session that got a new number, as it does when the password changes."""
    if before and after:
        SignIn.objects.filter(session_key=before).update(session_key=after)


@transaction.atomic
def end(number: int, *, by: Actor) -> None:
    """End one session of the own account. Raises: NotFound, another's too."""
    row = SignIn.objects.filter(pk=number, account__person=by.person_id).exclude(session_key="").first()
    if row is None:
        raise NotFound
    Session.objects.filter(pk=row.session_key).delete()
    audit.record(by, "session.end", unit_path=by.home_path, subject=("account", row.account_id))


@transaction.atomic
def end_others(*, current: str | None, by: Actor) -> int:
    """End every session of the own account but the current one; return how many there were."""
    account = Account.objects.filter(person=by.person_id).first()
    if account is None:
        raise NotFound
    ended = ended_all(account, but=current)
    subject = ("account", account.pk)
    audit.record(by, "session.end-others", unit_path=by.home_path, subject=subject, count=max(ended, 1))
    return ended


def ended_all(account: Account, *, but: str | None = None) -> int:
    """Delete the sessions of an account; whoever calls has asked whether that may be, and writes the trail."""
    keys = account.sign_ins.exclude(session_key__in=["", but or ""]).values_list("session_key", flat=True)
    return Session.objects.filter(pk__in=list(keys)).delete()[0]


def forget(now: datetime) -> int:
    """Delete what was noted three months ago; no session lives so long. Return how many."""
    return SignIn.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
