"""Who reaches which page: asked for every role, page by page."""

from collections.abc import Callable

import pytest
from django.test import Client

from schools.models import AuditEvent, Person
from tests import factories as make

pytestmark = pytest.mark.django_db

Door = Callable[[Person], Client]
PAGES = ("class", "subject", "english", "homeroom", "one", "confirm", "year", "sheet", "pupil")

ALLOWED = {
    "homeroom": {"class", "subject", "english", "homeroom", "one", "confirm", "year", "pupil"},
    "english": {"class", "english", "pupil"},
    "principal": {"class", "subject", "english", "homeroom", "one", "confirm", "year", "pupil"},
    "clerk": set(PAGES),
    "registrar": set(PAGES),
    "school_admin": {"class"},
    "other_homeroom": set(),
    "other_clerk": set(),
    "department": set(),
    "guardian": set(),
}


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_opens_exactly_its_pages(role: str, at_door: Door) -> None:
    class_year = make.a_confirmed_class(pupils=2)
    school = class_year.school
    enrolment = class_year.enrolments.first()
    person = {
        "homeroom": lambda: make.homeroom_of(class_year),
        "english": lambda: make.teacher_of(class_year, "NN1"),
        "principal": lambda: make.a_principal(school),
        "clerk": lambda: make.a_clerk(school),
        "registrar": lambda: make.a_registrar(school),
        "school_admin": lambda: make.a_school_admin(school),
        "other_homeroom": lambda: make.homeroom_of(make.a_class_year(pupils=0, school=school)),
        "other_clerk": lambda: make.a_clerk(make.a_school()),
        "department": lambda: make.a_member(school.parent, make.Role.DEPARTMENT),
        "guardian": lambda: make.a_guardian(enrolment.pupil),
    }[role]()
    base = f"/lop/{class_year.code}/"
    addresses = {
        "class": base,
        "subject": f"{base}mon/TOAN/",
        "english": f"{base}mon/NN1/",
        "homeroom": f"{base}chu-nhiem/",
        "one": f"{base}chu-nhiem/{enrolment.pk}/",
        "confirm": f"{base}hoan-thanh/",
        "year": f"{base}hoan-thanh/{enrolment.pk}/",
        "sheet": f"{base}phat-hanh/",
        "pupil": f"/hoc-sinh/{enrolment.pupil_id}/",
    }
    client = at_door(person)

    answers = {name: client.get(url).status_code for name, url in addresses.items()}

    assert {name for name, status in answers.items() if status == 200} == ALLOWED[role]
    assert set(answers.values()) <= {200, 403, 404}


def test_a_stranger_is_asked_to_sign_in() -> None:
    answer = Client().get("/lop/")

    assert (answer.status_code, answer["Location"].startswith("/dang-nhap/")) == (302, True)


def test_the_administrator_sees_no_name_no_mark(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=1)
    pupil = class_year.enrolments.get().pupil

    page = at_door(make.a_school_admin(class_year.school)).get(f"/lop/{class_year.code}/").content.decode()

    assert pupil.full_name not in page
    assert "Hoàn thành xuất sắc" not in page
    assert "Kết quả cuối năm" not in page


def test_a_subject_teacher_learns_no_outcome_and_no_other_subject(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=1)

    page = at_door(make.teacher_of(class_year, "NN1")).get(f"/lop/{class_year.code}/").content.decode()

    assert class_year.enrolments.get().pupil.full_name in page
    assert "Ngoại ngữ 1 Tiếng Anh" in page
    assert "Hoàn thành xuất sắc" not in page
    assert "mon/TOAN" not in page


@pytest.mark.parametrize("role", ["school_admin", "principal", "english"])
def test_a_post_from_who_may_not_changes_nothing(role: str, at_door: Door) -> None:
    class_year = make.a_class_year(pupils=1)
    enrolment = class_year.enrolments.get()
    person = {
        "school_admin": lambda: make.a_school_admin(class_year.school),
        "principal": lambda: make.a_principal(class_year.school),
        "english": lambda: make.teacher_of(class_year, "NN1"),
    }[role]()
    typed = {f"level-{enrolment.pk}": "T", f"version-{enrolment.pk}": "0"}

    answer = at_door(person).post(f"/lop/{class_year.code}/mon/TOAN/", typed)
    confirmed = at_door(person).post(f"/lop/{class_year.code}/hoan-thanh/")

    assert answer.status_code in (403, 404)
    assert confirmed.status_code in (403, 404)
    assert not AuditEvent.objects.filter(action="results.enter").exists()


def test_each_read_of_pupils_is_remembered(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=2)
    enrolment = class_year.enrolments.first()
    client = at_door(make.homeroom_of(class_year))
    base = f"/lop/{class_year.code}/"

    for url in (
        base,
        f"{base}mon/TOAN/",
        f"{base}hoan-thanh/{enrolment.pk}/",
        f"/hoc-sinh/{enrolment.pupil_id}/",
    ):
        client.get(url)

    seen = AuditEvent.objects.order_by("id").values_list("action", "count", "pupil_id")
    assert list(seen) == [
        ("class.view", 2, None),
        ("results.view", 2, None),
        ("year.view", 1, enrolment.pupil_id),
        ("pupil.view", 1, enrolment.pupil_id),
    ]
