"""The measurements by name."""

from __future__ import annotations

from collections.abc import Callable

from hocba.bench import grid, judging, lookups, memory, pages, scaling, sealing, verifying
from hocba.bench.figures import Figure

Measurement = Callable[[int], list[Figure]]

MEASUREMENTS: dict[str, Measurement] = {
    "sealing": sealing.measure,
    "scaling": scaling.measure,
    "verify": verifying.measure,
    "assess": judging.measure,
    "lookups": lookups.measure,
    "memory": memory.measure,
    "pages": pages.measure,
    "grid": grid.measure,
}
