"""The agent's signing log: one JSON line for each thing done with a key, appended before it is done."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from signing.specimen.files import append_line


class Journal:
    """An append-only file; it holds no PIN, no token and no session id (only a session's hash)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, at: datetime, event: str, **facts: object) -> None:
        """Append one event with its facts; it is on the disk when this returns."""
        line = {"at": at.isoformat(timespec="milliseconds"), "event": event, **facts}
        append_line(self._path, json.dumps(line, ensure_ascii=False))


def session_mark(session: str) -> str:
    """Return what stands for a session in the log: a hash, since the id itself opens the key."""
    return hashlib.sha256(session.encode("ascii", "replace")).hexdigest()[:16]
