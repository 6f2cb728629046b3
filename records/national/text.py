"""What text may stand in a signed document: one spelling per text, nothing invisible, nothing that turns it.

TCVN 6909:2001 is Unicode in NFC. A character that cannot be seen on paper has no place in a document whose
print must say the same as its bytes.
"""

from __future__ import annotations

import unicodedata

MAX_TEXT = 4000
"""Longest value of one tag, in characters."""

_KEPT_CONTROL = "\n"


class UnfitText(ValueError):
    """A value cannot be stated: `code` is control-character, invisible-character, not-unicode or too-long."""

    def __init__(self, code: str, field: str = "", character: str = "") -> None:
        super().__init__(f"{code} {field} {character}".strip())
        self.code = code
        self.field = field
        self.character = character


def stated(value: str | None, field: str = "") -> str | None:
    """Return `value` as the document states it: NFC, plain spaces and line ends, trimmed; "" is None.

    Raises: UnfitText, for a control or invisible character, half a surrogate pair, or too long a text.
    """
    if value is None:
        return None
    # Printable leaves out every category that is refused or replaced below: most texts need no closer look.
    plain = value.isprintable() and unicodedata.is_normalized("NFC", value)
    text = (value if plain else _plain(value, field)).strip(" \n")
    if len(text) > MAX_TEXT:
        raise UnfitText("too-long", field)
    return text or None


def _plain(value: str, field: str) -> str:
    """Return a text in NFC with plain spaces and line ends. Raises: UnfitText."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    for char in text:
        code = _refusal(char)
        if code:
            raise UnfitText(code, field, f"U+{ord(char):04X}")
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in text)


def _refusal(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc" and char not in _KEPT_CONTROL:
        return "control-character"
    if category in {"Cf", "Zl", "Zp"}:
        return "invisible-character"
    if category in {"Cs", "Cn", "Co"}:
        return "not-unicode"
    return ""
