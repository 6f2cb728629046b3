"""Which marks can exist when: TT 27/2020, Điều 7 khoản 1 điểm b."""

import pytest

from records.national.codes import code_list
from records.rules.periods import may_have_mark

EXPECTED = {
    ("TV", 4, "GHK1"): True,
    ("TOAN", 5, "GHK2"): True,
    ("TV", 3, "GHK1"): False,
    ("KH", 4, "GHK1"): False,
    ("TV", 1, "CHK1"): True,
    ("TOAN", 1, "CN"): True,
    ("KH", 4, "CHK1"): True,
    ("TIN", 3, "CN"): True,
    ("DD", 4, "CN"): False,
    ("NN1", 1, "CN"): True,
    ("TNXH", 2, "CN"): False,
}


@pytest.mark.parametrize(("case", "expected"), EXPECTED.items())
def test_may_have_mark(case: tuple[str, int, str], expected: bool) -> None:
    code, grade, point = case

    assert may_have_mark(code_list().subject(code), grade, point) is expected


def test_an_unknown_point_is_no_point() -> None:
    with pytest.raises(ValueError, match="HK3"):
        may_have_mark(code_list().subject("TV"), 4, "HK3")
