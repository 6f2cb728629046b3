"""The trust directory: `*.pem`, `anchors.json`, and the signed lists `authority.json` and `status.json`.

`anchors.json` says what each certificate is trusted for, and which log and witness keys are believed; it is
the verifier's own choice and therefore not signed. A `.pem` that it does not name is not believed.

    {"anchors": {"person": ["ca.pem"], "organisation": […], "timestamp": […], "operator": […]},
     "intermediates": ["root.pem"], "logs": [vkey], "specimen": true, "v": 1, "witnesses": [vkey]}
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.log.notes import KeyType, VerifierKey
from signing.log.text import Malformed
from signing.seal import signed_lists
from signing.seal.signed_lists import AuthorityList, StatusList, TrustBroken, attach, to_sign
from signing.seal.trust import AnchorRole, Trust

__all__ = [
    "ANCHORS",
    "AUTHORITY",
    "STATUS",
    "Anchors",
    "TrustBroken",
    "attach",
    "load_trust",
    "to_sign",
    "with_lists",
    "write_anchors",
    "write_authority",
    "write_status",
]

ANCHORS, AUTHORITY, STATUS = "anchors.json", "authority.json", "status.json"
VERSION = 1
MAX_PEM_BYTES = 256 * 1024
MAX_FILE_BYTES = 64 * 1024 * 1024
"""A register of 200,000 signers has 50 MB."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """What `anchors.json` says; file names are relative to the directory."""

    roots: Mapping[AnchorRole, Sequence[str]]
    intermediates: Sequence[str] = ()
    logs: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    specimen: bool = False

    def encode(self) -> bytes:
        """Return the file."""
        record = {
            "v": VERSION,
            "anchors": {role.value: list(names) for role, names in self.roots.items()},
            "intermediates": list(self.intermediates),
            "logs": list(self.logs),
            "witnesses": list(self.witnesses),
            "specimen": self.specimen,
        }
        return json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Anchors:
        """Return what the file says. Raises: TrustBroken."""
        try:
            record = json.loads(data)
            if record["v"] != VERSION or type(record["specimen"]) is not bool:
                raise ValueError("version")
            roots = {AnchorRole(role): _words(names) for role, names in record["anchors"].items()}
            logs, witnesses = _words(record["logs"]), _words(record["witnesses"])
            _check_keys(logs, KeyType.LOG)
            _check_keys(witnesses, KeyType.WITNESS)
            return cls(roots, _words(record["intermediates"]), logs, witnesses, record["specimen"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Malformed) as error:
            raise TrustBroken("trust.anchors-form", file=ANCHORS) from error


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of text")
    return tuple(value)


def _check_keys(texts: Iterable[str], kind: KeyType) -> None:
    if any(VerifierKey.parse(text).kind is not kind for text in texts):
        raise ValueError("key type")


def load_trust(directory: Path) -> Trust:
    """Return what the directory makes a verifier believe.

    A list that is not there leaves its part of Trust None (the line is then unknown). Raises: TrustBroken,
    when anything that is there is damaged, forged, expired at its own date or under a wrong anchor.
    """
    directory = Path(directory)
    anchors = Anchors.parse(_read(directory, ANCHORS))
    trust = Trust(
        roots={role: _certificates(directory, names) for role, names in anchors.roots.items()},
        intermediates=_certificates(directory, anchors.intermediates),
        log_keys=tuple(anchors.logs),
        witness_keys=tuple(anchors.witnesses),
        specimen=anchors.specimen,
    )
    authority = _read(directory, AUTHORITY) if (directory / AUTHORITY).exists() else None
    status = _read(directory, STATUS) if (directory / STATUS).exists() else None
    return with_lists(trust, authority, status)


def with_lists(
    trust: Trust, authority: bytes | None, status: bytes | None, *, school: str | None = None
) -> Trust:
    """Return `trust` with signed lists weighed in: the newer one counts, and a withdrawal is never undone.

    One school's extract (`scope`) is taken only for that `school`: it is silent on all others, and silence
    must not pass for approval or validity. Raises: TrustBroken.
    """
    operators = trust.roots.get(AnchorRole.OPERATOR, ())
    if authority is not None:
        register = signed_lists.open_authority(authority, operators)
        _check_scope(register.scope, school, AUTHORITY)
        trust = _with_authority(trust, register)
    if status is not None:
        withdrawals = signed_lists.open_status(status, operators)
        _check_scope(withdrawals.scope, school, STATUS)
        trust = _with_status(trust, withdrawals)
    return trust


def _check_scope(scope: str, school: str | None, file: str) -> None:
    if scope not in ("", school):
        raise TrustBroken("trust.scope", file=file, scope=scope)


def _with_authority(trust: Trust, newest: AuthorityList) -> Trust:
    if trust.authorities_at is not None and trust.authorities_at >= newest.issued_at:
        return trust
    known = trust.authorities or ()
    kept = tuple(entry for entry in known if newest.scope and entry.school != newest.scope)
    added = tuple(entry for entry in newest.entries if not newest.scope or entry.school == newest.scope)
    return replace(trust, authorities=kept + added, authorities_at=newest.issued_at)


def _with_status(trust: Trust, newest: StatusList) -> Trust:
    older = trust.statuses_at is not None and trust.statuses_at >= newest.issued_at
    known = trust.statuses or {}
    merged = newest.entries | known if older else known | newest.entries
    return replace(trust, statuses=merged, statuses_at=trust.statuses_at if older else newest.issued_at)


def _read(directory: Path, name: str) -> bytes:
    if not name or Path(name).name != name:
        raise TrustBroken("trust.anchors-form", file=name)
    path = directory / name
    try:
        found = path.stat()
        # A pipe or a device would keep the verifier waiting, and blame the file that is to be verified.
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE_BYTES:
            raise TrustBroken("trust.anchors-form", file=name)
        return path.read_bytes()
    except OSError as error:
        raise TrustBroken("trust.missing", file=name) from error


def _certificates(directory: Path, names: Iterable[str]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for name in names:
        data = _read(directory, name)
        try:
            if len(data) > MAX_PEM_BYTES:
                raise ValueError("too large")
            found.extend(x509.load_pem_x509_certificates(data))
        except ValueError as error:
            raise TrustBroken("trust.certificate", file=name) from error
    return tuple(dict.fromkeys(found))


def write_anchors(
    directory: Path,
    anchors: Anchors,
    certificates: Mapping[str, Iterable[x509.Certificate] | bytes] | None = None,
) -> None:
    """Write `anchors.json` and, where given, the PEM files (certificates, or PEM as it is) by name."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in (certificates or {}).items():
        pem = (
            content
            if isinstance(content, bytes)
            else b"".join(certificate.public_bytes(Encoding.PEM) for certificate in content)
        )
        _replace(directory / name, pem)
    _replace(directory / ANCHORS, anchors.encode())


def write_authority(directory: Path, data: bytes) -> None:
    """Write a finished authority list (from `attach`), whole or not at all."""
    _replace(Path(directory) / AUTHORITY, data)


def write_status(directory: Path, data: bytes) -> None:
    """Write a finished status list (from `attach`), whole or not at all."""
    _replace(Path(directory) / STATUS, data)


def _replace(path: Path, data: bytes) -> None:
    """Replace a file in one step: who reads meanwhile sees the old list or the new, never half."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_bytes(data)
    os.replace(draft, path)
