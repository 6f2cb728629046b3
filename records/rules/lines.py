"""Answers one line of assessment (the inputs and answers of `assess`): values in, values out.

A new kind of line is one function and one entry in KINDS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from records.rules import circular_27_2020, curriculum
from records.rules.values import (
    Decision,
    SubjectLevel,
    SubjectResult,
    TraitLevel,
    Unfit,
    YearRecord,
    YearResult,
    periodic_mark,
)

Answer = dict[str, Any]

_DECISIONS = {"len": Decision.PROMOTE, "o_lai": Decision.RETAIN}


def case_id(case: object) -> str | int | None:
    """Return a line's identifier for the answer, None when it has none that can be said back."""
    found = case.get("case_id") if isinstance(case, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def read(line: str) -> object:
    """Return the line's JSON; numbers with a point become Decimal.

    Raises: Unfit `not-json`, `duplicate-key`.
    """
    try:
        return json.loads(
            line, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_duplicates
        )
    except Unfit:
        raise
    except (ValueError, RecursionError) as error:
        raise Unfit("not-json") from error


def answer(case: object) -> Answer:
    """Return the result of one case.

    Raises: Unfit, for whatever breaks the format of the line; the code says what.
    """
    if not isinstance(case, dict):
        raise Unfit("not-an-object")
    if case_id(case) is None:
        raise Unfit("no-case-id")
    kind = case.get("kind")
    inputs = case.get("inputs")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Unfit("unknown-kind", kind=_shown(kind))
    if not isinstance(inputs, dict):
        raise Unfit("no-inputs")
    return KINDS[kind](inputs)


def _no_constant(word: str) -> NoReturn:
    raise Unfit("not-json", word=word)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            raise Unfit("duplicate-key", key=_shown(key))
        made[key] = value
    return made


def _primary_year(inputs: Mapping[str, Any]) -> Answer:
    return primary_answer(circular_27_2020.assess(primary_record(inputs)))


def _secondary_year(inputs: Mapping[str, Any]) -> Answer:
    raise Unfit("level-not-yet", kind="secondary_year")


KINDS: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
    "primary_year": _primary_year,
    "secondary_year": _secondary_year,
}


def primary_record(inputs: Mapping[str, Any]) -> YearRecord:
    """Return the record a primary line states. Raises: Unfit."""
    grade = _grade(inputs.get("grade"))
    traits = _traits(_object(inputs, "pc"), quality=True) | _traits(_object(inputs, "nl"), quality=False)
    return YearRecord(
        grade=grade,
        subjects=_subjects(_object(inputs, "subjects")),
        traits=traits,
        outstanding_subject=_outstanding(inputs.get("outstanding_subject")),
        clear_progress=_progress(inputs.get("clear_progress")),
        class_agrees=_boolean(inputs, "class_agrees"),
        decision=_decision(inputs.get("principal_decision")),
    )


def primary_answer(result: YearResult) -> Answer:
    """Return a result in the keys and words of the answer lines; without data the marker stands."""
    marker = circular_27_2020.MISSING_MARKER
    labels = circular_27_2020.PROMOTION_LABELS
    return {
        "ket_qua": marker if result.outcome is None else circular_27_2020.outcome_label(result.outcome),
        "khen_thuong": circular_27_2020.reward_label(result.reward) if result.reward else None,
        "len_lop": marker if result.promotion is None else labels[result.promotion],
        "muc_6": result.section_6,
        "missing": [item.label for item in result.missing],
        "rulebook": result.rulebook,
        "trace": [{"code": step.code, **dict(step.facts)} for step in result.trace],
    }


def _grade(value: object) -> int:
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and len(text) == 1 and text in "12345":
        return int(text)
    if isinstance(text, bool) or not isinstance(text, int) or text not in curriculum.PRIMARY_GRADES:
        raise Unfit("unknown-grade", grade=_shown(value))
    return text


def _object(inputs: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = inputs.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unfit("not-a-table", key=key)
    return value


def _subjects(table: Mapping[str, Any]) -> dict[str, SubjectResult]:
    made: dict[str, SubjectResult] = {}
    for name, entry in table.items():
        found = curriculum.find_subject(name)
        if found is None:
            raise Unfit("unknown-subject", subject=_shown(name))
        subject, form_name = found
        if subject.code in made:
            raise Unfit("subject-twice", subject=subject.name)
        made[subject.code] = _subject(entry, form_name)
    return made


def _subject(entry: object, name: str) -> SubjectResult:
    if entry is None:
        return SubjectResult(name=name)
    if not isinstance(entry, dict):
        raise Unfit("not-a-table", key=name)
    if _filled(entry.get("diem_lan_dau")) is not None:
        _mark(entry["diem_lan_dau"], name)  # kept for history: the last sitting alone counts
    level = _filled(entry.get("muc"))
    mark = _filled(entry.get("diem"))
    return SubjectResult(
        level=None if level is None else _subject_level(level, name),
        mark=None if mark is None else _mark(mark, name),
        name=name,
    )


def _filled(value: object) -> object:
    """Return None for what other systems export instead of nothing: an empty string."""
    return None if isinstance(value, str) and not value.strip() else value


def _mark(value: object, name: str) -> int:
    try:
        return periodic_mark(value)
    except Unfit as error:
        raise Unfit(error.code, subject=name, value=_shown(value)) from error


def _subject_level(value: object, name: str) -> SubjectLevel:
    try:
        return SubjectLevel(str(value).strip())
    except ValueError as error:
        raise Unfit("unknown-subject-level", subject=name, value=_shown(value)) from error


def _traits(table: Mapping[str, Any], *, quality: bool) -> dict[str, TraitLevel | None]:
    made: dict[str, TraitLevel | None] = {}
    for name, value in table.items():
        trait = curriculum.find_trait(name)
        if trait is None or (trait.kind == curriculum.QUALITY) is not quality:
            raise Unfit("unknown-quality" if quality else "unknown-competence", trait=_shown(name))
        if trait.code in made:
            raise Unfit("trait-twice", trait=trait.name)
        made[trait.code] = _trait_level(_filled(value), trait.name)
    return made


def _trait_level(value: object, name: str) -> TraitLevel | None:
    if value is None:
        return None
    try:
        return TraitLevel(str(value).strip())
    except ValueError as error:
        raise Unfit("unknown-trait-level", trait=name, value=_shown(value)) from error


def _outstanding(value: object) -> str | None:
    value = _filled(value)
    if value is None:
        return None
    found = curriculum.find_subject(value) if isinstance(value, str) else None
    if found is None:
        raise Unfit("unknown-subject", subject=_shown(value))
    return found[0].code


def _progress(value: object) -> str | None:
    value = _filled(value)
    if value is None:
        return None
    found = curriculum.find_trait(value) if isinstance(value, str) else None
    if found is None:
        raise Unfit("unknown-trait", trait=_shown(value))
    return found.code


def _boolean(inputs: Mapping[str, Any], key: str) -> bool:
    value = inputs.get(key)
    if value is not None and not isinstance(value, bool):
        raise Unfit("not-true-or-false", key=key, value=_shown(value))
    return bool(value)


def _decision(value: object) -> Decision | None:
    value = _filled(value)
    if value is None:
        return None
    if not isinstance(value, str) or value.strip() not in _DECISIONS:
        raise Unfit("unknown-decision", value=_shown(value))
    return _DECISIONS[value.strip()]


def _shown(value: object) -> str:
    """Return a value short enough to quote in a sentence."""
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
