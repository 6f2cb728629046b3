"""Opening an issued transcript: each reading asks its standing anew and is written into the trail."""

from __future__ import annotations

from dataclasses import dataclass

from hocba.kernel.clock import VIETNAM
from schools import audit
from schools.actors import Actor
from schools.permissions import Permission, may
from signing.actions import instruments
from signing.actions.items import register
from signing.models import SealedDocument, Withdrawal
from signing.queries import documents
from signing.seal.trust import StatusEntry
from signing.seal.verdict import Status, Verdict
from signing.seal.verify import verify_file

SUFFIX = {"VALID": "", "WITHDRAWN": "-DA-THU-HOI", "REPLACED": "-DA-THAY-THE"}


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
    _trail(sealed, f"transcript.download-{kind}", by)
    standing = documents.standing_of(sealed.look_up_code)
    suffix = SUFFIX[standing.standing] if standing else ""
    return data, f"hocba-{sealed.look_up_code}{suffix}.{kind}"


def _status(sealed: SealedDocument, withdrawal: Withdrawal | None) -> dict[str, StatusEntry]:
    if withdrawal is None:
        return {}
    standing = documents.standing_of(sealed.look_up_code)
    replaced = standing is not None and standing.standing == "REPLACED"
    status = Status.REPLACED if replaced else Status.WITHDRAWN
    return {sealed.code_hash: StatusEntry(sealed.code_hash, status, withdrawal.withdrawn_at)}


def _trail(sealed: SealedDocument, action: str, by: Actor) -> None:
    audit.record(
        by, action, unit_path=sealed.school_path, subject=("sealed", sealed.pk), pupil_id=sealed.pupil_id
    )
