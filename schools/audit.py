"""The trail: one row for each page view, export or change, with its scope and count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import connection

from hocba.kernel.canonical import canonical_json
from schools.actors import Actor
from schools.writes import Writes

_INSERT = (
    "INSERT INTO schools_auditevent (at, actor_id, actor_role, action, unit_path, subject_kind,"
    " subject_id, pupil_id, count, facts, request_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, {subject}, {pupil}, %s, %s::jsonb, %s)"
)
"""Without RETURNING: the application role may add to the trail and not rewrite it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that the database finds itself, so that the row travels in one message with what was asked."""

    text: LiteralString
    parameters: tuple[object, ...]


def record(
    actor: Actor,
    action: str,
    *,
    unit_path: str,
    subject: tuple[str, object] = ("", ""),
    pupil_id: int | Found | None = None,
    count: int = 1,
    within: Writes | None = None,
    **facts: object,
) -> None:
    """Append a row to the trail, in the transaction that is running; `within`: with the writes of a commit.

    `action` is "<noun>.<verb>"; `subject` a kind and key; `pupil_id` only when one pupil was read or changed.
    """
    text, values = row(
        actor, action, unit_path=unit_path, subject=subject, pupil_id=pupil_id, count=count, **facts
    )
    if within is not None:
        within.run(text, values)
        return
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def row(
    actor: Actor,
    action: str,
    *,
    unit_path: str,
    subject: tuple[str, object] = ("", ""),
    pupil_id: int | Found | None = None,
    count: int = 1,
    **facts: object,
) -> tuple[LiteralString, list[Any]]:
    """Return what `record` says to the database, for a message that says more."""
    (key, keys), (pupil, pupils) = _found(str(subject[1]), subject[1]), _found(pupil_id, pupil_id)
    text = _INSERT.format(subject=key, pupil=pupil)
    values: list[Any] = [
        actor.at,
        actor.person_id,
        _role(actor, unit_path),
        action,
        unit_path,
        subject[0],
        *keys,
        *pupils,
        count,
        canonical_json(facts).decode(),
        actor.request_id,
    ]
    return text, values


def _found(plain: object, given: object) -> tuple[LiteralString, tuple[object, ...]]:
    """Return a value's place in the row, and its parameters."""
    return ("(" + given.text + ")", given.parameters) if isinstance(given, Found) else ("%s", (plain,))


def _role(actor: Actor, unit_path: str) -> str:
    """Return as what the person acts there: the role that reaches the unit, else the relation, else any role."""
    reaching = [one.role for one in actor.grants if unit_path.startswith(one.paths)]
    roles = [*reaching, *sorted(actor.relations), *(one.role for one in actor.grants)]
    return str(next(iter(roles), ""))
