"""Where the table begins in a sheet that a person made, and which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from .columns import COLUMNS, PARTS_OF, Kind, known, plain, without_brackets
from .reading import BadFile, Sheet, Value

FIRST_LINES: Final = 40
"""A heading further down than this is none."""
_FAMILY = {"cha", "me", "bo", "nguoi giam ho", "phu huynh", "thong tin cha", "thong tin me"}
"""Headings over others that change whose name stands below."""


@dataclass(frozen=True, slots=True)
class Header:
    """Of one sheet: the first and last line of the heading (0 = row 1), and the columns of each field."""

    sheet: Sheet
    first: int
    last: int
    columns: dict[str, tuple[int, ...]]
    unused: tuple[str, ...] = field(default=())


def find(sheets: Sequence[Sheet], kind: Kind) -> Header:
    """Return the best heading of all sheets. Raises: BadFile `no-heading` with the headings that are missing."""
    best: tuple[int, Header] | None = None
    least = 1 if kind is Kind.CLASSES else 2
    for sheet in sheets:
        for at in range(min(FIRST_LINES, len(sheet.rows))):
            for depth in (1, 2):
                found = _read(sheet, at, depth, kind)
                weight = len(found.columns) * 2 - depth
                if len(found.columns) >= least and (best is None or weight > best[0]):
                    best = weight, found
    if best is None:
        raise BadFile("no-heading", missing=tuple(_missing(kind, {})))
    missing = _missing(kind, best[1].columns)
    if missing:
        raise BadFile("no-heading", missing=tuple(missing))
    return best[1]


def _missing(kind: Kind, columns: dict[str, tuple[int, ...]]) -> list[str]:
    """Return the headings of our template without which nothing can be read."""
    missing = []
    for column in COLUMNS[kind]:
        has_parts = {"full_name": "given_part", "born_on": "year_part"}.get(column.field, "") in columns
        if column.must and column.field not in columns and not has_parts:
            missing.append(column.heading)
    keys = {Kind.PUPILS: ("code", "personal_number"), Kind.GUARDIANS: ("code", "pupil_number")}.get(kind, ())
    keys = {Kind.TEACHINGS: ("teacher", "teacher_number")}.get(kind, keys)
    if keys and not any(key in columns for key in keys):
        missing.append(" / ".join(one.heading for one in COLUMNS[kind] if one.field in keys))
    return missing


def _read(sheet: Sheet, at: int, depth: int, kind: Kind) -> Header:
    """Read one or two lines as a heading."""
    upper = sheet.rows[at]
    lower = sheet.rows[at + 1] if depth == 2 and at + 1 < len(sheet.rows) else ()
    width = max(len(upper), len(lower))
    columns: dict[str, tuple[int, ...]] = {}
    unused: list[str] = []
    above, named = "", [False] * width
    for place in range(width):
        top, below = _at(upper, place), _at(lower, place)
        if top is not None:
            above = str(top)
        named[place] = top is not None or below is not None
        meaning = _meaning(above if below is not None or top is not None else "", below, kind)
        if meaning and meaning not in columns:
            columns[meaning] = (place,)
        elif named[place] and (top if below is None else below) is not None:
            unused.append(str(below if below is not None else top)[:60])
    last = at + depth - 1
    _spread(sheet, last, columns, named)
    if "given_part" in columns and len(columns.get("full_name", ())) < 2:
        columns.pop("full_name", None)
    return Header(sheet, at, last, columns, tuple(unused))


def _at(row: Sequence[Value], place: int) -> Value:
    return row[place] if place < len(row) else None


def _meaning(above: str, below: Value, kind: Kind) -> str:
    names = known(kind)
    if below is None:
        return _first(names, above)
    over = plain(above)
    joined = _first(names, f"{above} {below}")
    if joined or over in _FAMILY:
        return joined
    return _first(names, str(below)) or ""


def _first(names: dict[str, str], heading: str) -> str:
    return names.get(plain(heading)) or names.get(plain(without_brackets(heading))) or ""


def _spread(sheet: Sheet, last: int, columns: dict[str, tuple[int, ...]], named: list[bool]) -> None:
    """A heading merged over several columns: those to its right without one, if they hold values, belong to it."""
    for whole in ("full_name", "born_on"):
        if whole not in columns:
            continue
        start = columns[whole][0]
        end = start + 1
        most = start + len(PARTS_OF[whole][:3])
        body = sheet.rows[last + 1 : last + 41]
        while end < most and not (end < len(named) and named[end]) and any(_at(row, end) for row in body):
            end += 1
        columns[whole] = tuple(range(start, end))
