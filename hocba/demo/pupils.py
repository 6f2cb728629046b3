"""Pupils of nobody and how each did in the year: pure, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from hocba.demo import comments, names
from records.rules import curriculum

EXCELLENT, GOOD, COMPLETED, NOT_COMPLETED = "X", "T", "H", "C"
"""The year's outcome that a pupil's results are made to give (TT 27/2020, Điều 9)."""

MAIN_OUTCOMES = "XTXHTXHTXTHC"
"""Of the class of twelve; the last one is kept back by the principal's decision."""

PEOPLES = ("Kinh",) * 12 + ("Tày",) * 4 + ("Nùng",) * 3 + ("Dao", "Mường", "Thái", "Mông")
PUPILS_A_CLASS = 100
"""Serial numbers kept free for a class, so that no two classes share a personal number."""


@dataclass(frozen=True, slots=True)
class PupilPlan:
    """Every field that the national format states of a pupil, and the outcome meant for the year."""

    code: str
    full_name: str
    gender: str
    born_on: date
    personal_number: str
    register_number: str
    ethnicity: str
    father_name: str
    mother_name: str
    guardian_name: str
    residence: str
    outcome: str


@dataclass(frozen=True, slots=True)
class SubjectPlan:
    """A subject's result at the end of the year; `mark` in whole points of 10 where it is tested."""

    code: str
    level: str
    mark: int | None
    comment: str


@dataclass(frozen=True, slots=True)
class YearPlan:
    """All that the homeroom teacher and the subject teachers state of one pupil."""

    subjects: tuple[SubjectPlan, ...]
    qualities: dict[str, str]
    competences: dict[str, str]
    qualities_comment: str
    general_comment: str
    specific_comment: str
    homeroom_comment: str
    absences: tuple[int, int]
    height_mm: int
    weight_g: int
    outstanding_subject: str = ""
    clear_progress: str = ""
    special_reward: str = ""
    class_agrees: bool | None = field(default=None)


def pupils(
    chance: Random, *, count: int, grade: int, first_year: int, serial: int, place: str, outcomes: str = ""
) -> list[PupilPlan]:
    """Return the pupils of a class; `serial` keeps personal numbers apart, year begins in `first_year`."""
    return [
        pupil(
            chance,
            code=f"{names.NO_PROVINCE}{first_year % 100:02}{serial + number:05}",
            grade=grade,
            first_year=first_year,
            serial=serial + number,
            place=place,
            outcome=outcomes[number] if number < len(outcomes) else "",
        )
        for number in range(count)
    ]


def pupil(
    chance: Random,
    *,
    code: str,
    grade: int,
    first_year: int,
    serial: int,
    place: str,
    outcome: str = "",
    province: str = names.NO_PROVINCE,
) -> PupilPlan:
    """Return a pupil who is in `grade` in the school year that begins in `first_year`."""
    gender = chance.choice(("NAM", "NU"))
    born_on = date(first_year - 5 - grade, 1, 1) + timedelta(days=chance.randrange(364))
    father, mother = names.full_name(chance, "NAM"), names.full_name(chance, "NU")
    is_alone = chance.random() < 0.1
    return PupilPlan(
        code=code,
        full_name=names.full_name(chance, gender, father.split()[0]),
        gender=gender,
        born_on=born_on,
        personal_number=names.personal_number(gender, born_on, serial, province),
        register_number=f"{serial % 10_000:04}/{first_year}",
        ethnicity=chance.choice(PEOPLES),
        father_name="" if is_alone else father,
        mother_name=mother,
        guardian_name=names.full_name(chance, "NU") if is_alone else "",
        residence=f"Thôn Mẫu {chance.randrange(1, 9)}, {place}",
        outcome=outcome or chance.choice("XTTTHHHH"),
    )


def year(chance: Random, grade: int, lines: list[tuple[str, bool]], outcome: str) -> YearPlan:
    """Return results that the rulebook turns into `outcome`; `lines` are (subject code, is tested)."""
    weak = "TOAN" if outcome == NOT_COMPLETED else ""
    plain = {code for code, _ in lines if outcome in (COMPLETED, NOT_COMPLETED) and chance.random() < 0.5}
    if outcome == COMPLETED:
        plain.add("TOAN")
    results = tuple(
        _subject(chance, code, tested, outcome, code == weak, code in plain) for code, tested in lines
    )
    trait = "T" if outcome in (EXCELLENT, GOOD) else "Đ"
    traits = {one.code: trait if chance.random() < 0.7 else "T" for one in curriculum.traits(grade)}
    qualities = [one.code for one in curriculum.qualities(grade)]
    rewarded = outcome == GOOD and chance.random() < 0.8
    return YearPlan(
        subjects=results,
        qualities={code: traits[code] for code in qualities},
        competences={one.code: traits[one.code] for one in curriculum.competences(grade)},
        qualities_comment=chance.choice(comments.QUALITIES[trait]),
        general_comment=chance.choice(comments.GENERAL_COMPETENCES[trait]),
        specific_comment=chance.choice(comments.SPECIFIC_COMPETENCES[trait]),
        homeroom_comment=chance.choice(comments.HOMEROOM[outcome]),
        absences=(chance.choice((0, 0, 1, 1, 2, 3)), chance.choice((0, 0, 0, 0, 1))),
        height_mm=1140 + 55 * grade + 5 * chance.randrange(-10, 11),
        weight_g=19_000 + 2_700 * grade + 500 * chance.randrange(-6, 7),
        outstanding_subject="TV" if rewarded else "",
        special_reward="Giải Nhì hội thi “Vở sạch chữ đẹp” cấp trường" if chance.random() < 0.1 else "",
        class_agrees=True if rewarded else None,
    )


def _subject(
    chance: Random, code: str, tested: bool, outcome: str, is_weak: bool, is_plain: bool
) -> SubjectPlan:
    marks: tuple[int, ...]
    if is_weak:
        level, marks = "C", (3, 4)
    elif is_plain:
        level, marks = "H", (5, 6, 6, 7)
    elif code == "TOAN" and outcome == GOOD:
        level, marks = "T", (7, 8)  # one mark below 9 keeps it from being excellent
    else:
        level, marks = "T", {EXCELLENT: (9, 9, 10), GOOD: (7, 8, 8, 9)}.get(outcome, (7, 8, 8, 9))
    mark = chance.choice(marks)
    return SubjectPlan(code, level, mark if tested else None, comments.of_subject(chance, code, level))
