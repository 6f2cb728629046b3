"""What still stands between a pupil and the next step: each value, where it comes from, who may mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from records.national.codes import TagSpec, code_list
from records.national.document import TranscriptData
from records.national.missing import Mender, MissingTag, Source, missing_tags
from records.national.text import UnfitText, stated
from records.queries.years import PupilYear
from records.rules.values import Part
from schools.models import Enrolment

HOLD: Final = "hold"
PAPER: Final = "paper"
RESULTS_SOURCES: Final = frozenset({Source.RESULTS, Source.HOMEROOM_RECORD})
"""What the class itself enters: asked for when results are confirmed. The rest is asked for at freezing."""

IDENTITY: Final = frozenset(
    {"HO_VA_TEN", "MA_HOC_SINH", "MA_TRUONG", "TEN_TRUONG", "MA_SO_GIAO_DUC", "TEN_SO_GD", "MA_CAP_HOC"}
)
"""Tags for which no province can decide a stand-in: without them nobody knows whose document it is."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to mend.

    `kind`: missing, decision-awaited, elsewhere, unfit-text, not-accepted; `province`: hold or paper.
    """

    tag: str
    label: str
    source: Source
    mender: Mender
    row: str = ""
    kind: str = "missing"
    province: str = HOLD
    subject_code: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A pupil who cannot go on, and why."""

    enrolment_id: int
    pupil_id: int
    number: int
    name: str
    fixes: tuple[Fix, ...]


def held(enrolment: Enrolment, fixes: tuple[Fix, ...]) -> Held:
    """Return a pupil with what is still to mend."""
    return Held(enrolment.pk, enrolment.pupil_id, enrolment.number, enrolment.pupil.full_name, fixes)


def fixes_of(
    year: PupilYear, data: TranscriptData, decisions: Mapping[str, Any]
) -> tuple[TranscriptData, tuple[Fix, ...]]:
    """Return the document with what the province decided to state, and what is left to mend."""
    open_fixes = [*_of_the_law(year)]
    for missing in missing_tags(data):
        if _said_by_the_law(missing, year):
            continue
        decision = decisions.get(missing.tag, HOLD)
        value = _stand_in(missing, decision)
        if value is not None:
            data = _state(data, missing, value)
        else:
            open_fixes.append(_fix(missing, year, PAPER if decision == PAPER else HOLD))
    return data, tuple(open_fixes)


def unfit_text(error: UnfitText) -> Fix:
    """Return the fix for text that cannot stand in a signed document."""
    specs = [spec for rows in code_list().groups.values() for spec in rows if spec.field == error.field]
    if not specs:
        return Fix("", error.field, Source.PUPIL_FILE, Mender.REGISTRAR, kind="unfit-text")
    spec = specs[0]
    return Fix(spec.tag, spec.label, Source(spec.source), Mender(spec.mender), kind="unfit-text")


def elsewhere() -> Fix:
    """Return the fix for a pupil whose transcript of this year was begun in another class."""
    return Fix("", "", Source.SYSTEM, Mender.REGISTRAR, kind="elsewhere")


def not_accepted(tag: str) -> Fix:
    """Return the fix for a value that the format's schema refuses."""
    spec = _spec(tag)
    if spec is None:
        return Fix(tag, tag, Source.SYSTEM, Mender.OPERATOR, kind="not-accepted")
    return Fix(tag, spec.label, Source(spec.source), Mender(spec.mender), kind="not-accepted")


def _of_the_law(year: PupilYear) -> Iterator[Fix]:
    traits = {one.code for one in code_list().traits}
    for item in year.result.missing:
        if item.code in traits:
            yield Fix(item.code, item.name, Source.HOMEROOM_RECORD, Mender.HOMEROOM_TEACHER)
            continue
        tag, label = ("DIEM_KIEM_TRA_DINH_KY", "Điểm kiểm tra định kỳ")
        if item.part is Part.LEVEL:
            tag, label = ("MUC_DAT_DUOC", "Mức đạt được")
        yield Fix(tag, label, Source.RESULTS, Mender.SUBJECT_TEACHER, row=item.name, subject_code=item.code)


def _said_by_the_law(missing: MissingTag, year: PupilYear) -> bool:
    """Say whether the law's own list of what is missing names this already, or follows from what it names."""
    spec = _spec(missing.tag)
    if missing.tag == "MUC_DAT_DUOC" or (spec is not None and spec.kind == "trait_level"):
        return True
    return bool(year.result.missing) and missing.group == "TONG_KET" and missing.source is Source.RESULTS


def _fix(missing: MissingTag, year: PupilYear, province: str) -> Fix:
    awaited = missing.tag == "DUOC_LEN_LOP" and not year.result.missing
    kind = "decision-awaited" if awaited else "missing"
    return Fix(
        missing.tag, missing.label, missing.source, missing.mender, missing.row, kind=kind, province=province
    )


def _spec(tag: str) -> TagSpec | None:
    rows = (spec for rows in code_list().groups.values() for spec in rows)
    return next((spec for spec in rows if spec.tag == tag), None)


def _stand_in(missing: MissingTag, decision: object) -> str | None:
    """Return the value that the province states instead; only plain text about a pupil can have one."""
    spec = _spec(missing.tag)
    if not isinstance(decision, dict) or spec is None or spec.kind != "text" or missing.tag in IDENTITY:
        return None
    if missing.group not in ("THONG_TIN_CHUNG", "NANG_LUC_PHAM_CHAT") or missing.source in (
        Source.ISSUE_SHEET,
        Source.SYSTEM,
        Source.RESULTS,
    ):
        return None
    value = decision.get("state")
    return stated(value) if isinstance(value, str) else None


def _state(data: TranscriptData, missing: MissingTag, value: str) -> TranscriptData:
    specs = code_list().groups[missing.group]
    values: dict[str, Any] = {spec.field: value for spec in specs if spec.tag == missing.tag}
    if missing.group == "THONG_TIN_CHUNG":
        return replace(data, general=replace(data.general, **values))
    return replace(data, traits=replace(data.traits, **values))
