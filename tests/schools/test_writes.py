"""The writes of one commit: one message, in order, all or none; what is not there is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from schools import actors, audit
from schools.models import AuditEvent, SchoolYear, Unit
from schools.writes import NothingChanged, Writes
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def messages() -> Any:
    """What is sent to the database while the test runs."""
    sent: list[str] = []

    def listen(execute: Any, text: str, *rest: Any) -> Any:
        sent.append(text)
        return execute(text, *rest)

    with connection.execute_wrapper(listen):
        yield sent


def test_all_kinds_go_in_one_message_and_answers_come_back_in_order(messages: list[str]) -> None:
    school = factories.a_school()
    by = actors.of(factories.a_principal(school), factories.AT)
    other = Unit(
        level=school.level, name="Bản mẫu 100%", code="khac", path=f"{school.path}khac.", parent=school
    )
    together = Writes()

    with transaction.atomic():
        del messages[:]
        together.run("SELECT 1")
        together.insert(other)
        together.update(Unit.objects.filter(pk=school.pk), name="Tên mới 100%")
        audit.record(by, "test.together", unit_path=school.path, within=together)
        together.run("SELECT name, %s FROM schools_unit WHERE id = %s", ["%s;", school.pk])
        assert messages == []
        answers = together.send()
        assert len(messages) == 1

    assert answers == [[(1,)], [("Tên mới 100%", "%s;")]]
    assert Unit.objects.get(code="khac").name == "Bản mẫu 100%"
    assert AuditEvent.objects.get(action="test.together").actor_id == by.person_id


def test_one_refusal_takes_everything_back() -> None:
    school = factories.a_school()
    twin = Unit(level=school.level, name="Trùng", code=school.code, path=school.path)
    together = Writes()
    together.update(Unit.objects.filter(pk=school.pk), name="Tên mới")
    together.insert(twin)

    with pytest.raises(IntegrityError), transaction.atomic():
        together.send()

    assert Unit.objects.get(pk=school.pk).name == school.name


def test_a_row_that_is_not_there_is_told_or_made() -> None:
    nobody = SchoolYear.objects.filter(code="1900-1901")
    made: list[str] = []
    together = Writes()
    together.update(nobody, otherwise=lambda: made.append("made"), ends_on=F("starts_on"))
    together.update(nobody, ends_on=F("starts_on"))

    with pytest.raises(NothingChanged), transaction.atomic():
        together.send()

    assert made == ["made"]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_sent() -> None:
    together = Writes()
    together.run("SELECT 1")

    with pytest.raises(transaction.TransactionManagementError):
        together.send()


def test_a_value_that_the_database_finds_stands_in_the_trail(messages: list[str]) -> None:
    school = factories.a_school()
    by = actors.of(factories.a_principal(school), factories.AT)
    del messages[:]

    code = audit.Found("SELECT code FROM schools_unit WHERE id = %s", (school.pk,))
    number = audit.Found("SELECT id FROM schools_unit WHERE id = %s", (school.pk,))
    audit.record(by, "test.found", unit_path=school.path, subject=("unit", code), pupil_id=number)

    row = AuditEvent.objects.get(action="test.found")
    assert (row.subject_id, row.pupil_id) == (school.code, school.pk)
    assert len(messages) == 2
