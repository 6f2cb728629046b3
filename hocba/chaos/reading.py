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
    excuses = [span for name in NEEDED for span in _away(blows, name)]
    excuses += [
        (one["at"] - SLACK, one["at"] + EXCUSES[one["kind"]])
        for one in blows["blows"]
        if one["kind"] in EXCUSES
    ]
    stuck = [(one["at"], one.get("until", 9e99)) for one in blows["blows"] if one["kind"] in STUCK]
    stuck += _away(blows, "tsa+ocsp")
    found = []
    for text in file.read_text("utf-8").splitlines() if file.exists() else []:
        if not text.endswith("}"):
            continue  # the reader was ended in the middle of its last line
        one = json.loads(text)
        span = (one["at"], one["at"] + one["seconds"])
        found.append(one | {"excused": _meets(span, excuses), "stuck": _meets(span, stuck)})
    return found


def _away(blows: dict[str, Any], name: str) -> list[Span]:
    return [(begun - SLACK, until + SLACK) for begun, until in blows["away"].get(name, [])]


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(begun <= span[1] and span[0] <= until for begun, until in others)
