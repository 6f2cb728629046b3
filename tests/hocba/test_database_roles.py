"""The application's connection is not the owner's, in tests as in production."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, connection

from hocba.database import as_owner

pytestmark = pytest.mark.django_db


def one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row and row[0]


def test_the_connection_is_the_application_role() -> None:
    assert one("SELECT current_user") == settings.APPLICATION_ROLE != settings.DATABASE_OWNER["USER"]


def test_the_application_role_is_powerless() -> None:
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
    assert one(f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") is False
    assert one("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0


def test_the_application_role_may_not_truncate() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        one("TRUNCATE django_session")


def test_the_application_role_may_not_rewrite_the_migrations() -> None:
    assert int(str(one("SELECT count(*) FROM django_migrations"))) > 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        one("DELETE FROM django_migrations")


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_the_owner_inside_the_block_only() -> None:
    with as_owner():
        assert one("SELECT current_user") == settings.DATABASE_OWNER["USER"]
    assert one("SELECT current_user") == settings.APPLICATION_ROLE


def test_the_application_role_writes_ordinary_tables() -> None:
    session = Session.objects.create(
        session_key="k", session_data="", expire_date=datetime(2026, 1, 1, tzinfo=UTC)
    )

    assert session.delete() == (1, {"sessions.Session": 1})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_flush_empties_tables_and_keeps_what_migrations_made(time: str) -> None:
    assert one("SELECT count(*) FROM django_session") == 0
    assert int(str(one("SELECT count(*) FROM django_content_type"))) > 0
    Session.objects.create(session_key=time, session_data="", expire_date=datetime(2026, 1, 1, tzinfo=UTC))
