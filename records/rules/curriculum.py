"""Which subjects, tests, qualities and competences a grade has, in the order of the form.

The names come from the versioned code list of the national format, so that law and document cannot drift
apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from records.national.codes import SubjectCode, TraitCode, code_list
from records.rules.values import Unfit

PRIMARY_GRADES = (1, 2, 3, 4, 5)

QUALITY = "quality"
GENERAL = "general"
SPECIFIC = "specific"

_JOINTS = " -\u2013\u2014:,"
"""What people write between "Ngoại ngữ 1" and the language."""


@cache
def subjects(grade: int) -> tuple[SubjectCode, ...]:
    """Return the lines a grade must have, in form order.

    Raises: Unfit `unknown-grade`.
    """
    _known(grade)
    return tuple(row for row in code_list().subjects if grade in row.grades)


@cache
def form_lines(grade: int) -> tuple[SubjectCode, ...]:
    """Return every line a grade must or may have, in form order.

    May: Ngoại ngữ 1 in grades 1 and 2, Tiếng dân tộc. Raises: Unfit `unknown-grade`.
    """
    _known(grade)
    return tuple(row for row in code_list().subjects if grade in row.grades + row.optional_grades)


def is_tested(subject: SubjectCode, grade: int) -> bool:
    """Say whether the subject must have a periodic test at the end of that grade's year.

    Law: 27/2020/TT-BGDĐT, Điều 7 khoản 1 điểm b
    Law: 2904/QĐ-BGDĐT
    """
    return grade in subject.tested_grades


def may_be_tested(subject: SubjectCode, grade: int) -> bool:
    """Say whether a mark in that line can exist at all: tested lines, and optional ones as they come."""
    return grade in subject.tested_grades + subject.optional_grades


@cache
def traits(grade: int) -> tuple[TraitCode, ...]:
    """Return the qualities, then the competences a grade is assessed in, in form order.

    Raises: Unfit `unknown-grade`.
    """
    _known(grade)
    return tuple(row for row in code_list().traits if grade in row.grades)


def qualities(grade: int) -> tuple[TraitCode, ...]:
    """Return the five main qualities. Raises: Unfit `unknown-grade`."""
    return tuple(row for row in traits(grade) if row.kind == QUALITY)


def competences(grade: int, kind: str | None = None) -> tuple[TraitCode, ...]:
    """Return the core competences; `kind` narrows to GENERAL or SPECIFIC. Raises: Unfit `unknown-grade`."""
    wanted = (kind,) if kind else (GENERAL, SPECIFIC)
    return tuple(row for row in traits(grade) if row.kind in wanted)


def find_subject(name: str) -> tuple[SubjectCode, str] | None:
    """Return the subject a line's name means, and the name as the form prints it; None when unknown.

    Accepts NFD, any white space and case, and the spellings of the circular beside those of the form
    ("Địa lý", "Mỹ thuật"); a line that carries a language keeps it ("Ngoại ngữ 1 Tiếng Anh").
    """
    wanted = _folded(name)
    found = _subject_names().get(wanted)
    if found:
        return found, found.name
    for row in code_list().subjects:
        stem = _folded(row.name)
        if row.carries_language and wanted.startswith(stem) and _is_language(wanted[len(stem) :]):
            rest = _spaced(name)[len(stem) :].strip(_JOINTS)
            return row, f"{row.name} {rest}"
    return None


def find_trait(name: str) -> TraitCode | None:
    """Return the quality or competence of that name, spelt as freely as subjects may be."""
    return _trait_names().get(_folded(name))


@cache
def _subject_names() -> dict[str, SubjectCode]:
    return {_folded(name): row for row in code_list().subjects for name in (row.name, *row.aliases)}


@cache
def _trait_names() -> dict[str, TraitCode]:
    return {_folded(name): row for row in code_list().traits for name in (row.name, *row.aliases)}


def _is_language(rest: str) -> bool:
    """Say whether what follows "Ngoại ngữ 1" or "Tiếng dân tộc" is a language's name or "(tự chọn)"."""
    return bool(re.fullmatch(r"[\s(:,\u2013\u2014-]+[^\W\d_][^\d_]*", rest))


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _folded(text: str) -> str:
    return _spaced(text).lower()


def _known(grade: int) -> None:
    if isinstance(grade, bool) or grade not in PRIMARY_GRADES:
        raise Unfit("unknown-grade", grade=grade)
