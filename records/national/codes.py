"""Reads the code lists of a format version; the lists themselves are data (`codes_v1_0.json`).

Light on purpose: no lxml, so that whoever only needs names of subjects pays nothing for XML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

V1_0 = "1.0"


@dataclass(frozen=True, slots=True)
class SubjectCode:
    """One line of the form's table of subjects and educational activities."""

    code: str
    name: str
    grades: tuple[int, ...]
    """Grades in which the line must be there."""
    tested_grades: tuple[int, ...]
    """Grades in which the year's last periodic test must be there."""
    optional_grades: tuple[int, ...] = ()
    """Grades in which the line may be there; a test is then taken as it comes."""
    carries_language: bool = False
    """The form's line goes on with the name of the language."""
    aliases: tuple[str, ...] = ()
    """Other spellings accepted on the way in, never written."""


@dataclass(frozen=True, slots=True)
class TraitCode:
    """One quality or competence; `kind` is quality, general or specific."""

    code: str
    name: str
    kind: str
    grades: tuple[int, ...]
    tag: str
    field: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagSpec:
    """One tag of the format: our field, the Ministry's label, and who holds and may mend the value."""

    tag: str
    field: str
    label: str
    required: bool
    kind: str
    source: str
    mender: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """All lists of one format version; every mapping keeps the order of the form or of the format."""

    version: str
    source: str
    circular: str
    level_code: str
    spelled_tags: tuple[str, ...]
    sexes: tuple[str, ...]
    flags: Mapping[bool, str]
    subject_levels: Mapping[str, str]
    trait_levels: Mapping[str, str]
    outcomes: Mapping[str, str]
    rewards: Mapping[str, str]
    subjects: tuple[SubjectCode, ...]
    traits: tuple[TraitCode, ...]
    groups: Mapping[str, tuple[TagSpec, ...]]

    def subject(self, code: str) -> SubjectCode:
        """Return the subject of that code. Raises: KeyError."""
        for row in self.subjects:
            if row.code == code:
                return row
        raise KeyError(code)

    def trait(self, code: str) -> TraitCode:
        """Return the quality or competence of that code. Raises: KeyError."""
        for row in self.traits:
            if row.code == code:
                return row
        raise KeyError(code)


@cache
def code_list(version: str = V1_0) -> CodeList:
    """Return the code lists of a format version, read once.

    Raises: KeyError, for a version that has no list.
    """
    path = Path(__file__).with_name(f"codes_v{version.replace('.', '_')}.json")
    if not path.is_file():
        raise KeyError(version)
    raw = json.loads(path.read_text("utf-8"))
    return CodeList(
        version=raw["version"],
        source=raw["source"],
        circular=raw["circular"],
        level_code=raw["level_code"],
        spelled_tags=tuple(raw["spelled_tags"]),
        sexes=tuple(raw["sexes"]),
        flags=MappingProxyType({True: raw["flags"]["yes"], False: raw["flags"]["no"]}),
        subject_levels=MappingProxyType(raw["subject_levels"]),
        trait_levels=MappingProxyType(raw["trait_levels"]),
        outcomes=MappingProxyType(raw["outcomes"]),
        rewards=MappingProxyType(raw["rewards"]),
        subjects=tuple(SubjectCode(**_tuples(row)) for row in raw["subjects"]),
        traits=tuple(TraitCode(**_tuples(row)) for row in raw["traits"]),
        groups=MappingProxyType(
            {name: tuple(TagSpec(**row) for row in rows) for name, rows in raw["groups"].items()}
        ),
    )


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
