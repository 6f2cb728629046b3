"""Which subjects are tested at which of the four points of a primary school year."""

from __future__ import annotations

from records.national.codes import SubjectCode
from records.rules import curriculum

MIDDLE_POINTS = frozenset({"GHK1", "GHK2"})
END_POINTS = frozenset({"CHK1", "CN"})
POINTS = MIDDLE_POINTS | END_POINTS

_MIDDLE_SUBJECTS = frozenset({"TV", "TOAN"})
_MIDDLE_GRADES = frozenset({4, 5})


def may_have_mark(subject: SubjectCode, grade: int, point: str) -> bool:
    """Say whether a test mark can exist for that subject, grade and point ("GHK1", "CHK1", "GHK2", "CN").

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1 điểm b
    Raises: ValueError, for a point that the circular does not have.
    """
    if point not in POINTS:
        raise ValueError(point)
    if point in MIDDLE_POINTS:
        return subject.code in _MIDDLE_SUBJECTS and grade in _MIDDLE_GRADES
    return curriculum.may_be_tested(subject, grade)
