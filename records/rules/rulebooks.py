"""Which circular judges a school year: the single switch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from records.rules import circular_27_2020
from records.rules.values import Level, YearRecord, YearResult


class NoRulebook(LookupError):
    """No circular we hold judges that level, grade and school year."""

    def __init__(self, level: Level, grade: int, school_year: str) -> None:
        super().__init__(f"no rulebook for level {level.value}, grade {grade}, {school_year}")
        self.level = level
        self.grade = grade
        self.school_year = school_year


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One circular as code, from the first school year in which it judges each grade."""

    version: str
    circular: str
    level: Level
    first_school_years: Mapping[int, int]
    assess: Callable[[YearRecord], YearResult]


RULEBOOKS = (
    Rulebook(
        version=circular_27_2020.VERSION,
        circular=circular_27_2020.CIRCULAR,
        level=Level.PRIMARY,
        first_school_years=circular_27_2020.FIRST_SCHOOL_YEARS,
        assess=circular_27_2020.assess,
    ),
)
"""Newest last; of those that fit, the newest judges."""


def rulebook_for(level: Level | str, grade: int, school_year: str) -> Rulebook:
    """Return the rulebook in force; `school_year` as "2025-2026".

    Law: 27/2020/TT-BGDĐT, Điều 2 (lộ trình)
    Raises: NoRulebook; ValueError, for a level or a school year that is not written so.
    """
    level = Level(level)
    start = first_calendar_year(school_year)
    for rulebook in reversed(RULEBOOKS):
        first = rulebook.first_school_years.get(grade)
        if rulebook.level is level and first is not None and start >= first:
            return rulebook
    raise NoRulebook(level, grade, school_year)


def first_calendar_year(school_year: str) -> int:
    """Return 2025 for "2025-2026". Raises: ValueError."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{4})", school_year, re.ASCII)
    if not found or int(found[2]) != int(found[1]) + 1:
        raise ValueError(school_year)
    return int(found[1])
