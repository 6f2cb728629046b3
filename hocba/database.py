"""The owner's connection, and what the application role is granted by default.

The default connection is always the application role. Whoever needs the owner (migrate, bulk loading past
row-level security, the tests' flush) says so with `as_owner()` for as short as possible.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import sql

ROLE_KEYS = ("USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def as_owner() -> Iterator[None]:
    """Make this thread's default connection the owner's inside the block; not inside a transaction.

    Raises: ImproperlyConfigured, if `DATABASE_OWNER_URL` is not set.
    """
    owner = settings.DATABASE_OWNER
    if owner is None:
        raise ImproperlyConfigured(
            "This command changes tables: set DATABASE_OWNER_URL to the owner's address."
        )
    assert not connection.in_atomic_block, "as_owner() inside a transaction would lose it"
    before = {key: connection.settings_dict[key] for key in ROLE_KEYS}
    _switch({key: owner[key] for key in ROLE_KEYS})
    try:
        yield
    finally:
        _switch(before)


def _switch(role: dict[str, Any]) -> None:
    connection.close()
    connection.settings_dict.update(role)


def grant_by_default(**_: object) -> None:
    """Let the application read and write the tables the owner makes from now on; migrations take away."""
    if _connected_as_application():
        return
    _execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
    )


def protect_history(**_: object) -> None:
    """Leave the application the right to read which migrations ran, and no more."""
    if not _connected_as_application():
        _execute("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")


def _connected_as_application() -> bool:
    return bool(connection.settings_dict["USER"] == settings.APPLICATION_ROLE)


def _execute(*lines: LiteralString) -> None:
    role = sql.Identifier(settings.APPLICATION_ROLE)
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(sql.SQL(line).format(role=role))
