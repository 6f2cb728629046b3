"""Whether an entry of the register still stands, asked in the very transaction that relies on it.

The question takes a shared lock on the entry; who ends it (`endings.end`) takes the exclusive one. So whatever
relied on an entry is committed before its end, and is counted there, or finds it ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import connection

from hocba.kernel.errors import Conflict
from schools.writes import Writes

APPROVED, EVER_APPROVED = ["APPROVED"], ["APPROVED", "ENDED"]
STANDS = "SELECT 1 FROM signing_authority WHERE id = %s AND state = ANY(%s) AND (to_at IS NULL OR to_at > %s) FOR SHARE"


class AuthorityEnded(Conflict):
    """The certificate was ended meanwhile: the batch stops, and what was signed with it before stays."""

    code: ClassVar[str] = "certificate-ended"


def stands_now(authority_id: int, at: datetime) -> bool:
    """Return whether one may sign with an entry now; it stays so until the running transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS, [authority_id, APPROVED, at])
        return cursor.fetchone() is not None


def require_stood(authority_id: int, moment: datetime, *, within: Writes) -> None:
    """Let `within.send` raise AuthorityEnded, unless the entry still covered a signature made at `moment`."""
    within.ask(STANDS, (authority_id, EVER_APPROVED, moment), otherwise=_ended)


def _ended() -> None:
    raise AuthorityEnded
