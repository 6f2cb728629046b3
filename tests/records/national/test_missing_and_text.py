"""What a document lacks is told tag by tag; what cannot be seen on paper is not stated."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocba.kernel.text import fault, tidy
from records.national.document import General, SubjectRow, TranscriptData
from records.national.missing import Mender, Source, missing_tags
from records.national.text import MAX_TEXT, UnfitText, stated
from tests.records.national.samples import CODES, PLAIN


def test_a_complete_document_lacks_nothing() -> None:
    assert missing_tags(PLAIN) == ()


@pytest.mark.parametrize("group", ["general", "summary", "traits", "history", "subjects"])
def test_each_required_tag_is_missed_alone_and_each_optional_one_never(group: str) -> None:
    names = {
        "general": "THONG_TIN_CHUNG",
        "summary": "TONG_KET",
        "traits": "NANG_LUC_PHAM_CHAT",
        "history": "DONG",
        "subjects": "BANG_DIEM",
    }
    for spec in CODES.groups[names[group]]:
        part = getattr(PLAIN, group)
        is_row = isinstance(part, tuple)
        made = replace(part[0] if is_row else part, **{spec.field: None})
        bare = (made,) if is_row else made
        found = missing_tags(replace(PLAIN, **{group: bare}))
        assert [item.tag for item in found] == ([spec.tag] if spec.required else [])
        for item in found:
            assert (item.label, item.source.value, item.mender.value) == (
                spec.label,
                spec.source,
                spec.mender,
            )


def test_an_empty_document_lacks_every_required_tag_once() -> None:
    found = [(item.group, item.tag) for item in missing_tags(TranscriptData())]
    assert found == [(g, spec.tag) for g, specs in CODES.groups.items() for spec in specs if spec.required]


def test_a_row_is_named_by_its_subject() -> None:
    rows = (*PLAIN.subjects, SubjectRow(code="DD", name="Đạo đức"))
    (item,) = missing_tags(replace(PLAIN, subjects=rows))
    assert (item.tag, item.row) == ("MUC_DAT_DUOC", "Đạo đức")
    assert (item.source, item.mender) == (Source.RESULTS, Mender.SUBJECT_TEACHER)


def test_sources_and_menders_of_the_code_list_are_known() -> None:
    for specs in CODES.groups.values():
        for spec in specs:
            assert Source(spec.source)
            assert Mender(spec.mender)


def test_nothing_is_invented() -> None:
    assert all(getattr(General(), field) is None for field in General.__slots__)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", "control-character"),
        ("a\x1bb", "control-character"),
        ("a\x85b", "control-character"),
        ("\u202eab", "invisible-character"),
        ("a\u200bb", "invisible-character"),
        ("\ufeffab", "invisible-character"),
        ("a\u2028b", "invisible-character"),
        ("a\ud800b", "not-unicode"),
        ("a\ufffeb", "not-unicode"),
        ("a\ue000b", "not-unicode"),
        ("x" * (MAX_TEXT + 1), "too-long"),
    ],
)
def test_text_that_cannot_be_stated_names_its_field(text: str, code: str) -> None:
    with pytest.raises(UnfitText) as caught:
        General(full_name=text)
    assert (caught.value.code, caught.value.field) == (code, "full_name")


@given(st.text(max_size=30))
def test_what_the_door_lets_in_is_stated_as_it_is(text: str) -> None:
    kept = tidy(text)
    if fault(kept) is None:
        assert stated(kept) == (kept or None)
