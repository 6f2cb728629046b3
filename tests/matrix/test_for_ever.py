"""What is for ever, against the application role: every append-only table, every partition, every way."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.db import DatabaseError, connection, transaction
from django.urls import get_resolver

from records.models import HomeroomRecord, SubjectResult
from schools import scopes
from schools.models import AuditEvent
from signing.models import SigningBatch
from tests import factories
from tests.matrix.country import Country, Where
from tests.schools.test_second_lock import APPEND_ONLY, NEVER_DELETED, column_of, partitions, sql
from tests.test_docs import cells, code

ROOT = Path(__file__).parents[2]
OURS = ("hocba", "schools", "records", "signing", "exports")
DEEDS = (
    "ALTER TABLE {table} ADD COLUMN planted int",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "DROP TABLE {table} CASCADE",
    "TRUNCATE {table} CASCADE",
    "DELETE FROM {table}",
    "GRANT ALL ON {table} TO CURRENT_USER",
    "CREATE TRIGGER planted BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION hocba_refuse()",
    "CREATE RULE planted AS ON UPDATE TO {table} DO INSTEAD NOTHING",
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "DO $$ BEGIN DELETE FROM {table}; END $$",
)
ALLOWED_BY_SOME_CALLS = {"0A000"}
"""Not supported for this kind of table: refused as well, before the right is asked."""


def refused(statement: str) -> bool:
    """Say whether the database refuses for want of a right; a fault of the statement itself fails the test."""
    try:
        with transaction.atomic():
            sql(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        code = getattr(error.__cause__, "sqlstate", "")
        assert code in {"42501", *ALLOWED_BY_SOME_CALLS}, (statement, error)
        return True
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted({*APPEND_ONLY, *NEVER_DELETED}))
def test_the_application_role_neither_changes_nor_opens_the_table(table: str) -> None:
    column = column_of(table)
    deeds = [deed.format(table=table) for deed in DEEDS]
    if table in APPEND_ONLY:
        deeds += [
            f"UPDATE {table} SET {column} = {column}",
            f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
        ]

    assert [deed for deed in deeds if not refused(deed) and not deed.startswith("GRANT")] == []


@pytest.mark.django_db
def test_no_partition_is_changed_detached_or_dropped() -> None:
    before = set(partitions())
    factories.a_school_year("2043-2044")
    sql("SELECT hocba_open_audit_month('2043-11-15')")
    assert len(set(partitions()) - before) >= 2, "those that are opened later are guarded like the first"
    parents = dict(
        sql("SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits"  # type: ignore[arg-type]
            " JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = 'r'")
    )  # fmt: skip
    open_ones = []
    for part in partitions():
        column = column_of(part)
        deeds = [deed.format(table=part) for deed in DEEDS if not deed.startswith("GRANT")]
        deeds += [
            f"UPDATE {part} SET {column} = {column}",
            f"ALTER TABLE {parents[part]} DETACH PARTITION {part}",
        ]
        open_ones += [deed for deed in deeds if not refused(deed)]

    assert len(parents) >= 14
    assert open_ones == []


@pytest.mark.django_db
def test_the_lists_are_those_of_the_database() -> None:
    """Asked of the catalogue itself: what may not be updated is what migrations call append-only, and no more."""
    role = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    shut = sql(f"{role} AND NOT relispartition AND NOT has_table_privilege(oid, 'UPDATE')")
    emptied = sql(f"{role} AND has_table_privilege(oid, 'TRUNCATE, TRIGGER')")
    owned = sql(f"{role} AND pg_has_role(relowner, 'MEMBER')")

    assert {name for (name,) in shut} == {*APPEND_ONLY, "django_migrations"}
    assert (emptied, owned) == ([], [])


@pytest.mark.django_db
def test_a_grant_to_oneself_gives_nothing() -> None:
    """GRANT by who is not the owner is at most a warning; the right is not there afterwards."""
    for table in APPEND_ONLY:
        refused(f"GRANT ALL ON {table} TO CURRENT_USER")
        held = sql(f"SELECT has_table_privilege('{table}', 'UPDATE, DELETE, TRUNCATE, TRIGGER')")
        assert held == [(False,)], table


@pytest.mark.django_db
@pytest.mark.parametrize("way", [
    "SET session_replication_role = replica", "SET ROLE hocba_owner", "SET SESSION AUTHORIZATION hocba_owner",
    "ALTER ROLE CURRENT_USER BYPASSRLS", "CREATE EXTENSION dblink", "COPY schools_person TO PROGRAM 'cat'",
    "DROP FUNCTION hocba_refuse() CASCADE", "CREATE SCHEMA planted", "CREATE TABLE public.planted (one int)",
    "SELECT set_config('session_replication_role', 'replica', true)", "SET ROLE postgres",
    "RESET ROLE; SET ROLE pg_monitor",
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')", "SELECT lo_export(1, '/tmp/planted')", "COPY schools_person TO '/tmp/planted'",
    "COPY schools_person FROM '/etc/passwd'", "ALTER FUNCTION hocba_refuse() OWNER TO CURRENT_USER",
    "CREATE OR REPLACE FUNCTION hocba_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET LOCAL row_security = off; SELECT count(*) FROM records_transcript",
    "ALTER POLICY scope ON records_transcript USING (true)", "DROP POLICY scope ON records_transcript",
    "ALTER DATABASE postgres SET row_security = off",
    "CREATE FUNCTION public.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'",
])  # fmt: skip
def test_no_way_around_the_guards(way: str) -> None:
    assert refused(way)


def test_the_orm_is_refused_in_each_of_its_ways(country: Country) -> None:
    place, ways = country.places[Where.OWN], []
    by_table = {model._meta.db_table: model for model in apps.get_models()}
    models = [by_table[table] for table in APPEND_ONLY if table in by_table]
    with scopes.system(place.school.path):
        for model in models:
            row = model._base_manager.first()
            if row is None:
                continue
            name = next(field.name for field in model._meta.concrete_fields if not field.primary_key)
            rows: Any = model._base_manager
            for way in (
                lambda row=row: row.save(force_update=True),
                lambda row=row: row.delete(),
                lambda rows=rows, name=name, row=row: rows.filter(pk=row.pk).update(
                    **{name: getattr(row, name)}
                ),
                lambda rows=rows, name=name, row=row: rows.bulk_update([row], [name]),
                lambda rows=rows, row=row: rows.filter(pk=row.pk)._raw_delete(rows.db),
                lambda rows=rows, row=row: list(
                    rows.raw(f"DELETE FROM {row._meta.db_table} RETURNING {row._meta.pk.column}")
                ),
                lambda rows=rows, name=name, row=row: rows.update_or_create(
                    pk=row.pk, defaults={name: getattr(row, name)}
                ),
                lambda rows=rows, name=name, row=row: rows.bulk_create(
                    [row], update_conflicts=True, update_fields=[name], unique_fields=[row._meta.pk.name]
                ),
            ):
                ways.append(model)
                with pytest.raises((DatabaseError, TypeError, ValueError)), transaction.atomic():
                    way()
                    raise AssertionError(f"{model.__name__} was changed")

    assert len({model.__name__ for model in ways}) >= 8
    assert AuditEvent in ways


def test_there_is_no_admin_site() -> None:
    assert not apps.is_installed("django.contrib.admin")
    assert "admin" not in {one.pattern for one in get_resolver().url_patterns}


# ---- Row-level security alone: all verbs, all tables ----------------------------------------------------


def guarded_tables() -> list[str]:
    return [str(name) for (name,) in sql("SELECT tablename FROM pg_policies WHERE policyname = 'scope'")]


def test_another_schools_rows_are_not_read_written_or_moved(country: Country) -> None:
    own, far = country.places[Where.OWN].school.path, country.places[Where.FAR].school.path
    tables, wrong = guarded_tables(), []
    for table in tables:
        with scopes.system(far):
            theirs = sql(f"SELECT count(*) FROM {table}")[0][0]
        with scopes.system(own):
            if sql(f"SELECT count(*) FROM {table} WHERE school_path <> %s", own)[0][0]:
                wrong.append((table, "select"))
            if not refused_or_none(f"UPDATE {table} SET school_path = '{far}'"):
                wrong.append((table, "move"))
            for deed in ("UPDATE {} SET school_path = school_path WHERE school_path = '{}'",
                         "DELETE FROM {} WHERE school_path = '{}'"):  # fmt: skip
                if not refused_or_none(deed.format(table, far)):
                    wrong += [(table, deed)]
        assert isinstance(theirs, int)

    assert len(tables) >= 8
    assert wrong == []
    with scopes.system(far):
        assert SubjectResult.objects.exists()
        assert HomeroomRecord.objects.exists()


def refused_or_none(statement: str) -> bool:
    """Say whether a statement is refused or meets no row."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            none = cursor.rowcount == 0
            transaction.set_rollback(True)
            return none
    except DatabaseError:
        return True


# ---- Commands and tasks: doors without a person ------------------------------------------------------------

OPERATORS = {"establish", "migrate", "messages", "test"}
"""What the operator runs at the machine, with the owner's address or for the build."""
SPECIMENS = {"demo", "issue_class", "load_world", "bench", "chaos", "fuzz"}
"""Work on servers and data of their own, all of them specimens."""
FILES = {"verify", "assess"}
"""Read the files they are given."""


def told_in_the_docs() -> set[str]:
    rows = cells((ROOT / "docs" / "security.md").read_text("utf-8"), "Commands and tasks")
    return {code(row[0]) for row in rows}


def test_every_command_has_its_kind_and_none_acts_for_a_person() -> None:
    ours = {name for name, app in get_commands().items() if str(app) in OURS}

    assert ours ^ (OPERATORS | SPECIMENS | FILES) == set()
    assert {name for name in told_in_the_docs() if "." not in name} == ours
    for name in ours:
        made = (
            load_command_class(get_commands()[name], name) if isinstance(get_commands()[name], str) else None
        )
        assert made is not None
        options = {action.dest for action in made.create_parser("manage.py", name)._actions}
        assert not options & {"user", "username", "actor", "person", "as_user", "pin", "password"}, name


def test_every_task_takes_numbers_and_names_nobody() -> None:
    current_app.loader.import_default_modules()
    tasks = {name: task for name, task in current_app.tasks.items() if name.startswith(OURS)}
    taken = {
        name: {
            one.name
            for one in inspect.signature(task.run).parameters.values()
            if one.kind is one.KEYWORD_ONLY
        }
        for name, task in tasks.items()
    }

    assert len(tasks) >= 8
    assert {name for name in told_in_the_docs() if "." in name} == set(tasks)
    assert {str(one["task"]) for one in current_app.conf.beat_schedule.values()} <= set(tasks)
    assert {one for names in taken.values() for one in names} <= {
        "batch_id",
        "item_ids",
        "invitation_id",
        "account_id",
    }


def test_what_a_message_says_beyond_its_numbers_is_read_by_nobody() -> None:
    """A person, a role or a path in a forged message has no effect: no task looks at it."""
    current_app.loader.import_default_modules()
    for name, task in current_app.tasks.items():
        if not name.startswith(OURS):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(task.run)))
        rest = next(node for node in ast.walk(body) if isinstance(node, ast.FunctionDef)).args.kwarg
        assert rest is not None and rest.arg == "_", name
        assert not [node for node in ast.walk(body) if isinstance(node, ast.Name) and node.id == "_"], name


@pytest.mark.parametrize("number", [0, -1, 10**12])
def test_a_task_about_a_row_that_is_not_there_does_nothing(number: int, country: Country) -> None:
    from signing import tasks

    tasks.run_items.run(batch_id=number, item_ids=[])
    with pytest.raises(SigningBatch.DoesNotExist), transaction.atomic():
        tasks.run_items.run(batch_id=number, item_ids=[number])
    with pytest.raises(SigningBatch.DoesNotExist), transaction.atomic():
        tasks.run_batch.run(batch_id=number)
    assert sql("SELECT count(*) FROM records_transcript") == [(0,)], (
        "a task that broke leaves nothing open either"
    )


def test_a_task_leaves_nothing_open(country: Country) -> None:
    from signing import tasks

    for place in country.places.values():
        tasks.run_items.run(batch_id=place.batch.pk, item_ids=[])
        tasks.run_batch.run(batch_id=place.batch.pk)
        assert sql("SELECT count(*) FROM records_transcript") == [(0,)]
