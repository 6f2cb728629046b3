"""What text may be kept: one spelling, nothing hidden, and nothing that the official form cannot show."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from hocba.kernel.text import Unfit, fault, tidy
from schools.fields import TextField
from schools.texts import refusal

FONTS = Path("/usr/share/fonts/truetype")
DRAWING = ("liberation2/LiberationSerif-Regular.ttf", "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSans.ttf")
"""What docs/deployment.md asks to be installed where PDFs are drawn."""

REFUSED = [
    ("a\x00b", Unfit.CONTROL, "U+0000"),
    ("a\x1bb", Unfit.CONTROL, "U+001B"),
    ("a\x85b", Unfit.CONTROL, "U+0085"),
    ("\u202edcba", Unfit.TURNING, "U+202E"),
    ("a\u200fb", Unfit.TURNING, "U+200F"),
    ("a\u2066b", Unfit.TURNING, "U+2066"),
    ("a\ud800b", Unfit.UNDRAWN, "U+D800"),
    ("a\ue000b", Unfit.UNDRAWN, "U+E000"),
    ("a\ufffdb", Unfit.UNDRAWN, "U+FFFD"),
    ("\U0001f4af", Unfit.UNDRAWN, "U+1F4AF"),
    ("中", Unfit.UNDRAWN, "U+4E2D"),
    ("ﬁ", Unfit.UNDRAWN, "U+FB01"),
    ("שלום", Unfit.UNDRAWN, "U+05E9"),
    ("T\u0316\u0347\u0301", Unfit.STACKED, "U+0301"),
]

KEPT = [
    ("Nguye\u0302\u0303n A\u0301nh", "Nguyễn Ánh"),
    ("Đ\u0323", "Đ\u0323"),
    ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
    ("a\t\u00a0b", "a  b"),
    ("\ufeffThị\u200b Hoa\u00ad", "Thị Hoa"),
    ("\u2764\ufe0f", "\u2764"),
    ("<b>&\"'</b> 8,5 ≥ 5 – “tốt”", "<b>&\"'</b> 8,5 ≥ 5 – “tốt”"),
    ("H'Hen Niê, Y Moan Êban", "H'Hen Niê, Y Moan Êban"),
]


@pytest.mark.parametrize(("text", "why", "code_point"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_cannot_be_kept_is_told_apart(text: str, why: Unfit, code_point: str) -> None:
    found = fault(tidy(text))

    assert found is not None
    assert (found.why, found.code_point) == (why, code_point)


@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_what_can_be_kept_has_one_spelling(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
    assert fault(kept) is None


def test_a_line_has_no_line_ends() -> None:
    assert tidy(" Nguyễn \n\u00a0 An ", lines=False) == "Nguyễn An"


@given(st.text(max_size=40))
def test_tidying_twice_changes_nothing_and_leaves_nothing_unseen(text: str) -> None:
    once = tidy(text)

    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)
    if fault(once) is None:
        assert all(one == "\n" or one == " " or one.isprintable() for one in once)


def test_our_fonts_draw_everything_that_is_let_in() -> None:
    drawn = {code for name in DRAWING for code in TTFont(FONTS / name).getBestCmap()}
    let_in = {code for code in range(0x110000) if tidy(chr(code)) == chr(code) and fault(chr(code)) is None}

    assert {f"U+{code:04X}" for code in let_in - drawn} == set()
    assert len(let_in) > 2500


@pytest.mark.parametrize(("text", "why", "code_point"), REFUSED, ids=[row[2] for row in REFUSED])
def test_a_form_field_says_so_in_a_sentence(text: str, why: Unfit, code_point: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TextField(lines=True).clean(f"Em học tốt {text}")

    (sentence,) = caught.value.messages
    assert sentence == refusal(tidy(f"Em học tốt {text}"))
    assert sentence.startswith("Có ") or "không in được" in sentence
    assert why is Unfit.STACKED or code_point in sentence


def test_a_form_field_gives_the_kept_spelling() -> None:
    assert TextField().clean("  Le\u0302\n\u200bAn ") == "Lê An"
    assert TextField(lines=True).clean("a\r\n b") == "a\n b"
    with pytest.raises(ValidationError, match="Chưa có thông tin này"):
        TextField().clean("\u200b")
