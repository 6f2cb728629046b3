"""Whether this process lives, and whether it can do its work."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from hocba.kernel import clock

PROBE_SECONDS = 2
CLOCK_TOLERANCE = timedelta(seconds=10)
"""Timestamps are compared with the clock to two minutes; who is far from his own database is soon far from them."""


def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, broker and storage work, else 503 with which of them does not."""
    parts = {name: probe() for name, probe in PROBES.items()}
    return JsonResponse(
        {name: "ok" if works else "down" for name, works in parts.items()},
        status=200 if all(parts.values()) else 503,
    )


def database_works() -> bool:
    """Say whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def broker_works() -> bool:
    """Say whether the broker answers."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PROBE_SECONDS, socket_connect_timeout=PROBE_SECONDS
    )
    with contextlib.closing(client):
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def clocks_agree() -> bool:
    """Say whether this process and the database have the same time; one that is away is told of elsewhere."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (theirs,) = cursor.fetchone()
    except Error:
        return True
    return bool(abs(theirs - clock.now()) <= CLOCK_TOLERANCE)


def storage_works() -> bool:
    """Say whether a file can be written where the blobs lie and read back."""
    root = Path(settings.BLOB_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root) as probe:
            probe.write(b"probe")
            probe.flush()
            os.fsync(probe.fileno())
            probe.seek(0)
            return probe.read() == b"probe"
    except OSError:
        return False


PROBES: dict[str, Callable[[], bool]] = {
    "database": database_works,
    "clock": clocks_agree,
    "broker": broker_works,
    "storage": storage_works,
}
