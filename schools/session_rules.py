"""How long a session lives: it ends after hours without an action, and after a working day in any case.

The cookie outlives both by a day, so that the server judges, and can say what happened instead of forgetting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver

from hocba.kernel import clock

OPENED, SEEN = "opened-at", "seen-at"
"""In the session: seconds since 1970 of signing in and of the last action."""
NOTED_EVERY = timedelta(minutes=1)
"""An action is written down once a minute at most: reading a page costs no write."""


@receiver(user_logged_in)
def begin(request: Any, **_: object) -> None:
    """Note when the person signed in."""
    request.session[OPENED] = request.session[SEEN] = clock.now().timestamp()


def over(session: SessionBase | Mapping[str, Any], at: datetime) -> bool:
    """Say whether the session has ended by `at`; one that does not know when it began has."""
    opened, seen = session.get(OPENED), session.get(SEEN)
    if opened is None or seen is None:
        return True
    idle = at.timestamp() - seen > timedelta(hours=settings.SESSION_IDLE_HOURS).total_seconds()
    return idle or at.timestamp() - opened > timedelta(hours=settings.SESSION_HOURS).total_seconds()


def note(session: SessionBase, at: datetime) -> None:
    """Note an action of the person. What a page asks by itself is none: it would keep a left desk open."""
    if at.timestamp() - session[SEEN] >= NOTED_EVERY.total_seconds():
        session[SEEN] = at.timestamp()
