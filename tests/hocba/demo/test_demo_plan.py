"""The demo's plans: nobody real, everything the format asks for, results that the law turns into what was meant."""

from datetime import date

import pytest

from hocba.demo import country, names, pupils, tree
from records.rules import curriculum
from records.rules.rulebooks import rulebook_for
from records.rules.values import Decision, Outcome, SubjectLevel, SubjectResult, TraitLevel, YearRecord
from schools.permissions import Role

MEANT = {
    pupils.EXCELLENT: Outcome.EXCELLENT,
    pupils.GOOD: Outcome.GOOD,
    pupils.COMPLETED: Outcome.COMPLETED,
    pupils.NOT_COMPLETED: Outcome.NOT_COMPLETED,
}


def judged(plan: pupils.YearPlan, grade: int) -> Outcome | None:
    """Return the outcome that the rulebook in force gives a planned year."""
    record = YearRecord(
        grade=grade,
        subjects={one.code: SubjectResult(SubjectLevel(one.level), one.mark) for one in plan.subjects},
        traits={code: TraitLevel(level) for code, level in (plan.qualities | plan.competences).items()},
        outstanding_subject=plan.outstanding_subject or None,
        class_agrees=bool(plan.class_agrees),
        decision=Decision.RETAIN if judged_needs_decision(plan) else None,
    )
    return rulebook_for("02", grade, "2026-2027").assess(record).outcome


def judged_needs_decision(plan: pupils.YearPlan) -> bool:
    return any(one.level == "C" for one in plan.subjects)


@pytest.mark.parametrize("grade", curriculum.PRIMARY_GRADES)
@pytest.mark.parametrize("outcome", MEANT)
def test_planned_results_give_the_outcome_that_was_meant(grade: int, outcome: str) -> None:
    lines = [(one.code, curriculum.is_tested(one, grade)) for one in curriculum.subjects(grade)]

    for seed in range(40):
        plan = pupils.year(names.chance_of("test", seed), grade, lines, outcome)

        assert judged(plan, grade) is MEANT[outcome]


def test_the_class_of_twelve_shows_every_outcome() -> None:
    assert len(pupils.MAIN_OUTCOMES) == country.MAIN_CLASS.pupils == 12
    assert set(pupils.MAIN_OUTCOMES) == set(MEANT)


def test_the_same_seed_makes_the_same_pupils() -> None:
    def made(seed: int) -> list[pupils.PupilPlan]:
        chance = names.chance_of("test", seed)
        return pupils.pupils(chance, count=30, grade=3, first_year=2026, serial=100, place="Xã Mẫu Một")

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_nobody_and_nothing_is_real() -> None:
    chance = names.chance_of("test")
    planned = pupils.pupils(chance, count=40, grade=1, first_year=2026, serial=1, place="Xã Mẫu Một")

    assert all(one.personal_number.startswith(names.NO_PROVINCE) for one in planned)
    assert all("mẫu" in unit.name.lower() for unit in tree.UNITS)


def test_personal_numbers_are_composed_as_the_law_says() -> None:
    assert names.personal_number("NU", date(2017, 5, 2), 2681) == "099317002681"
    assert names.personal_number("NAM", date(1975, 5, 2), 1) == "099075000001"


def test_every_role_of_the_policy_has_somebody() -> None:
    assert {one.role for one in country.STAFF} == set(Role) - {Role.SYSTEM}


def test_every_step_of_the_road_has_a_class() -> None:
    assert {one.stage for one in country.CLASSES} == set(country.Stage)
