"""One round with one destination, held against a second worker by an advisory lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from django.db.models import Q

from exports.actions import sending
from exports.models import Destination
from hocba.kernel.canonical import sha256
from schools import actors
from schools.actors import Actor

LOCK_CLASS = 0x5171


def open_destinations(*, by: Actor) -> list[Destination]:
    """Return the destinations that are open and not paused."""
    ready = Q(pause_until__isnull=True) | Q(pause_until__lte=by.at)
    return list(Destination.objects.filter(ready, is_open=True).order_by("code"))


def go(destination: Destination, *, clock: Callable[[], datetime]) -> None:
    """Register certificates, send packages and ask for answers, each whose turn it is."""
    with _held(destination) as free:
        if not free:
            return
        for row in sending.due_certificates(destination, by=actors.system(clock())):
            sending.register(row, by=actors.system(clock()))
        for package in sending.due_packages(destination, by=actors.system(clock())):
            sending.send(package, destination, by=actors.system(clock()))


@contextmanager
def _held(destination: Destination) -> Iterator[bool]:
    key = int.from_bytes(sha256(destination.code.encode())[:3])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, key])
        (free,) = cursor.fetchone() or (False,)
    try:
        yield bool(free)
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, key])
