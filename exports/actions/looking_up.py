"""The family look-up: a code and what only the family knows open one issued transcript, and guessing is slow.

In place of the confirmation code of the Ministry's portal (a picture that the blind cannot read and that
programs can), tries are counted for each address (`signing.actions.checks`) and failures for each code
(here): `docs/adr/0014-family-look-up.md`.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from exports.models import LookUpAttempt
from hocba.kernel.errors import Conflict, NotFound
from schools import scopes
from signing.actions import checks, openings
from signing.actions.checks import Asker
from signing.models import SealedDocument

FAILURES_A_CODE = 5
"""In an hour, wherever they come from."""
TICKET_SECONDS = 15 * 60
_SALT = "exports.look-up"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stranger types: the code and what only the family knows."""

    look_up_code: uuid.UUID
    full_name: str
    born_on: date
    personal_number: str


def open_by_family(asked: Asked, *, asker: Asker) -> SealedDocument:
    """Return the issued transcript that all four answers name; the trail is written.

    Raises: Conflict with code "too-often"; NotFound with one sentence for every mistake: it never says which
    answer was wrong. The row-level scope of the running transaction is the transcript's school afterwards.
    """
    key = _key(str(asked.look_up_code))
    if _failures(key, asker.at) >= FAILURES_A_CODE:
        raise Conflict(
            _("Mã này đã bị thử sai quá nhiều lần. Xin chờ một giờ rồi thử lại, hoặc hỏi nhà trường."),
            code="too-often",
        )
    try:
        found = checks.open_with_particulars(
            asked.look_up_code,
            full_name=asked.full_name,
            born_on=asked.born_on,
            personal_number=asked.personal_number,
            asker=asker,
        )
    except NotFound:
        _count(key, asker.at)
        raise
    return _whole(found.sealed.pk, found.sealed.school_path)


def ticket(sealed: SealedDocument) -> str:
    """Return what opens the files of this transcript for a quarter of an hour; it holds no code and no name."""
    return signing.dumps([sealed.pk, sealed.school_path], salt=_SALT)


def file_of_ticket(given: str, kind: str, *, asker: Asker) -> tuple[bytes, str]:
    """Return a file ("xml", "pdf", "zip") that a ticket opens, with its name; the trail is written.

    Raises: NotFound, when the ticket is over; Unavailable.
    """
    try:
        key, path = signing.loads(given, salt=_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as bad:
        raise NotFound(
            _("Liên kết tải tệp chỉ dùng được trong 15 phút. Xin tra cứu lại."), code="ticket-over"
        ) from bad
    return openings.file_of(_whole(key, path), kind, by=asker.actor())


def forget(now: datetime) -> int:
    """Delete counts older than two hours; return how many."""
    return LookUpAttempt.objects.filter(hour__lt=now - timedelta(hours=2)).delete()[0]


def _whole(key: int, path: str) -> SealedDocument:
    scopes.apply(path)  # a stranger's request has no other scope, and this one ends with its transaction
    return SealedDocument.objects.select_related(
        "version", "leaf", "pupil", "class_year__school", "class_year__school_year", "withdrawal"
    ).get(pk=key)


def _key(value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), value.encode(), sha256).hexdigest()


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _failures(key: str, at: datetime) -> int:
    found = LookUpAttempt.objects.filter(key=key, hour=_hour(at)).values_list("count", flat=True).first()
    return found or 0


def _count(key: str, at: datetime) -> None:
    row, _made = LookUpAttempt.objects.get_or_create(key=key, hour=_hour(at))
    LookUpAttempt.objects.filter(pk=row.pk).update(count=F("count") + 1)
