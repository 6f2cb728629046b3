"""Figures and their file: medians beside a baseline measured in the same run."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

DIGITS = 6
"""Significant digits in the file; the clocks give no more."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured `n` times in `unit`, beside a baseline in the same unit."""

    name: str
    unit: str
    samples: tuple[float, ...]
    baseline_name: str
    baseline: tuple[float, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What belongs to the figure and is no sample: queries, bytes, a slope. Further keys of its line."""

    @property
    def value(self) -> float:
        """Return the median of the samples."""
        return statistics.median(self.samples)

    @property
    def baseline_value(self) -> float:
        """Return the median of the baseline's samples."""
        return statistics.median(self.baseline)

    @property
    def ratio(self) -> float:
        """Return how many baselines the value is."""
        return self.value / self.baseline_value

    def as_dict(self) -> dict[str, Any]:
        """Return the line of `var/bench.json`."""
        return {
            "name": self.name,
            "value": _short(self.value),
            "unit": self.unit,
            "baseline": {"name": self.baseline_name, "value": _short(self.baseline_value)},
            "ratio": _short(self.ratio),
            "n": len(self.samples),
            **{f"p{share}": _short(percentile(self.samples, share)) for share in (50, 95, 99)},
            **self.facts,
        }


def percentile(samples: Sequence[float], share: int) -> float:
    """Return the `share`-th percentile, interpolated between neighbours; 50 is the median."""
    ordered = sorted(samples)
    place = (len(ordered) - 1) * share / 100
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores, load now, Python."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(one, 2) for one in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def write(path: Path, figures: Sequence[Figure], date: datetime, machine_facts: Mapping[str, Any]) -> None:
    """Write the file of the contract, replacing the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "machine": dict(machine_facts),
        "date": date.isoformat(timespec="seconds"),
        "results": [one.as_dict() for one in figures],
    }
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines for a terminal; no figure is called good or bad here."""
    wide = max([26, *(len(one.name) + 1 for one in figures)])
    head = f"{'':<{wide}}{'p50':>11} {'unit':<6}{'p95':>11}  {'n':>4}{'ratio':>8}  baseline"
    lines = [
        f"{one.name:<{wide}}{_shown(one.value):>11} {one.unit:<6}{_shown(percentile(one.samples, 95)):>11}"
        f"  {len(one.samples):>4}{one.ratio:>8.2f}  {_shown(one.baseline_value)} {one.baseline_name}"
        f"{''.join(f'  {name} {value}' for name, value in one.facts.items())}"
        for one in figures
    ]
    return "\n".join([head, *lines])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _shown(value: float) -> str:
    return f"{value:.5f}" if abs(value) < 1 else f"{value:,.1f}"
