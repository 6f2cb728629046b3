"""Background doors of delivery: ids only, idempotent."""

from __future__ import annotations

import logging

from celery import shared_task

from exports.actions import discovery, packaging, rounds
from hocba.kernel import clock
from hocba.kernel.errors import DomainError
from schools import actors

logger = logging.getLogger(__name__)


@shared_task
def deliver(**_: object) -> None:
    """Go once round all destinations: discover, cut, register, send, ask."""
    by = actors.system(clock.now())
    for destination in rounds.open_destinations(by=by):
        discovery.owe_certificates(destination, by=by)
        while discovery.discover(destination, by=by):
            pass
    for batch_id in packaging.waiting_batches():
        try:
            packaging.cut(batch_id, by=by)
        except DomainError as later:
            logger.info("Packages of batch %s wait: %s", batch_id, later.case)
    for destination in rounds.open_destinations(by=by):
        rounds.go(destination, clock=clock.now)
