"""A line of a list beside what the school has: new, changed (field by field), the same, or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from hocba.kernel.canonical import canonical_json, sha256_hex
from schools.actors import Actor
from schools.models import Person, PersonKind, SchoolYear, Unit
from schools.rosters.rows import Finding, Row

NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a list is laid beside the rows of one school and year, by whom."""

    school: Unit
    year: SchoolYear
    by: Actor

    @property
    def today(self) -> date:
        """Return the day of the import."""
        return self.by.today

    @property
    def begins(self) -> date:
        """Return from when what a list says holds that names no day: the year's first."""
        return self.year.starts_on


@dataclass(slots=True)
class Line:
    """One line with its verdict; `target` is the row it means, `linked` are rows that it names beside."""

    row: Row
    target: Any = None
    changes: dict[str, list[str]] = field(default_factory=dict)
    is_new: bool = False
    linked: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Return "new", "changed", "same" or "wrong"."""
        if self.row.is_wrong:
            return WRONG
        return NEW if self.is_new else CHANGED if self.changes else SAME

    def says(self, name: str) -> str:
        """Return a value of the file; "" where the cell or the column is absent."""
        return self.row.values.get(name, "")

    def day(self, name: str) -> date | None:
        """Return a day of the file."""
        return date.fromisoformat(self.says(name)) if self.says(name) else None

    def wrong(self, code: str, name: str = "", **facts: Any) -> None:
        """Keep this line out."""
        self.row.findings.append(Finding(code, name, value=self.says(name), facts=facts))

    def care(self, code: str, name: str = "", **facts: Any) -> None:
        """Say something that keeps nothing out."""
        self.row.findings.append(Finding(code, name, value=self.says(name), is_error=False, facts=facts))

    def change(self, name: str, old: object, new: object) -> None:
        """Note a field that gets another value; an empty cell never clears one."""
        before, after = (one.isoformat() if isinstance(one, date) else str(one or "") for one in (old, new))
        if after and before != after:
            self.changes[name] = [before, after]

    def record(self) -> dict[str, Any]:
        """Return the line as the dry run keeps it."""
        return {
            "number": self.row.number,
            "verdict": self.verdict,
            "values": self.row.values,
            "changes": self.changes,
            "findings": [one.record() for one in self.row.findings],
        }


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """Return how many lines have each verdict."""
    found = Counter(one.verdict for one in lines)
    return {verdict: found[verdict] for verdict in (NEW, CHANGED, SAME, WRONG)}


def fingerprint(lines: Iterable[Line]) -> str:
    """Return a hash of what the lines would do: at the import it must still be this."""
    told = [
        [
            one.row.number,
            one.verdict,
            getattr(one.target, "pk", None) or 0,
            one.changes,
            [found.code for found in one.row.findings],
        ]
        for one in lines
    ]
    return sha256_hex(canonical_json(told))


class Staff:
    """The staff of a school now and later, found by number or, where one alone bears it, by name."""

    def __init__(self, desk: Desk) -> None:
        open_end = Q(memberships__to_on__isnull=True) | Q(memberships__to_on__gte=desk.today)
        rows = Person.objects.filter(open_end, memberships__unit=desk.school, kind=PersonKind.STAFF)
        self._people: Mapping[int, Person] = {one.pk: one for one in rows}

    def named(self, line: Line, name: str, number: str) -> Person | None:
        """Return whom two cells mean; None when both are empty, or with the reason noted in the line."""
        said, digits = line.says(name), line.says(number)
        people = self._people.values()
        if digits:
            found = [one for one in people if one.personal_number == digits]
            if found and said and found[0].full_name.casefold() != said.casefold():
                line.wrong("number-other-name", number)
        elif said:
            found = [one for one in people if one.full_name.casefold() == said.casefold()]
        else:
            return None
        if len(found) > 1:
            line.wrong("teacher-ambiguous", name)
            return None
        if not found:
            line.wrong("teacher-unknown", name if said else number)
            return None
        return found[0]
