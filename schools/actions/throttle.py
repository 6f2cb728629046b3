"""How often a stranger may ask, and what may be used once: kept in Redis for minutes, never with the answer."""

from __future__ import annotations

import logging
from functools import cache

import redis
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hocba.kernel.canonical import sha256_hex
from hocba.kernel.errors import Unavailable
from schools import audit
from schools.actors import Actor

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60
_COUNT = "local n = redis.call('INCR', KEYS[1]) redis.call('EXPIRE', KEYS[1], ARGV[1]) return n"
"""One message: most who ask, ask once."""


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)


def allowed(kind: str, address: str, most: int, *, by: Actor) -> bool:
    """Count one request of an address and return whether it is within `most` a minute.

    While Redis is away everything is allowed, and the trail says so: verification must not depend on it.
    """
    minute = int(by.at.timestamp()) // WINDOW_SECONDS
    key = f"throttle:{kind}:{minute}:{sha256_hex(address.encode())[:32]}"
    try:
        count = _client(str(settings.REDIS_URL)).eval(_COUNT, 1, key, 2 * WINDOW_SECONDS)
    except redis.RedisError:
        logger.warning("Redis is away; a public request was not counted")
        audit.record(by, "throttle.open", unit_path="", subject=("kind", kind))
        return True
    return int(count) <= most


def first_use(kind: str, value: str, seconds: int) -> bool:
    """Return whether `value` was not used in the last `seconds`, and note that it is used now.

    Raises: Unavailable, while Redis is away: what cannot be noted is not taken.
    """
    key = f"used:{kind}:{sha256_hex(value.encode())[:32]}"
    try:
        return bool(_client(str(settings.REDIS_URL)).set(key, 1, ex=seconds, nx=True))
    except redis.RedisError as away:
        logger.warning("Redis is away; a %s was not taken", kind)
        raise Unavailable(
            _("Lúc này hệ thống chưa kiểm tra được mã xác nhận. Xin thử lại sau ít phút."),
            code="not-noted",
        ) from away
