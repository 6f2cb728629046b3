"""Vietnamese names: their order in lists and how they are found without diacritics."""

from __future__ import annotations

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS, start=1)}


def _syllable_key(syllable: str) -> bytes:
    """Return letters first, tones after: An < Ánh < Ăn < Ân < Dũng < Đào."""
    letters, tones = bytearray(), bytearray()
    for char in unicodedata.normalize("NFC", syllable.casefold()):
        base, tone = _split_tone(char)
        letters.append(_RANK.get(base, 200))
        tones.append(_TONES[tone])
    return bytes(letters) + b"\x00" + bytes(tones)


def _split_tone(char: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", char)
    tone = next((mark for mark in parts[1:] if mark in _TONES), "")
    base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark != tone or not tone))
    return base, tone


def sort_key(full_name: str) -> bytes:
    """Return bytes that put names in Vietnamese order: by given name, then middle name, then family name.

    >>> sorted(["Trần Đào", "Lê An", "Vũ Ánh"], key=sort_key)
    ['Lê An', 'Vũ Ánh', 'Trần Đào']
    """
    words = full_name.split()
    if not words:
        return b""
    ordered = [words[-1], *words[1:-1], words[0]] if len(words) > 1 else words
    return b"\x01".join(_syllable_key(word) for word in ordered)


def fold(text: str) -> str:
    """Return `text` for searching: lower case, no diacritics, đ as d."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(char for char in plain if not unicodedata.combining(char))
