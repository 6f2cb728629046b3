"""A comment whose last line is as short as a level is a comment; a level beside the wrong row is not read."""

from __future__ import annotations

import pytest

from signing.seal.pdf import painted
from signing.seal.pdf.painted import Run

SIZE = 10.0


def test_the_last_short_line_of_a_comment_may_stand_beside_the_next_label() -> None:
    runs = [
        Run(50, 90, 100, SIZE, "Yêu nước"),
        Run(200, 210, 100, SIZE, "T"),
        Run(300, 500, 100, SIZE, "Em chăm ngoan, lễ phép với thầy"),
        Run(300, 315, 112, SIZE, "cô."),
        Run(50, 90, 112, SIZE, "Nhân ái"),
    ]

    painted._check_order(runs, "page 3")


def test_a_level_that_slid_beside_the_next_label_is_refused() -> None:
    runs = [
        Run(50, 90, 100, SIZE, "Yêu nước"),
        Run(200, 210, 112, SIZE, "T"),
        Run(50, 90, 112, SIZE, "Nhân ái"),
    ]

    with pytest.raises(painted.Refused):
        painted._check_order(runs, "page 3")
