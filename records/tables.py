"""A subject's results in a spreadsheet of the teacher's own: which line is which pupil, which column is which.

Pure: no database. Lines come in any order; merged and empty cells say nothing and change nothing.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schools.rosters.columns import plain
from schools.rosters.reading import MAX_CELL_CHARACTERS, Sheet, Value

HEADINGS: Mapping[str, frozenset[str]] = {
    "code": frozenset({"ma hoc sinh", "ma em", "ma hs", "ma dinh danh", "ma"}),
    "name": frozenset({"ho va ten", "ho ten", "hoc sinh", "ho va ten hoc sinh", "ten hoc sinh", "ho, dem va ten"}),
    "family": frozenset({"ho dem", "ho va dem", "ho va ten dem", "ho, dem", "ho"}),
    "given": frozenset({"ten"}),
    "level": frozenset({"muc dat duoc", "muc", "mdd", "xep loai", "danh gia", "muc do", "muc do hoan thanh"}),
    "mark": frozenset({"diem kiem tra", "diem", "diem ktdk", "ktdk", "diem thi", "diem kt", "diem kiem tra dinh ki"}),
    "comment": frozenset({"nhan xet", "loi nhan xet", "nhan xet cua giao vien", "ghi chu nhan xet"}),
}  # fmt: skip
"""What a heading may say, in plain letters."""
CELLS = ("level", "mark", "comment")
LEVELS = {"hoan thanh tot": "T", "hoan thanh": "H", "chua hoan thanh": "C"}
FARTHEST_HEADING = 30
"""Rows above a table: the school's name, the title, the term."""


class NoTable(Exception):
    """No sheet of the file has a heading for pupils and one for results."""


@dataclass(frozen=True, slots=True)
class Known:
    """A pupil of the class."""

    enrolment: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a file says of one pupil: the cells with something in them."""

    row: int
    enrolment: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Understood:
    """A file against a class; `unknown` and `doubtful` are (row, name), `cut` are (row, column) of too long cells."""

    lines: list[Line] = field(default_factory=list)
    missing: list[Known] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    doubtful: list[tuple[int, str]] = field(default_factory=list)
    cut: list[tuple[int, str]] = field(default_factory=list)


def understand(sheets: Sequence[Sheet], pupils: Sequence[Known]) -> Understood:
    """Return what the first fitting sheet says of the pupils. Raises: NoTable."""
    for sheet in sheets:
        found = _heading(sheet)
        if found is not None:
            return _read(sheet, *found, pupils)
    raise NoTable


def _heading(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Return the row below the headings and where each column is; headings may stand in two rows, merged."""
    for at in range(min(FARTHEST_HEADING, len(sheet.rows))):
        columns = _columns(sheet.rows[at])
        below = _columns(sheet.rows[at + 1]) if at + 1 < len(sheet.rows) else {}
        if "name" not in columns and "code" not in columns and "given" not in columns:
            continue
        both = {**below, **columns}
        rest = both.get("name", -1) + 1
        if (
            rest
            and _at(sheet.rows[at], rest) is None
            and (not below or _at(sheet.rows[at + 1], rest) is None)
        ):
            both["rest"] = rest  # a heading merged over two columns: the given name stands in the second
        if any(name in both for name in CELLS):
            return at + (2 if below else 1), both
    return None


def _columns(row: Sequence[Value]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, value in enumerate(row):
        words = plain(value) if isinstance(value, str) else ""
        for name, headings in HEADINGS.items():
            if words in headings:
                found.setdefault(name, place)
    return found


def _read(sheet: Sheet, start: int, columns: Mapping[str, int], pupils: Sequence[Known]) -> Understood:
    told = Understood()
    by_code = {one.code: one for one in pupils}
    by_name: dict[str, list[Known]] = {}
    for one in pupils:
        by_name.setdefault(spelt(one.name), []).append(one)
    for number, row in enumerate(sheet.rows[start:], start=start + 1):
        code, name = shown(_at(row, columns.get("code"))), _name(row, columns)
        if not code and not spelt(name):
            continue
        same = by_name.get(spelt(name), [])
        pupil = by_code.get(code) or (same[0] if len(same) == 1 else None)
        if pupil is None:
            (told.doubtful if len(same) > 1 else told.unknown).append((number, name or code))
        elif name and spelt(name) != spelt(pupil.name):
            told.doubtful.append((number, name))
        else:
            told.lines.append(_line(number, row, columns, pupil, told))
    _without_doubles(told, {one.enrolment: one.name for one in pupils})
    stated = {line.enrolment for line in told.lines}
    told.missing = [one for one in pupils if one.enrolment not in stated]
    return told


def _line(
    number: int, row: Sequence[Value], columns: Mapping[str, int], pupil: Known, told: Understood
) -> Line:
    cells = {name: shown(_at(row, columns.get(name))) for name in CELLS}
    cells["level"] = LEVELS.get(plain(cells["level"]), cells["level"].upper())
    for name in CELLS:
        if len(cells[name]) >= MAX_CELL_CHARACTERS:
            told.cut.append((number, name))
            cells[name] = ""
    return Line(number, pupil.enrolment, {name: text for name, text in cells.items() if text})


def _without_doubles(told: Understood, names: Mapping[int, str]) -> None:
    """Leave out pupils that stand there twice: nobody can know which line counts."""
    times = Counter(line.enrolment for line in told.lines)
    told.doubtful += [(line.row, names[line.enrolment]) for line in told.lines if times[line.enrolment] > 1]
    told.lines = [line for line in told.lines if times[line.enrolment] == 1]


def _name(row: Sequence[Value], columns: Mapping[str, int]) -> str:
    if "name" in columns:
        parts = [_at(row, columns["name"]), _at(row, columns.get("rest"))]
    else:
        parts = [_at(row, columns.get("family")), _at(row, columns.get("given"))]
    return " ".join(shown(part) for part in parts if part is not None)


def _at(row: Sequence[Value], place: int | None) -> Value:
    return row[place] if place is not None and place < len(row) else None


def spelt(name: str) -> str:
    """Return a name for comparing: NFC, one case, single spaces; diacritics stay, An is not Ân."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def shown(value: Value) -> str:
    """Return a cell's value as a teacher would type it: 8, 8,5, T."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    text = str(value).strip()
    whole, comma, rest = text.replace(".", ",").partition(",")
    return whole if comma and whole.isdecimal() and rest and set(rest) == {"0"} else text
