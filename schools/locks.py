"""Turns at work that spans several transactions: one worker at a time, held by advisory locks of PostgreSQL.

A lock belongs to the session, not to a transaction: it outlives commits, and ends with its connection at the
latest, so that a killed worker holds nobody up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection

TRY = "pg_try_advisory_lock(%s, %s)"
"""For a statement that takes a turn and reads what the turn is about in one message; its parameters: `key`."""


class Turn(IntEnum):
    """What one worker at a time may work on: the first half of a lock's key. Never give a number anew."""

    SIGNING_ITEM = 0x5169
    PACKAGING_CLASS = 0x5170
    DESTINATION_ROUND = 0x5171


def key(turn: Turn, number: int) -> list[int]:
    """Return both halves of a lock's key; two numbers that share their last 31 bits wait for each other."""
    return [turn.value, number % 2**31]


@contextmanager
def held(turn: Turn, number: int) -> Iterator[bool]:
    """Hold a turn if it is free; yields whether it was, at once and without waiting."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TRY}", key(turn, number))
        (free,) = cursor.fetchone() or (False,)
    with given_back(turn, number, taken=bool(free)):
        yield bool(free)


@contextmanager
def given_back(turn: Turn, number: int, *, taken: bool) -> Iterator[None]:
    """Give a turn back at the end, however the work ends, if it was taken."""
    try:
        yield
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key(turn, number))
