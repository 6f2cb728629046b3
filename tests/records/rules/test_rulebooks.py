"""The single switch, the curriculum, and what a result states in the document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from records.rules import circular_27_2020, curriculum, lines, statement
from records.rules.rulebooks import NoRulebook, rulebook_for
from records.rules.values import Level, SubjectLevel, SubjectResult, TraitLevel, Unfit, YearRecord
from tests.laws.years import COMPETENCES, QUALITIES, competences_of, complete_years, lines_of


@pytest.mark.parametrize(("grade", "first"), [(1, 2020), (2, 2021), (3, 2022), (4, 2023), (5, 2024)])
def test_the_circular_judges_each_grade_from_its_year(grade: int, first: int) -> None:
    assert rulebook_for("02", grade, f"{first}-{first + 1}").version == circular_27_2020.VERSION
    with pytest.raises(NoRulebook):
        rulebook_for(Level.PRIMARY, grade, f"{first - 1}-{first}")


def test_levels_without_a_rulebook_say_so() -> None:
    with pytest.raises(NoRulebook) as caught:
        rulebook_for(Level.LOWER_SECONDARY, 6, "2025-2026")
    assert caught.value.grade == 6


@pytest.mark.parametrize("school_year", ["2025", "2025-2027", "2025–2026", "", "٢٠٢٥-٢٠٢٦"])
def test_a_school_year_is_written_one_way(school_year: str) -> None:
    with pytest.raises(ValueError, match="^" + school_year):
        rulebook_for(Level.PRIMARY, 1, school_year)


@pytest.mark.parametrize("grade", curriculum.PRIMARY_GRADES)
def test_the_code_list_says_what_the_form_says(grade: int) -> None:
    found = [(row.name, curriculum.is_tested(row, grade)) for row in curriculum.subjects(grade)]
    assert found == lines_of(grade)
    assert [row.name for row in curriculum.qualities(grade)] == list(QUALITIES)
    assert [row.name for row in curriculum.competences(grade)] == competences_of(grade)
    assert [row.name for row in curriculum.competences(grade, curriculum.GENERAL)] == list(COMPETENCES[:3])
    must = curriculum.subjects(grade)
    optional = [row.name for row in curriculum.form_lines(grade) if row not in must]
    assert optional == (["Ngoại ngữ 1", "Tiếng dân tộc"] if grade < 3 else ["Tiếng dân tộc"])


def test_the_letter_c_has_two_meanings_and_two_types() -> None:
    assert SubjectLevel("C") is not TraitLevel("C")
    codes = curriculum.code_list()
    assert (codes.subject_levels["C"], codes.trait_levels["C"]) == ("Chưa hoàn thành", "Cần cố gắng")


def test_marks_from_the_gradebook_come_as_decimals() -> None:
    assert SubjectResult(SubjectLevel.COMPLETED, Decimal("8.0")).mark == 8  # type: ignore[arg-type]
    for wrong in (Decimal("8.5"), 8.0, float("nan"), Decimal("NaN")):
        with pytest.raises(Unfit):
            SubjectResult(SubjectLevel.COMPLETED, wrong)  # type: ignore[arg-type]


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(Unfit, match="unknown-trait"):
        circular_27_2020.assess(YearRecord(1, {}, {"DUNG_CAM": TraitLevel.GOOD}))
    with pytest.raises(Unfit, match="subject-not-of-grade"):
        circular_27_2020.assess(YearRecord(1, {"XX": SubjectResult(SubjectLevel.COMPLETED)}, {}))


@given(complete_years())
def test_the_document_states_what_the_law_says(inputs: dict[str, Any]) -> None:
    result = circular_27_2020.assess(lines.primary_record(inputs))
    stated = statement.summary(result, inputs["grade"])
    answer = lines.primary_answer(result)
    is_completed = answer["ket_qua"] != "Chưa hoàn thành"
    assert (stated.outcome, stated.reward) == (answer["ket_qua"], answer["khen_thuong"])
    assert stated.section_6 == answer["muc_6"]
    assert stated.grade_completed is is_completed
    assert stated.level_completed is (is_completed if inputs["grade"] == 5 else None)
    if is_completed:
        assert stated.promoted is True
    else:
        assert stated.promoted is {"len": True, "o_lai": False}.get(inputs.get("principal_decision", ""))
