"""A person before a page that asks for a confirmation code: reads the words, writes the digits."""

from __future__ import annotations

import html
import re
from typing import Any

WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
TOLD = re.compile(r"bốn chữ sau: ([^.]+)\.")


def digits_told(page: str) -> str:
    """Return the digits that a page tells in words."""
    told = TOLD.search(page)
    assert told is not None, page[-3000:]
    return "".join(str(WORDS.index(word)) for word in told[1].split(", "))


def confirmed(answer: Any) -> dict[str, str]:
    """Return what the form of this page would send for its confirmation code."""
    page = html.unescape(answer.content.decode())
    token = re.search(r'name="challenge" value="([^"]+)"', page)
    assert token is not None, page[-3000:]
    return {"challenge": token[1], "confirmation": digits_told(page)}


def wrong_digits(given: dict[str, str]) -> dict[str, str]:
    """Return the same answer with another last digit."""
    right = given["confirmation"]
    return given | {"confirmation": right[:-1] + str((int(right[-1]) + 1) % 10)}
