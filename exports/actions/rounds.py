"""One round with one destination, held against a second worker by an advisory lock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db.models import F

from exports.actions import partners, registering, sending
from exports.models import Destination
from hocba.kernel.canonical import sha256
from schools import actors, locks
from schools.locks import Turn

logger = logging.getLogger(__name__)

PAUSE_FROM = 3
"""Rounds without an answer after which the whole destination is left alone for a while."""
Clock = Callable[[], datetime]


def open_destinations() -> list[Destination]:
    """Return the destinations that are owed something; a paused one is still owed what is new."""
    return list(Destination.objects.filter(is_open=True).order_by("code"))


def go(destination: Destination, *, clock: Clock) -> bool:
    """Register certificates, send packages and ask for answers, each whose turn it is.

    Return False when the destination gave no answer; what was due stays due, after a growing pause.
    """
    number = int.from_bytes(sha256(destination.code.encode())[:3])
    with locks.held(Turn.DESTINATION_ROUND, number) as free:
        if not free or _paused(destination, clock()):
            return True
        try:
            spoke = _speak(destination, clock)
        except partners.Away:
            _away(destination, clock())
            return False
        if spoke:
            Destination.objects.filter(pk=destination.pk).update(failures=0, pause_until=None)
        return True


def _speak(destination: Destination, clock: Clock) -> bool:
    """Say whether anything was answered; what one school is refused keeps no other one waiting. Raises: Away."""
    spoke = False
    for row in registering.due(destination, by=actors.system(clock())):
        spoke |= _said(partial(registering.register, row, by=actors.system(clock())))
    for package in sending.due(destination, by=actors.system(clock())):
        spoke |= _said(partial(sending.send, package, destination, by=actors.system(clock())))
    return spoke


def _said(sentence: Callable[[], None]) -> bool:
    try:
        sentence()
    except partners.Away as away:
        if not away.alone:
            raise
        logger.warning("A sender waits, the others go on: %s", away.reason)
        return False
    return True


def _paused(destination: Destination, now: datetime) -> bool:
    return Destination.objects.filter(pk=destination.pk, pause_until__gt=now).exists()


def _away(destination: Destination, now: datetime) -> None:
    Destination.objects.filter(pk=destination.pk).update(failures=F("failures") + 1)
    failures = Destination.objects.values_list("failures", flat=True).get(pk=destination.pk)
    if failures >= PAUSE_FROM:
        pause = now + partners.pause_after(failures)
        Destination.objects.filter(pk=destination.pk).update(pause_until=pause)
