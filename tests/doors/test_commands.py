"""Commands with what nobody means: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import execute_from_command_line

from hocba.bootstrap import places

BINARY = bytes(range(256)) * 40
BAD = {
    "no such command": ["khong-co"],
    "verify nothing": ["verify"],
    "verify a missing file": ["verify", "{}/missing.xml"],
    "verify a directory": ["verify", "{}"],
    "verify noise": ["verify", "{}/noise"],
    "verify at no time": ["verify", "{}/noise", "--at", "hôm qua"],
    "verify at a time without zone": ["verify", "{}/noise", "--at", "2026-05-28T00:00:00"],
    "verify at year ten thousand": ["verify", "{}/noise", "--at", "10000-01-01T00:00:00Z"],
    "verify by no directory": ["verify", "{}/noise", "--trust", "{}/missing"],
    "verify by a file": ["verify", "{}/noise", "--trust", "{}/noise"],
    "assess a missing file": ["assess", "{}/missing.jsonl"],
    "assess a directory": ["assess", "{}"],
    "load no pupils": ["load_world", "--pupils", "0"],
    "load minus": ["load_world", "--pupils", "-5"],
    "load words": ["load_world", "--pupils", "nhiều"],
    "load without number": ["load_world"],
    "issue without class": ["issue_class"],
    "issue no such class": ["issue_class", "KHONG-CO"],
    "issue a nul": ["issue_class", "a\x01b'; DROP TABLE x; --"],
    "bench what is not": ["bench", "khong-co"],
    "bench minus": ["bench", "--n", "-1", "khong-co"],
    "demo on no port": ["demo", "--port", "x"],
    "messages what is not": ["messages", "--khong-co"],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what no command wants."""
    found = tmp_path_factory.mktemp("bad")
    (found / "noise").write_bytes(BINARY)
    (found / "deep").write_bytes(b"[" * 100_000)
    (found / "long").write_bytes(b'{"a": "' + b"x" * 3_000_000)
    return found


@pytest.mark.parametrize("case", BAD)
def test_a_bad_argument_is_a_sentence(
    home: Path, case: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOCBA_VAR", str(tmp_path))
    argv = [one.replace("{}", str(home)) for one in BAD[case]]

    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", *argv])

    out, err = capfd.readouterr()
    assert ended.value.code not in (0, None)
    assert "Traceback" not in out + err
    assert len((out + err).strip()) > 10


@pytest.mark.parametrize("name", ["noise", "deep", "long"])
def test_lines_that_are_no_cases_are_answered_one_by_one(
    home: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    execute_from_command_line(["manage.py", "assess", str(home / name)])

    out, err = capfd.readouterr()
    answers = [json.loads(line) for line in out.splitlines()]
    assert answers
    assert all("error" in one for one in answers)
    assert "Traceback" not in out + err


def test_a_reader_who_has_seen_enough_ends_a_command_quietly(home: Path) -> None:
    line = [sys.executable, "manage.py", "assess", str(home / "noise")]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(line, cwd=places.ROOT, stdout=closed, stderr=subprocess.PIPE, check=False)

    assert b"Traceback" not in done.stderr
