"""Failed tries, counted in one way for accounts, unknown names, addresses and invitations: each pause is longer.

In the database, since Redis may vanish. Whoever calls answers a refusal and does not fail, or the count is rolled
back with it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from django.conf import settings

from schools.models import Tries

LONGEST_PAUSE = timedelta(hours=24)
FORGOTTEN_AFTER = timedelta(hours=48)
"""Without another failure; longer than the longest pause."""


class Counted(Protocol):
    """A row with a count of failures."""

    failed_attempts: int
    locks: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Rule:
    """How many failures close, and for how long the first time; each further time twice as long, a day at most."""

    free: int
    first_pause: timedelta
    rests_after: timedelta | None = None
    """When nothing failed for so long, counting begins anew; None: only a success does that."""


PASSWORD = Rule(5, timedelta(minutes=15))
"""Of an account, and of a name that is none: both answer alike."""
ADDRESS = Rule(20, timedelta(minutes=1), rests_after=timedelta(hours=1))
"""Many, since a whole school may stand behind one address."""
INVITATION = Rule(5, timedelta(minutes=15))


def is_paused(row: Counted | None, at: datetime) -> bool:
    """Say whether nothing is tried at this row now."""
    return row is not None and row.locked_until is not None and row.locked_until > at


def failed(row: Counted, rule: Rule, at: datetime) -> bool:
    """Count a failure; say whether it was the one that closed. The caller saves the row."""
    row.failed_attempts += 1
    if row.failed_attempts < rule.free:
        return False
    pause = min(rule.first_pause * 2 ** min(row.locks, 16), LONGEST_PAUSE)
    row.failed_attempts, row.locked_until, row.locks = 0, at + pause, min(row.locks + 1, 1000)
    return True


def forgive(row: Counted) -> None:
    """Begin anew, after a success or by who may. The caller saves the row."""
    row.failed_attempts, row.locks, row.locked_until = 0, 0, None


def of(kind: str, value: str) -> Tries | None:
    """Return the count of an address, name or invitation; None when nothing failed there."""
    return Tries.objects.filter(key=_key(kind, value)).first()


def note(kind: str, value: str, rule: Rule, at: datetime) -> bool:
    """Count a failure there, the row locked; say whether it was the one that closed.

    Must run in a transaction.
    """
    Tries.objects.get_or_create(key=_key(kind, value), defaults={"touched_at": at})
    row = Tries.objects.select_for_update().get(key=_key(kind, value))
    if rule.rests_after is not None and at - row.touched_at > rule.rests_after:
        forgive(row)
    closed = failed(row, rule, at)
    row.touched_at = at
    row.save()
    return closed


def forget(now: datetime) -> int:
    """Delete counts where nothing failed for two days; return how many."""
    return Tries.objects.filter(touched_at__lt=now - FORGOTTEN_AFTER).delete()[0]


def _key(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), sha256).hexdigest()
