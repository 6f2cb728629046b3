"""A verdict as JSON between two processes, and back: nothing lost, nothing executed on reading."""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import datetime
from typing import Any

from signing.seal.verdict import (
    CertificateReport,
    Indication,
    Kind,
    Line,
    Reason,
    SignatureReport,
    Status,
    SubIndication,
    Verdict,
)


def to_wire(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as an object that JSON can write."""
    record = asdict(verdict)
    record["xml"] = None if verdict.xml is None else base64.b64encode(verdict.xml).decode("ascii")
    return {name: _plain(value) for name, value in record.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def from_wire(record: dict[str, Any]) -> Verdict:
    """Return the verdict again. Raises: KeyError, TypeError, ValueError, when it is not one."""
    return Verdict(
        kind=Kind(record["kind"]),
        indication=Indication(record["indication"]),
        subindication=SubIndication(record["subindication"]) if record["subindication"] else None,
        look_up_code=record["look_up_code"],
        signatures=tuple(map(_signature, record["signatures"])),
        structure=bool(record["structure"]),
        status=Status(record["status"]),
        lines={name: Line(state) for name, state in record["lines"].items()},
        reasons=tuple(map(_reason, record["reasons"])),
        status_at=_moment(record["status_at"]),
        xml=None if record["xml"] is None else base64.b64decode(record["xml"], validate=True),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _signature(record: dict[str, Any]) -> SignatureReport:
    certificate = record["certificate"]
    if certificate is not None:
        certificate = CertificateReport(
            certificate["serial"],
            datetime.fromisoformat(certificate["not_before"]),
            datetime.fromisoformat(certificate["not_after"]),
            certificate["status"],
        )
    times = {name: _moment(record[name]) for name in ("signing_time", "timestamp")}
    return SignatureReport(**(record | times | {"certificate": certificate}))


def _reason(record: dict[str, Any]) -> Reason:
    sub = record["subindication"]
    return Reason(
        Indication(record["indication"]),
        SubIndication(sub) if sub else None,
        record["line"],
        record["code"],
        tuple((name, value) for name, value in record["facts"]),
    )
