"""Opening an issued transcript: each reading asks its standing anew and is written into the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from hocba.kernel.clock import VIETNAM
from hocba.kernel.errors import NotFound
from schools import audit, one_message, scopes
from schools.actors import Actor
from schools.permissions import Permission, may
from schools.writes import Writes
from signing.actions import instruments
from signing.actions.items import register
from signing.models import SealedDocument, Withdrawal
from signing.queries import documents
from signing.seal.trust import StatusEntry
from signing.seal.verdict import Status, Verdict
from signing.seal.verify import verify_file

SUFFIX = {
    "VALID": "",
    "WITHDRAWN": "-DA-THU-HOI",
    "REPLACED": "-DA-THAY-THE",
    "SIGNER_ENDED": "-CHUNG-THU-DA-NGUNG",
}


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """An issued transcript with the verdict of this moment."""

    sealed: SealedDocument
    xml: bytes
    verdict: Verdict
    withdrawal: Withdrawal | None
    pinned: bool
    may_withdraw: bool

    @property
    def issued_text(self) -> str:
        """Return when it was issued, as screens write it."""
        return self.sealed.sealed_at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def open_document(sealed: SealedDocument, *, by: Actor) -> OpenedDocument:
    """Return the transcript as the register and the withdrawals stand now. Raises: Unavailable."""
    xml = documents.xml_of(sealed)
    withdrawal = documents.withdrawal_of(sealed)
    trust = instruments.trust_for(register(sealed.school_path), by.at)
    status = _status(sealed, withdrawal)
    verdict = verify_file(xml, instruments.with_statuses(trust, status, by.at), by.at)
    _trail(sealed, "transcript.view", by)
    may_withdraw = withdrawal is None and may(by, Permission.WITHDRAW, sealed)
    return OpenedDocument(sealed, xml, verdict, withdrawal, documents.is_pinned(sealed), may_withdraw)


def file_of(sealed: SealedDocument, kind: str, *, by: Actor) -> tuple[bytes, str]:
    """Return a file ("xml", "pdf", "zip") and the name it is given; a withdrawn one says so in it.

    Raises: Unavailable.
    """
    read = {"xml": documents.xml_of, "pdf": documents.pdf_of, "zip": documents.bundle_of}[kind]
    data = read(sealed)
    writes = Writes()
    _trail(sealed, f"transcript.download-{kind}", by, within=writes)
    standing = documents.standing_with(sealed.look_up_code, writes)
    return data, _name(sealed.look_up_code, standing.standing if standing else None, kind)


def file_again(key: int, kind: str, *, school_path: str, opening: str, by: Actor) -> tuple[bytes, str]:
    """Return "xml" or "pdf" of a document that `opening` has led to, and its name, with one message to the database.

    Standing and trail are as in `file_of`; the row stands even when the store fails afterwards. The first reading
    of an opening waits for the disk. A repetition is written too and does not wait: a crash of the database
    may lose how often within the last half second, never that it was read. Raises: Unavailable; NotFound.
    """
    scope, _children = scopes.statement(school_path)[1]
    action, subject = f"transcript.download-{kind}", ("sealed", key)
    pupil = audit.Found("SELECT pupil FROM found", ())
    note, values = audit.row(by, action, unit_path=school_path, subject=subject, pupil_id=pupil)
    found = _AT_ONCE if (opening, kind) in _read_before else _ON_DISK
    rows = one_message.ask(found + note + STORED[kind], [key, scope, *values])
    if not rows:
        raise NotFound
    if len(_read_before) >= _MOST_REMEMBERED:
        _read_before.clear()  # whoever is forgotten waits once more
    _read_before.add((opening, kind))
    code, digest, standing = rows[0]
    return documents.stored(digest), _name(code, standing, kind)


_AT_ONCE: Final = "WITH found AS (SELECT * FROM hocba_stored_file(%s, %s, waits => false)), noted AS ("
_ON_DISK: Final = "WITH found AS (SELECT * FROM hocba_stored_file(%s, %s, waits => true)), noted AS ("
STORED: Final[Mapping[str, LiteralString]] = {
    "xml": ") SELECT code, xml_sha256, standing FROM found",
    "pdf": ") SELECT code, pdf_sha256, standing FROM found",
}
"""Kinds that lie in the store as they are given, and what is asked for each."""
_read_before: set[tuple[str, str]] = set()
"""What of which opening this process has given, with the row of the trail on disk."""
_MOST_REMEMBERED = 10_000


def _name(code: object, standing: str | None, kind: str) -> str:
    return f"hocba-{code}{SUFFIX[standing] if standing else ''}.{kind}"


def _status(sealed: SealedDocument, withdrawal: Withdrawal | None) -> dict[str, StatusEntry]:
    if withdrawal is None:
        return {}
    standing = documents.standing_of(sealed.look_up_code)
    replaced = standing is not None and standing.standing == "REPLACED"
    status = Status.REPLACED if replaced else Status.WITHDRAWN
    return {sealed.code_hash: StatusEntry(sealed.code_hash, status, withdrawal.withdrawn_at)}


def _trail(sealed: SealedDocument, action: str, by: Actor, within: Writes | None = None) -> None:
    subject = ("sealed", sealed.pk)
    audit.record(
        by, action, unit_path=sealed.school_path, subject=subject, pupil_id=sealed.pupil_id, within=within
    )
