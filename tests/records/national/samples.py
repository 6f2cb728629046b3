"""Documents as Hypothesis makes them: every field from its own kind, text as wild as the format allows."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from records.national.codes import TagSpec, code_list
from records.national.document import General, HistoryRow, SubjectRow, Summary, Traits, TranscriptData
from records.national.text import UnfitText, stated

CODES = code_list()
UUID = "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"


def _is_statable(text: str) -> bool:
    try:
        return stated(text) is not None
    except UnfitText:
        return False


VIETNAMESE = "Nguyễn Thị Ánh Đường Ưu Ở Ỹ ế ộ ữ ậ <&>\"' ]]> \n\t\u00a0"
texts = st.text(
    st.sampled_from(VIETNAMESE + unicodedata.normalize("NFD", VIETNAMESE))
    | st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=12,
).filter(_is_statable)
years = st.integers(1900, 2999)
KINDS: dict[str, st.SearchStrategy[object]] = {
    "text": texts,
    "uuid": st.uuids(version=4).map(str),
    "level_code": st.just(CODES.level_code),
    "school_year": years.map(lambda year: f"{year}-{year + 1}"),
    "sex": st.sampled_from(CODES.sexes),
    "date": st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    "number": st.integers(0, 400) | st.decimals(0, 400, places=4) | st.just(Decimal("1E+2")),
    "grade": st.integers(1, 5),
    "year": years,
    "outcome": st.sampled_from(list(CODES.outcomes.values())),
    "flag": st.booleans(),
    "subject_level": st.sampled_from(list(CODES.subject_levels)),
    "trait_level": st.sampled_from(list(CODES.trait_levels)),
    "mark": st.integers(0, 10),
}


def _values(group: str) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({spec.field: _field(spec) for spec in CODES.groups[group]})


def _field(spec: TagSpec) -> st.SearchStrategy[object]:
    return KINDS[spec.kind] if spec.required else st.none() | KINDS[spec.kind]


complete = st.builds(
    TranscriptData,
    general=_values("THONG_TIN_CHUNG").map(lambda values: General(**values)),  # type: ignore[arg-type]
    history=st.lists(_values("DONG").map(lambda values: HistoryRow(**values)), min_size=1, max_size=3).map(
        tuple
    ),  # type: ignore[arg-type]
    summary=_values("TONG_KET").map(lambda values: Summary(**values)),  # type: ignore[arg-type]
    subjects=st.lists(
        _values("BANG_DIEM").map(lambda values: SubjectRow(**values)),  # type: ignore[arg-type]
        min_size=1,
        max_size=4,
        unique_by=lambda row: row.code,  # the format knows one row a subject
    ).map(tuple),
    traits=_values("NANG_LUC_PHAM_CHAT").map(lambda values: Traits(**values)),  # type: ignore[arg-type]
)

_PLAIN: dict[str, object] = {
    "uuid": UUID,
    "level_code": "02",
    "school_year": "2025-2026",
    "sex": "Nữ",
    "date": date(2017, 3, 15),
    "number": 2,
    "grade": 3,
    "year": 2025,
    "outcome": "Hoàn thành",
    "flag": True,
    "subject_level": "H",
    "trait_level": "Đ",
    "mark": 8,
}


def plain_values(group: str) -> dict[str, object]:
    """Return one plain value for each field of a group; texts repeat their tag's label."""
    return {spec.field: _PLAIN.get(spec.kind, spec.label) for spec in CODES.groups[group]}


PLAIN = TranscriptData(
    general=General(**plain_values("THONG_TIN_CHUNG")),  # type: ignore[arg-type]
    history=(HistoryRow(**plain_values("DONG")),),  # type: ignore[arg-type]
    summary=Summary(**plain_values("TONG_KET")),  # type: ignore[arg-type]
    subjects=(SubjectRow(**plain_values("BANG_DIEM")),),  # type: ignore[arg-type]
    traits=Traits(**plain_values("NANG_LUC_PHAM_CHAT")),  # type: ignore[arg-type]
)
