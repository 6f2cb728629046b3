"""A person with roles in several units: what the database opens, where the pages work, what stays shut."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from hocba.kernel import clock
from records.models import SubjectResult, Transcript
from schools import actors, permissions, scopes
from schools.models import AuditEvent, ClassYear, Guardianship, Membership, Person, TeachingAssignment, Unit
from schools.permissions import Permission, Role
from tests import factories

pytestmark = pytest.mark.django_db

LONG_AGO = factories.LONG_AGO


def also(person: Person, school: Unit, role: Role, **fields: Any) -> None:
    Membership.objects.create(person=person, unit=school, role=role, from_on=LONG_AGO, **fields)


@pytest.fixture
def three() -> tuple[ClassYear, ClassYear, ClassYear]:
    """Classes of three schools with results; two under one Sở, the third under another."""
    office = factories.a_department()
    one, two = (
        factories.a_complete_class(1, school=factories.a_school(parent=office), name="4A") for _time in (1, 2)
    )
    return one, two, factories.a_complete_class(1, name="4C")


@pytest.fixture
def teacher(three: tuple[ClassYear, ClassYear, ClassYear]) -> Person:
    """A teacher of mathematics in the first two schools."""
    person = factories.a_teacher(three[0].school)
    also(person, three[1].school, Role.TEACHER, title="Giáo viên thỉnh giảng")
    for class_year in three[:2]:
        rows = TeachingAssignment.objects.filter(class_year=class_year, subject_code="TOAN")
        rows.update(teacher=person)
    return person


def seen() -> set[str]:
    return set(SubjectResult.objects.values_list("school_path", flat=True))


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(factories.an_account(person))
    return client


# ---- Row-level security --------------------------------------------------------------------------


def test_the_database_opens_both_schools_of_a_teacher_and_no_third(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    one, two, third = three
    with factories.acting(teacher) as actor:
        alone = seen()
        with_policy = set(
            permissions.visible(actor, Permission.RESULT_VIEW, SubjectResult.objects.all()).values_list(
                "class_year", "subject_code"
            )
        )

    assert alone == {one.school.path, two.school.path}
    assert with_policy == {(one.pk, "TOAN"), (two.pk, "TOAN")}
    assert third.school.path not in actor.results_paths


def test_a_row_between_two_open_schools_stays_shut(three: tuple[ClassYear, ClassYear, ClassYear]) -> None:
    """The range on the index runs from the first path to the last; what lies between is compared path by path."""
    first, middle, last = sorted(one.school.path for one in three)

    with transaction.atomic():
        scopes.apply([last, first])
        opened = seen()

    assert opened == {first, last}
    assert first < middle < last


def test_rows_are_written_in_each_open_school_and_moved_to_no_third(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    one, two, third = three
    with factories.acting(teacher):
        changed = SubjectResult.objects.filter(subject_code="TOAN").update(comment="Sửa")
        deleted = SubjectResult.objects.filter(class_year=third).delete()[0]
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            SubjectResult.objects.filter(class_year=one).update(school_path=third.school.path)
        SubjectResult.objects.filter(class_year=one).update(school_path=two.school.path)

    assert (changed, deleted) == (2, 0)


def test_a_role_at_one_school_and_a_child_at_another_open_the_school_and_the_child(
    three: tuple[ClassYear, ClassYear, ClassYear],
) -> None:
    one, _two, third = three
    other = factories.enrol(factories.a_pupil(), third)
    factories.fill_results(other)
    child = third.enrolments.order_by("pk")[0].pupil
    clerk = factories.a_clerk(one.school)
    Guardianship.objects.create(guardian=clerk, pupil=child, relation="Mẹ", from_on=LONG_AGO)

    with factories.acting(clerk):
        opened = set(SubjectResult.objects.values_list("school_path", "pupil_id"))

    own = one.enrolments.get().pupil_id
    assert opened == {(one.school.path, own), (third.school.path, child.pk)}


def test_administering_one_school_opens_no_result_there_because_one_teaches_elsewhere(
    three: tuple[ClassYear, ClassYear, ClassYear],
) -> None:
    one, two, _third = three
    person = factories.homeroom_of(one)
    also(person, two.school, Role.SCHOOL_ADMIN)
    here = Membership.objects.filter(person=person, unit=one.school)
    here.update(from_on=date(2021, 1, 1))  # later than the other role

    with factories.acting(person):
        assert seen() == {one.school.path}


def test_who_left_one_school_sees_nothing_of_it_though_the_other_school_stays(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    one, two, _third = three
    ended = factories.AT.date() - timedelta(days=1)
    Membership.objects.filter(person=teacher, unit=one.school).update(to_on=ended)
    ClassYear.objects.filter(pk=one.pk).update(homeroom_teacher=teacher)

    with factories.acting(teacher) as actor:
        assert seen() == {two.school.path}
        assert not permissions.may(actor, Permission.RESULTS_CONFIRM, one)
        assert not permissions.may(actor, Permission.CLASS_VIEW, one)
        assert permissions.may(actor, Permission.CLASS_VIEW, two)


def test_paths_within_paths_and_empty_ones_open_nothing_more() -> None:
    assert actors.outermost(["B.2.", "", "B.1.9.", "B.1.", "B.10.", "B.1."]) == ("B.1.", "B.10.", "B.2.")
    with transaction.atomic():
        for wrong in ("B.1", "B.1.,C."):
            with pytest.raises(ValueError, match="path"):
                scopes.apply(wrong)
        scopes.apply([])
        assert seen() == set()


def test_the_scope_of_several_schools_is_a_range_on_the_index(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    with factories.acting(teacher), connection.cursor() as cursor:
        # Few rows: the question is what the index can answer.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM records_transcript")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    condition = plan.split("transcript_by_path")[1].split("Index Cond:")[1].split("\n")[0]
    assert "split_part" in condition
    assert ">=" in condition
    assert "<" in condition


def test_the_list_page_reads_its_class_by_the_class(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    """Row-level security is a filter beside the index of the class, never a walk over the table."""
    with factories.acting(teacher), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = SubjectResult.objects.filter(class_year=three[0], subject_code="TOAN", point="CN")
        plan = rows.explain()

    assert "class_year_id" in plan.split("Index Cond:")[1].split("\n")[0]


# ---- The working unit ----------------------------------------------------------------------------


def choose(client: Client, unit: object) -> int:
    return client.post("/noi-lam-viec/", {"unit": getattr(unit, "pk", unit)}, follow=True).status_code


def test_the_pages_work_in_the_unit_that_was_chosen(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    one, two, third = three
    client = signed_in(teacher)
    before = client.get("/lop/").content.decode()

    assert choose(client, two.school) == 200
    after = client.get("/lop/").content.decode()

    assert one.code in before
    assert two.code not in before
    assert two.code in after
    assert one.code not in after
    for page in (before, after):
        assert third.code not in page
        assert one.school.name in page  # both stand in the switch
        assert two.school.name in page
        assert third.school.name not in page
    assert after.index(two.school.name) < after.index(one.school.name)


def test_a_right_in_the_other_unit_is_not_lost_by_the_choice(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    """Lists narrow, rights do not: a kept address still opens; a third school's never does."""
    client = signed_in(teacher)
    choose(client, three[1].school)

    answers = [client.get(f"/lop/{each.code}/mon/TOAN/").status_code for each in three]

    assert answers == [200, 200, 404]


def test_menu_and_role_follow_the_unit(three: tuple[ClassYear, ClassYear, ClassYear]) -> None:
    one, two, _third = three
    person = factories.a_principal(one.school)
    also(person, two.school, Role.SCHOOL_ADMIN, title="Quản trị viên")
    client = signed_in(person)
    first = client.get("/lop/").content.decode()
    choose(client, two.school)
    second = client.get("/nhan-su/").content.decode()

    assert 'href="/nhat-ky/"' in first
    assert "Hiệu trưởng" in first
    assert 'href="/nhat-ky/"' not in second
    assert 'class="who__role">Quản trị viên<' in second
    assert client.get("/nhat-ky/").status_code == 404


def test_the_trail_says_as_what_the_person_acted_there(
    three: tuple[ClassYear, ClassYear, ClassYear],
) -> None:
    one, two, third = three
    person = factories.a_principal(one.school)
    also(person, two.school, Role.CLERK)
    child = third.enrolments.get().pupil
    Guardianship.objects.create(guardian=person, pupil=child, relation="Bố", from_on=LONG_AGO)
    client = signed_in(person)

    client.get(f"/lop/{one.code}/")
    client.get(f"/lop/{two.code}/")
    client.get(f"/con-em/{child.pk}/")

    rows = AuditEvent.objects.filter(actor_id=person.pk, action__in=["class.view", "child.view"])
    assert list(rows.order_by("pk").values_list("unit_path", "actor_role"))[:2] == [
        (one.school.path, "principal"),
        (two.school.path, "clerk"),
    ]
    assert {row.actor_role for row in AuditEvent.objects.filter(pupil_id=child.pk)} == {"guardian"}


@pytest.mark.parametrize("wrong", ["", "0", "x", "1e9", "-1", "third"])
def test_no_unit_is_chosen_but_ones_own(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person, wrong: str
) -> None:
    client = signed_in(teacher)

    assert choose(client, three[2].school if wrong == "third" else wrong) == 404
    assert "working-in" not in client.session


def test_the_choice_ends_with_the_role_and_with_the_session(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    one, two, _third = three
    client = signed_in(teacher)
    choose(client, two.school)
    ended = clock.now().astimezone(clock.VIETNAM).date() - timedelta(days=1)
    Membership.objects.filter(person=teacher, unit=two.school).update(to_on=ended)

    page = client.get("/lop/").content.decode()

    assert one.code in page
    assert two.code not in page
    assert 'name="unit"' not in page  # nothing left to choose
    client.post("/dang-xuat/")
    assert "working-in" not in client.session


@pytest.mark.parametrize("planted", ["x", [1], {"a": 1}, -1, None, True])
def test_nonsense_in_the_session_counts_as_no_choice(teacher: Person, planted: object) -> None:
    client = signed_in(teacher)
    session = client.session
    session["working-in"] = planted
    session.save()

    assert client.get("/lop/").status_code == 200


def test_the_choice_is_made_by_a_form_with_its_token_only(
    three: tuple[ClassYear, ClassYear, ClassYear], teacher: Person
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.an_account(teacher))

    assert strict.post("/noi-lam-viec/", {"unit": three[1].school.pk}).status_code == 403
    assert strict.get("/noi-lam-viec/").status_code == 405
    assert Transcript.objects.count() == 0
