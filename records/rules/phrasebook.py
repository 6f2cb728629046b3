"""The starter bank: neutral phrases of our own from which a comment can begin, by what they are about and the level."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from records.national.codes import code_list

ANY_SUBJECT = "subject"
COMMENT_KINDS = {
    "quality": "qualities_comment",
    "general": "general_comment",
    "specific": "specific_comment",
    "homeroom": "homeroom_comment",
}
"""Kinds of the homeroom teacher's comments, and the fields where they stand."""
LONGEST = 500
"""Characters of a phrase."""
_FILE = Path(__file__).with_name("phrases_v1.json")


@dataclass(frozen=True, slots=True)
class Starter:
    """A phrase that comes with the system."""

    about: str
    level: str
    text: str


@cache
def starters() -> tuple[Starter, ...]:
    """Return every phrase of the starter bank, in its order."""
    phrases = json.loads(_FILE.read_text("utf-8"))["phrases"]
    return tuple(
        Starter(about, level, text)
        for about, levels in phrases.items()
        for level, texts in levels.items()
        for text in texts
    )


def abouts() -> tuple[str, ...]:
    """Return what a phrase may be about: any subject, one subject, or a kind of the homeroom teacher's comments."""
    return (ANY_SUBJECT, *COMMENT_KINDS, *(row.code for row in code_list().subjects))


def levels(about: str) -> tuple[str, ...]:
    """Return the levels there are: T, H, C of subjects, T, Đ, C of everything else."""
    of_traits = about in COMMENT_KINDS
    return tuple(code_list().trait_levels if of_traits else code_list().subject_levels)
