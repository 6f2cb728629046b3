"""The cells of a subject's table, and how a cell that was sent back may be answered."""

from __future__ import annotations

from enum import StrEnum


class Cell(StrEnum):
    """A column of a subject's table; the values are the fields of a result."""

    LEVEL = "level"
    MARK = "test_mark"
    COMMENT = "comment"


class Answer(StrEnum):
    """What came of a cell that was sent back: changed or kept by its teacher, or taken back by who sent it."""

    CHANGED = "changed"
    KEPT = "kept"
    TAKEN_BACK = "taken-back"


def shown(row: object, cell: str) -> str:
    """Return what a cell of a result holds, as people read it; a mark is whole. `row` may be None: nothing yet."""
    value = getattr(row, cell) if row is not None else None
    return "" if value is None else str(value).removesuffix(".0")
