"""What a text must be before it is kept: one spelling, nothing hidden, nothing that our paper cannot show.

A comment becomes signed data and then ink. A character that turns the direction of a line, that nobody sees, or
that the form's fonts do not draw would come to light only when two people have signed already, so it is told
apart here, at the door. Law: TCVN 6909:2001 (Unicode in NFC).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

MOST_MARKS = 2
"""Marks above and below one letter, after NFC: Vietnamese needs none of its own, other Latin spellings two."""

_HIDDEN = frozenset("\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\ufeff") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)
"""Left behind by copying from Word, Zalo and web pages; they say nothing and are dropped without a word."""

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_DRAWN = (
    (0x0020, 0x0525),  # Latin, IPA, marks, Greek, Cyrillic
    (0x1E00, 0x1EFB),  # Latin with marks: Vietnamese
    (0x1F00, 0x1FFF),  # Greek with marks
    (0x2010, 0x205E),  # punctuation
    (0x2070, 0x20B5),  # raised and lowered figures, currencies
    (0x2100, 0x2109),  # letterlike signs
    (0x2116, 0x2127),
    (0x2150, 0x2185),  # fractions, Roman numbers
    (0x2190, 0x22FF),  # arrows, mathematics
    (0x25A0, 0x269C),  # shapes, stars, hearts
    (0x2706, 0x2709),
    (0x270C, 0x2727),  # ticks
    (0x2761, 0x2794),
)
"""What Liberation Serif and, where it has nothing, DejaVu draw from left to right on the official form."""


class Unfit(StrEnum):
    """Why a text cannot be kept."""

    CONTROL = "control-character"
    TURNING = "turns-direction"
    UNDRAWN = "not-drawn"
    STACKED = "stacked-marks"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first character that cannot be kept, and why."""

    why: Unfit
    character: str

    @property
    def code_point(self) -> str:
        """Return the character as U+200E."""
        return f"U+{ord(self.character):04X}"


def tidy(value: str, *, lines: bool = True) -> str:
    """Return `value` in NFC with plain spaces, trimmed, without what copying left behind unseen.

    `lines`: line ends are kept, as "\\n"; else they become spaces, and runs of spaces one.
    """
    text = value.replace("\t", " ")
    for end in ("\r\n", "\r", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    text = "".join(" " if unicodedata.category(one) == "Zs" else one for one in text if one not in _HIDDEN)
    text = unicodedata.normalize("NFC", text)
    if not lines:
        text = " ".join(part for part in text.replace("\n", " ").split(" ") if part)
    return text.strip(" \n")


def fault(text: str) -> Fault | None:
    """Return what stands in the way of keeping a tidied text, or None."""
    marks = 0
    for one in text:
        why = _why(one)
        if why is not None:
            return Fault(why, one)
        marks = marks + 1 if unicodedata.combining(one) else 0
        if marks > MOST_MARKS:
            return Fault(Unfit.STACKED, one)
    return None


def _why(one: str) -> Unfit | None:
    category = unicodedata.category(one)
    if category == "Cc":
        return None if one == "\n" else Unfit.CONTROL
    if one in _TURNING:
        return Unfit.TURNING
    if category[0] == "C" or not any(first <= ord(one) <= last for first, last in _DRAWN):
        return Unfit.UNDRAWN
    return None
