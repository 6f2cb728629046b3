"""The other side of a delivery: who speaks to it, how long one waits for it, what its refusals of us mean.

Pauses grow, so that who is away or busy is not asked more often for it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import cache

from exports.actions import accounts
from exports.ministry.client import Credentials, MinistryClient
from exports.models import Destination

LONGEST_PAUSE = timedelta(minutes=15)
FIRST_PAUSE = timedelta(seconds=2)
ASK_AGAIN = timedelta(seconds=1)
OUR_TROUBLE = frozenset({"LOGIN_WRONG", "UNIT_NOT_YOURS", "TOKEN_UNKNOWN", "TOKEN_EXPIRED"})
"""Refusals of our account, not of what was sent: an operator mends it, and the same is sent again."""
ONE_UNIT = frozenset({"UNIT_NOT_YOURS"})
"""Those that concern one school of several: the receiver knows us, and not that we speak for this one."""
NEVER_CAME = "MESSAGE_ID_UNKNOWN"
"""It was acknowledged, and then lost there: the same bytes go again."""
_CHANCE = random.SystemRandom()


class Away(Exception):
    """The destination gave no usable answer; `reason` is a short code.

    `alone`: this sender, or this package, got none; whoever is next may have better luck.
    """

    def __init__(self, reason: str, *, alone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.alone = alone


@cache
def _client(base_url: str, credentials: Credentials) -> MinistryClient:
    return MinistryClient(base_url, credentials)


def client(destination: Destination) -> MinistryClient:
    """Return the client of a destination, with its account as it stands now. Raises: Away."""
    try:
        return _client(destination.base_url, accounts.credentials(destination))
    except accounts.AccountMissing as missing:
        raise Away("account-missing") from missing


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait before the next attempt: doubling, at most a quarter of an hour.

    Up to a quarter less by chance, so that those who failed together do not all come back together.
    """
    pause = min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)
    return pause * (1 - _CHANCE.random() / 4)


def ask_after(sent_at: datetime | None, at: datetime) -> timedelta:
    """Return how long to wait before asking again: half of the time that passed since it was sent."""
    return min(max(ASK_AGAIN, (at - sent_at) / 2 if sent_at else ASK_AGAIN), LONGEST_PAUSE)
