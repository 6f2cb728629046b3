"""Thông tư 27: the worked cases, and the code against a second, straight reading of the circular."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.rules import circular_27_2020, lines
from tests.laws.years import QUALITIES, competences_of, complete_years, lines_of

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("primary_year.jsonl").read_text("utf-8").splitlines()
]
ORDER = ["Chưa hoàn thành", "Hoàn thành", "Hoàn thành tốt", "Hoàn thành xuất sắc"]


def judge(inputs: dict[str, Any]) -> dict[str, Any]:
    return lines.answer({"case_id": "X", "kind": "primary_year", "inputs": inputs})


def straight_reading(inputs: dict[str, Any]) -> dict[str, Any]:
    """Read the circular clause by clause, without a table and without our types."""
    levels = [entry["muc"] for entry in inputs["subjects"].values()]
    marks = [entry["diem"] for entry in inputs["subjects"].values() if "diem" in entry]
    traits = [*inputs["pc"].values(), *inputs["nl"].values()]
    all_best = set(levels) == {"T"} and set(traits) == {"T"}
    if all_best and min(marks) >= 9:
        outcome = "Hoàn thành xuất sắc"
    elif all_best and min(marks) >= 7:
        outcome = "Hoàn thành tốt"
    elif "C" not in levels and "C" not in traits and min(marks) >= 5:
        outcome = "Hoàn thành"
    else:
        outcome = "Chưa hoàn thành"

    reward = None
    if outcome == "Hoàn thành xuất sắc":
        reward = "Học sinh Xuất sắc"
    elif (
        outcome == "Hoàn thành tốt"
        and inputs.get("class_agrees")
        and (inputs.get("outstanding_subject") or inputs.get("clear_progress"))
    ):
        reward = "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"

    grade, decision = inputs["grade"], inputs.get("principal_decision")
    programme = "tiểu học" if grade == 5 else f"lớp {grade}"
    if outcome != "Chưa hoàn thành":
        promotion = "Hoàn thành chương trình tiểu học" if grade == 5 else "Được lên lớp"
        goes_on = "." if grade == 5 else f"; Được lên lớp {grade + 1}."
        section_6 = f"Hoàn thành chương trình {programme}{goes_on}"
    elif decision is None:
        promotion = "Cần hướng dẫn, giúp đỡ, đánh giá bổ sung"
        section_6 = f"Chưa hoàn thành chương trình {programme}; (chờ đánh giá bổ sung)"
    else:
        promotion = "Được lên lớp" if decision == "len" else "Chưa được lên lớp"
        section_6 = f"Chưa hoàn thành chương trình {programme}; {promotion}."
    return {
        "ket_qua": outcome,
        "khen_thuong": reward,
        "len_lop": promotion,
        "muc_6": section_6,
        "missing": [],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["case_id"] for case in CASES])
def test_worked_case(case: dict[str, Any]) -> None:
    result = lines.answer(case)
    assert {key: result[key] for key in case["expected"]} == case["expected"]


def test_there_are_24_worked_cases() -> None:
    assert len({case["case_id"] for case in CASES}) == 24


@given(complete_years())
def test_code_agrees_with_a_straight_reading(inputs: dict[str, Any]) -> None:
    result = judge(inputs)
    expected = straight_reading(inputs)
    assert {key: result[key] for key in expected} == expected


@given(complete_years(), st.data())
def test_raising_one_thing_never_lowers_the_outcome(inputs: dict[str, Any], data: st.DataObject) -> None:
    better = copy.deepcopy(inputs)
    table = data.draw(st.sampled_from(["subjects", "diem", "pc", "nl"]))
    if table in {"subjects", "diem"}:
        entry = better["subjects"][data.draw(st.sampled_from(sorted(better["subjects"])))]
        if table == "subjects":
            entry["muc"] = {"C": "H", "H": "T", "T": "T"}[entry["muc"]]
        elif "diem" in entry:
            entry["diem"] = min(10, entry["diem"] + data.draw(st.integers(1, 10)))
    else:
        name = data.draw(st.sampled_from(sorted(better[table])))
        better[table][name] = {"C": "Đ", "Đ": "T", "T": "T"}[better[table][name]]
    before, after = judge(inputs)["ket_qua"], judge(better)["ket_qua"]
    assert ORDER.index(after) >= ORDER.index(before)


@given(complete_years(), st.randoms(use_true_random=False))
def test_order_of_the_input_never_matters(inputs: dict[str, Any], random: Any) -> None:
    shuffled = dict(inputs)
    for table in ("subjects", "pc", "nl"):
        pairs = list(inputs[table].items())
        random.shuffle(pairs)
        shuffled[table] = dict(pairs)
    assert judge(shuffled) == judge(inputs)


@given(complete_years())
def test_marks_as_text_say_the_same(inputs: dict[str, Any]) -> None:
    texts = copy.deepcopy(inputs)
    for entry in texts["subjects"].values():
        if "diem" in entry:
            entry["diem"] = str(entry["diem"])
    assert judge(texts) == judge(inputs)


@given(complete_years(), st.data())
def test_what_is_taken_away_is_named_in_form_order_and_nothing_is_concluded(
    inputs: dict[str, Any], data: st.DataObject
) -> None:
    grade = inputs["grade"]
    expected: list[str] = []
    for name, tested in lines_of(grade):
        lost = data.draw(st.sampled_from(["nothing", "all", "empty", "level", "mark"]))
        entry = inputs["subjects"][name]
        if lost == "all":
            del inputs["subjects"][name]
        elif lost == "empty":
            inputs["subjects"][name] = {"muc": None, "diem": ""}
        elif lost == "level" and tested:
            del entry["muc"]
        elif lost == "mark" and tested:
            del entry["diem"]
        if lost in {"all", "empty"} or (lost == "level" and tested):
            expected.append(name)
        elif lost == "mark" and tested:
            expected.append(f"{name}/KTĐK")
    for table, names in (("pc", QUALITIES), ("nl", competences_of(grade))):
        for name in names:
            if data.draw(st.booleans()):
                del inputs[table][name]
                expected.append(name)
    result = judge(inputs)
    assert result["missing"] == expected
    if expected:
        assert result["ket_qua"] == result["len_lop"] == "CHƯA ĐỦ DỮ LIỆU"
        assert result["khen_thuong"] is None
        assert result["muc_6"] is None


@given(complete_years())
def test_the_trace_names_exactly_what_stood_in_the_way(inputs: dict[str, Any]) -> None:
    result = judge(inputs)
    assert {step["code"] for step in result["trace"]} <= circular_27_2020.TRACE_CODES
    blocked = [step for step in result["trace"] if step["code"] == "outcome.blocked"]
    low_marks = {name for name, entry in inputs["subjects"].items() if "diem" in entry and entry["diem"] < 9}
    assert {step["name"] for step in blocked if step["kind"] == "test"} == low_marks
    reached = {"EXCELLENT": 3, "GOOD": 2, "COMPLETED": 1, "NOT_COMPLETED": 0}
    outcome = next(step["outcome"] for step in result["trace"] if step["code"].startswith("outcome.r"))
    assert len({step["tier"] for step in blocked}) == 3 - reached[outcome]
