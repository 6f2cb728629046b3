"""Failed openings, counted for each look-up code and hour: who guesses at one door is counted at all doors."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict
from signing.models import LookUpAttempt

FAILURES_A_CODE = 5
"""In an hour, wherever they come from."""


def hold(code: UUID, at: datetime) -> LookUpAttempt:
    """Return the count of this code's hour, locked until the transaction ends: tries come one after another.

    Raises: Conflict with code "too-often", when there were too many failures.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    row, _made = LookUpAttempt.objects.get_or_create(key=_key(code), hour=hour)
    row = LookUpAttempt.objects.select_for_update().get(pk=row.pk)
    if row.count >= FAILURES_A_CODE:
        raise Conflict(
            _("Mã này đã bị thử sai quá nhiều lần. Xin chờ một giờ rồi thử lại, hoặc hỏi nhà trường."),
            code="too-often",
        )
    return row


def failed(held: LookUpAttempt) -> None:
    """Count one failure; the caller must let its transaction stand."""
    LookUpAttempt.objects.filter(pk=held.pk).update(count=F("count") + 1)


def forget(now: datetime) -> int:
    """Delete counts older than two hours; return how many."""
    return LookUpAttempt.objects.filter(hour__lt=now - timedelta(hours=2)).delete()[0]


def _key(code: UUID) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), str(code).encode(), sha256).hexdigest()
