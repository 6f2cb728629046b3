"""Entering a subject's results: who, what, two people at once, and after confirmation."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from records.actions import completion, results
from records.actions.results import Entry
from records.models import SubjectResult
from schools.models import AuditEvent, ClassYear
from tests import factories as make
from tests.database import database_role

pytestmark = pytest.mark.django_db


def first_row(class_year: ClassYear, subject: str, enrolment: int) -> SubjectResult:
    return SubjectResult.objects.get(
        enrolment=enrolment, subject_code=subject, point="CN", class_year=class_year
    )


def enrolments(class_year: ClassYear) -> list[int]:
    return list(class_year.enrolments.values_list("pk", flat=True))


def test_a_class_is_saved_in_one_go_with_one_line_in_the_trail() -> None:
    class_year = make.a_class_year(pupils=3)
    one, two, three = enrolments(class_year)
    rows = {one: Entry("T", "9", "Em đọc tốt."), two: Entry("H", 7), three: Entry()}

    with make.acting(make.teacher_of(class_year, "TOAN")) as by:
        saved = results.enter_subject(class_year, subject_code="TOAN", point="CN", rows=rows, by=by)
        row = first_row(class_year, "TOAN", one)
        count = SubjectResult.objects.filter(class_year=class_year).count()

    assert saved.changed == count == 2
    assert (row.level, row.test_mark, row.comment, row.version) == ("T", 9, "Em đọc tốt.", 1)
    assert (row.school_path, row.pupil_id) == (class_year.school.path, row.enrolment.pupil_id)
    trail = AuditEvent.objects.get(action="results.enter")
    assert (trail.count, trail.facts["subject_code"], trail.facts["enrolments"]) == (2, "TOAN", [one, two])


def test_saving_the_same_again_changes_nothing() -> None:
    class_year = make.a_class_year(pupils=1)
    (one,) = enrolments(class_year)

    with make.acting(make.homeroom_of(class_year)) as by:
        first = results.enter_subject(
            class_year, subject_code="TV", point="CN", rows={one: Entry("T", "10")}, by=by
        )
        again = results.enter_subject(
            class_year, subject_code="TV", point="CN", rows={one: Entry("T", 10, version=1)}, by=by
        )
        row = first_row(class_year, "TV", one)

    assert (first.changed, again.changed, row.version) == (1, 0, 1)
    assert AuditEvent.objects.filter(action="results.enter").count() == 1


@pytest.mark.parametrize(
    ("subject", "point", "entry", "cell"),
    [
        ("TOAN", "CN", Entry("X"), "level"),
        ("TOAN", "CN", Entry("Đ"), "level"),
        ("TOAN", "CN", Entry("T", "8,5"), "mark"),
        ("TOAN", "CN", Entry("T", "11"), "mark"),
        ("TOAN", "CN", Entry("T", "-1"), "mark"),
        ("TOAN", "CN", Entry("T", "chín"), "mark"),
        ("DD", "CN", Entry("T", "9"), "mark"),
        ("KH", "GHK1", Entry("T", "9"), "mark"),
        ("TOAN", "CN", Entry("T", "9", is_second_test=True), "mark"),
        ("TOAN", "CN", Entry("T", "9", "a" * 4001), "comment"),
    ],
)
def test_what_the_law_has_no_place_for_is_refused_beside_its_cell(
    subject: str, point: str, entry: Entry, cell: str
) -> None:
    class_year = make.a_class_year(pupils=2)
    one, two = enrolments(class_year)
    rows = {one: entry, two: Entry("T")}

    with make.acting(make.homeroom_of(class_year)) as by:
        with pytest.raises(Invalid) as refused:
            results.enter_subject(class_year, subject_code=subject, point=point, rows=rows, by=by)
        left = SubjectResult.objects.count()

    assert list(refused.value.fields) == [f"{cell}-{one}"]
    assert left == 0  # all or nothing: the good row of the other pupil waits too


def test_midterm_tests_exist_for_vietnamese_and_maths_in_grade_four() -> None:
    class_year = make.a_class_year(pupils=1, grade=4)
    (one,) = enrolments(class_year)

    with make.acting(make.homeroom_of(class_year)) as by:
        saved = results.enter_subject(
            class_year, subject_code="TV", point="GHK2", rows={one: Entry("H", "6")}, by=by
        )

    assert saved.changed == 1


def test_two_people_at_once_lose_nothing() -> None:
    class_year = make.a_class_year(pupils=2)
    one, two = enrolments(class_year)
    teacher = make.homeroom_of(class_year)
    with make.acting(teacher) as by:
        results.enter_subject(
            class_year, subject_code="TOAN", point="CN", rows={one: Entry("T", 9), two: Entry("T", 9)}, by=by
        )
        results.enter_subject(
            class_year, subject_code="TOAN", point="CN", rows={one: Entry("H", 6, version=1)}, by=by
        )
        mine = {one: Entry("T", 10, version=1), two: Entry("H", 5, version=1)}
        with pytest.raises(Conflict) as refused:
            results.enter_subject(class_year, subject_code="TOAN", point="CN", rows=mine, by=by)
        kept = [first_row(class_year, "TOAN", each) for each in (one, two)]

    name = class_year.enrolments.get(pk=one).pupil.full_name
    assert refused.value.case == "stale"
    assert refused.value.facts["cells"] == [
        {"enrolment": one, "name": name, "field": "level", "theirs": "H", "yours": "T"},
        {"enrolment": one, "name": name, "field": "test_mark", "theirs": "6.0", "yours": "10"},
    ]
    assert [(row.level, row.test_mark) for row in kept] == [("H", 6), ("T", 9)]


def test_a_stale_page_with_the_same_values_is_no_conflict() -> None:
    class_year = make.a_class_year(pupils=1)
    (one,) = enrolments(class_year)
    with make.acting(make.homeroom_of(class_year)) as by:
        for entry in (Entry("T", 9), Entry("T", 8, version=1)):
            results.enter_subject(class_year, subject_code="TOAN", point="CN", rows={one: entry}, by=by)

        saved = results.enter_subject(
            class_year, subject_code="TOAN", point="CN", rows={one: Entry("T", 8, version=1)}, by=by
        )

    assert saved.changed == 0


def test_a_second_test_keeps_the_first_mark() -> None:
    class_year = make.a_class_year(pupils=1)
    (one,) = enrolments(class_year)
    marks = []
    with make.acting(make.homeroom_of(class_year)) as by:
        for version, (mark, second) in enumerate([(4, None), (7, True), (8, True), (8, False)]):
            entry = Entry("H", mark, version=version, is_second_test=second)
            results.enter_subject(class_year, subject_code="TOAN", point="CN", rows={one: entry}, by=by)
            row = first_row(class_year, "TOAN", one)
            marks.append((row.test_mark, row.first_test_mark))

    assert marks == [(4, None), (7, 4), (8, 4), (8, None)]


def test_only_the_teacher_of_the_subject_may_enter_it() -> None:
    class_year = make.a_class_year(pupils=1)
    (one,) = enrolments(class_year)
    english = make.teacher_of(class_year, "NN1")
    others = [
        english,
        make.a_principal(class_year.school),
        make.a_school_admin(class_year.school),
        make.a_clerk(class_year.school),
        make.a_teacher(class_year.school),
        make.homeroom_of(make.a_class_year(pupils=0, school=class_year.school)),
    ]

    for person in others:
        with make.acting(person) as by, pytest.raises(NotPermitted):
            results.enter_subject(class_year, subject_code="TOAN", point="CN", rows={one: Entry("T")}, by=by)
    with make.acting(english) as by:
        saved = results.enter_subject(
            class_year, subject_code="NN1", point="CN", rows={one: Entry("T", 9)}, by=by
        )
    assert saved.changed == 1


def test_a_pupil_of_another_class_is_not_found() -> None:
    class_year, other = make.a_class_year(pupils=1), make.a_class_year(pupils=1)

    with make.acting(make.homeroom_of(class_year)) as by, pytest.raises(NotFound):
        results.enter_subject(
            class_year, subject_code="TOAN", point="CN", rows={enrolments(other)[0]: Entry("T")}, by=by
        )


def test_after_confirmation_action_and_database_refuse() -> None:
    class_year = make.a_complete_class(pupils=1)
    (one,) = enrolments(class_year)
    with make.acting(make.homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)

        with pytest.raises(Conflict) as refused:
            results.enter_subject(
                class_year, subject_code="TOAN", point="CN", rows={one: Entry("H", 5, version=1)}, by=by
            )
        with pytest.raises(DatabaseError, match="đã được xác nhận"), transaction.atomic():
            SubjectResult.objects.filter(enrolment=one).update(test_mark=Decimal(10))

    assert refused.value.case == "not-open"
    assert database_role() != "postgres"
