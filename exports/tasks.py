"""Background doors of delivery: ids only, idempotent."""

from __future__ import annotations

import logging

from celery import shared_task

from exports.actions import discovery, ended, packaging, rounds
from exports.queries import waiting
from hocba.kernel import clock
from hocba.kernel.errors import DomainError
from schools import actors

logger = logging.getLogger(__name__)


@shared_task
def deliver(**_: object) -> None:
    """Go once round all destinations: follow ended certificates, discover, cut, register, send, ask."""
    by = actors.system(clock.now())
    ended.follow(by=by)
    destinations = rounds.open_destinations()
    for destination in destinations:
        discovery.owe_certificates(destination, by=by)
        while discovery.discover(destination, by=by):
            pass
    for group in waiting.groups(clock.now()):
        try:
            packaging.cut(group, clock=clock.now)
        except DomainError as later:
            logger.info("Packages of class %s wait: %s", group.class_year_id, later.case)
        except Exception:  # one class that cannot be packed must not hold up the others
            logger.exception("Packages of class %s failed", group.class_year_id)
    for destination in destinations:
        try:
            rounds.go(destination, clock=clock.now)
        except Exception:  # one destination must not hold up the others
            logger.exception("The round with %s failed", destination.code)
