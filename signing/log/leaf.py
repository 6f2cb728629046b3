"""What stands in a leaf: canonical JSON, public for ever, so never a code, a name or a personal number.

A transcript appears only as `kernel.canonical.code_hash(code, code_salt(data region))`. Never change how a
version-1 leaf is written: proofs given out depend on these bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from hocba.kernel.canonical import canonical_json

VERSION = 1
MAX_LEAF_BYTES = 4096


class BadLeaf(Exception):
    """Fields that make no leaf of that event, or bytes that are not one."""


class Event(StrEnum):
    """What may be logged."""

    ISSUE = "issue"
    WITHDRAW = "withdraw"
    REPLACE = "replace"
    CERTIFICATE = "certificate"
    AUDIT_ROOT = "audit-root"


_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,79}\Z", re.ASCII)
_COUNT = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z", re.ASCII)
_PERSONAL_NUMBER = re.compile(r"[0-9]{12}\Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.ASCII | re.IGNORECASE)

_FIELDS: dict[Event, dict[str, re.Pattern[str]]] = {
    Event.ISSUE: {
        "school": _WORD,
        "code_hash": _DIGEST,
        "xml_sha256": _DIGEST,
        "pdf_sha256": _DIGEST,
        "template": _WORD,
    },
    Event.WITHDRAW: {"school": _WORD, "code_hash": _DIGEST},
    Event.REPLACE: {"school": _WORD, "code_hash": _DIGEST, "replaced_by": _DIGEST},
    Event.CERTIFICATE: {
        "school": _WORD,
        "role": _WORD,
        "certificate_sha256": _DIGEST,
        "valid_from": _INSTANT,
        "valid_to": _INSTANT,
    },
    Event.AUDIT_ROOT: {"root": _DIGEST, "rows": _COUNT, "from": _INSTANT, "to": _INSTANT},
}
_OPTIONAL = frozenset({"valid_to"})


def _looks_personal(name: str, value: str) -> bool:
    """Return whether a look-up code or a personal number has strayed into a public field."""
    return bool(_UUID.match(value) or (name in ("role", "template") and _PERSONAL_NUMBER.match(value)))


def instant(moment: datetime) -> str:
    """Return an aware instant as leaves write it: 2026-05-28T02:30:00Z, whole seconds. Raises: BadLeaf."""
    if moment.tzinfo is None:
        raise BadLeaf("at")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One event of the log. `fields` are exactly those of the event, all text."""

    event: Event
    at: datetime
    fields: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        patterns = _FIELDS[self.event]
        if not patterns.keys() - _OPTIONAL <= self.fields.keys() <= patterns.keys():
            raise BadLeaf("fields")
        for name, value in self.fields.items():
            if not patterns[name].match(value) or _looks_personal(name, value):
                raise BadLeaf(name)
        instant(self.at)

    def record(self) -> dict[str, str | int]:
        """Return the leaf as it is written in JSON."""
        return {"v": VERSION, "event": self.event.value, "at": instant(self.at), **self.fields}

    def encode(self) -> bytes:
        """Return the entry's bytes; its hash is `merkle.leaf_hash` of them."""
        return canonical_json(self.record())

    @classmethod
    def parse(cls, data: bytes) -> Leaf:
        """Return the leaf of which these are the bytes, and no other spelling of it. Raises: BadLeaf."""
        try:
            record = json.loads(data) if len(data) <= MAX_LEAF_BYTES else None
        except (ValueError, RecursionError) as error:
            raise BadLeaf("json") from error
        leaf = cls.from_record(record)
        if leaf.encode() != data:
            raise BadLeaf("canonical")
        return leaf

    @classmethod
    def from_record(cls, record: object) -> Leaf:
        """Return the leaf of a JSON object. Raises: BadLeaf."""
        if not isinstance(record, dict) or type(record.get("v")) is not int or record["v"] != VERSION:
            raise BadLeaf("version")
        fields = {name: value for name, value in record.items() if name not in ("v", "event", "at")}
        at, event = record.get("at", ""), record.get("event", "")
        if not all(isinstance(value, str) for value in (at, event, *fields.values())):
            raise BadLeaf("fields")
        if event not in tuple(Event) or not _INSTANT.match(at):
            raise BadLeaf("event" if event not in tuple(Event) else "at")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError as error:
            raise BadLeaf("at") from error
        return cls(Event(event), moment, fields)


def issue(
    *, at: datetime, school: str, code_hash: str, xml_sha256: str, pdf_sha256: str, template: str
) -> Leaf:
    """Return the leaf of an issued transcript: it binds the whole final XML and the whole final PDF."""
    fields = {
        "school": school,
        "code_hash": code_hash,
        "xml_sha256": xml_sha256,
        "pdf_sha256": pdf_sha256,
        "template": template,
    }
    return Leaf(Event.ISSUE, at, fields)


def withdraw(*, at: datetime, school: str, code_hash: str) -> Leaf:
    """Return the leaf of a withdrawal; the reason stays in the registry."""
    return Leaf(Event.WITHDRAW, at, {"school": school, "code_hash": code_hash})


def replace(*, at: datetime, school: str, code_hash: str, replaced_by: str) -> Leaf:
    """Return the leaf that ties a withdrawn transcript to the one issued in its place."""
    return Leaf(Event.REPLACE, at, {"school": school, "code_hash": code_hash, "replaced_by": replaced_by})


def certificate(
    *,
    at: datetime,
    school: str,
    role: str,
    certificate_sha256: str,
    valid_from: datetime,
    valid_to: datetime | None,
) -> Leaf:
    """Return the leaf of a certificate's approval for a role at a school, or (`valid_to`) of its end."""
    fields = {
        "school": school,
        "role": role,
        "certificate_sha256": certificate_sha256,
        "valid_from": instant(valid_from),
    }
    if valid_to is not None:
        fields["valid_to"] = instant(valid_to)
    return Leaf(Event.CERTIFICATE, at, fields)


def audit_root(*, at: datetime, root: bytes, rows: int, first: datetime, last: datetime) -> Leaf:
    """Return the leaf over one span of the audit trail: the Merkle root of its rows and their number."""
    fields = {"root": root.hex(), "rows": str(rows), "from": instant(first), "to": instant(last)}
    return Leaf(Event.AUDIT_ROOT, at, fields)
