"""Thông tư 27 at its edges: retests, optional subjects, spellings, decisions, titles."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from records.rules import lines
from records.rules.values import Unfit
from tests.laws.years import QUALITIES, competences_of, lines_of


def year(grade: int, mark: int = 9, **changes: Any) -> dict[str, Any]:
    subjects: dict[str, Any] = {
        name: {"muc": "T", "diem": mark} if tested else {"muc": "T"} for name, tested in lines_of(grade)
    }
    return {
        "grade": grade,
        "subjects": subjects,
        "pc": dict.fromkeys(QUALITIES, "T"),
        "nl": dict.fromkeys(competences_of(grade), "T"),
        **changes,
    }


def judge(inputs: dict[str, Any]) -> dict[str, Any]:
    return lines.answer({"case_id": "X", "kind": "primary_year", "inputs": inputs})


def refused(inputs: dict[str, Any]) -> Unfit:
    with pytest.raises(Unfit) as caught:
        judge(inputs)
    return caught.value


def test_the_last_sitting_counts() -> None:
    inputs = year(4)
    inputs["subjects"]["Toán"] = {"muc": "T", "diem": 7, "diem_lan_dau": 10}
    assert judge(inputs)["ket_qua"] == "Hoàn thành tốt"
    inputs["subjects"]["Toán"] = {"muc": "T", "diem": None, "diem_lan_dau": 10}
    assert judge(inputs)["missing"] == ["Toán/KTĐK"]


@pytest.mark.parametrize("mark", [9, "9", " 9 ", "9.0"])
def test_a_mark_may_be_text(mark: object) -> None:
    inputs = year(4)
    inputs["subjects"]["Toán"]["diem"] = mark
    assert judge(inputs)["ket_qua"] == "Hoàn thành xuất sắc"


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (11, "mark-out-of-range"),
        (-1, "mark-out-of-range"),
        ("10.5", "mark-out-of-range"),
        ("8.5", "mark-not-whole"),
        ("8,5", "mark-not-whole"),
        (True, "mark-type"),
        ("chín", "mark-type"),
        ("٩", "mark-type"),
        ("1e1", "mark-type"),
        ([9], "mark-type"),
        (9.0, "mark-type"),
    ],
)
def test_a_mark_that_is_none_is_refused(mark: object, code: str) -> None:
    inputs = year(4)
    inputs["subjects"]["Toán"]["diem"] = mark
    assert refused(inputs).code == code


def test_the_first_sitting_must_be_a_mark_too() -> None:
    inputs = year(4)
    inputs["subjects"]["Toán"]["diem_lan_dau"] = 12
    assert refused(inputs).code == "mark-out-of-range"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Lịch sử và Địa lý", "Lịch sử và Địa lí"),
        ("LỊCH SỬ và  địa lí", "Lịch sử và Địa lí"),
        (unicodedata.normalize("NFD", "Lịch sử và Địa lý"), "Lịch sử và Địa lí"),
    ],
)
def test_spellings_of_the_circular_are_taken_and_the_form_s_is_given(written: str, form: str) -> None:
    inputs = year(4)
    inputs["subjects"][written] = inputs["subjects"].pop("Lịch sử và Địa lí")
    assert judge(inputs)["ket_qua"] == "Hoàn thành xuất sắc"
    del inputs["subjects"][written]["diem"]
    assert judge(inputs)["missing"] == [f"{form}/KTĐK"]


@pytest.mark.parametrize(
    "written", ["Ngoại ngữ 1 Tiếng Anh", "Ngoại ngữ 1 (Tiếng Anh)", "Ngoại ngữ 1 - Tiếng Pháp"]
)
def test_the_line_may_carry_the_language(written: str) -> None:
    inputs = year(5)
    inputs["subjects"][written] = inputs["subjects"].pop("Ngoại ngữ 1")
    assert judge(inputs)["ket_qua"] == "Hoàn thành xuất sắc"
    inputs["subjects"][written]["diem"] = 6
    result = judge(inputs)
    assert result["ket_qua"] == "Hoàn thành"
    named = {step["name"] for step in result["trace"] if step["code"] == "outcome.blocked"}
    assert len(named) == 1
    assert named.pop().startswith("Ngoại ngữ 1 ")


@pytest.mark.parametrize("name", ["Ngoại ngữ 2", "Ngoại ngữ 12", "Ngoại ngữ 1!", "Toán 2", "Vật lí", ""])
def test_an_unknown_subject_is_refused(name: str) -> None:
    inputs = year(5)
    inputs["subjects"][name] = {"muc": "T"}
    assert refused(inputs).code == "unknown-subject"


def test_the_same_subject_twice_is_refused() -> None:
    inputs = year(4)
    inputs["subjects"]["Lịch sử và Địa lý"] = {"muc": "T", "diem": 9}
    assert refused(inputs).code == "subject-twice"


def test_a_subject_of_another_grade_is_refused() -> None:
    inputs = year(1)
    inputs["subjects"]["Khoa học"] = {"muc": "T", "diem": 9}
    assert refused(inputs).code == "subject-not-of-grade"


def test_a_mark_without_a_test_is_refused() -> None:
    inputs = year(1)
    inputs["subjects"]["Đạo đức"]["diem"] = 9
    assert refused(inputs).code == "subject-has-no-test"


def test_an_optional_subject_counts_when_assessed_and_is_never_missed() -> None:
    inputs = year(2)
    inputs["subjects"]["Ngoại ngữ 1"] = {}
    inputs["subjects"]["Tiếng dân tộc Chăm"] = None
    assert judge(inputs)["ket_qua"] == "Hoàn thành xuất sắc"
    inputs["subjects"]["Ngoại ngữ 1"] = {"muc": "T", "diem": 4}
    assert judge(inputs)["ket_qua"] == "Chưa hoàn thành"
    inputs["subjects"]["Ngoại ngữ 1"] = {"diem": 9}
    assert judge(inputs)["missing"] == ["Ngoại ngữ 1"]
    inputs["subjects"]["Ngoại ngữ 1"] = {"muc": "T"}
    inputs["subjects"]["Tiếng dân tộc Chăm"] = {"muc": "H"}
    assert judge(inputs)["ket_qua"] == "Hoàn thành"


@pytest.mark.parametrize("grade", [0, 6, "sáu", "", None, True, 4.0, [4], "12"])
def test_an_unknown_grade_is_refused(grade: object) -> None:
    assert refused(year(4) | {"grade": grade}).code == "unknown-grade"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subjects": []}, "not-a-table"),
        ({"subjects": {"Toán": "T"}}, "not-a-table"),
        ({"subjects": {"Toán": {"muc": "t", "diem": 9}}}, "unknown-subject-level"),
        ({"subjects": {"Toán": {"muc": "Đ", "diem": 9}}}, "unknown-subject-level"),
        ({"subjects": {"Toán": {"muc": ["T"], "diem": 9}}}, "unknown-subject-level"),
        ({"pc": {"Yêu nước": "H"}}, "unknown-trait-level"),
        ({"pc": {"Yêu nước": 1}}, "unknown-trait-level"),
        ({"pc": {"Dũng cảm": "T"}}, "unknown-quality"),
        ({"pc": {"Ngôn ngữ": "T"}}, "unknown-quality"),
        ({"nl": {"Yêu nước": "T"}}, "unknown-competence"),
        ({"nl": {"Thẩm mĩ": "T", "Thẩm mỹ": "T"}}, "trait-twice"),
        ({"outstanding_subject": "Bơi"}, "unknown-subject"),
        ({"outstanding_subject": True}, "unknown-subject"),
        ({"clear_progress": "Bơi"}, "unknown-trait"),
        ({"class_agrees": "có"}, "not-true-or-false"),
        ({"principal_decision": "lên"}, "unknown-decision"),
        ({"principal_decision": True}, "unknown-decision"),
    ],
)
def test_what_breaks_the_format_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refused(year(4) | changes).code == code


@pytest.mark.parametrize("outstanding", [None, "Toán"])
@pytest.mark.parametrize("progress", [None, "Trung thực", "Thể chất"])
@pytest.mark.parametrize("agrees", [None, True, False])
def test_the_second_title_needs_a_ground_and_the_class(
    outstanding: str | None, progress: str | None, agrees: bool | None
) -> None:
    result = judge(year(4, 7, outstanding_subject=outstanding, clear_progress=progress, class_agrees=agrees))
    given = bool((outstanding or progress) and agrees)
    assert (result["khen_thuong"] is not None) is given
    code = "reward.given" if given else "reward.not-agreed" if outstanding or progress else "reward.no-ground"
    assert [step["code"] for step in result["trace"] if step["code"].startswith("reward")] == [code]


def test_the_first_title_needs_no_ground_and_no_vote() -> None:
    assert judge(year(1, 9, class_agrees=False))["khen_thuong"] == "Học sinh Xuất sắc"


@pytest.mark.parametrize(
    ("decision", "promotion", "section_6"),
    [
        ("len", "Được lên lớp", "Chưa hoàn thành chương trình tiểu học; Được lên lớp."),
        ("o_lai", "Chưa được lên lớp", "Chưa hoàn thành chương trình tiểu học; Chưa được lên lớp."),
    ],
)
def test_a_decision_in_grade_5(decision: str, promotion: str, section_6: str) -> None:
    result = judge(year(5, 4, principal_decision=decision))
    assert (result["ket_qua"], result["len_lop"]) == ("Chưa hoàn thành", promotion)
    assert result["muc_6"] == section_6


def test_a_decision_changes_nothing_where_the_year_is_completed() -> None:
    result = judge(year(3, 5, principal_decision="o_lai"))
    assert result["len_lop"] == "Được lên lớp"
    assert result["trace"][-1] == {"code": "promotion.decision-not-needed", "decision": "RETAIN"}


def test_a_decision_does_not_stand_in_for_data() -> None:
    inputs = year(3, 5, principal_decision="len")
    del inputs["pc"]["Yêu nước"]
    assert judge(inputs)["len_lop"] == "CHƯA ĐỦ DỮ LIỆU"


def test_a_competence_assessed_before_its_grade_counts() -> None:
    inputs = year(1)
    inputs["nl"]["Tin học"] = "Đ"
    assert judge(inputs)["ket_qua"] == "Hoàn thành"
