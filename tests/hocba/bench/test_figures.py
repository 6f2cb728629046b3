"""Figures: medians, percentiles, and time given to the innermost part."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hocba.bench import figures, memory, pages
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


def test_facts_stand_in_the_line_and_on_the_terminal() -> None:
    figure = Figure("pages.x", "s", (0.2,), "empty view", (0.1,), {"bytes": 12, "over": ["p95"]})

    assert {"bytes": 12, "over": ["p95"]}.items() <= figure.as_dict().items()
    assert "bytes 12" in figures.table([figure])


def test_a_line_of_least_squares() -> None:
    assert memory.slope([(0.0, 100.0), (0.1, 104.0), (0.2, 108.0)]) == pytest.approx(40)
    assert memory.slope([(0.0, 100.0), (1.0, 102.0), (2.0, 98.0), (3.0, 100.0)]) == pytest.approx(-0.4)
    assert memory.slope([(1.0, 100.0)]) == 0


def test_a_page_says_what_it_has_too_much_of() -> None:
    assert pages._over("front", {"1": 12, "30": 12}, 150_000, (0.150,)) == []
    assert pages._over("front", {"1": 12, "30": 41}, 150_001, (0.151,)) == [
        "bytes",
        "queries",
        "p95",
        "grows",
    ]
    assert pages._over("front", {"1": 3, "6": 7}, 1, (0.1,)) == []
    assert pages._over("front", {"1": 3, "6": 8}, 1, (0.1,)) == ["grows"]


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
