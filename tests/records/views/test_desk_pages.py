"""The homeroom teacher's desk as it is seen: what is missing and whose, the table, phrases, returned cells."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from records.models import CellReturn, HomeroomRecord, Phrase, SubjectResult
from schools import scopes
from schools.models import ClassYear, Person
from tests import factories as make

pytestmark = pytest.mark.django_db

Door = Callable[[Person], Client]
LARGEST_PAGE = 150_000
MOST_QUERIES = 16
"""With session, account, roles and scope; the test client's savepoint counts, too."""


def clear(class_year: ClassYear, enrolment: int, **fields: object) -> None:
    """Take away what a pupil's music says."""
    with scopes.system(class_year.school.path):
        SubjectResult.objects.filter(enrolment=enrolment, subject_code="AN").update(**fields)


def test_the_desk_says_what_is_missing_and_whose_it_is(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=2)
    one, two = class_year.enrolments.order_by("number")
    clear(class_year, one.pk, level="")
    with scopes.system(class_year.school.path):
        HomeroomRecord.objects.filter(enrolment=two).update(height_cm=None, homeroom_comment="")
    client = at_door(make.homeroom_of(class_year))

    page = client.get(f"/lop/{class_year.code}/chu-nhiem/")

    rows = {item["row"].enrolment.pk: item for item in page.context["rows"]}
    teacher = make.teacher_of(class_year, "AN").full_name
    assert [(item["subject"], item["what"], item["who"]) for item in rows[one.pk]["named"]] == [
        ("Nghệ thuật (Âm nhạc)", "mức đạt được", teacher)
    ]
    assert rows[two.pk]["own"] == "1 nhận xét, chuyên cần, chiều cao hoặc cân nặng"
    (owner,) = page.context["owners"]
    assert (owner["line"].teachers, owner["line"].cells, owner["done"]) == ((teacher,), 1, 1)


@pytest.mark.parametrize("part", ["", "bang/", "bang/?nhom=nang-luc"])
def test_a_large_class_asks_no_more_and_stays_light(part: str, at_door: Door) -> None:
    counts = []
    for pupils in (1, 60):
        class_year = make.a_class_year(pupils=pupils) if part == "" else make.a_complete_class(pupils=pupils)
        client = at_door(make.homeroom_of(class_year))
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"/lop/{class_year.code}/chu-nhiem/{part}")
        counts.append(len(asked))

    assert counts[0] == counts[1] <= MOST_QUERIES
    assert len(page.content) < LARGEST_PAGE


def test_the_table_keeps_what_was_typed_beside_what_is_wrong(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=1)
    one = class_year.enrolments.get().pk
    client = at_door(make.homeroom_of(class_year))
    address = f"/lop/{class_year.code}/chu-nhiem/bang/?diem=CN"

    wrong = client.post(address, {f"version-{one}": "1", f"height_cm-{one}": "cao", f"YEU_NUOC-{one}": "Đ"})
    saved = client.post(
        address, {f"version-{one}": "1", f"height_cm-{one}": "140,5", f"YEU_NUOC-{one}": "Đ"}, follow=True
    )

    assert wrong.status_code == 422
    assert 'value="cao"' in wrong.content.decode()
    assert "Đã lưu lúc" in saved.content.decode()
    assert 'value="140,5"' in saved.content.decode()


def test_comments_to_read_again_are_noted_and_stop_nobody(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=5)
    other = class_year.enrolments.order_by("number").last().pupil.full_name
    with scopes.system(class_year.school.path):
        HomeroomRecord.objects.filter(class_year=class_year).update(homeroom_comment=f"Em {other} ngoan.")
    client = at_door(make.homeroom_of(class_year))

    desk = client.get(f"/lop/{class_year.code}/chu-nhiem/").content.decode()
    confirm = client.get(f"/lop/{class_year.code}/hoan-thanh/").content.decode()
    done = client.post(f"/lop/{class_year.code}/hoan-thanh/", follow=True).content.decode()

    assert f"có tên em khác: {other}" in desk
    assert f"có tên em khác: {other}" in confirm
    assert "Đã xác nhận hoàn thành 5 em" in done


def test_a_cell_goes_back_and_comes_answered(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=1)
    one = class_year.enrolments.get().pk
    homeroom, teacher = at_door(make.homeroom_of(class_year)), at_door(make.teacher_of(class_year, "AN"))
    address = f"/lop/{class_year.code}/mon/AN/em/{one}/?diem=CN"

    unsaid = homeroom.post(address, {"task": "return", "cell": "level", "reason": " "})
    homeroom.post(address, {"task": "return", "cell": "level", "reason": "Em nghỉ nhiều buổi."})
    waits = teacher.get("/lop/").content.decode()
    with scopes.system(class_year.school.path):
        number = CellReturn.objects.get().pk
    silent = teacher.post(address, {"task": "keep", "number": number, "reason": ""})
    teacher.post(address, {"task": "keep", "number": number, "reason": "Đã đối chiếu bài làm."})
    told = homeroom.get(address).content.decode()

    assert (unsaid.status_code, silent.status_code) == (422, 422)
    assert "Em nghỉ nhiều buổi." in waits
    assert address.replace("&", "&amp;") in waits
    assert "Đã đối chiếu bài làm." in told
    assert "Em nghỉ nhiều buổi." not in teacher.get("/lop/").content.decode()
    assert teacher.post(address, {"task": "keep", "number": "x", "reason": "a"}).status_code == 404


def test_phrases_are_added_offered_with_the_name_changed_and_retired(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=1)
    enrolment = class_year.enrolments.get()
    given = enrolment.pupil.full_name.split()[-1]
    client = at_door(make.homeroom_of(class_year))
    new = {"about": "homeroom", "level": "T", "text": "{ten} chăm đọc sách."}

    client.post("/kho-nhan-xet/", new)
    form = client.get(f"/lop/{class_year.code}/chu-nhiem/{enrolment.pk}/").content.decode()
    row = Phrase.objects.get()
    twice = client.post("/kho-nhan-xet/", new)
    old = {**new, "text": "Câu khác.", "page": "0" * 32}
    clash = client.post(f"/kho-nhan-xet/{row.pk}/", old)
    client.post(f"/kho-nhan-xet/{row.pk}/", {"task": "retire"})

    assert f"{given} chăm đọc sách." in form
    assert (twice.status_code, clash.status_code) == (422, 409)
    assert client.get(f"/kho-nhan-xet/{row.pk}/").status_code == 404
