"""Strict text of the C2SP formats: base64 with one spelling, decimals without leading zeroes."""

from __future__ import annotations

import base64
import binascii
import re

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)


class Malformed(Exception):
    """Text that is not written as its format asks; `code` names what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def encode(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str, code: str, *, length: int | None = None) -> bytes:
    """Return the bytes of `text`; only one spelling of them is taken. Raises: Malformed(code)."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed(code) from error
    if encode(data) != text or (length is not None and len(data) != length):
        raise Malformed(code)
    return data


def decimal(text: str, code: str) -> int:
    """Return a whole number below 10^18. Raises: Malformed(code)."""
    if not _DECIMAL.match(text):
        raise Malformed(code)
    return int(text)
