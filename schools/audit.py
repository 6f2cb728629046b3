"""The trail: one row for each page view, export or change, with its scope and count."""

from __future__ import annotations

from typing import Any

from django.db import connection

from hocba.kernel.canonical import canonical_json
from schools.actors import Actor
from schools.writes import Writes

INSERT = (
    "INSERT INTO schools_auditevent (at, actor_id, actor_role, action, unit_path, subject_kind,"
    " subject_id, pupil_id, count, facts, request_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)"
)
"""Without RETURNING: the application role may add to the trail and not rewrite it."""


def record(
    actor: Actor,
    action: str,
    *,
    unit_path: str,
    subject: tuple[str, object] = ("", ""),
    pupil_id: int | None = None,
    count: int = 1,
    within: Writes | None = None,
    **facts: object,
) -> None:
    """Append a row to the trail, in the transaction that is running; `within`: with the writes of a commit.

    `action` is "<noun>.<verb>"; `subject` a kind and key; `pupil_id` only when one pupil was read or changed.
    """
    values: list[Any] = [
        actor.at,
        actor.person_id,
        _role(actor, unit_path),
        action,
        unit_path,
        subject[0],
        str(subject[1]),
        pupil_id,
        count,
        canonical_json(facts).decode(),
        actor.request_id,
    ]
    if within is not None:
        within.run(INSERT, values)
        return
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def _role(actor: Actor, unit_path: str) -> str:
    """Return as what the person acts there: the role that reaches the unit, else the relation, else any role."""
    reaching = [one.role for one in actor.grants if unit_path.startswith(one.paths)]
    roles = [*reaching, *sorted(actor.relations), *(one.role for one in actor.grants)]
    return str(next(iter(roles), ""))
