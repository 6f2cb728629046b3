"""A question to the database that is one message and a transaction of its own, for what strangers ask by the million.

The statement is prepared once a connection, so the server neither reads nor plans it again. What it writes stands,
whatever the view does afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import InterfaceError, OperationalError, connection
from psycopg.pq import TransactionStatus

Rows = list[tuple[Any, ...]]


def ask(text: LiteralString, parameters: Sequence[Any]) -> Rows:
    """Return the rows of one statement, which is committed with the same message unless a transaction has begun.

    A connection that died while it was idle is renewed and asked once more: asking first whether it lives, as
    Django does, would be a message more. Had the first been heard, the trail tells of a reading twice, never of none.
    Raises: what the database refuses, as Django names it.
    """
    was_open = connection.connection is not None
    if not connection.in_atomic_block:
        connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _asked(text, parameters)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or not was_open or not connection.connection.closed:
            raise
    connection.close()
    return _asked(text, parameters)


def _asked(text: LiteralString, parameters: Sequence[Any]) -> Rows:
    with _whole_transaction():
        if connection.queries_logged or connection.execute_wrappers:  # somebody counts or listens
            with connection.cursor() as told:
                told.execute(text, parameters)
                return list(told.fetchall())
        connection.ensure_connection()
        raw: psycopg.Connection[Any] = connection.connection
        with connection.wrap_database_errors:
            raw.prepare_threshold = 0
            with psycopg.Cursor(raw) as cursor:
                return cursor.execute(text, parameters, prepare=True).fetchall()


@contextmanager
def _whole_transaction() -> Iterator[None]:
    """Let the database itself open and close the transaction around one message, if none has begun.

    psycopg says BEGIN before the first message only, so an atomic block that has asked nothing yet is not begun.
    """
    raw = connection.connection
    if raw is None or raw.autocommit or raw.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    raw.autocommit = True
    try:
        yield
    finally:
        if not raw.closed:
            raw.autocommit = False
