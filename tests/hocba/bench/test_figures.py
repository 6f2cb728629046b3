"""Figures: medians, percentiles, and time given to the innermost part."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from hocba.bench import figures
from hocba.bench.figures import Figure, percentile
from hocba.bench.names import NAMES
from hocba.bench.stopwatch import Stopwatch
from hocba.bench.suite import MEASUREMENTS


def test_percentiles_lie_between_neighbours() -> None:
    samples = [4.0, 1.0, 3.0, 2.0, 5.0]

    assert [percentile(samples, share) for share in (0, 50, 95, 100)] == [1.0, 3.0, 4.8, 5.0]
    assert percentile([7.0], 99) == 7.0


def test_a_file_says_what_the_contract_says(tmp_path: Path) -> None:
    figure = Figure("a.b", "s", (0.3, 0.1, 0.2), "bare", (0.1, 0.1))

    figures.write(tmp_path / "var" / "bench.json", [figure], datetime(2026, 11, 22, tzinfo=UTC), {"cores": 2})

    assert json.loads((tmp_path / "var" / "bench.json").read_text("utf-8")) == {
        "machine": {"cores": 2},
        "date": "2026-11-22T00:00:00+00:00",
        "results": [
            {
                "name": "a.b",
                "value": 0.2,
                "unit": "s",
                "baseline": {"name": "bare", "value": 0.1},
                "ratio": 2.0,
                "n": 3,
                "p50": 0.2,
                "p95": 0.29,
                "p99": 0.298,
            }
        ],
    }


def test_every_measurement_has_its_name() -> None:
    assert tuple(MEASUREMENTS) == NAMES


class Worker:
    """Something with a part inside a part."""

    def outer(self) -> int:
        """Call the inner part."""
        return self.inner() + 1

    def inner(self) -> int:
        """Use the processor enough to be seen."""
        return sum(range(200_000))


def test_time_goes_to_the_innermost_part_and_the_functions_come_back() -> None:
    watch = Stopwatch()
    plain = Worker.outer

    with watch.on((Worker, "outer", "outer"), (Worker, "inner", "inner")), watch.part("rest"):
        result = Worker().outer()

    spent = watch.taken()
    assert result == sum(range(200_000)) + 1
    assert spent["inner"].cpu > spent["outer"].cpu
    assert set(spent) == {"rest", "outer", "inner"}
    assert watch.calls["outer"].result == result
    assert Worker.outer is plain
    assert watch.taken() == {}
