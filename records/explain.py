"""Why a pupil's year came out as it did, in sentences a parent reads, made from the codes of the trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from records.national.codes import code_list
from records.rules.circular_27_2020 import outcome_label, reward_label
from records.rules.values import Outcome, Reward, Step

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What stood between the pupil and one better outcome."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The question a parent asks, the answer, what a better outcome would have needed, and what follows."""

    question: str
    answer: tuple[str, ...]
    obstacles: tuple[Obstacles, ...]
    consequences: tuple[str, ...]
    law: str


def explain(trace: Iterable[Step | Mapping[str, object]]) -> Explanation:
    """Return the explanation of a trace, as the rulebook made it or as a version stored it."""
    steps = [_plain(step) for step in trace]
    outcome = next((facts["outcome"] for code, facts in steps if code in _CONCLUSIONS), "")
    blocked = _blocked_by_tier(steps)
    label = outcome_label(Outcome(outcome)) if outcome else ""
    question = (
        _("Vì sao em được xếp “%(outcome)s”?") % {"outcome": label}
        if label
        else _("Vì sao em chưa có kết quả?")
    )
    said = [(code, sentence(code, facts)) for code, facts in steps if code != "outcome.blocked"]
    return Explanation(
        question=question,
        answer=tuple(text for code, text in said if code.startswith(("outcome.", "data."))),
        # The nearest better outcome first: that is what a family asks about.
        obstacles=tuple(_obstacles(tier, blocked[tier]) for tier in reversed(blocked)),
        consequences=tuple(text for code, text in said if code.startswith(("reward.", "promotion."))),
        law=next((facts["law"] for code, facts in steps if code in _CONCLUSIONS), ""),
    )


def sentence(code: str, facts: Facts) -> str:
    """Return one step as a sentence. Raises: KeyError, for a code that has none."""
    return _SENTENCES[code](facts)


def _plain(step: Step | Mapping[str, object]) -> tuple[str, dict[str, str]]:
    if isinstance(step, Step):
        return step.code, dict(step.facts)
    return str(step["code"]), {key: str(value) for key, value in step.items() if key != "code"}


def _blocked_by_tier(steps: Iterable[tuple[str, dict[str, str]]]) -> dict[str, list[str]]:
    """Return the sentences of each tier; what is alike but for its name is said once, with all its names."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for code, facts in steps:
        if code == "outcome.blocked":
            key = (facts["tier"], facts["kind"], facts["found"], facts["needed"])
            alike.setdefault(key, []).append(facts["name"])
    tiers: dict[str, list[str]] = {}
    for (tier, kind, found, needed), names in alike.items():
        facts = {"kind": kind, "found": found, "needed": needed, "name": ", ".join(names)}
        tiers.setdefault(tier, []).append(sentence("outcome.blocked", facts))
    return tiers


def _obstacles(tier: str, sentences: list[str]) -> Obstacles:
    heading = _("Để được xếp “%(outcome)s” còn cần:") % {"outcome": outcome_label(Outcome(tier))}
    return Obstacles(heading, tuple(sentences))


def _blocked(facts: Facts) -> str:
    words = {"name": facts["name"]}
    if facts["kind"] == "test":
        words |= {"found": facts["found"], "needed": facts["needed"]}
        return (
            _("Bài kiểm tra cuối năm môn %(name)s: từ %(needed)s điểm trở lên (em được %(found)s).") % words
        )
    lists = code_list()
    if facts["kind"] == "trait":
        words |= {"found": lists.trait_levels[facts["found"]], "needed": lists.trait_levels[facts["needed"]]}
        return _("Phẩm chất, năng lực %(name)s: mức %(needed)s (em đang ở mức %(found)s).") % words
    words |= {"found": lists.subject_levels[facts["found"]], "needed": lists.subject_levels[facts["needed"]]}
    return _("Môn %(name)s: mức %(needed)s (em đang ở mức %(found)s).") % words


def _reached(facts: Facts) -> str:
    return {
        "EXCELLENT": _(
            "Mọi môn học đều Hoàn thành tốt, mọi phẩm chất và năng lực đều Tốt, "
            "mọi bài kiểm tra cuối năm từ 9 điểm."
        ),
        "GOOD": _(
            "Mọi môn học đều Hoàn thành tốt, mọi phẩm chất và năng lực đều Tốt, "
            "mọi bài kiểm tra cuối năm từ 7 điểm."
        ),
        "COMPLETED": _(
            "Mọi môn học đều từ Hoàn thành, mọi phẩm chất và năng lực đều từ Đạt, "
            "mọi bài kiểm tra cuối năm từ 5 điểm."
        ),
    }[facts["outcome"]]


def _rest(facts: Facts) -> str:
    return _("Em còn nội dung chưa hoàn thành, nên năm học này được xếp “Chưa hoàn thành”.")


def _missing(facts: Facts) -> str:
    if facts["part"] == "MARK":
        return _("Còn thiếu điểm kiểm tra cuối năm: %(name)s.") % {"name": facts["name"]}
    return _("Còn thiếu kết quả: %(name)s.") % {"name": facts["name"]}


def _given(facts: Facts) -> str:
    words = {"reward": reward_label(Reward(facts["reward"])), "name": facts["name"]}
    if facts["ground"] == "subject":
        return _("Khen thưởng: %(reward)s, vì có thành tích xuất sắc ở môn %(name)s.") % words
    if facts["ground"] == "trait":
        return _("Khen thưởng: %(reward)s, vì tiến bộ rõ rệt về “%(name)s”.") % words
    return _("Khen thưởng: %(reward)s, vì đánh giá cả năm là %(name)s.") % words


def _not_agreed(facts: Facts) -> str:
    return _("Chưa có danh hiệu Học sinh Tiêu biểu: cần được tập thể lớp công nhận.")


def _no_ground(facts: Facts) -> str:
    return _(
        "Chưa có danh hiệu Học sinh Tiêu biểu: cần thành tích xuất sắc ở một môn học, "
        "hoặc tiến bộ rõ rệt ở một phẩm chất, năng lực."
    )


def _too_low(facts: Facts) -> str:
    return _("Danh hiệu Học sinh Tiêu biểu chỉ dành cho em được đánh giá Hoàn thành tốt.")


def _completed(facts: Facts) -> str:
    grade = int(facts["grade"])
    return _("Em hoàn thành chương trình lớp %(grade)s và được lên lớp %(next)s.") % {
        "grade": grade,
        "next": grade + 1,
    }


def _level_completed(facts: Facts) -> str:
    return _("Em hoàn thành chương trình tiểu học.")


def _supplementary(facts: Facts) -> str:
    return _("Thầy cô sẽ hướng dẫn, giúp đỡ và đánh giá bổ sung; sau đó hiệu trưởng quyết định việc lên lớp.")


def _decided(facts: Facts) -> str:
    if facts["decision"] == "PROMOTE":
        return _("Sau đánh giá bổ sung, hiệu trưởng quyết định em được lên lớp.")
    return _("Sau đánh giá bổ sung, hiệu trưởng quyết định em chưa được lên lớp.")


def _decision_not_needed(facts: Facts) -> str:
    return _("Quyết định của hiệu trưởng không cần dùng đến, vì em đã hoàn thành chương trình lớp học.")


_CONCLUSIONS = ("outcome.reached", "outcome.rest")
_SENTENCES = {
    "outcome.blocked": _blocked,
    "outcome.reached": _reached,
    "outcome.rest": _rest,
    "data.missing": _missing,
    "reward.given": _given,
    "reward.not-agreed": _not_agreed,
    "reward.no-ground": _no_ground,
    "reward.outcome-too-low": _too_low,
    "promotion.completed": _completed,
    "promotion.level-completed": _level_completed,
    "promotion.supplementary": _supplementary,
    "promotion.decided": _decided,
    "promotion.decision-not-needed": _decision_not_needed,
}
CODES = frozenset(_SENTENCES)
"""Every code that has a sentence; a test compares it with what the rulebooks can say."""
