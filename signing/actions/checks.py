"""What strangers ask: is this file sound, is this code known, may I see what I hold the particulars of?"""

from __future__ import annotations

import atexit
import hmac
import threading
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hocba.kernel.canonical import nfc
from hocba.kernel.errors import Conflict, NotFound
from records.models import LookUpEntry
from records.national import v1_0
from records.national.document import TranscriptData
from schools import actors, audit, scopes
from schools.actions import confirmation, throttle
from schools.actors import Actor
from signing import alarms
from signing.actions import guesses
from signing.models import SealedDocument
from signing.queries import documents
from signing.queries.documents import Standing
from signing.sandbox import Sandbox
from signing.seal.verdict import Verdict

MOST_FILES = 10
UPLOADS_A_MINUTE = 20
CODES_A_MINUTE = 30
OPENINGS_A_MINUTE = 6
"""Few, since what the fields ask is known to many around a pupil."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A person without account: the address that is counted, and the time."""

    address: str
    at: datetime
    request_id: str = ""

    def actor(self) -> Actor:
        """Return who stands in the trail for them: the system itself."""
        return actors.system(self.at, request_id=self.request_id)


@dataclass(frozen=True, slots=True)
class FiveFields:
    """What opens a transcript without an account; `confirmation` answers the question behind `challenge`."""

    look_up_code: UUID
    full_name: str
    born_on: date
    personal_number: str
    confirmation: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A transcript opened with the five fields; what it states is read from the sealed XML only."""

    sealed: SealedDocument
    xml: bytes
    standing: Standing


_turn = threading.Lock()
"""One file at a time in a process: the worker behind it has one pipe."""


@cache
def _sandbox(trust: Path) -> Sandbox:
    sandbox = Sandbox(trust)
    atexit.register(sandbox.close)
    return sandbox


def verify(files: list[bytes], *, asker: Asker) -> list[Verdict]:
    """Return the verdicts on uploaded files, each from a process with limits; the trail keeps the outcome.

    Raises: Conflict, when this address asks too often.
    """
    by = asker.actor()
    _count("upload", asker, UPLOADS_A_MINUTE, by)
    verdicts = []
    for data in files:
        with _turn:
            verdict = alarms.listen(_sandbox(Path(settings.TRUST_DIR)).verify(data, asker.at), data)
        audit.record(
            by,
            "verify.upload",
            unit_path="",
            subject=("kind", verdict.kind.value),
            indication=verdict.indication.value,
            status=verdict.status.value,
        )
        verdicts.append(verdict)
    return verdicts


def look_up(code: UUID, *, asker: Asker) -> Standing | None:
    """Return what anybody may know of a code, and write the look into the trail. Raises: Conflict.

    The row names no person and no code, so it does not wait for the disk: a crash may lose those of half a second.
    """
    by = asker.actor()
    _count("code", asker, CODES_A_MINUTE, by)
    known = audit.Found(documents.IS_KNOWN, (code,))
    note = audit.row(by, "verify.code", unit_path="", subject=("code-known", known))
    return documents.standing_noted(code, *note)


def open_with_particulars(given: FiveFields, *, asker: Asker) -> Opened:
    """Return a transcript to whoever fills in all five fields. A failure is counted: let the transaction stand.

    Raises: Conflict, when this address asks or this code was guessed at too often; Invalid for `confirmation`,
    which is no guess at the code; Unavailable; NotFound, the same for an unknown code and for particulars that
    do not fit.
    """
    by = asker.actor()
    _count("open", asker, OPENINGS_A_MINUTE, by)
    confirmation.check(given.challenge, given.confirmation, at=asker.at)
    held = guesses.hold(given.look_up_code, asker.at)
    opened = _opened(given)
    path = opened.sealed.school_path if opened else ""
    pupil = opened.sealed.pupil_id if opened else None
    audit.record(by, "verify.open", unit_path=path, subject=("opened", opened is not None), pupil_id=pupil)
    if opened is None:
        guesses.failed(held)
        raise NotFound(
            _("Không tìm thấy học bạ nào khớp với cả mã tra cứu, họ tên, ngày sinh và số định danh đã nhập."),
            code="no-match",
        )
    return opened


def _opened(given: FiveFields) -> Opened | None:
    standing = documents.standing_of(given.look_up_code)
    entry = LookUpEntry.objects.select_related("school").filter(look_up_code=given.look_up_code).first()
    if standing is None or entry is None:
        return None
    with scopes.system(entry.school.path):
        sealed = SealedDocument.objects.select_related("leaf", "version").get(look_up_code=given.look_up_code)
        xml = documents.xml_of(sealed)
    return Opened(sealed, xml, standing) if _same(v1_0.parse(xml), given) else None


def _same(stated: TranscriptData, given: FiveFields) -> bool:
    general = stated.general
    pairs = (
        (_plain(general.full_name or ""), _plain(given.full_name)),
        (str(general.born_on), str(given.born_on)),
        (general.personal_number or "", given.personal_number),
    )
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one, other in pairs]  # no early end
    return all(fits)


def _plain(name: str) -> str:
    return " ".join(nfc(name).casefold().split())


def _count(kind: str, asker: Asker, most: int, by: Actor) -> None:
    if not throttle.allowed(kind, asker.address, most, by=by):
        raise Conflict(
            _("Có quá nhiều lượt kiểm tra từ cùng một nơi. Xin chờ một phút rồi thử lại."), code="too-often"
        )
