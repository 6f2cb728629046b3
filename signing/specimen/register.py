"""What one specimen CA has issued and revoked: two append-only files that several processes may read.

A server asks with every answer; files are read again only when they have grown, and only their new part.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from signing.specimen.files import append_line


@dataclass(frozen=True, slots=True)
class Revocation:
    """One revoked serial number: since when (aware, whole seconds) and why."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags


class _Tail:
    """The lines of a growing file, each handed out once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def fresh(self) -> list[str]:
        try:
            if self._path.stat().st_size <= self._read:
                return []
        except FileNotFoundError:
            return []
        with self._path.open("rb") as stream:
            stream.seek(self._read)
            data = stream.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode("utf-8").splitlines()


class Register:
    """The register of one CA in a directory; safe for threads, readable while others append."""

    def __init__(self, directory: Path) -> None:
        self._issued_path = directory / "issued.txt"
        self._revoked_path = directory / "revoked.jsonl"
        self._issued_tail = _Tail(self._issued_path)
        self._revoked_tail = _Tail(self._revoked_path)
        self._issued: set[int] = set()
        self._revoked: dict[int, Revocation] = {}
        self._lock = threading.Lock()

    def record_issue(self, certificate: x509.Certificate) -> None:
        """Append one certificate to the register."""
        until = certificate.not_valid_after_utc.isoformat()
        subject = certificate.subject.rfc4514_string().replace("\n", " ")
        append_line(self._issued_path, f"{certificate.serial_number:x} {until} {subject}")

    def record_revocation(self, revocation: Revocation) -> None:
        """Append one revocation; the first one for a serial number stands."""
        line = {
            "serial": f"{revocation.serial:x}",
            "at": revocation.at.isoformat(),
            "reason": revocation.reason.value,
        }
        append_line(self._revoked_path, json.dumps(line))

    def issued(self, serial: int) -> bool:
        """Tell whether this CA has issued the serial number."""
        with self._lock:
            self._refresh()
            return serial in self._issued

    def revocations(self) -> tuple[Revocation, ...]:
        """Return every revocation, in the order in which they were recorded."""
        with self._lock:
            self._refresh()
            return tuple(self._revoked.values())

    def revocation(self, serial: int) -> Revocation | None:
        """Return the revocation of a serial number, if any."""
        with self._lock:
            self._refresh()
            return self._revoked.get(serial)

    def _refresh(self) -> None:
        for line in self._issued_tail.fresh():
            self._issued.add(int(line.split(" ", 1)[0], 16))
        for line in self._revoked_tail.fresh():
            entry = json.loads(line)
            serial = int(entry["serial"], 16)
            at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
            self._revoked.setdefault(serial, Revocation(serial, at, x509.ReasonFlags(entry["reason"])))
