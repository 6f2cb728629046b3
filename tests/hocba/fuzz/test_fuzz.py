"""The fuzzer finds what is broken, keeps it, can make it again, and leaves sound readers alone."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from hocba.bootstrap import places
from hocba.fuzz import hunt, seeds, worker
from hocba.fuzz.hunt import Plan
from hocba.fuzz.mutate import mutated
from tests.signing.bundles import issue

RUNS = 25


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    base = tmp_path_factory.mktemp("fuzz")
    issued = issue(base / "issued")
    files = base / "files"
    files.mkdir()
    for ending, data in (("xml", issued.xml), ("pdf", issued.pdf), ("zip", issued.build())):
        (files / f"whole.{ending}").write_bytes(data)
    at = issued.world.clock + timedelta(days=1)
    return Plan(files, issued.directory, at, 20270528, base / "kept", executions=RUNS)


def test_sound_readers_are_left_alone(plan: Plan) -> None:
    tally = hunt.run(plan)
    assert (dict(tally.findings), tally.files) == ({}, [])
    assert dict(tally.executions) == dict.fromkeys(seeds.KINDS, RUNS)
    assert tally.outcomes["pdf"]["TOTAL-FAILED"] + tally.outcomes["pdf"]["INDETERMINATE"] > RUNS // 2
    assert tally.next_number == RUNS


def test_broken_readers_are_found_and_the_finding_can_be_made_again(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt, "SECONDS", 0.5)
    tally = hunt.run(replace(plan, module="tests.hocba.fuzz.broken", executions=1, first=3))
    assert dict(tally.findings) == {
        ("xml", "crash"): 1, ("pdf", "believed"): 1, ("note", "time"): 1, ("proof", "memory"): 1, ("content",
         "broken"): 1,
    }  # fmt: skip
    kept = next(Path(path) for path in tally.files if "crash-xml-3" in path)
    genuine = seeds.genuine(plan.files)
    assert kept.read_bytes() == worker.changed("xml", 3, plan.seed, genuine)
    assert "ZeroDivisionError" in kept.with_name(f"{kept.name}.txt").read_text("utf-8")
    report = hunt.report(plan, tally)
    assert {one["finding"] for one in report["findings"]} == {"crash", "believed", "time", "memory", "broken"}
    assert json.loads(json.dumps(report)) == report
    assert "believed" in hunt.table(tally)


@pytest.mark.parametrize("kind", seeds.KINDS)
def test_changes_are_repeatable_and_differ(plan: Plan, kind: str) -> None:
    genuine = seeds.genuine(plan.files)
    made = [worker.changed(kind, number, 1, genuine) for number in range(12)]
    assert made == [worker.changed(kind, number, 1, genuine) for number in range(12)]
    assert len(set(made)) > 8
    assert mutated(kind, [b""], random.Random(1)) is not None


def test_the_command_counts_writes_and_ends_well(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(places, "var", lambda: tmp_path)
    options = {
        "files": plan.files,
        "trust": plan.trust,
        "at": plan.at,
        "seed": 7,
        "executions": 2,
        "keep": tmp_path,
    }
    with pytest.raises(SystemExit) as ended:
        call_command("fuzz", **options)
    assert ended.value.code == 0
    written = json.loads((tmp_path / "fuzz.json").read_text())
    assert (written["seed"], written["next"], written["findings"]) == (7, 2, [])
    assert "--seed 7 --first 2" in capsys.readouterr().out
    with pytest.raises(CommandError, match="demo --once"):
        call_command("fuzz", **options | {"files": tmp_path / "nowhere"})


def test_genuine_files_that_fail_stop_the_run(plan: Plan) -> None:
    with pytest.raises(EOFError):
        hunt.run(replace(plan, at=datetime.fromisoformat("2020-01-01T00:00:00+07:00")))
