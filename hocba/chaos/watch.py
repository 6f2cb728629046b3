"""What the tables say while everything is being killed: how far the work is, what is being worked on."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, fields

import psycopg

NAME = "chaos-watch"
STAGES = 6
"""Frozen, three signatures, in the log with a proof, accepted."""

QUESTION = """
SELECT (SELECT count(*) FROM records_transcriptversion),
       (SELECT count(*) FROM signing_signature),
       (SELECT count(*) FROM signing_pinnedproof),
       (SELECT count(*) FROM exports_delivery WHERE kind = 'ISSUE' AND state = 'ACCEPTED'),
       (SELECT count(*) FROM signing_signingbatch WHERE state = 'RUNNING'),
       (SELECT count(*) FROM signing_signingbatch WHERE state = 'PAUSED'),
       (SELECT count(*) FROM signing_signingitem WHERE state = 'INTENDED'),
       (SELECT count(*) FROM signing_signingitem WHERE state = 'SIGNED'),
       (SELECT count(*) FROM exports_delivery WHERE state IN ('WAITING', 'SENT')),
       (SELECT count(*) FROM pg_stat_activity WHERE usename = 'hocba_app' AND xact_start IS NOT NULL)
"""
VICTIMS = """
SELECT pid, coalesce(left(query, 60), ''), xact_start IS NOT NULL FROM pg_stat_activity
WHERE backend_type = 'client backend' AND usename <> 'postgres' AND application_name <> %s
ORDER BY backend_start
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: what is finished, and what is under way."""

    frozen: int
    signatures: int
    proven: int
    accepted: int
    running: int
    paused: int
    intended: int
    sealed: int
    owed: int
    transactions: int

    def progress(self, transcripts: int) -> float:
        """Return the share of the whole work that is finished, 0 to 1."""
        done = self.frozen + self.signatures + self.proven + self.accepted
        return min(done / (STAGES * transcripts), 1.0)

    def under_way(self) -> dict[str, int]:
        """Return what a blow may interrupt."""
        names = ("running", "paused", "intended", "sealed", "owed", "transactions")
        return {name: getattr(self, name) for name in names}


NOTHING = Seen(*[0] * len(fields(Seen)))


class Watch:
    """Looks as the superuser, past row-level security; keeps the last look while the database is away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self.last = NOTHING

    def look(self) -> Seen:
        """Return how far the work is."""
        with contextlib.suppress(psycopg.Error):
            row = self._open().execute(QUESTION).fetchone()
            if row is not None:
                self.last = Seen(*row)
        return self.last

    def victims(self) -> list[tuple[int, str, bool]]:
        """Return (pid, query, in a transaction) of every connection of ours; none while the database is away."""
        try:
            return self._open().execute(VICTIMS, [NAME]).fetchall()
        except psycopg.Error:
            return []

    def terminate(self, pid: int) -> bool:
        """End one connection from inside; False when it could not be done."""
        try:
            row = self._open().execute("SELECT pg_terminate_backend(%s)", [pid]).fetchone()
        except psycopg.Error:
            return False
        return bool(row and row[0])

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection:
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=2, application_name=NAME
            )
        return self._connection
