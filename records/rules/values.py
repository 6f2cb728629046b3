"""The words of assessment as types: levels, outcomes, rewards, promotions, and what a result carries.

The letter C means two different things, so subjects and traits have an enumeration each and no table in
common.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

MARK_MIN = 0
MARK_MAX = 10
"""Whole marks of a periodic test at primary level; decimals are not given."""

_WHOLE = re.compile(r"([0-9]{1,4})(?:\.0+)?", re.ASCII)


class Unfit(ValueError):
    """A value breaks its format: a stable `code` and `facts` (strings), no sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {key: str(value) for key, value in facts.items()}

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{key}={value}" for key, value in self.facts.items())])


class Level(StrEnum):
    """A level of schooling; the values are the codes of the national format (MA_CAP_HOC)."""

    PRIMARY = "02"
    LOWER_SECONDARY = "03"
    UPPER_SECONDARY = "04"
    CONTINUING = "05"


class SubjectLevel(StrEnum):
    """How far a subject or educational activity was completed.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1
    """

    WELL_COMPLETED = "T"
    COMPLETED = "H"
    NOT_COMPLETED = "C"


class TraitLevel(StrEnum):
    """How far a quality or competence is formed.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 2
    """

    GOOD = "T"
    REACHED = "Đ"
    NEEDS_EFFORT = "C"


class Outcome(StrEnum):
    """The result of a primary school year, best first."""

    EXCELLENT = "EXCELLENT"
    GOOD = "GOOD"
    COMPLETED = "COMPLETED"
    NOT_COMPLETED = "NOT_COMPLETED"


class Reward(StrEnum):
    """Titles the principal gives at the end of the school year."""

    EXCELLENT_PUPIL = "EXCELLENT_PUPIL"
    OUTSTANDING_PUPIL = "OUTSTANDING_PUPIL"


class Promotion(StrEnum):
    """What follows from the result of the year."""

    PROMOTED = "PROMOTED"
    LEVEL_COMPLETED = "LEVEL_COMPLETED"
    SUPPLEMENTARY = "SUPPLEMENTARY"
    RETAINED = "RETAINED"


class Decision(StrEnum):
    """What the principal decides after supplementary assessment."""

    PROMOTE = "PROMOTE"
    RETAIN = "RETAIN"


class Part(StrEnum):
    """Which part of a line is missing."""

    LEVEL = "LEVEL"
    MARK = "MARK"


def periodic_mark(value: object) -> int:
    """Return a periodic test's mark, a whole number 0-10, from an int, a Decimal or a string of digits.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1
    Raises: Unfit `mark-type`, `mark-not-whole`, `mark-out-of-range`.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Unfit("mark-type", value=value)
    text = str(value).strip()
    found = _WHOLE.fullmatch(text)
    if not found:
        if re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", text, re.ASCII):
            raise Unfit("mark-out-of-range" if _is_outside(text) else "mark-not-whole", value=text)
        raise Unfit("mark-type", value=text)
    mark = int(found[1])
    if not MARK_MIN <= mark <= MARK_MAX:
        raise Unfit("mark-out-of-range", value=text)
    return mark


def _is_outside(text: str) -> bool:
    return not MARK_MIN <= Decimal(text.replace(",", ".")) <= MARK_MAX


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """One subject at the end of the year: level, mark of the year's last test (the last sitting counts)."""

    level: SubjectLevel | None = None
    mark: int | None = None
    name: str = ""
    """As the form prints it, when it carries more than the code list's name ("Ngoại ngữ 1 Tiếng Anh")."""

    def __post_init__(self) -> None:
        if self.mark is not None:
            object.__setattr__(self, "mark", periodic_mark(self.mark))

    @property
    def is_empty(self) -> bool:
        """Nothing has been recorded."""
        return self.level is None and self.mark is None


@dataclass(frozen=True, slots=True)
class YearRecord:
    """What a rulebook judges: one pupil's school year. Keys are codes of the code list, order is free."""

    grade: int
    subjects: Mapping[str, SubjectResult]
    traits: Mapping[str, TraitLevel | None]
    outstanding_subject: str | None = None
    clear_progress: str | None = None
    class_agrees: bool = False
    decision: Decision | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "subjects", MappingProxyType(dict(self.subjects)))
        object.__setattr__(self, "traits", MappingProxyType(dict(self.traits)))


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing a year's result still waits for."""

    code: str
    name: str
    part: Part

    @property
    def label(self) -> str:
        """Return how lists name it: the bare name for a level (or for all of it), "/KTĐK" for a mark."""
        return f"{self.name}/KTĐK" if self.part is Part.MARK else self.name


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reasoning: a stable code and its facts, from which a door makes a sentence."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, **facts: object) -> Step:
        """Return a step whose facts are strings in the order given."""
        return cls(code, tuple((key, str(value)) for key, value in facts.items()))

    def fact(self, key: str) -> str:
        """Return one fact. Raises: KeyError."""
        return dict(self.facts)[key]


@dataclass(frozen=True, slots=True)
class YearResult:
    """What the law says of a school year; outcome, promotion and section 6 are None while data is missing."""

    rulebook: str
    outcome: Outcome | None = None
    reward: Reward | None = None
    promotion: Promotion | None = None
    section_6: str | None = None
    missing: tuple[Missing, ...] = ()
    trace: tuple[Step, ...] = field(default=())

    @property
    def is_complete(self) -> bool:
        """Nothing is missing, so the law has spoken."""
        return not self.missing
