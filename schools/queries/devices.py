"""What a person sees of the own account: devices, the last sign-ins, failed tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.sessions.models import Session

from schools import session_rules
from schools.actors import Actor
from schools.models import Account, SignIn, SignInOutcome

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Device:
    """A session that lives: with what, since when, when it last did something; `is_this`: the one that asks."""

    number: int
    browser: str
    system: str
    since: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account of who asks; `tries` are the last sign-ins and failures, newest first."""

    username: str
    email: str
    devices: tuple[Device, ...]
    tries: tuple[SignIn, ...]


def own(by: Actor, session_key: str | None) -> OwnAccount:
    """Return the account of this person: three queries, whatever is in it."""
    account = Account.objects.select_related("person").get(person=by.person_id)
    rows = list(account.sign_ins.order_by("-at", "-pk")[: SHOWN * 10])
    return OwnAccount(
        account.username, account.person.email, tuple(_devices(rows, session_key, by.at)), tuple(rows[:SHOWN])
    )


def failures_since_last_time(account: Account) -> int:
    """Return how many wrong passwords there were since the owner came in the time before this one."""
    before = account.sign_ins.filter(outcome=SignInOutcome.OPEN).order_by("-at", "-pk")[1:2]
    wrong = account.sign_ins.filter(outcome=SignInOutcome.WRONG)
    last = next(iter(before), None)
    return (wrong.filter(at__gt=last.at) if last else wrong).count()


def _devices(rows: list[SignIn], session_key: str | None, at: datetime) -> list[Device]:
    keys = {row.session_key: row for row in reversed(rows) if row.session_key}
    found = []
    for session in Session.objects.filter(pk__in=keys):
        held = session.get_decoded()
        if session_rules.over(held, at):
            continue
        row = keys[session.session_key]
        seen_at = datetime.fromtimestamp(held[session_rules.SEEN], UTC)
        is_this = session.session_key == session_key
        found.append(Device(row.pk, row.browser, row.system, row.at, seen_at, is_this))
    return sorted(found, key=lambda one: (not one.is_this, -one.seen_at.timestamp()))
