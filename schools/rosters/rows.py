"""The lines of a list: read cell by cell, with what is wrong where. What only the database knows is judged later."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter

from . import values
from .columns import COLUMNS, PARTS_OF, SPECIMEN, Column, Kind, column_of, plain
from .headers import Header, find
from .reading import Sheet, Value, read
from .values import Read


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one cell (or, without `field`, one row): a code, and what stands there."""

    code: str
    field: str = ""
    column: str = ""
    value: str = ""
    is_error: bool = True
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return it for a JSON column."""
        return {
            "code": self.code,
            "field": self.field,
            "column": self.column,
            "value": self.value,
            "is_error": self.is_error,
            "facts": self.facts,
        }


@dataclass(slots=True)
class Row:
    """One line of the file: its number as the spreadsheet counts, its values by field, what was found."""

    number: int
    values: dict[str, str]
    findings: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        """Return whether an error keeps this row out."""
        return any(one.is_error for one in self.findings)


@dataclass(frozen=True, slots=True)
class Roster:
    """A list as read: its rows, where each field came from, headings that mean nothing to us, lines passed over."""

    kind: Kind
    sheet: str
    header_row: int
    mapping: dict[str, str]
    unused: tuple[str, ...]
    rows: tuple[Row, ...]
    passed_over: int


def parse(data: bytes, kind: Kind) -> Roster:
    """Return the list in a file. Raises: reading.BadFile."""
    return understood(read(data), kind)


def understood(sheets: Sequence[Sheet], kind: Kind) -> Roster:
    """Return the list in sheets. Raises: reading.BadFile, when no heading is found."""
    header = find(sheets, kind)
    rows, passed_over = [], 0
    for number, cells in enumerate(header.sheet.rows, start=1):
        if number <= header.last + 1 or all(one is None for one in cells):
            continue
        if _is_no_line(cells, header, kind):
            passed_over += 1
            continue
        rows.append(_row(number, cells, header, kind))
    for first, again, key in _repeated(rows, kind):
        again.findings.append(
            Finding("twice-in-file", key, value=again.values[key], facts={"row": first.number})
        )
    letters = {
        name: "+".join(get_column_letter(one + 1) for one in places)
        for name, places in header.columns.items()
    }
    return Roster(kind, header.sheet.name, header.first + 1, letters, header.unused, tuple(rows), passed_over)


def _is_no_line(cells: Sequence[Value], header: Header, kind: Kind) -> bool:
    """Say whether a line is none of the list: a total, a signature, a repeated heading, the numbers of columns."""
    if SPECIMEN in cells:
        return True
    stated = [(name, _at(cells, one)) for name, places in header.columns.items() for one in places]
    filled = [(name, value) for name, value in stated if value is not None]
    if len({name for name, _value in filled}) < (1 if kind is Kind.CLASSES else 2):
        return True  # a class may be a name alone; whatever else is named has at least two cells
    everything = [one for one in cells if one is not None]
    texts = [values.words(one).strip("()") for one in everything]
    if len(texts) > 2 and all(one.isdigit() and len(one) < 3 for one in texts):
        return [int(one) for one in texts] == list(range(int(texts[0]), int(texts[0]) + len(texts)))
    above = header.sheet.rows[header.last]
    same = sum(
        plain(_at(cells, one)) == plain(_at(above, one)) != ""
        for _n, p in header.columns.items()
        for one in p
    )
    return same >= 2


def _row(number: int, cells: Sequence[Value], header: Header, kind: Kind) -> Row:
    row = Row(number, {})
    for column in COLUMNS[kind]:
        places = _places(header, column.field)
        if not places:
            continue
        found = _joined(cells, header, column)
        letter = get_column_letter(places[0] + 1)
        code = found.error or found.warning
        if code:
            row.findings.append(Finding(code, column.field, letter, found.value[:120], bool(found.error)))
        row.values[column.field] = "" if found.warning else found.value
        if column.must and not found.value:
            row.findings.append(Finding("absent", column.field, letter))
    return row


def _places(header: Header, name: str) -> list[int]:
    parts = (name, *PARTS_OF.get(name, ()))
    return [one for part in parts for one in header.columns.get(part, ())]


def _joined(cells: Sequence[Value], header: Header, column: Column) -> Read:
    """Return the value of a field that stands in one column or in several."""

    def cell(name: str) -> Value:
        places = header.columns.get(name)
        return _at(cells, places[0]) if places else None

    places = header.columns.get(column.field, ())
    if column.field == "full_name" and (len(places) > 1 or not places):
        parts = [_at(cells, one) for one in places] or [cell(one) for one in PARTS_OF["full_name"]]
        return values.read(" ".join(values.words(one) for one in parts if one is not None), column)
    if column.field == "born_on" and len(places) == 3:
        first, second, third = (_at(cells, one) for one in places)
        return (
            values.day_of_parts((first, second, third)) if third is not None else values.read(first, column)
        )
    if column.field == "born_on" and not places:
        return values.day_of_parts((cell("day_part"), cell("month_part"), cell("year_part")))
    if column.field == "gender" and not places:
        return values.gender_of_ticks(cell("female_mark"), cell("male_mark"))
    return values.read(cell(column.field), column)


def _at(cells: Sequence[Value], place: int) -> Value:
    return cells[place] if place < len(cells) else None


_ONCE = {
    Kind.STAFF: ("personal_number",),
    Kind.CLASSES: ("class_name",),
    Kind.TEACHINGS: (),
    Kind.PUPILS: ("code", "personal_number"),
    Kind.GUARDIANS: (),
}


def _repeated(rows: Sequence[Row], kind: Kind) -> Iterator[tuple[Row, Row, str]]:
    for key in _ONCE[kind]:
        seen: dict[str, Row] = {}
        for row in rows:
            value = row.values.get(key, "").casefold()
            if not value:
                continue
            if value in seen:
                yield seen[value], row, key
            seen.setdefault(value, row)


def heading(kind: Kind, name: str) -> str:
    """Return our template's heading of a field; "" for none."""
    return column_of(kind, name).heading if any(one.field == name for one in COLUMNS[kind]) else ""
