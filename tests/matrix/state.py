"""What every table holds, as the owner sees it: two snapshots that are equal mean that nothing was changed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""


@contextmanager
def owner() -> Any:
    """Yield a connection of the owner beside the application's: it sees what was committed, past row-level security."""
    made: dict[str, Any] = settings.DATABASE_OWNER or {}
    address = {"host": made["HOST"], "port": made["PORT"], "user": made["USER"], "password": made["PASSWORD"]}
    with psycopg.connect(**address, dbname=connection.settings_dict["NAME"], autocommit=True) as link:
        yield link


def sql(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what the application role is answered."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if cursor.description else []


def snapshot(link: Any, *, without: Iterable[str] = ()) -> dict[str, tuple[int, int]]:
    """Return rows and a sum over the contents of each table."""
    tables = [name for (name,) in link.execute(TABLES) if name not in set(without)]
    parts = [
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM \"{name}\" t"
        for name in tables
    ]
    return {name: (count, total) for name, count, total in link.execute(" UNION ALL ".join(parts))}


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> set[str]:
    """Return the tables that differ."""
    return {name for name in before | after if before.get(name) != after.get(name)}
