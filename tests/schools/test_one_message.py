"""A question that is its own transaction: it stands, and a dead connection costs nobody an answer."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from schools import actors, audit, one_message
from schools.models import AuditEvent, Unit
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
COUNTED = "SELECT count(*) FROM schools_auditevent WHERE action = %s"


def noted(action: str) -> list[tuple[Any, ...]]:
    """Write a row into the trail with a question, and return the answer."""
    by = actors.of(factories.a_principal(factories.a_school()), factories.AT)
    text, values = audit.row(by, action, unit_path="")
    return one_message.ask("WITH noted AS (" + text + ") " + COUNTED, [*values, action])


@pytest.mark.parametrize("asked_before", [False, True])
def test_it_stands_unless_a_transaction_was_under_way(asked_before: bool) -> None:
    by = actors.of(factories.a_principal(factories.a_school()), factories.AT)
    text, values = audit.row(by, "test.alone", unit_path="")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        if asked_before:
            Unit.objects.exists()
        assert one_message.ask("WITH noted AS (" + text + ") SELECT 1", values) == [(1,)]
        assert Unit.objects.exists()  # and the block goes on in a transaction of its own
        assert not connection.get_autocommit()
        raise ZeroDivisionError

    assert AuditEvent.objects.filter(action="test.alone").exists() is not asked_before
    assert connection.get_autocommit()


def test_who_listens_hears_the_same_message() -> None:
    heard: list[str] = []

    def listen(execute: Any, text: str, *rest: Any) -> Any:
        heard.append(text)
        return execute(text, *rest)

    quiet = noted("test.heard")
    with connection.execute_wrapper(listen):
        assert one_message.ask(COUNTED, ["test.heard"]) == [(1,)]

    assert (quiet, heard) == ([(0,)], [COUNTED])
    assert AuditEvent.objects.filter(action="test.heard").count() == 1


def test_a_connection_that_died_idle_is_renewed_once() -> None:
    noted("test.before")
    before = cut_off()

    assert one_message.ask(COUNTED, ["test.before"]) == [(1,)]
    assert connection.connection is not before


def test_a_connection_that_dies_within_a_transaction_is_an_error() -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        Unit.objects.exists()
        cut_off()
        one_message.ask("SELECT %s", ["1"])


def test_a_refusal_of_the_database_is_not_asked_again() -> None:
    heard: list[str] = []

    def listen(execute: Any, text: str, *rest: Any) -> Any:
        heard.append(text)
        return execute(text, *rest)

    with connection.execute_wrapper(listen), pytest.raises(OperationalError):
        one_message.ask("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(%s)", [10])
    assert len(heard) == 1


def cut_off() -> object:
    """Cut the wire to the database behind the back of its driver; return the driver's connection."""
    raw = connection.connection
    wire = socket.socket(fileno=os.dup(raw.pgconn.socket))
    wire.shutdown(socket.SHUT_RDWR)
    wire.close()
    return raw
