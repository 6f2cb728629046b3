"""The worker outlives the broker: found by `manage.py chaos`, which killed Valkey until a worker ended with it."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from kombu import Connection

import hocba.celery  # noqa: F401 - it sets kombu right


def test_a_channel_whose_broker_has_gone_can_be_closed_with_unfinished_tasks() -> None:
    connection = Connection(settings.REDIS_URL)
    waiting = connection.SimpleQueue(f"gone-{uuid4().hex}")
    waiting.put({"task": "unfinished"})
    waiting.get(block=True, timeout=10)  # not acknowledged: the worker is at work on it
    channel = waiting.channel

    channel._disconnect_pools()  # what kombu does when the socket breaks …
    channel.connection.client = None  # … and lets go of its address

    channel.close()
    assert channel.closed
