"""Turns a year's result into what the transcript states of it (TONG_KET), in the words of the form."""

from __future__ import annotations

from records.national.document import Summary
from records.rules import circular_27_2020
from records.rules.values import Outcome, Promotion, YearResult

_GOES_UP = {Promotion.PROMOTED: True, Promotion.LEVEL_COMPLETED: True, Promotion.RETAINED: False}


def summary(
    result: YearResult, grade: int, *, special_reward: str | None = None, homeroom_comment: str | None = None
) -> Summary:
    """Return the summary group of the document.

    While supplementary assessment is awaited `promoted` is None, so nothing can be frozen before the
    principal has decided.

    Law: 27/2020/TT-BGDĐT, Điều 11
    """
    if result.outcome is None or result.promotion is None:
        return Summary(special_reward=special_reward, homeroom_comment=homeroom_comment)
    is_completed = result.outcome is not Outcome.NOT_COMPLETED
    return Summary(
        outcome=circular_27_2020.outcome_label(result.outcome),
        promoted=_GOES_UP.get(result.promotion),
        section_6=result.section_6,
        grade_completed=is_completed,
        level_completed=is_completed if grade == circular_27_2020.LAST_GRADE else None,
        reward=circular_27_2020.reward_label(result.reward) if result.reward else None,
        special_reward=special_reward,
        homeroom_comment=homeroom_comment,
    )
