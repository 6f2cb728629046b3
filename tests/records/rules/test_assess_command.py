"""`manage.py assess`: one answer a line whatever comes, exit 0, no database, quick to start."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from records.management.commands import assess
from records.rules import circular_27_2020, curriculum, lines, values
from tests.laws.years import complete_years

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "laws" / "primary_year.jsonl"

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def answers(text: bytes, tmp_path: Path) -> list[dict[str, Any]]:
    source = tmp_path / "in.jsonl"
    source.write_bytes(text)
    out = io.StringIO()
    call_command("assess", str(source), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_worked_cases_through_the_real_command() -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "assess", "-"],
        input=CASES.read_bytes(),
        capture_output=True,
        cwd=ROOT,
        check=False,
        timeout=60,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        },
    )
    assert run.returncode == 0, run.stderr.decode()
    found = {line["case_id"]: line["result"] for line in map(json.loads, run.stdout.splitlines())}
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    assert len(found) == len(cases)
    for case in cases:
        assert {key: found[case["case_id"]][key] for key in case["expected"]} == case["expected"]


def test_a_bad_line_never_stops_the_others(tmp_path: Path) -> None:
    good = CASES.read_bytes().splitlines()[0]
    bad: list[tuple[bytes, str]] = [
        (b"{", "JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"[1]", "đối tượng"),
        (b'{"kind": "primary_year", "inputs": {}}', "case_id"),
        (b'{"case_id": "a", "case_id": "b"}', "hai lần"),
        (b'{"case_id": "K", "kind": "dtb_mhk", "inputs": {}}', "dtb_mhk"),
        (b'{"case_id": "K", "kind": [], "inputs": {}}', "[]"),
        (b'{"case_id": "K", "kind": "primary_year"}', "inputs"),
        (b'{"case_id": "K", "kind": "primary_year", "inputs": {"grade": NaN}}', "JSON"),
        (b'{"case_id": "K", "kind": "primary_year", "inputs": {"grade": Infinity}}', "JSON"),
        (b'{"case_id": "K", "kind": "primary_year", "inputs": {"grade": -Infinity}}', "JSON"),
        (b'{"case_id": "S", "kind": "secondary_year", "inputs": {}}', "cấp học này"),
        (b"[" * 100_000, "JSON"),
        (b'{"case_id": "' + b"x" * 1_000_001 + b'"}', "1 MB"),
        (b'{"case_id": "\\ud800", "kind": "x"}', "“x”"),
        (b'{"case_id": 1' + b"0" * 5000 + b"}", "JSON"),
    ]
    text = b"\xef\xbb\xbf" + good + b"\n\n   \n" + b"\n".join(line for line, _ in bad) + b"\n" + good
    found = answers(text, tmp_path)
    assert "result" in found[0]
    assert "result" in found[-1]
    assert len(found) == len(bad) + 2
    for answer, (_, word) in zip(found[1:-1], bad, strict=True):
        assert set(answer) == {"case_id", "error"}
        assert word in answer["error"]


@given(json_values)
def test_anything_at_all_gets_one_answer(value: object) -> None:
    reply = json.loads(assess.answer_line(json.dumps(value).encode()))
    assert set(reply) == {"case_id", "error"}


@given(st.binary(max_size=60))
def test_any_bytes_get_one_answer(line: bytes) -> None:
    assert "error" in json.loads(assess.answer_line(line))


@given(complete_years(), st.data())
def test_a_year_with_one_thing_replaced_gets_one_answer(inputs: dict[str, Any], data: st.DataObject) -> None:
    tables = [inputs, inputs["subjects"], inputs["pc"], inputs["nl"], *inputs["subjects"].values()]
    table = data.draw(st.sampled_from(tables))
    table[data.draw(st.sampled_from(sorted(table)) | st.text(max_size=8))] = data.draw(json_values)
    line = json.dumps({"case_id": "X", "kind": "primary_year", "inputs": inputs}).encode()
    reply = json.loads(assess.answer_line(line))
    assert reply["case_id"] == "X"
    assert ("result" in reply) != ("error" in reply)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="Không đọc được tệp"):
        call_command("assess", str(tmp_path / "none"))


def test_every_code_has_its_sentence() -> None:
    raised = {"not-utf-8", "line-too-long"}
    for module in (lines, values, curriculum, circular_27_2020):
        source = Path(module.__file__ or "").read_text("utf-8")
        raised |= set(re.findall(r'Unfit\(\s*"([a-z-]+)"', source))
        for pair in re.findall(r'Unfit\("([a-z-]+)" if [a-z_]+(?:\(\w+\))? else "([a-z-]+)"', source):
            raised |= set(pair)
    assert raised == set(assess.SENTENCES)
