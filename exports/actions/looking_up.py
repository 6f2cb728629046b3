"""The family look-up: a code and what only the family knows open one issued transcript, and guessing is slow.

In place of the confirmation code of the Ministry's portal (a picture that the blind cannot read and that
programs can), failures are counted for each code and each address: `docs/adr/0014-family-look-up.md`.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from exports.models import LookUpAttempt
from hocba.kernel.errors import NotFound
from hocba.kernel.names import fold
from records.models import LookUpEntry
from records.national import v1_0
from schools import actors, audit, scopes
from signing.models import SealedDocument

FAILURES_A_CODE = 5
FAILURES_AN_ADDRESS = 60
"""In an hour: a whole school, or a mobile operator, may stand behind one address."""
TICKET_SECONDS = 15 * 60
_SALT = "exports.look-up"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stranger types: the code and what only the family knows."""

    look_up_code: uuid.UUID
    full_name: str
    born_on: date
    personal_number: str


class TooOften(NotFound):
    """Too many failures; nothing was compared."""

    code = "too-often"


def open_by_family(asked: Asked, *, address: str, at: datetime) -> SealedDocument:
    """Return the issued transcript that all four answers name, with school and pupil; the trail is written.

    Raises: TooOften; NotFound with one sentence for every mistake: it never says which answer was wrong.
    """
    keys = [
        (_key("code", str(asked.look_up_code)), FAILURES_A_CODE),
        (_key("address", address), FAILURES_AN_ADDRESS),
    ]
    if any(_failures(key, at) >= limit for key, limit in keys):
        raise TooOften(_("Đã thử sai quá nhiều lần. Xin chờ một giờ rồi thử lại, hoặc hỏi nhà trường."))
    found = _matching(asked)
    if found is None:
        for key, _limit in keys:
            _count(key, at)
        raise NotFound(
            _("Không có học bạ nào khớp với cả bốn thông tin. Xin xem lại từng ô theo đúng bản học bạ."),
            code="no-match",
        )
    _audit(found, "family.look-up", at)
    return found


def ticket(sealed: SealedDocument) -> str:
    """Return what opens the files of this transcript for a quarter of an hour; it holds no code and no name."""
    return signing.dumps([sealed.pk, sealed.school_path], salt=_SALT)


def open_ticket(given: str, *, at: datetime) -> SealedDocument:
    """Return the transcript that a ticket opens, and write the trail. Raises: NotFound."""
    try:
        key, path = signing.loads(given, salt=_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as bad:
        raise NotFound(
            _("Liên kết tải tệp chỉ dùng được trong 15 phút. Xin tra cứu lại."), code="ticket-over"
        ) from bad
    scopes.apply(path)
    found = _rows().get(pk=key)
    _audit(found, "family.download", at)
    return found


def forget(now: datetime) -> int:
    """Delete counts older than two hours; return how many."""
    return LookUpAttempt.objects.filter(hour__lt=now - timedelta(hours=2)).delete()[0]


def _rows() -> QuerySet[SealedDocument]:
    return SealedDocument.objects.select_related("version", "pupil", "class_year__school")


def _matching(asked: Asked) -> SealedDocument | None:
    entry = LookUpEntry.objects.select_related("school").filter(pk=asked.look_up_code).first()
    if entry is None:
        return None
    scopes.apply(entry.school.path)  # for this request's transaction only; a stranger's request has no other
    sealed = _rows().get(version_id=entry.version_id)
    if _fits(asked, bytes(sealed.version.frozen_xml)):
        return sealed
    scopes.apply("")
    return None


def _fits(asked: Asked, document: bytes) -> bool:
    """Compare with the signed data, not with today's tables; the name without regard to marks and spaces."""
    stated = v1_0.parse(document).general
    pairs = (
        (fold(asked.full_name), fold(stated.full_name or "")),
        (asked.born_on.isoformat(), stated.born_on.isoformat() if stated.born_on else ""),
        (asked.personal_number, stated.personal_number or ""),
    )
    equal = [hmac.compare_digest(given.encode(), known.encode()) for given, known in pairs]
    return all(equal)


def _audit(sealed: SealedDocument, action: str, at: datetime) -> None:
    audit.record(
        actors.system(at),
        action,
        unit_path=sealed.school_path,
        subject=("sealed", sealed.pk),
        pupil_id=sealed.pupil_id,
    )


def _key(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}|{value}".encode(), sha256).hexdigest()


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _failures(key: str, at: datetime) -> int:
    found = LookUpAttempt.objects.filter(key=key, hour=_hour(at)).values_list("count", flat=True).first()
    return found or 0


def _count(key: str, at: datetime) -> None:
    row, _made = LookUpAttempt.objects.get_or_create(key=key, hour=_hour(at))
    LookUpAttempt.objects.filter(pk=row.pk).update(count=F("count") + 1)
