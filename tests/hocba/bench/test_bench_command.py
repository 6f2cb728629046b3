"""`manage.py bench` starts its own servers, seals a class, writes its file and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """One run of the command, with `var` somewhere else."""
    var = tmp_path_factory.mktemp("bench") / "var"
    line = [sys.executable, str(ROOT / "manage.py"), "bench", "sealing", "--n", "1"]
    done = subprocess.run(
        line, cwd=ROOT, env={**os.environ, "HOCBA_VAR": str(var)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done, var


def test_writes_the_file_of_the_contract(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    written = json.loads((ran[1] / "bench.json").read_text("utf-8"))

    assert set(written) == {"machine", "date", "results"}
    assert written["machine"]["cores"] == os.cpu_count()
    for one in written["results"]:
        assert set(one) == {"name", "value", "unit", "baseline", "ratio", "n", "p50", "p95", "p99"}
        assert set(one["baseline"]) == {"name", "value"}
        assert (one["n"], one["unit"]) == (1, "s")
        assert one["value"] >= 0
        assert one["baseline"]["value"] > 0


def test_the_parts_make_up_the_whole(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    written = json.loads((ran[1] / "bench.json").read_text("utf-8"))
    value = {one["name"]: one["value"] for one in written["results"]}
    parts = (
        "draw", "compare", "seal", "verify", "verify-slots", "xml", "stamp", "revocation", "agent", "blobs",
        "bookkeeping",
    )  # fmt: skip
    pieces = ("render", "signatures", "embedding", "check", "text")
    floors = {one["name"]: one["baseline"] for one in written["results"]}
    floor, held = floors["sealing.cpu"], floors["sealing.cpu.held"]

    assert (floor["name"], held["name"]) == ("sealing.floor", "sealing.floor-held")
    assert value["sealing.cpu"] == value["sealing.cpu.held"]
    assert held["value"] == pytest.approx(
        floor["value"] - value["floor.render"] + value["floor.render-held"], rel=0.001
    )
    assert sum(value[f"sealing.{part}"] for part in parts) == pytest.approx(value["sealing.cpu"], rel=0.02)
    assert sum(value[f"floor.{piece}"] for piece in pieces) == pytest.approx(floor["value"], rel=0.001)


def test_leaves_no_servers_data(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    assert sorted(path.name for path in ran[1].rglob("*")) == ["bench.json"]


def test_refuses_what_it_cannot_measure() -> None:
    line = [sys.executable, str(ROOT / "manage.py"), "bench", "weather"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "sealing, verify, assess" in done.stderr
