"""Ask for background work after the commit. The broker is only a nudge: each job is a row first."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def later(task: str, **ids: int | str) -> None:
    """Send a task by its full name once the running transaction has committed.

    When the broker is away the row stays, and the sweeper finds it; the person's request does not fail.
    """

    def send() -> None:
        try:
            current_app.send_task(task, kwargs=ids, retry=False)
        except (OperationalError, ConnectionError, OSError):
            logger.warning("The broker is away; %s waits for the sweeper", task)

    transaction.on_commit(send)
