"""Whom a verifier believes: anchors per role, the authority register, the status list, log keys.

Everything is data handed to the verifier; how it is read from a directory and checked is in `trust_files`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from signing.seal.verdict import Status


class AnchorRole(StrEnum):
    """What an anchor may vouch for: never "any anchor for anything"."""

    PERSON = "person"
    ORGANISATION = "organisation"
    TIMESTAMP = "timestamp"
    OPERATOR = "operator"


class SignerRole(StrEnum):
    """The slots of the national format, in the order in which they are signed."""

    HOMEROOM = "GVCN"
    LEADER = "CBQL"
    SEAL = "KY_PHAT_HANH"


ANCHOR_OF = {
    SignerRole.HOMEROOM: AnchorRole.PERSON,
    SignerRole.LEADER: AnchorRole.PERSON,
    SignerRole.SEAL: AnchorRole.ORGANISATION,
}


@dataclass(frozen=True, slots=True)
class AuthorityEntry:
    """One line of the register: this certificate may sign in this role for this school, from–to (aware)."""

    school: str
    role: SignerRole
    certificate_sha256: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One withdrawal: `code_hash` as in `kernel.canonical.code_hash`."""

    code_hash: str
    status: Status
    since: datetime


@dataclass(frozen=True, slots=True)
class Trust:
    """All that the verifier believes, and as of when.

    `authorities` is None when no register is at hand (the authority line is then unknown); `statuses` is
    None when no status list is at hand (the status is then unknown).
    """

    roots: dict[AnchorRole, tuple[x509.Certificate, ...]]
    intermediates: tuple[x509.Certificate, ...] = ()
    authorities: tuple[AuthorityEntry, ...] | None = None
    authorities_at: datetime | None = None
    statuses: dict[str, StatusEntry] | None = None
    statuses_at: datetime | None = None
    log_keys: tuple[str, ...] = ()
    witness_keys: tuple[str, ...] = ()
    specimen: bool = field(default=False)
