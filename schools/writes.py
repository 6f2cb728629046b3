"""The writes of one commit, sent together: one message to the database instead of one for each row.

What is gathered here is neither seen nor locked by anybody before `send`; the order stays that of the calls.
Needs Django's client-side binding (its default): the protocol takes several statements only as plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Model, QuerySet, sql

Otherwise = Callable[[], object]


class NothingChanged(DatabaseError):
    """A row that was to be changed was not there, or row-level security hid it."""


@dataclass(frozen=True, slots=True)
class _Statement:
    text: str
    parameters: tuple[Any, ...]
    otherwise: Otherwise | None = None


class Writes:
    """Statements that wait for each other, in order; the transaction that is running bears them all."""

    def __init__(self) -> None:
        self._waiting: list[_Statement] = []

    def insert(self, *rows: Model) -> None:
        """Add new rows of one model. They get no key from the database: nobody may need it."""
        fields = [
            field
            for field in rows[0]._meta.local_concrete_fields
            if not (field.generated or (field.primary_key and rows[0].pk is None))
        ]
        query = sql.InsertQuery(type(rows[0]))
        query.insert_values(fields, list(rows))
        for text, parameters in query.get_compiler(connection=connection).as_sql():
            self.run(text, parameters)

    def update(self, rows: QuerySet[Any], *, otherwise: Otherwise | None = None, **values: object) -> None:
        """Change `rows` as `QuerySet.update` does; where there are none, `otherwise` is called after `send`.

        Without `otherwise` a missing row raises NothingChanged in `send`.
        """
        query: Any = rows.query.chain(sql.UpdateQuery)
        query.add_update_values(values)
        text, parameters = query.get_compiler(connection=connection).as_sql()
        self._waiting.append(_Statement(text, tuple(parameters), otherwise or _missing))

    def run(self, text: str, parameters: Sequence[object] = ()) -> None:
        """Add a statement as it is; where it answers with rows, `send` returns them."""
        self._waiting.append(_Statement(text, tuple(parameters)))

    def ask(self, text: str, parameters: Sequence[object], *, otherwise: Otherwise) -> None:
        """Add a question; where nothing answers, `otherwise` is called after `send`, before the commit."""
        self._waiting.append(_Statement(text, tuple(parameters), otherwise))

    def send(self) -> list[list[tuple[Any, ...]]]:
        """Send everything, and return the rows of each statement that answers with rows, in order.

        Raises: NothingChanged; TransactionManagementError, outside a transaction; what the database refuses.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("writes that belong together need a transaction")
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        answers, missed = [], []
        with connection.cursor() as cursor:
            cursor.execute(
                ";\n".join(one.text for one in waiting),
                [value for one in waiting for value in one.parameters],
            )
            for one in waiting:
                if one.otherwise is not None and cursor.rowcount == 0:
                    missed.append(one.otherwise)
                elif one.otherwise is None and cursor.description is not None:
                    answers.append(cursor.fetchall())
                cursor.nextset()
        for otherwise in missed:
            otherwise()
        return answers


def _missing() -> None:
    raise NothingChanged("a row that was to be changed is not there")
