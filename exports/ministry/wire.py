"""JSON as it travels: read strictly, so that nothing behind it needs to be careful again. Pure."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import TypeVar

MAX_REQUEST_BYTES = 10 * 1024 * 1024
"""The whole request, bytes; the receiver counts generously (CV 2088: 10 MB)."""

SAFE_REQUEST_BYTES = 10_000_000
"""The whole request, bytes; the sender counts strictly, so that either reading of "10 MB" is kept."""

MAX_ANSWER_BYTES = 32 * 1024 * 1024

# C0 and C1 controls, lone surrogates, noncharacters, and the marks that turn the reading direction
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


Choice = TypeVar("Choice", bound=StrEnum)


class WireFault(StrEnum):
    """Why a message is not read."""

    JSON = "MESSAGE_JSON"
    SHAPE = "MESSAGE_SHAPE"
    MISSING = "MESSAGE_MISSING"
    FIELD = "MESSAGE_FIELD"


class MessageError(Exception):
    """The message breaks the format; `field` names the place where there is one."""

    def __init__(self, fault: WireFault, field: str = "") -> None:
        super().__init__(f"{fault.value} {field}".rstrip())
        self.fault = fault
        self.field = field


def dump(value: object) -> bytes:
    """Return `value` as UTF-8 JSON without white space, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def load_object(body: bytes) -> dict[str, object]:
    """Return the JSON object in `body`. Refuses a name given twice, NaN, fractions, too deep nesting.

    Raises: MessageError.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse_number,
            parse_float=_refuse_number,
        )
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise MessageError(WireFault.JSON) from error
    if not isinstance(value, dict):
        raise MessageError(WireFault.SHAPE)
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse_number(text: str) -> object:
    raise ValueError(f"no number of this format: {text[:20]}")


def text_of(source: dict[str, object], field: str, *, longest: int = 200, pattern: str = "") -> str:
    """Return a required text field without control or direction marks. Raises: MessageError."""
    value = source.get(field)
    if value is None or value == "":
        raise MessageError(WireFault.MISSING, field)
    if not isinstance(value, str) or len(value) > longest or _FORBIDDEN.search(value):
        raise MessageError(WireFault.FIELD, field)
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        raise MessageError(WireFault.FIELD, field)
    return value


def optional_text(source: dict[str, object], field: str, *, longest: int = 200) -> str:
    """Return a text field, or "" when it is left out or null. Raises: MessageError."""
    if source.get(field) in (None, ""):
        return ""
    return text_of(source, field, longest=longest)


def clean_text(value: object, longest: int = 200) -> str:
    """Return text from outside fit to store and show: no control or direction marks, cut to `longest`."""
    return _FORBIDDEN.sub(" ", value)[:longest].strip() if isinstance(value, str) else ""


def number_of(source: dict[str, object], field: str, *, least: int, most: int) -> int:
    """Return a required whole number in the range. Raises: MessageError."""
    value = source.get(field)
    if value is None:
        raise MessageError(WireFault.MISSING, field)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise MessageError(WireFault.FIELD, field)
    return value


def object_of(source: dict[str, object], field: str) -> dict[str, object]:
    """Return a required object field. Raises: MessageError."""
    value = source.get(field)
    if value is None:
        raise MessageError(WireFault.MISSING, field)
    if not isinstance(value, dict):
        raise MessageError(WireFault.FIELD, field)
    return value


def choice_of(source: dict[str, object], field: str, choices: type[Choice]) -> Choice:
    """Return a required member of `choices`. Raises: MessageError."""
    try:
        return choices(text_of(source, field))
    except ValueError as error:
        raise MessageError(WireFault.FIELD, field) from error
