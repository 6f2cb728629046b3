"""Do letters stand where their meaning is: a mark in its subject's row, a value on its label's line.

The text is compared in the order of the content; here the page must be read in that very order. In a table the
cells, which its own lines make, follow each other row by row and are never entered twice; beside tables a run
begins a line, continues one, or stands in one of the template's columns. So a mark cannot move to the row below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from signing.seal.pdf.layout import Refused

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in the renderer's pixels."""

MARGINS: Final = (75.6, 94.5, 124.9)
"""Where lines begin: the page, a statement, the cover."""

COLUMNS: Final = (325.0, 404.6, 496.5)
"""Where values begin: particulars, cover, the second half of the heading."""

PAGE, LEFT_HALF, RIGHT_HALF = 404.4, 240.0, 568.8
"""Middles of what is centred: titles, the leader's and the homeroom teacher's place for signing."""

SHARED: Final = (434.6, 733.2)
"""Sides of the one cell that belongs to many rows: the comment on qualities and competences."""

SIGNING: Final = "Xác nhận của"
_NEAR, _SPACE, _FOOT, _EDGE = 1.5, 7.0, 1080.0, 733.2
_WIDEST_CELL, _FIRST_COLUMN = 600.0, 90.0
_SIDES = re.compile("L+R+L+R+")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that were shown at once: where they begin and end, how large, what they say."""

    left: float
    right: float
    base: float
    size: float
    says: str

    @property
    def middle(self) -> float:
        """Return the middle between left and right."""
        return (self.left + self.right) / 2


def check(runs: Sequence[Run], rules: Iterable[Box], where: str) -> None:
    """Follow one page's runs through its cells and lines. Raises: Refused."""
    signing = next((place for place, run in enumerate(runs) if SIGNING in run.says), len(runs))
    walk = _Walk(_Cells(rules), where)
    for run in runs[:signing]:
        walk.step(run)
    walk.sign(runs[signing:])


class _Cells:
    """The cells that a page's horizontal and vertical lines make."""

    def __init__(self, rules: Iterable[Box]) -> None:
        lines = sorted(rules)
        self._across = [line for line in lines if line[1] == line[3]]
        self._down = [line for line in lines if line[0] == line[2]]

    def of(self, run: Run) -> Box | None:
        """Return the cell around a run; None outside of tables."""
        x, y = run.middle, run.base - 0.3 * run.size
        above = max(
            (one for one in self._across if one[0] <= x <= one[2] and one[1] <= y), key=_top, default=None
        )
        below = min(
            (one for one in self._across if one[0] <= x <= one[2] and one[1] > y), key=_top, default=None
        )
        left = max((one[0] for one in self._down if one[1] <= y <= one[3] and one[0] <= x), default=None)
        right = min((one[0] for one in self._down if one[1] <= y <= one[3] and one[0] > x), default=None)
        if above is None or below is None or left is None or right is None:
            return None
        whole = all(one[0] <= left + _NEAR and one[2] >= right - _NEAR for one in (above, below))
        return (left, above[1], right, below[1]) if whole and right - left < _WIDEST_CELL else None


def _top(line: Box) -> float:
    return line[1]


@dataclass(slots=True)
class _Walk:
    """How far the reader has come on one page."""

    cells: _Cells
    where: str
    last: Run | None = None
    cell: Box | None = None
    row: Box | None = None
    lowest: float = 0.0
    entered: set[Box] = field(default_factory=set)
    line_starts: list[float] = field(default_factory=list)

    def step(self, run: Run) -> None:
        """Take one more run. Raises: Refused."""
        cell = self.cells.of(run)
        if cell is None:
            self._expect(self._in_line(run), run)
            self.row = None
        elif cell != self.cell:
            self._expect(cell not in self.entered and self._next_cell(cell), run)
            self.entered.add(cell)
        elif self.last is not None:
            self._expect(run.base > self.last.base + _NEAR or run.left >= self.last.right - _NEAR, run)
        self.cell, self.last, self.lowest = cell, run, max(self.lowest, run.base)

    def sign(self, runs: Sequence[Run]) -> None:
        """Take the places for signing: the leader's left, the homeroom teacher's right, then the names so.

        The boxes below (certificates, look-up code) are each read to their end.
        """
        sides = ""
        for run in runs:
            cell = self.cells.of(run)
            if run.base >= _FOOT:
                self._expect(self._in_line(run), run)
            elif cell is None:
                side = self._side(run)
                self._expect(side and run.base >= runs[0].base - _NEAR, run)
                sides += side
            elif cell != self.cell:
                self._expect(cell not in self.entered and cell[1] > runs[0].base, run)
                self.entered.add(cell)
            self.cell, self.last, self.lowest = cell, run, max(self.lowest, run.base)
        self._expect(not runs or _SIDES.fullmatch(sides), runs[0] if runs else None)

    def _side(self, run: Run) -> str:
        return "L" if _near(run.middle, LEFT_HALF) else "R" if _near(run.middle, RIGHT_HALF) else ""

    def _expect(self, holds: object, run: Run | None) -> None:
        if not holds:
            raise Refused("pdf.painted", f"{self.where}: place of {run.says[:20] if run else ''!r}")

    def _next_cell(self, cell: Box) -> bool:
        """A cell to the right in the same row, as high as it; or the first of a lower row."""
        row = self.row
        if row is not None and self.cell is not None and _near(cell[1], row[1]):
            beside = cell[0] >= self.cell[2] - _NEAR
            shared = _near(cell[0], SHARED[0]) and _near(cell[2], SHARED[1])
            return beside and (shared or _near(cell[3], row[3]))
        below = cell[1] >= (row[3] - _NEAR if row is not None else self.lowest - _NEAR)
        self.row = cell
        return below and cell[0] < _FIRST_COLUMN

    def _in_line(self, run: Run) -> bool:
        last = self.last
        if last is not None and abs(run.base - last.base) <= _NEAR and run.left >= last.right - _NEAR:
            foot = run.base > _FOOT and _near(run.right, _EDGE)
            return foot or run.left - last.right <= _SPACE or _any_near(run.left, COLUMNS)
        if run.base > self.lowest + _NEAR and (_any_near(run.left, MARGINS) or self._centred(run)):
            self.line_starts.append(run.base)
            return True
        return last is not None and (self._continues(run, last) or self._second_half(run))

    def _centred(self, run: Run) -> bool:
        return _near(run.middle, PAGE) or _near(run.middle, RIGHT_HALF)

    def _continues(self, run: Run, last: Run) -> bool:
        """The next line of a value that is too long for one."""
        column = _near(run.left, last.left) or (_near(run.left, COLUMNS[2]) and last.left > COLUMNS[2])
        return column and run.size == last.size and 0.8 * run.size < run.base - last.base < 1.8 * run.size

    def _second_half(self, run: Run) -> bool:
        """The heading's second column, beside a first one that took several lines."""
        return _near(run.left, COLUMNS[2]) and _any_near(run.base, self.line_starts)


def _near(here: float, there: float) -> bool:
    return abs(here - there) <= _NEAR


def _any_near(here: float, places: Sequence[float]) -> bool:
    return any(_near(here, place) for place in places)
