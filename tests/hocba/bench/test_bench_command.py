"""`manage.py bench` starts its own servers, measures everything, writes its file and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hocba.bench import addresses
from hocba.bench.names import NAMES

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """One run of the command, with `var` somewhere else."""
    var = tmp_path_factory.mktemp("bench") / "var"
    line = [sys.executable, str(ROOT / "manage.py"), "bench", "--n", "1"]
    done = subprocess.run(
        line, cwd=ROOT, env={**os.environ, "HOCBA_VAR": str(var)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done, var


Ran = tuple[subprocess.CompletedProcess[str], Path]
KEYS = {"name", "value", "unit", "baseline", "ratio", "n", "p50", "p95", "p99"}


def results(ran: Ran) -> dict[str, dict[str, Any]]:
    """Return the lines of the file by name."""
    written = json.loads((ran[1] / "bench.json").read_text("utf-8"))
    return {one["name"]: one for one in written["results"]}


def test_writes_the_file_of_the_contract(ran: Ran) -> None:
    written = json.loads((ran[1] / "bench.json").read_text("utf-8"))

    assert set(written) == {"machine", "date", "results"}
    assert written["machine"]["cores"] == os.cpu_count()
    assert set(written["machine"]["seconds"]) == set(NAMES)
    for one in written["results"]:
        assert set(one) >= KEYS, one["name"]
        assert set(one["baseline"]) == {"name", "value"}
        assert one["n"] >= 1
        assert one["value"] >= 0
        assert one["baseline"]["value"] > 0
    assert {one["name"].split(".")[0] for one in written["results"]} == {*NAMES, "floor"}


def test_sealing_counts_each_transcript_once(ran: Ran) -> None:
    sealing = [one for name, one in results(ran).items() if name.startswith(("sealing.", "floor."))]

    assert {(one["n"], one["unit"]) for one in sealing} == {(1, "s")}
    assert all(set(one) == KEYS for one in sealing)


def test_scaling_says_how_many_cores_bear_it(ran: Ran) -> None:
    one, two = (results(ran)[f"scaling.{count}"] for count in (1, 2))

    assert (one["unit"], one["ratio"], one["efficiency"]) == ("1/s", 1.0, 1.0)
    assert two["baseline"] == {"name": "scaling.1", "value": one["value"]}
    assert two["efficiency"] == pytest.approx(two["ratio"] / 2, abs=0.01)
    assert two["cores"] == os.cpu_count()
    assert two["worker_cpu_seconds"] > 0


def test_memory_draws_its_line_after_the_warm_up(ran: Ran) -> None:
    memory = results(ran)["memory.worker"]

    assert (memory["unit"], memory["sealings"], memory["n"]) == ("MB", 1, 2)
    assert memory["value"] > 50
    assert memory["slope_per_1000"] == pytest.approx(1000 * memory["last_minus_first"], abs=1)


def test_doors_stand_beside_an_empty_view_and_a_static_file(ran: Ran) -> None:
    found = results(ran)

    for name, baseline in (("code", "empty view"), ("pdf", "static file of the same size")):
        assert found[f"lookups.{name}"]["baseline"]["name"] == baseline
        assert found[f"lookups.{name}"]["rate_beside_baseline"] > 0
        assert found[f"lookups.{name}.cpu"]["value"] > 0


def test_every_address_is_measured_or_no_page(ran: Ran) -> None:
    pages = {name.removeprefix("pages."): one for name, one in results(ran).items() if "pages." in name}

    assert pages.keys() == addresses.names() - addresses.NO_PAGE
    assert {tuple(one["queries"]) for one in pages.values()} == {("1", "6")}
    assert all(one["bytes"] > 0 for one in pages.values())


def test_lists_ask_no_more_with_more_rows(ran: Ran) -> None:
    grows = {name: one["queries"] for name, one in results(ran).items() if "grows" in one.get("over", ())}

    assert grows == {}


def test_no_page_asks_more_than_its_share_without_a_reason(ran: Ran) -> None:
    pages = {name.removeprefix("pages."): one for name, one in results(ran).items() if "pages." in name}
    asks = {name: max(one["queries"].values()) for name, one in pages.items()}
    many = {name: number for name, number in asks.items() if number > addresses.MOST_QUERIES}

    assert many.keys() <= addresses.MORE_QUERIES.keys()
    assert {name: n for name, n in many.items() if n > addresses.MORE_QUERIES[name][0]} == {}
    assert all(reason for _most, reason in addresses.MORE_QUERIES.values())
    assert all(one["gzip_bytes"] > 0 for one in pages.values())


def test_the_parts_make_up_the_whole(ran: Ran) -> None:
    value = {name: one["value"] for name, one in results(ran).items()}
    parts = (
        "draw", "compare", "seal", "verify", "verify-slots", "xml", "stamp", "revocation", "agent", "blobs",
        "bookkeeping",
    )  # fmt: skip
    pieces = ("render", "signatures", "embedding", "check", "text")
    floors = {name: one["baseline"] for name, one in results(ran).items()}
    floor, held = floors["sealing.cpu"], floors["sealing.cpu.held"]

    assert (floor["name"], held["name"]) == ("sealing.floor", "sealing.floor-held")
    assert value["sealing.cpu"] == value["sealing.cpu.held"]
    assert held["value"] == pytest.approx(
        floor["value"] - value["floor.render"] + value["floor.render-held"], rel=0.001
    )
    assert sum(value[f"sealing.{part}"] for part in parts) == pytest.approx(value["sealing.cpu"], rel=0.02)
    assert sum(value[f"floor.{piece}"] for piece in pieces) == pytest.approx(floor["value"], rel=0.001)


def test_leaves_no_servers_data(ran: Ran) -> None:
    assert sorted(path.name for path in ran[1].rglob("*")) == ["bench.json"]


def test_refuses_what_it_cannot_measure() -> None:
    line = [sys.executable, str(ROOT / "manage.py"), "bench", "weather"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert ", ".join(NAMES) in done.stderr
