"""Two people in the same instant, each on a connection of their own: the class's row makes one wait."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from hocba.kernel.errors import Conflict
from records.actions import classes, completion, freezing, results
from records.actions.results import Entry
from records.models import SubjectResult, Transcript, TranscriptVersion
from schools import scopes
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    """Start work on a connection of its own, closed at its end."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_blocked() -> None:
    """Return once another connection of this database waits for a lock."""
    with connection.cursor() as cursor:
        for _each in range(50_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the class's row")


def test_what_is_entered_while_the_class_is_confirmed_is_refused_not_lost_inside() -> None:
    class_year = make.a_complete_class(pupils=1)
    one = class_year.enrolments.get()
    teacher = make.homeroom_of(class_year)
    refusals: list[str] = []

    def enter() -> None:
        rows = {one.pk: Entry("H", 5, "Em học tốt môn Toán.", version=1)}
        with make.acting(teacher) as by:
            try:
                results.enter_subject(class_year, subject_code="TOAN", point="CN", rows=rows, by=by)
            except Conflict as refused:
                refusals.append(refused.case)

    with make.acting(teacher) as by:
        classes.lock(class_year)
        thread = in_a_thread(enter)
        wait_until_blocked()
        report = completion.confirm(class_year, by=by)
    thread.join(30)

    with scopes.system(class_year.school.path):
        assert SubjectResult.objects.get(enrolment=one, subject_code="TOAN").test_mark == 9
        assert Transcript.objects.get(enrolment=one).state == "CONFIRMED"
    assert (report.confirmed, refusals) == (1, ["not-open"])


def test_two_clerks_freeze_once() -> None:
    class_year = make.a_frozen_class(pupils=2)
    sheet = class_year.issue_sheets.get()
    with make.acting(make.homeroom_of(class_year)) as by:
        for head in Transcript.objects.filter(class_year=class_year):
            completion.send_back(head, reason="Xem lại", by=by)
        completion.confirm(class_year, by=by)
    first, second = make.a_clerk(class_year.school), make.a_clerk(class_year.school)
    counts: list[tuple[int, int]] = []

    def freeze() -> None:
        with make.acting(second) as by:
            report = freezing.freeze(class_year, sheet=sheet, by=by)
            counts.append((report.frozen, report.unchanged))

    with transaction.atomic(), make.acting(first) as by:
        mine = freezing.freeze(class_year, sheet=sheet, by=by)
        thread = in_a_thread(freeze)
        wait_until_blocked()
    thread.join(30)

    with scopes.system(class_year.school.path):
        assert TranscriptVersion.objects.count() == 4
    assert (mine.frozen, counts) == (2, [(0, 2)])
