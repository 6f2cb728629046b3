"""Where letters stand: each in its own cell, row by row; each value on the line of its label."""

from __future__ import annotations

import pytest

from signing.seal.pdf import order
from signing.seal.pdf.layout import Refused
from signing.seal.pdf.order import Run

SIZE = 15.0
WHERE = "page 3"


def row(top: float, *widths: float, left: float = 76.0, high: float = 40.0) -> set[order.Box]:
    """Return the lines around cells of one row."""
    lines = set()
    for width in widths:
        right = left + width
        lines |= {(left, top, right, top), (left, top + high, right, top + high)}
        lines |= {(left, top, left, top + high), (right, top, right, top + high)}
        left = right
    return lines


RULES = row(200, 230, 129, 76, 222) | row(240, 230, 129, 76, 222)


def table(*, mark: float = 225, comment: float = 218) -> list[Run]:
    return [
        Run(82, 150, 225, SIZE, "Công nghệ"),
        Run(335, 406, 225, SIZE, "Hoàn thành"),
        Run(469, 476, mark, SIZE, "8"),
        Run(517, 710, comment, SIZE, "Hoàn thành sản phẩm theo hướng dẫn của thầy"),
        Run(517, 530, comment + 17, SIZE, "cô."),
        Run(82, 140, 265, SIZE, "Đạo đức"),
        Run(335, 406, 265, SIZE, "Hoàn thành"),
    ]


def test_the_last_short_line_of_a_comment_may_stand_beside_the_next_label() -> None:
    order.check(table(), RULES, WHERE)


@pytest.mark.parametrize("base", [190, 262, 300])
def test_a_mark_that_slid_out_of_its_row_is_refused(base: float) -> None:
    with pytest.raises(Refused):
        order.check(table(mark=base), RULES, WHERE)


def test_a_mark_in_a_cell_that_was_opened_to_the_next_row_is_refused() -> None:
    opened = RULES - {(435.0, 240, 511.0, 240)}
    with pytest.raises(Refused):
        order.check(table(mark=262), opened, WHERE)


def test_a_table_without_lines_is_refused() -> None:
    with pytest.raises(Refused):
        order.check(table(), (), WHERE)


HEADING = [
    Run(75.6, 210, 137, SIZE, "Số buổi nghỉ có phép:"),
    Run(214, 222, 137, SIZE, "1"),
    Run(496.5, 655, 137, SIZE, "Số buổi nghỉ không phép:"),
    Run(659, 667, 137, SIZE, "0"),
]


def test_a_value_stands_at_its_label() -> None:
    order.check(HEADING, (), WHERE)
    for place, moved in ((1, Run(214, 222, 150, SIZE, "1")), (1, Run(480, 488, 137, SIZE, "1")),
                         (3, Run(659, 667, 120, SIZE, "0"))):  # fmt: skip
        with pytest.raises(Refused):
            order.check([*HEADING[:place], moved, *HEADING[place + 1 :]], (), WHERE)
