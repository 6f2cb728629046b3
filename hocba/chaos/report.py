"""The table at the end and `var/chaos.json`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from hocba.bench import figures
from hocba.chaos.judge import Finding

WIDE = 66


def table(findings: list[Finding]) -> str:
    """Return the findings, one a line, what does not hold marked."""
    lines = [
        f"  {'ok ' if one.holds else 'NO '} {one.name:<{WIDE}} {one.found}"
        + ("" if one.holds else f"   (expected {one.expected})")
        for one in findings
    ]
    return "\n".join(lines)


def struck(blows: list[dict[str, Any]]) -> str:
    """Return how often each kind was struck."""
    counts = Counter(one["kind"] for one in blows)
    return "\n".join(f"  {kind:<26} {count:>4}" for kind, count in sorted(counts.items()))


def write(file: Path, findings: list[Finding], blows: list[dict[str, Any]], run: dict[str, Any]) -> None:
    """Write everything that can be compared with another run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "machine": figures.machine(),
        **run,
        "holds": all(one.holds for one in findings),
        "struck": Counter(one["kind"] for one in blows),
        "findings": [
            {"name": one.name, "expected": one.expected, "found": one.found, "holds": one.holds}
            for one in findings
        ],
        "blows": blows,
    }
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
