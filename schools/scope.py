"""How a row walks home: the lookups from a model to its unit and to the people who stand beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Lookups from a model: to its Unit, and to the Person in each relation that may open it.

    A model without a relation leaves it None. `teacher` follows a TeachingAssignment that is in force,
    `subject` names the column that must equal the assignment's subject where the row has one.
    """

    unit: str
    teacher: str | None = None
    homeroom: str | None = None
    guardian: str | None = None
    pupil: str | None = None
    subject: str | None = None
