"""Row-level security and append-only tables, proven without the policy: plain ORM and SQL as the application role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from hocba.database import as_owner
from records.actions import completion
from records.models import HomeroomRecord, SubjectResult, Transcript, TranscriptVersion
from schools import actors, audit, scopes
from schools.models import AuditEvent, ClassYear, Pupil, SchoolYear
from schools.permissions import Role
from tests import factories

ROOT = Path(__file__).parents[2]
GUARDED = (SubjectResult, HomeroomRecord, Transcript, TranscriptVersion)


def counts() -> list[int]:
    return [model._base_manager.count() for model in GUARDED]


def sql(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, *values: object, saying: str = "") -> bool:
    """Say whether the database refuses a statement for want of a right (never for a fault in it)."""
    try:
        with transaction.atomic():
            sql(statement, *values)
    except DatabaseError as error:
        cause = error.__cause__
        assert getattr(cause, "sqlstate", "") == "42501", error
        return saying in str(error)
    return False


# ---- Row-level security --------------------------------------------------------------------------


@pytest.fixture
def two_classes(transactional_db: None) -> tuple[ClassYear, ClassYear]:
    """Two frozen classes in two schools, committed."""
    return factories.a_frozen_class(2), factories.a_frozen_class(1)


def test_without_a_scope_there_is_nothing(two_classes: tuple[ClassYear, ClassYear]) -> None:
    assert counts() == [0, 0, 0, 0]
    with transaction.atomic():
        assert counts() == [0, 0, 0, 0]


def test_a_scope_opens_its_subtree_and_nothing_beside(two_classes: tuple[ClassYear, ClassYear]) -> None:
    one, two = two_classes
    subjects = one.subjects.count()
    parent = one.school.parent
    assert parent is not None

    with scopes.system(one.school.path):
        alone, schools = counts(), set(Transcript.objects.values_list("school_path", flat=True))
    with scopes.system(parent.path):
        from_above = counts()
    with scopes.system("BGD."):
        everything = counts()

    assert alone == from_above == [2 * subjects, 2, 2, 2]
    assert schools == {one.school.path}
    assert everything == [2 * subjects + two.subjects.count(), 3, 3, 3]
    assert counts() == [0, 0, 0, 0]


def test_a_family_reads_its_childs_rows_and_changes_none(two_classes: tuple[ClassYear, ClassYear]) -> None:
    one, _two = two_classes
    pupil = one.enrolments.all()[0].pupil
    parent = actors.of(factories.a_guardian(pupil), factories.AT)

    with scopes.of(parent):
        seen = counts()
        owners = set(SubjectResult.objects.values_list("pupil_id", flat=True))
        changed = HomeroomRecord.objects.update(homeroom_comment="Sửa")
        deleted, _each = SubjectResult.objects.all().delete()

    assert seen == [one.subjects.count(), 1, 1, 1]
    assert owners == {pupil.pk}
    assert (changed, deleted) == (0, 0)


def test_a_pupil_reads_the_own_rows(two_classes: tuple[ClassYear, ClassYear]) -> None:
    pupil = two_classes[0].enrolments.all()[0].pupil
    own = actors.of(factories.a_pupil_account(pupil), factories.AT)

    with scopes.of(own):
        assert set(Transcript.objects.values_list("pupil_id", flat=True)) == {pupil.pk}


def test_who_reads_no_result_by_role_has_no_scope(two_classes: tuple[ClassYear, ClassYear]) -> None:
    school = two_classes[0].school
    for role in (Role.SCHOOL_ADMIN, Role.SUBDEPARTMENT, Role.DEPARTMENT, Role.MINISTRY):
        with factories.acting(factories.a_member(school, role)):
            assert counts() == [0, 0, 0, 0], role
    for role in (Role.PRINCIPAL, Role.CLERK, Role.REGISTRAR):
        with factories.acting(factories.a_member(school, role)):
            assert counts()[2:] == [2, 2], role


def test_a_reused_connection_keeps_nothing(two_classes: tuple[ClassYear, ClassYear]) -> None:
    """After SET LOCAL the setting reads as an empty string, not as null: it must open nothing."""
    one = two_classes[0]
    pupil = one.enrolments.all()[0].pupil
    with transaction.atomic():
        scopes.apply(one.school.path, [pupil.pk])
        backend = sql("SELECT pg_backend_pid()")
        inside = counts()

    after = sql("SELECT current_setting('hocba.scope', true), current_setting('hocba.pupils', true)")
    assert sql("SELECT pg_backend_pid()") == backend
    assert inside[2] == 2
    assert after == [("", "")]
    assert counts() == [0, 0, 0, 0]


def test_a_failed_transaction_keeps_nothing_and_an_inner_scope_gives_the_outer_back(
    two_classes: tuple[ClassYear, ClassYear],
) -> None:
    one, two = two_classes
    with scopes.system(one.school.path):
        with scopes.system(two.school.path):
            assert counts()[2] == 1
        assert counts()[2] == 2
        with pytest.raises(ZeroDivisionError), scopes.system(two.school.path):
            raise ZeroDivisionError
        assert counts()[2] == 2
    with pytest.raises(ZeroDivisionError), scopes.system(one.school.path):
        raise ZeroDivisionError

    assert counts() == [0, 0, 0, 0]


def test_a_scope_lives_in_a_transaction(transactional_db: None) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        scopes.apply("BGD.")


def test_rows_outside_the_scope_are_neither_written_nor_moved(
    two_classes: tuple[ClassYear, ClassYear],
) -> None:
    mine, theirs = factories.a_complete_class(1), two_classes[0]
    columns = ", ".join(
        field.column for field in SubjectResult._meta.concrete_fields if not field.primary_key
    )
    copy = columns.replace("school_path", "%s").replace(" point", " 'HK1'")

    with scopes.system(mine.school.path):
        outside = refused(
            f"INSERT INTO records_subjectresult ({columns}) SELECT {copy} FROM records_subjectresult",
            theirs.school.path,
            saying="row-level security",
        )
        moved = refused(
            "UPDATE records_homeroomrecord SET school_path = %s", theirs.school.path, saying="row-level"
        )
        inside = refused(
            f"INSERT INTO records_subjectresult ({columns}) SELECT {copy} FROM records_subjectresult",
            mine.school.path,
        )

    assert (outside, moved, inside) == (True, True, False)


def test_every_table_with_a_school_path_is_under_row_level_security(db: None) -> None:
    holding = {
        model._meta.db_table
        for model in apps.get_models()
        if {"school_path", "pupil"} <= {field.name for field in model._meta.get_fields()}
    }
    under = {
        name for (name,) in sql("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')")
    }

    assert holding >= {model._meta.db_table for model in GUARDED}
    assert holding <= under


# ---- Partitions ----------------------------------------------------------------------------------


def partitions() -> list[str]:
    return [
        str(name)
        for (name,) in sql(
            "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON oid = inhrelid"
            " WHERE relkind = 'r'"
        )
    ]


def test_no_partition_is_reached_but_through_its_parent(two_classes: tuple[ClassYear, ClassYear]) -> None:
    parts = partitions()
    deeds = ("SELECT * FROM {}", "DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES")

    assert {"records_subjectresult_2025_2026", "schools_auditevent_other"} <= set(parts)
    assert len(parts) >= 14
    with scopes.system("BGD."):
        open_ones = [(part, deed) for part in parts for deed in deeds if not refused(deed.format(part))]
    assert open_ones == []


def test_a_new_school_year_has_its_partition_and_a_new_month_its_own(db: None) -> None:
    factories.a_school_year("2031-2032")
    sql("SELECT hocba_open_audit_month('2040-02-29')")
    sql("SELECT hocba_open_audit_month('2040-02-01')")

    assert SchoolYear.objects.filter(code="2031-2032").exists()
    assert {"records_subjectresult_2031_2032", "schools_auditevent_204002"} <= set(partitions())


def test_a_month_is_opened_alike_in_every_time_zone_and_beside_rows_that_came_early(db: None) -> None:
    school = factories.a_school()
    audit.record(factories.actor_of(factories.a_clerk(school)), "staff.view", unit_path=school.path)
    for day, zone in (("2041-01-15", "Asia/Ho_Chi_Minh"), ("2041-02-15", "UTC"), ("2026-05-02", "UTC")):
        sql("SELECT set_config('timezone', %s, true)", zone)
        sql("SELECT hocba_open_audit_month(%s)", day)
    sql("SELECT set_config('timezone', 'UTC', true)")

    bounds = dict(
        sql(
            "SELECT oid::regclass::text, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname LIKE %s",
            "schools_auditevent_2%",
        )
    )
    assert "schools_auditevent_202605" not in bounds
    assert bounds["schools_auditevent_204101"] == (
        "FOR VALUES FROM ('2041-01-01 00:00:00+00') TO ('2041-02-01 00:00:00+00')"
    )
    assert AuditEvent.objects.filter(unit_path=school.path).count() == 1


# ---- Append-only ---------------------------------------------------------------------------------


def named_in_migrations(word: str) -> set[str]:
    """Return the tables that migrations guard with `word`: the list is theirs, so that none is forgotten here."""
    text = "".join(path.read_text("utf-8") for path in ROOT.glob("*/migrations/0*.py"))
    return set(re.findall(rf"{word}\('([a-z_]+)'\)", text))


APPEND_ONLY = sorted(named_in_migrations("hocba_append_only") | {"schools_auditevent"})
NEVER_DELETED = sorted(named_in_migrations("hocba_never_delete"))


def test_the_lists_are_those_of_the_law() -> None:
    """What is kept for ever (design §2.6): versions, signatures, seals, leaves, audit rows."""
    forever = {
        "records_transcriptversion", "signing_signature", "signing_sealeddocument", "signing_logleaf",
        "signing_withdrawal", "exports_package", "schools_auditevent", "schools_auditroot",
    }  # fmt: skip

    assert forever <= set(APPEND_ONLY)
    assert {"records_transcript", "records_lookupentry", "exports_delivery"} <= set(NEVER_DELETED)


def column_of(table: str) -> str:
    return str(
        sql(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1",
            table,
        )[0][0]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_only_adds(table: str) -> None:
    column = column_of(table)

    assert refused(f"UPDATE {table} SET {column} = {column}", saying="permission denied")
    assert refused(f"DELETE FROM {table}", saying="permission denied")
    assert refused(f"TRUNCATE {table} CASCADE", saying="permission denied")
    assert not refused(f"SELECT count(*) FROM {table}")


@pytest.mark.django_db
@pytest.mark.parametrize("table", NEVER_DELETED)
def test_the_application_never_deletes(table: str) -> None:
    assert refused(f"DELETE FROM {table}", saying="permission denied")
    assert refused(f"TRUNCATE {table} CASCADE", saying="permission denied")


@contextmanager
def owner() -> Iterator[None]:
    """Act as the owner; nothing that is done stays."""
    with as_owner(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_trigger_stops_the_owner_too(table: str, transactional_db: None) -> None:
    """Catalogue first: a row trigger on UPDATE and DELETE and one on TRUNCATE, firing always or for local work."""
    with owner():
        found = sql(
            "SELECT bool_or(tgtype & 16 > 0 AND tgtype & 1 > 0), bool_or(tgtype & 8 > 0 AND tgtype & 1 > 0),"
            " bool_or(tgtype & 32 > 0) FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE tgrelid = %s::regclass AND proname = 'hocba_refuse' AND tgenabled IN ('O', 'A')",
            table,
        )
        truncated = refused(f"TRUNCATE {table} CASCADE", saying="chỉ được ghi thêm")

    assert found == [(True, True, True)]
    assert truncated


def test_the_owner_rewrites_no_row_and_empties_no_partition(two_classes: tuple[ClassYear, ClassYear]) -> None:
    school = two_classes[0].school
    audit.record(factories.actor_of(factories.a_clerk(school)), "staff.view", unit_path=school.path)
    parts = [part for part in partitions() if part.startswith("schools_audit")]

    with owner():
        deeds = [
            refused("UPDATE records_transcriptversion SET number = 9", saying="chỉ được ghi thêm"),
            refused("DELETE FROM records_transcriptversion", saying="chỉ được ghi thêm"),
            refused("UPDATE schools_auditevent SET action = 'x'", saying="chỉ được ghi thêm"),
            refused("DELETE FROM schools_auditevent_other", saying="chỉ được ghi thêm"),
            *(refused(f"TRUNCATE {part}", saying="chỉ được ghi thêm") for part in parts),
        ]

    assert deeds == [True] * (4 + len(parts))


# ---- What is issued --------------------------------------------------------------------------------


LIFE = (
    "DRAFT",
    "CONFIRMED",
    "FROZEN",
    "HOMEROOM_SIGNED",
    "PRINCIPAL_SIGNED",
    "SEALING",
    "ISSUED",
    "WITHDRAWN",
)


def put(state: str) -> bool:
    return not refused("UPDATE records_transcript SET state = %s", state)


@pytest.mark.django_db
def test_an_issued_transcript_only_falls_and_a_withdrawn_one_only_begins_again() -> None:
    class_year = factories.a_frozen_class(1)
    with scopes.system(class_year.school.path):
        assert not put("ISSUED")  # straight from FROZEN
        assert put("SEALING")
        assert put("ISSUED")
        from_issued = {state for state in LIFE if state not in {"ISSUED", "WITHDRAWN"} and put(state)}
        current = refused("UPDATE records_transcript SET current_id = NULL")
        owner_changed = refused("UPDATE records_transcript SET pupil_id = pupil_id + 1")
        assert put("WITHDRAWN")
        from_withdrawn = {state for state in LIFE if state not in {"WITHDRAWN", "DRAFT"} and put(state)}
        assert put("DRAFT")

    assert (from_issued, current, owner_changed, from_withdrawn) == (set(), True, True, set())


@pytest.mark.django_db
def test_results_of_a_confirmed_transcript_are_neither_changed_nor_moved_away() -> None:
    class_year = factories.a_complete_class(2)
    first, second = class_year.enrolments.all()
    with factories.acting(factories.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
    with scopes.system(class_year.school.path):
        free = factories.enrol(factories.a_pupil(), class_year)
        where = "WHERE enrolment_id = %s AND subject_code = 'TOAN'"
        deeds = [
            refused(f"UPDATE records_subjectresult SET level = 'C' {where}", first.pk),
            refused(f"DELETE FROM records_subjectresult {where}", first.pk),
            refused(f"UPDATE records_subjectresult SET enrolment_id = %s {where}", free.pk, second.pk),
            refused(
                "UPDATE records_homeroomrecord SET homeroom_comment = 'x' WHERE enrolment_id = %s", first.pk
            ),
            refused(
                "UPDATE records_homeroomrecord SET enrolment_id = %s WHERE enrolment_id = %s",
                free.pk,
                first.pk,
            ),
        ]

    assert deeds == [True] * 5
    assert Pupil.objects.filter(enrolments=free).exists()
