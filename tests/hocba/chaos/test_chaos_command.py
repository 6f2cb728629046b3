"""`manage.py chaos` in small: everything is struck, every promise is kept; and the judge sees what is broken.

The full run (200 kills, 500 transcripts) is recorded in docs/benchmarks.md.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hocba.bootstrap import places
from hocba.chaos import judge

Facts = dict[str, Any]
KILLS, TRANSCRIPTS, SEED = 8, 8, 5202
"""The seed strikes worker, its parent, PKI, key agent, Valkey, receiver, web and a connection, none for long."""
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "HOCBA_ENVIRONMENT")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Path]]:
    """One small run with its directory kept: what it wrote, and its facts."""
    var = tmp_path_factory.mktemp("chaos") / "var"
    line = [sys.executable, str(places.ROOT / "manage.py"), "chaos", "--keep", "--seed", str(SEED)]
    line += ["--kills", str(KILLS), "--transcripts", str(TRANSCRIPTS), "--minutes", "6"]
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        line, env=environment | {"HOCBA_VAR": str(var)}, capture_output=True, text=True, check=False
    )
    written = json.loads((var / "chaos.json").read_text("utf-8")) if (var / "chaos.json").exists() else {}
    home = Path(written.get("home", var))
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        yield written, home / "facts.json"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_every_promise_is_kept_while_everything_is_struck(ran: tuple[dict[str, Any], Path]) -> None:
    written, facts = ran

    assert written["holds"]
    assert written["kills"] >= KILLS
    assert len(written["blows"]) >= KILLS
    assert {one["name"]: one["found"] for one in written["findings"]}["sealed documents"] == str(TRANSCRIPTS)
    assert all(one.holds for one in judge.judge(json.loads(facts.read_text("utf-8"))))


def doubled_leaf(facts: Facts) -> None:
    last = max(facts["leaves"], key=lambda one: one["index"])
    issue = next(one for one in facts["leaves"] if one["event"] == "issue")
    facts["leaves"].append(issue | {"index": last["index"] + 1})


def changed_leaf(facts: Facts) -> None:
    facts["leaves"][3]["entry"] = facts["leaves"][4]["entry"]


def another_root(facts: Facts) -> None:
    facts["checkpoints"][0]["root"] = "00" * 32


def sealed_twice(facts: Facts) -> None:
    facts["sealed"].append(facts["sealed"][0] | {"leaf": facts["sealed"][1]["leaf"]})


def two_signatures(facts: Facts) -> None:
    facts["signatures"].pop()


def delivered_twice(facts: Facts) -> None:
    rows = facts["receiver"]["rows"]
    rows.append(next(one for one in rows if one["accepted"]))


def never_delivered(facts: Facts) -> None:
    facts["deliveries"][0]["state"] = "SENT"


def another_file_there(facts: Facts) -> None:
    facts["receiver"]["documents"][0]["sha256"] = "00" * 32


def package_twice(facts: Facts) -> None:
    facts["receiver"]["receptions"].append(facts["receiver"]["receptions"][0])


def paused(facts: Facts) -> None:
    facts["batches"][0]["state"] = "PAUSED"


def left_intended(facts: Facts) -> None:
    facts["items"].append({"id": 1, "state": "INTENDED", "why": ""})


def half_a_blob(facts: Facts) -> None:
    facts["blobs"]["broken"].append("00" * 32)


def not_verified(facts: Facts) -> None:
    facts["files"] |= {"verified": facts["files"]["verified"] - 1, "refused": ["a.pdf TOTAL-FAILED"]}


def a_leak(facts: Facts) -> None:
    facts["security"]["leaking"].append("records_subjectresult")


def an_unread_page(facts: Facts) -> None:
    facts["reads"].append({"page": "/lop/", "seconds": 0.1, "status": 500, "excused": False, "stuck": True})


def no_growth(facts: Facts) -> None:
    facts["diary"]["pauses"] = [[1, 4.0], [2, 4.0], [3, 4.0]]


def too_few_kills(facts: Facts) -> None:
    facts["kills"]["done"] = facts["kills"]["wanted"] - 1


BROKEN = {
    doubled_leaf: "codes logged twice",
    changed_leaf: "log: leaf hashes that differ",
    another_root: "checkpoints, not of this tree",
    sealed_twice: "versions sealed twice",
    two_signatures: "versions without exactly three signatures",
    delivered_twice: "codes that the receiver accepted twice",
    never_delivered: "deliveries still open",
    another_file_there: "files that differ at the receiver",
    package_twice: "packages received twice",
    paused: "batches that run or stand still",
    left_intended: "items not done",
    half_a_blob: "blobs whose name is not their hash",
    not_verified: "files that do not pass as they should",
    a_leak: "readable without a scope",
    an_unread_page: "failed while web and database stood",
    no_growth: "pauses for the school",
    too_few_kills: "kills",
}


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda one: one.__name__)
def test_the_judge_sees_what_is_broken(
    ran: tuple[dict[str, Any], Path], breaks: Callable[[Facts], None]
) -> None:
    facts = copy.deepcopy(json.loads(ran[1].read_text("utf-8")))

    breaks(facts)

    against = [one.name for one in judge.judge(facts) if not one.holds]
    assert any(BROKEN[breaks] in name for name in against), against


@pytest.mark.parametrize("breaks", [doubled_leaf, delivered_twice], ids=lambda one: one.__name__)
def test_a_broken_promise_is_exit_code_1(
    ran: tuple[dict[str, Any], Path], tmp_path: Path, breaks: Callable[[Facts], None]
) -> None:
    facts = json.loads(ran[1].read_text("utf-8"))
    breaks(facts)
    (tmp_path / "facts.json").write_text(json.dumps(facts), "utf-8")
    line = [sys.executable, "-m", "hocba.chaos", "judge"]

    sound = subprocess.run([*line, str(ran[1])], cwd=places.ROOT, capture_output=True, check=False)
    broken = subprocess.run(
        [*line, str(tmp_path / "facts.json")], cwd=places.ROOT, capture_output=True, check=False
    )

    assert (sound.returncode, broken.returncode) == (0, 1)
