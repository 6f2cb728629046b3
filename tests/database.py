"""The test database: made and flushed by the owner, used through the application role."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from hocba.database import as_owner

KEPT = "kept_after_migration"
"""Schema with a copy of the rows that the migrations themselves made."""

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'django_migrations'
"""
PLAIN_TABLES = f"{TABLES} AND relkind = 'r'"
"""Without partitioned parents, whose rows lie in their partitions."""

COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


def keep_migrated_rows() -> None:
    """Copy what the migrations left in the tables, so that a flush can put it back. As the owner."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE")
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _tables(PLAIN_TABLES):
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if cursor.fetchone() == (True,):
                cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')


def flush() -> None:
    """Empty every table, append-only ones too, and put the migrations' own rows back."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE " + ", ".join(f'public."{table}"' for table in _tables(TABLES)))
        for table in _tables(f"SELECT relname FROM pg_class WHERE relnamespace = '{KEPT}'::regnamespace"):
            cursor.execute(COLUMNS, [f'public."{table}"'])
            (columns,) = cursor.fetchone() or ("",)
            cursor.execute(f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM {KEPT}."{table}"')


def _tables(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def made(verbosity: int) -> Iterator[None]:
    """Make and migrate the test database as owner, give it to the application role, drop it at the end."""
    from django.test.utils import setup_databases, teardown_databases

    with as_owner():
        configuration = setup_databases(verbosity=verbosity, interactive=False, serialized_aliases=[])
        keep_migrated_rows()
    try:
        yield
    finally:
        with as_owner():
            teardown_databases(configuration, verbosity=0)


def database_role() -> str:
    """Return the role that the connection uses: tests are worth something only as the application role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
