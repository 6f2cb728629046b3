"""Thông tư 27/2020/TT-BGDĐT: the school year of a primary pupil.

Never edited once results have been made with it: a new circular, or another reading, is a new module with
a version of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from records.national.codes import SubjectCode, TraitCode, code_list
from records.rules import curriculum
from records.rules.values import (
    Decision,
    Missing,
    Outcome,
    Part,
    Promotion,
    Reward,
    Step,
    SubjectLevel,
    SubjectResult,
    TraitLevel,
    Unfit,
    YearRecord,
    YearResult,
)

CIRCULAR: Final = "27/2020/TT-BGDĐT"
VERSION: Final = "27/2020/TT-BGDĐT#1"
"""Stored with every result; the number after # is our reading of the circular."""

EXCELLENT_MARK: Final = 9
GOOD_MARK: Final = 7
COMPLETED_MARK: Final = 5
"""Least marks of every end-of-year test, whole points of 10 (Điều 9 khoản 2 điểm a)."""

FIRST_SCHOOL_YEARS: Final = {1: 2020, 2: 2021, 3: 2022, 4: 2023, 5: 2024}
"""Calendar year in which the circular's first school year of each grade begins (its own Điều 2)."""

LAST_GRADE: Final = 5

MISSING_MARKER: Final = "CHƯA ĐỦ DỮ LIỆU"

PROMOTION_LABELS: Final = {
    Promotion.PROMOTED: "Được lên lớp",
    Promotion.LEVEL_COMPLETED: "Hoàn thành chương trình tiểu học",
    Promotion.SUPPLEMENTARY: "Cần hướng dẫn, giúp đỡ, đánh giá bổ sung",
    Promotion.RETAINED: "Chưa được lên lớp",
}
"""The words of the form, stated in signed data: never translated."""

TRACE_CODES: Final = frozenset(
    {
        "outcome.blocked",  # tier, kind (subject | trait | test), name, found, needed
        "outcome.reached",  # outcome, law
        "outcome.rest",  # outcome, law
        "data.missing",  # name, part
        "reward.given",  # reward, law, ground (outcome | subject | trait), name
        "reward.not-agreed",  # reward
        "reward.no-ground",  # reward
        "reward.outcome-too-low",  # reward, outcome (grounds were named in vain)
        "promotion.completed",  # grade, law
        "promotion.level-completed",  # law
        "promotion.supplementary",  # law
        "promotion.decided",  # decision, law
        "promotion.decision-not-needed",  # decision
    }
)
"""Every code a trace may hold, so that a door can prove that it has a sentence for each."""

_LAW_OUTCOME = "27/2020/TT-BGDĐT, Điều 9 khoản 2 điểm a"
_LAW_COMPLETION = "27/2020/TT-BGDĐT, Điều 11"
_LAW_REWARD = "27/2020/TT-BGDĐT, Điều 13 khoản 1"


@dataclass(frozen=True, slots=True)
class _Tier:
    """What an outcome asks of every line, every trait and every test."""

    outcome: Outcome
    subject_levels: tuple[SubjectLevel, ...]
    trait_levels: tuple[TraitLevel, ...]
    mark: int


_TIERS: Final = (
    _Tier(Outcome.EXCELLENT, (SubjectLevel.WELL_COMPLETED,), (TraitLevel.GOOD,), EXCELLENT_MARK),
    _Tier(Outcome.GOOD, (SubjectLevel.WELL_COMPLETED,), (TraitLevel.GOOD,), GOOD_MARK),
    _Tier(
        Outcome.COMPLETED,
        (SubjectLevel.WELL_COMPLETED, SubjectLevel.COMPLETED),
        (TraitLevel.GOOD, TraitLevel.REACHED),
        COMPLETED_MARK,
    ),
)
"""Asked from the top; the first that nothing blocks is the outcome."""


def outcome_label(outcome: Outcome) -> str:
    """Return the outcome in the words of section 4 of the form."""
    return code_list().outcomes[outcome.value]


def reward_label(reward: Reward) -> str:
    """Return the title in the words of the circular."""
    return code_list().rewards[reward.value]


def section_6(grade: int, promotion: Promotion) -> str:
    """Return section 6 of the form, "Hoàn thành chương trình lớp học/chương trình tiểu học".

    Law: 27/2020/TT-BGDĐT, Phụ lục 1
    """
    if promotion is Promotion.LEVEL_COMPLETED:
        return "Hoàn thành chương trình tiểu học."
    programme = "tiểu học" if grade == LAST_GRADE else f"lớp {grade}"
    if promotion is Promotion.SUPPLEMENTARY:
        return f"Chưa hoàn thành chương trình {programme}; (chờ đánh giá bổ sung)"
    return f"Chưa hoàn thành chương trình {programme}; {PROMOTION_LABELS[promotion]}."


def section_6_completed(grade: int) -> str:
    """Return section 6 for a pupil who completed grades 1 to 4.

    Law: 27/2020/TT-BGDĐT, Phụ lục 1
    """
    return f"Hoàn thành chương trình lớp {grade}; Được lên lớp {grade + 1}."


def assess(record: YearRecord) -> YearResult:
    """Return what the circular says of a pupil's year, with the steps that led there.

    An optional subject counts when it was assessed. Nothing is concluded while data is missing.

    Raises: Unfit, for a grade, subject or trait the programme does not have there.
    """
    _check(record)
    missing = tuple(_missing(record))
    if missing:
        steps = tuple(Step.of("data.missing", name=item.name, part=item.part.value) for item in missing)
        return YearResult(rulebook=VERSION, missing=missing, trace=steps)
    outcome, why_outcome = _outcome(record)
    reward, why_reward = _reward(record, outcome)
    promotion, text, why_promotion = _promotion(record, outcome)
    trace = (*why_outcome, *why_reward, *why_promotion)
    return YearResult(VERSION, outcome, reward, promotion, text, (), trace)


def _outcome(record: YearRecord) -> tuple[Outcome, tuple[Step, ...]]:
    """Decide the outcome from the top; each tier that fails says what stood in its way.

    Law: 27/2020/TT-BGDĐT, Điều 9 khoản 2 điểm a
    """
    steps: list[Step] = []
    for tier in _TIERS:
        blockers = tuple(_blockers(record, tier))
        if not blockers:
            reached = Step.of("outcome.reached", outcome=tier.outcome.value, law=_LAW_OUTCOME)
            return tier.outcome, (*steps, reached)
        steps.extend(blockers)
    rest = Step.of("outcome.rest", outcome=Outcome.NOT_COMPLETED.value, law=_LAW_OUTCOME)
    return Outcome.NOT_COMPLETED, (*steps, rest)


def _blockers(record: YearRecord, tier: _Tier) -> Iterator[Step]:
    for line, result in _assessed(record):
        if result.level not in tier.subject_levels:
            yield _blocked(tier, "subject", _name(line, result), result.level, tier.subject_levels[-1])
    for trait, level in _assessed_traits(record):
        if level not in tier.trait_levels:
            yield _blocked(tier, "trait", trait.name, level, tier.trait_levels[-1])
    for line, result in _assessed(record):
        if result.mark is not None and result.mark < tier.mark:
            yield _blocked(tier, "test", _name(line, result), result.mark, tier.mark)


def _blocked(tier: _Tier, kind: str, name: str, found: object, needed: object) -> Step:
    facts = {"tier": tier.outcome.value, "kind": kind, "name": name, "found": found, "needed": needed}
    return Step.of("outcome.blocked", **facts)


def _reward(record: YearRecord, outcome: Outcome) -> tuple[Reward | None, tuple[Step, ...]]:
    """Decide the title at the end of the year.

    Law: 27/2020/TT-BGDĐT, Điều 13 khoản 1
    """
    if outcome is Outcome.EXCELLENT:
        return Reward.EXCELLENT_PUPIL, (_given(Reward.EXCELLENT_PUPIL, "outcome", outcome_label(outcome)),)
    ground = _ground(record)
    title = Reward.OUTSTANDING_PUPIL
    if outcome is not Outcome.GOOD:
        refused = Step.of("reward.outcome-too-low", reward=title.value, outcome=outcome.value)
        return None, (refused,) if ground else ()
    if ground is None:
        return None, (Step.of("reward.no-ground", reward=title.value),)
    if not record.class_agrees:
        return None, (Step.of("reward.not-agreed", reward=title.value),)
    return title, (_given(title, *ground),)


def _ground(record: YearRecord) -> tuple[str, str] | None:
    if record.outstanding_subject is not None:
        line = code_list().subject(record.outstanding_subject)
        return "subject", _name(line, record.subjects.get(line.code))
    if record.clear_progress is not None:
        return "trait", code_list().trait(record.clear_progress).name
    return None


def _given(reward: Reward, ground: str, name: str) -> Step:
    return Step.of("reward.given", reward=reward.value, law=_LAW_REWARD, ground=ground, name=name)


def _promotion(record: YearRecord, outcome: Outcome) -> tuple[Promotion, str, tuple[Step, ...]]:
    """Decide completion and promotion; the principal's decision counts only where the law asks for one.

    Law: 27/2020/TT-BGDĐT, Điều 11
    """
    grade, decision = record.grade, record.decision
    if outcome is not Outcome.NOT_COMPLETED:
        unneeded = (Step.of("promotion.decision-not-needed", decision=decision.value),) if decision else ()
        if grade == LAST_GRADE:
            done = Step.of("promotion.level-completed", law=_LAW_COMPLETION)
            text = section_6(grade, Promotion.LEVEL_COMPLETED)
            return Promotion.LEVEL_COMPLETED, text, (done, *unneeded)
        done = Step.of("promotion.completed", grade=grade, law=_LAW_COMPLETION)
        return Promotion.PROMOTED, section_6_completed(grade), (done, *unneeded)
    if decision is None:
        waiting = Step.of("promotion.supplementary", law=_LAW_COMPLETION)
        return Promotion.SUPPLEMENTARY, section_6(grade, Promotion.SUPPLEMENTARY), (waiting,)
    promotion = Promotion.PROMOTED if decision is Decision.PROMOTE else Promotion.RETAINED
    decided = Step.of("promotion.decided", decision=decision.value, law=_LAW_COMPLETION)
    return promotion, section_6(grade, promotion), (decided,)


def _missing(record: YearRecord) -> Iterator[Missing]:
    """Name what is missing in form order: an absent line by its name alone, a test by its name and /KTĐK.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1 điểm b
    """
    for line in curriculum.form_lines(record.grade):
        result = record.subjects.get(line.code, SubjectResult())
        is_required = record.grade in line.grades
        if result.is_empty:
            if is_required:
                yield Missing(line.code, _name(line, result), Part.LEVEL)
            continue
        if result.level is None:
            yield Missing(line.code, _name(line, result), Part.LEVEL)
        if result.mark is None and curriculum.is_tested(line, record.grade):
            yield Missing(line.code, _name(line, result), Part.MARK)
    for trait in curriculum.traits(record.grade):
        if record.traits.get(trait.code) is None:
            yield Missing(trait.code, trait.name, Part.LEVEL)


def _check(record: YearRecord) -> None:
    lines = {line.code: line for line in curriculum.form_lines(record.grade)}
    for code, result in record.subjects.items():
        if result.is_empty:
            continue
        if code not in lines:
            raise Unfit("subject-not-of-grade", subject=code, grade=record.grade)
        if result.mark is not None and not curriculum.may_be_tested(lines[code], record.grade):
            raise Unfit("subject-has-no-test", subject=lines[code].name, grade=record.grade)
    known = {trait.code for trait in code_list().traits}
    for code in record.traits:
        if code not in known:
            raise Unfit("unknown-trait", trait=code)
    if record.outstanding_subject is not None and record.outstanding_subject not in lines:
        raise Unfit("subject-not-of-grade", subject=record.outstanding_subject, grade=record.grade)
    if record.clear_progress is not None and record.clear_progress not in known:
        raise Unfit("unknown-trait", trait=record.clear_progress)


def _assessed(record: YearRecord) -> Iterator[tuple[SubjectCode, SubjectResult]]:
    for line in curriculum.form_lines(record.grade):
        result = record.subjects.get(line.code)
        if result is not None and not result.is_empty:
            yield line, result


def _assessed_traits(record: YearRecord) -> Iterator[tuple[TraitCode, TraitLevel]]:
    """Walk every trait that was assessed; one before its grade counts as an optional subject does."""
    for trait in code_list().traits:
        level = record.traits.get(trait.code)
        if level is not None:
            yield trait, level


def _name(line: SubjectCode, result: SubjectResult | None) -> str:
    return (result.name if result else "") or line.name
