"""Which pages came while what was away: a failure is excused only by the web or its database. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

NEEDED = ("web", "database")
EXCUSES = {"web-child": 2.0, "database-connection": 1.0, "database-backend": 3.0}
"""Blows that end requests without taking the web away, and for how many seconds."""

STUCK = ("fault:tsa", "fault:ocsp", "fault:tsa+ocsp-stuck")
SLACK = 0.5
Span = tuple[float, float]


def judged(file: Path, blows: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each read with what excuses it and whether a timestamp or revocation service was stuck."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    # The reader was ended in the middle of its last line, perhaps.
    return [of(json.loads(text), blows) for text in lines if text.endswith("}")]


def of(read: dict[str, Any], blows: dict[str, Any]) -> dict[str, Any]:
    """Return one read with `excused` and `stuck`."""
    struck = blows["blows"]
    excuses = [span for name in NEEDED for span in _away(blows, name)]
    excuses += [
        (one["at"] - SLACK, one["at"] + EXCUSES[one["kind"]]) for one in struck if one["kind"] in EXCUSES
    ]
    stuck = [(one["at"], one.get("until", 9e99)) for one in struck if one["kind"] in STUCK]
    stuck += _away(blows, "tsa+ocsp")
    span = (read["at"], read["at"] + read["seconds"])
    return read | {"excused": _meets(span, excuses), "stuck": _meets(span, stuck)}


def _away(blows: dict[str, Any], name: str) -> list[Span]:
    return [(begun - SLACK, until + SLACK) for begun, until in blows["away"].get(name, [])]


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(begun <= span[1] and span[0] <= until for begun, until in others)
