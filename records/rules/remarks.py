"""What may be amiss in comments: another pupil's name, one sentence for many, nothing written. Warnings, no refusals.

A warning that is often wrong is read by nobody, so a name counts only where it can hardly be a word: "Trung thực"
and "tiếng Anh" name no pupil called Trung or Anh. Whether a comment fits its level is not judged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hocba.kernel.names import fold

NAME_SLOT = "{ten}"
"""Where a phrase has the pupil's own name."""
MANY = 5
"""Pupils; one comment for fewer is nothing to speak of."""
LARGE_SHARE = (2, 5)
"""Of a class, as a fraction: more than that."""

_WORD = re.compile(r"[^\W\d_]+")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_CALLS = {"em", "bạn", "con", "cháu", "trò"}
"""What stands before a child's name."""


class Doubt(StrEnum):
    """Why a comment should be read again."""

    OTHER_NAME = "other-name"
    REPEATED = "repeated"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Warning:
    """A comment of one pupil to be read again: `name` is whom it names, `count` how many have the same."""

    doubt: Doubt
    pupil: int
    name: str = ""
    count: int = 0


def review(comments: Mapping[int, str], names: Mapping[int, str]) -> tuple[Warning, ...]:
    """Return the warnings of one kind of comment: texts and full names by pupil, in the order of `names`."""
    texts = {pupil: comments.get(pupil, "").strip() for pupil in names}
    compared = {pupil: bare(text, names[pupil]) for pupil, text in texts.items() if text}
    same = Counter(compared.values())
    book = _Names(names)
    found = []
    for pupil, text in texts.items():
        if not text:
            found.append(Warning(Doubt.EMPTY, pupil))
            continue
        other = book.other_in(text, pupil)
        if other:
            found.append(Warning(Doubt.OTHER_NAME, pupil, name=other))
        count = same[compared[pupil]]
        if is_many(count, len(names)):
            found.append(Warning(Doubt.REPEATED, pupil, count=count))
    return tuple(found)


def is_many(count: int, pupils: int) -> bool:
    """Say whether a comment stands with more pupils of a class than one would read: five at least, and 40 %."""
    part, whole = LARGE_SHARE
    return count >= MANY and count * whole > pupils * part


def filled(phrase: str, full_name: str) -> str:
    """Return a phrase with the pupil's given name (tên) in its place."""
    words = full_name.split()
    return phrase.replace(NAME_SLOT, words[-1] if words else "")


def bare(text: str, full_name: str) -> str:
    """Return a comment as it is compared: without the own name, spaces, case and stops, in which pupils differ."""
    words = [_spelling(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    own = [_spelling(word) for word in full_name.split()]
    for length in range(len(own), 0, -1):
        words = _without(words, own[-length:])
    return " ".join(words)


def _without(words: list[str], name: Sequence[str]) -> list[str]:
    """Return words with each run that is `name` as one mark."""
    made: list[str] = []
    for word in words:
        made.append(word)
        if made[-len(name) :] == list(name):
            made[-len(name) :] = [NAME_SLOT]
    return made


@lru_cache(maxsize=8192)
def _spelling(word: str) -> str:
    """Return a syllable by letters and tone, wherever the tone stands: "Hoà" and "hòa" are one, "hoa" another."""
    parts = unicodedata.normalize("NFD", word.casefold())
    tone = next((char for char in parts if char in _TONES), "")
    return unicodedata.normalize("NFC", "".join(char for char in parts if char != tone)) + tone


class _Names:
    """The names of a class, by the syllable at which they are looked for: the given name (tên)."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.full = {pupil: [_spelling(word) for word in name.split()] for pupil, name in names.items()}
        self.shown = dict(names)
        self.called: dict[str, list[int]] = {}
        for pupil, name in self.full.items():
            for key in {name[-1], fold(names[pupil].split()[-1])} if name else ():
                self.called.setdefault(key, []).append(pupil)

    def other_in(self, text: str, pupil: int) -> str:
        """Return the full name of another pupil whom the text names, "" for none."""
        own, words = set(self.full[pupil]), _words(text)
        for place, word in enumerate(words):
            for other in self.called.get(word.spelling, ()):
                name = self.full[other]
                if name != self.full[pupil] and _ends_at(words, place, name, own):
                    return self.shown[other]
        return ""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text: its letters and tone, as it was typed, and whether a sentence begins with it."""

    spelling: str
    typed: str
    begins: bool

    @property
    def is_capital(self) -> bool:
        return self.typed[:1].isupper()


def _words(text: str) -> list[_Word]:
    text = unicodedata.normalize("NFC", text)
    made: list[_Word] = []
    end = 0
    for found in _WORD.finditer(text):
        begins = not made or bool(re.search(r"[.!?:;\n]", text[end : found.start()]))
        made.append(_Word(_spelling(found[0]), found[0], begins))
        end = found.end()
    return made


def _ends_at(words: Sequence[_Word], place: int, name: Sequence[str], own: set[str]) -> bool:
    """Say whether another pupil's name ends at that word: in full, its last two, or the given name alone."""
    for length in range(min(len(name), place + 1), 1, -1):
        first = place - length + 1
        run, part = words[first : place + 1], list(name[-length:])
        if [word.spelling for word in run] != part or set(part) <= own:
            continue
        if length == len(name) > 2 or all(word.is_capital for word in run):
            return length == len(name) or not _goes_on(words, first - 1)
    return _is_called(words, place, name[-1], own)


def _is_called(words: Sequence[_Word], place: int, given: str, own: set[str]) -> bool:
    """Say whether the word is a given name: written with a capital after "em", "bạn" … and no part of a longer name."""
    word = words[place]
    if place == 0 or word.begins or not word.is_capital or word.spelling in own:
        return False
    after = words[place + 1] if place + 1 < len(words) else None
    if words[place - 1].typed.casefold() not in _CALLS or (after and after.is_capital and not after.begins):
        return False
    return word.spelling == given or word.typed.isascii()


def _goes_on(words: Sequence[_Word], place: int) -> bool:
    """Say whether the word before belongs to the same name: "Tiếng" before "Việt Nam"."""
    return place >= 0 and words[place].is_capital and words[place].typed.casefold() not in _CALLS
