"""The pages of units: who sees which, what they do, how many queries; the fix-list leads here."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocba.kernel import clock
from schools.models import Account, AuditEvent, Membership, Oversight, Person, Unit
from schools.permissions import Role
from tests import factories

pytestmark = pytest.mark.django_db

SCHOOL = {
    "level": "school",
    "code": "99777001",
    "name": "Trường Tiểu học Bản Mẫu Mới",
    "province_name": "Tỉnh Bản Mẫu",
    "district_name": "",
    "commune_name": "",
    "education_levels": ["02"],
    "opened_on": "01/01/2026",
}
PERSON = {
    "full_name": "Nguyễn Thị Bản Mẫu",
    "personal_number": "099000111222",
    "role": "school_admin",
    "title": "Quản trị viên",
    "username": "quan-tri-mau",
}


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.filter(person=person).first() or factories.an_account(person))
    return client


def officer(department: Unit) -> Client:
    return enter(factories.a_member(department, Role.DEPARTMENT))


def test_a_department_makes_a_school_that_can_begin() -> None:
    department = factories.a_department()
    factories.a_level("school", 3, is_school=True)
    client = officer(department)

    form = client.get(f"/don-vi/{department.code}/them/").content.decode()
    made = client.post(f"/don-vi/{department.code}/them/", SCHOOL, follow=True).content.decode()
    named = client.post("/don-vi/99777001/nguoi/", PERSON)
    again = client.get("/don-vi/99777001/").content.decode()

    password = re.findall(r"<code>([a-z2-9-]{14})</code>", named.content.decode())
    assert 'value="Tỉnh Bản Mẫu"' in form
    assert "Còn thiếu: huyện, quận, xã, phường." in made
    assert Account.objects.get(username="quan-tri-mau").check_password(password[0])
    assert "no-store" in named["Cache-Control"]
    assert "<code>" not in again and "Nguyễn Thị Bản Mẫu" in again
    assert "Quản trị viên ·" in again and "Quản trị viên · Quản trị viên" not in again
    assert 'value="registrar" selected' in again and 'value="school_admin"' not in again
    assert Unit.objects.get(code="99777001").parent == department
    admin = Person.objects.get(personal_number="099000111222")
    Account.objects.filter(person=admin).update(password_is_temporary=False)
    assert enter(admin).get("/nhan-su/").status_code == 200


def test_the_fix_list_leads_who_may_to_the_school_page() -> None:
    class_year = factories.a_confirmed_class(1, school=factories.a_school(commune_name=""))
    school = class_year.school
    link = f'href="/don-vi/{school.code}/sua/"'
    registrar, both = factories.a_registrar(school), factories.a_registrar(school)
    admin = factories.a_school_admin(school)
    Membership.objects.create(person=both, unit=school, role=Role.SCHOOL_ADMIN, from_on=factories.LONG_AGO)

    alone = enter(registrar).get(f"/lop/{class_year.code}/phat-hanh/").content.decode()
    listed = enter(both).get(f"/lop/{class_year.code}/phat-hanh/").content.decode()
    page = enter(admin).get("/don-vi/", follow=True).content.decode()
    enter(admin).post(
        f"/don-vi/{school.code}/sua/",
        {"province_name": "Tỉnh Bản Mẫu", "district_name": "Huyện Bản Mẫu", "commune_name": "Xã Bản Mẫu"},
    )
    mended = enter(both).get(f"/lop/{class_year.code}/phat-hanh/").content.decode()

    assert "Tên xã phường" in alone and link not in alone
    assert link in listed
    assert "Còn thiếu: xã, phường." in page and link in page
    assert "Tên xã phường" not in mended


def test_the_schools_administrator_sees_the_own_school_and_its_place_alone() -> None:
    school, other = factories.a_school(), factories.a_school()
    client = enter(factories.a_school_admin(school))

    led = client.get("/don-vi/")
    page = client.get(led["Location"]).content.decode()
    form = client.get(f"/don-vi/{school.code}/sua/").content.decode()
    client.post(f"/don-vi/{school.code}/sua/", {"name": "Trường Danh Giá", "commune_name": "Xã Mẫu"})

    school.refresh_from_db()
    assert led["Location"] == f"/don-vi/{school.code}/"
    assert "Cấp vai trò" not in page and "Đóng đơn vị" not in page
    assert 'name="commune_name"' in form and 'name="name"' not in form
    assert (school.name.startswith("Trường Tiểu học"), school.commune_name) == (True, "Xã Mẫu")
    assert client.get(f"/don-vi/{other.code}/").status_code == 404
    for door in ("dong", "mo-lai", "nguoi"):
        assert client.post(f"/don-vi/{school.code}/{door}/", PERSON).status_code == 403
    assert client.get(f"/don-vi/{school.code}/them/").status_code == 403


def test_another_province_finds_nothing_and_a_teacher_no_door() -> None:
    school, foreign = factories.a_school(), factories.a_department()
    client = officer(foreign)

    answers = [client.get(f"/don-vi/{school.code}/{door}").status_code for door in ("", "sua/", "them/")]
    answers += [
        client.post(f"/don-vi/{school.code}/{door}/", PERSON).status_code for door in ("dong", "nguoi")
    ]
    listed = client.get("/don-vi/").content.decode()

    assert set(answers) == {404}
    assert school.name not in listed and foreign.name in listed
    assert enter(factories.a_teacher(school)).get("/don-vi/").status_code == 403
    assert Client().get("/don-vi/").status_code == 302


def test_the_tree_is_in_order_and_found_without_diacritics() -> None:
    department = factories.a_department()
    office = factories.a_subdepartment(department)
    factories.a_school(name="Trường Tiểu học Ánh Dương", parent=office)
    factories.a_school(name="Trường Tiểu học Đống Đa", parent=department, commune_name="")
    client = officer(department)

    page = client.get("/don-vi/").content.decode()
    found = client.get("/don-vi/?q=anh+duong").content.decode()
    schools = client.get("/don-vi/?cap=school").content.decode()
    nothing = client.get("/don-vi/?q=xyz").content.decode()

    assert [page.index(name) for name in (department.name, office.name, "Ánh Dương")] == sorted(
        page.index(name) for name in (department.name, office.name, "Ánh Dương")
    )
    assert "unit--1" in page and "unit--2" in page
    assert "Ánh Dương" in found and "Đống Đa" not in found and office.name in found
    assert "Đống Đa" in schools and "Còn thiếu: xã, phường" in schools
    assert "Không có đơn vị nào khớp." in nothing


@pytest.mark.parametrize("address", ["/don-vi/", "/don-vi/{code}/", "/don-vi/{code}/sua/"])
def test_queries_do_not_grow(address: str) -> None:
    counts = []
    for schools in (1, 30):
        department = factories.a_department()
        office = factories.a_subdepartment(department)
        for _each in range(schools):
            school = factories.a_school(parent=office)
            factories.an_account(factories.a_member(department, Role.DEPARTMENT))
            Oversight.objects.create(
                unit=school, overseer=factories.a_subdepartment(department), from_on=factories.LONG_AGO
            )
        client = officer(department)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address.format(code=department.code)).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1] < 30


def test_wrong_input_comes_back_with_what_was_typed() -> None:
    department = factories.a_department()
    factories.a_level("school", 3, is_school=True)
    client = officer(department)

    added = client.post(f"/don-vi/{department.code}/them/", SCHOOL | {"code": "99 7", "education_levels": []})
    taken = client.post(f"/don-vi/{department.code}/them/", SCHOOL | {"code": department.code})
    named = client.post(
        f"/don-vi/{department.code}/nguoi/", PERSON | {"role": "department", "personal_number": "1"}
    )
    closed = client.post(f"/don-vi/{factories.a_school(parent=department).code}/dong/", {"on": "32/13/2026"})

    assert [one.status_code for one in (added, taken, named, closed)] == [422] * 4
    assert 'value="99 7"' in added.content.decode()
    assert "Mã này đã có đơn vị dùng." in taken.content.decode()
    assert 'value="Nguyễn Thị Bản Mẫu"' in named.content.decode()
    assert not Person.objects.filter(full_name="Nguyễn Thị Bản Mẫu").exists()


def test_edit_names_overseers_and_tells_the_time() -> None:
    department = factories.a_department()
    office, school = factories.a_subdepartment(department), factories.a_school(parent=department)
    client = officer(department)
    stated = {
        "name": school.name,
        "education_levels": ["02", "03"],
        "overseers": [office.code],
        "opened_on": "",
    }

    page = client.post(f"/don-vi/{school.code}/sua/", stated | {"commune_name": "Xã Mẫu"}, follow=True)

    school.refresh_from_db()
    assert re.search(r"Đã lưu lúc \d\d:\d\d\.", page.content.decode())
    assert school.education_levels == ["02", "03"]
    assert Oversight.objects.get(unit=school).overseer == office
    assert office.name in page.content.decode() and "Trung học cơ sở" in page.content.decode()
    assert AuditEvent.objects.filter(action__in=["unit.edit", "unit.oversight"]).count() == 2


def test_an_old_page_takes_no_overseer_away_and_asks() -> None:
    department = factories.a_department()
    first, second = factories.a_subdepartment(department), factories.a_subdepartment(department)
    school, client = factories.a_school(parent=department), officer(department)
    address = f"/don-vi/{school.code}/sua/"
    stated = {"name": school.name, "education_levels": ["02"], "opened_on": ""}
    page = client.get(address).content.decode()
    marks = dict(re.findall(r'name="(shown|beside)" value="([^"]+)"', page))

    client.post(address, stated | marks | {"overseers": [first.code]})
    late = client.post(address, stated | marks | {"overseers": [second.code]})

    assert late.status_code == 409
    assert first.name in late.content.decode() and second.name in late.content.decode()
    assert Oversight.objects.get(unit=school).overseer == first
    assert client.post(address, stated | marks | {"overseers": [first.code]}).status_code == 302


def test_a_page_that_came_back_with_errors_is_as_old_as_before() -> None:
    school = factories.a_school()
    assert school.parent is not None
    client, address = officer(school.parent), f"/don-vi/{school.code}/sua/"
    stated = {"name": "Trường Một", "education_levels": ["02"], "opened_on": ""}
    page = client.get(address).content.decode()
    marks = dict(re.findall(r'name="(shown|beside)" value="([^"]+)"', page))
    client.post(address, stated | marks)

    back = client.post(address, stated | marks | {"name": "", "commune_name": "Xã Hai"}).content.decode()
    again = dict(re.findall(r'name="(shown|beside)" value="([^"]+)"', back))
    late = client.post(address, stated | again | {"name": "Trường Hai"})

    assert again == marks
    assert late.status_code == 409
    assert Unit.objects.get(pk=school.pk).name == "Trường Một"


def test_close_and_open_again_with_the_buttons() -> None:
    department = factories.a_department()
    office = factories.a_subdepartment(department)
    school = factories.a_school(parent=office)
    client = officer(department)
    today = clock.now().astimezone(clock.VIETNAM).date()

    refused = client.post(f"/don-vi/{office.code}/dong/", {"on": today.isoformat()})
    closed = client.post(
        f"/don-vi/{school.code}/dong/", {"on": today.isoformat()}, follow=True
    ).content.decode()
    listed = client.get("/don-vi/").content.decode()
    client.post(f"/don-vi/{school.code}/mo-lai/")

    assert refused.status_code == 422 and "Còn 1 đơn vị bên dưới chưa đóng" in refused.content.decode()
    assert "Đóng đơn vị" not in client.get(f"/don-vi/{department.code}/").content.decode()
    assert "Đơn vị này đóng" in closed and "Cấp vai trò" not in closed
    assert f"Đã đóng, hết ngày {today:%d/%m/%Y}" in listed
    assert Unit.objects.get(pk=school.pk).closed_on is None


def test_a_keeper_gets_a_new_password_and_an_end_from_above() -> None:
    school = factories.a_school()
    assert school.parent is not None
    admin = factories.a_school_admin(school)
    factories.an_account(admin)
    client = officer(school.parent)
    held = admin.memberships.get()

    given = client.post(f"/don-vi/{school.code}/nguoi/{admin.pk}/mat-khau/").content.decode()
    early = client.post(f"/don-vi/{school.code}/vai-tro/{held.pk}/", {"on": "01/01/2019"})
    client.post(f"/don-vi/{school.code}/vai-tro/{held.pk}/", {"on": "01/02/2026"})

    password = re.findall(r"<code>([a-z2-9-]{14})</code>", given)
    assert Account.objects.get(person=admin).check_password(password[0])
    assert early.status_code == 422
    held.refresh_from_db()
    assert held.to_on == date(2026, 2, 1)
