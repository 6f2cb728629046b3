"""The pages of this app in Chromium: accessible, fitting both screens, light, and usable without script."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from records.models import ClassProgress, SubjectResult
from schools import scopes
from schools.models import ClassYear, Person
from schools.permissions import Role
from tests import factories
from tests.accessible import PHONE, faults
from tests.exports import papers

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(browser: Browser, address: str, person: Person | None, **context: Any) -> BrowserContext:
    """Return a browser context in which that person is signed in."""
    opened = browser.new_context(**context)
    if person is not None:
        client = Client()
        client.force_login(getattr(person, "account", None) or factories.an_account(person))
        opened.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
        )
    return opened


def a_school_at_work() -> dict[Person | None, list[str]]:
    """Return who visits what: every state of a delivery, a family, the desks above."""
    department = factories.a_department()
    office = factories.a_subdepartment(department)
    school = factories.a_school(parent=office, name="Trường Tiểu học Bản Mẫu Số Một")
    class_year = papers.an_issued_class(pupils=6, school=school, name="4A")
    papers.deliver(class_year, "ACCEPTED", "REFUSED", "SENT", "WAITING", "HELD")
    papers.a_destination(department.path)
    _others(office, school)
    family = factories.a_guardian(class_year.enrolments.order_by("number")[0].pupil)
    factories.enrol(
        second := factories.a_pupil("Hồ Ngọc Mẫu"), factories.a_class_year(0, 1, school=school, name="1B")
    )
    family.guardianships.create(pupil=second, relation="Mẹ", from_on=factories.LONG_AGO)
    principal = factories.a_principal(school, "Đặng Thị Hiệu Trưởng Mẫu")
    client = Client()
    client.force_login(factories.an_account(principal))
    client.get(f"/hoc-sinh/{class_year.enrolments.order_by('number')[0].pupil_id}/")
    child = class_year.enrolments.order_by("number")[0].pupil_id
    return {
        factories.a_clerk(school, "Ngô Văn Thư Mẫu"): ["/gui-so/", f"/gui-so/lop/{class_year.code}/"],
        principal: ["/gui-so/", "/tien-do/"],
        factories.a_member(department, Role.DEPARTMENT): [
            "/gui-so/",
            f"/gui-so/lop/{class_year.code}/",
            "/tien-do/",
            f"/tien-do/{office.code}/",
        ],
        factories.a_member(factories.the_ministry(), Role.MINISTRY): ["/tien-do/"],
        family: ["/con-em/", f"/con-em/{child}/", f"/con-em/{second.pk}/"],
        None: ["/tra-cuu/"],
    }


def _others(office: Any, school: Any) -> None:
    for name in ("Số Hai", "Số Ba"):
        other = factories.a_school(parent=office, name=f"Trường Tiểu học Bản Mẫu {name}")
        papers.an_authority(other)
        one: ClassYear = factories.a_complete_class(pupils=2, school=other)
        ClassProgress.objects.filter(class_year=one).update(confirmed=2, frozen=1)
    weak = factories.a_complete_class(pupils=1, school=school, name="5A", grade=5)
    with scopes.system(school.path):
        SubjectResult.objects.filter(class_year=weak, subject_code="TOAN").update(level="H")


def test_pages_are_accessible_and_fit(live_server: Any, browser: Browser) -> None:
    found = []
    for person, addresses in a_school_at_work().items():
        context = signed_in(browser, live_server.url, person)
        page = context.new_page()
        for address in addresses:
            answer = page.goto(live_server.url + address)
            assert answer is not None and answer.status == 200, address
            found += faults(page, address)
        context.close()

    assert found == []


def test_a_parent_finds_the_answer_in_three_taps_without_script(live_server: Any, browser: Browser) -> None:
    class_year = papers.an_issued_class(pupils=1)
    pupil = class_year.enrolments.get().pupil
    guardian = factories.an_account(factories.a_guardian(pupil), "phuhuynh")
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, has_touch=True)
    page = context.new_page()
    weights: list[int] = []
    page.on("response", lambda answer: weights.append(len(answer.body()) if answer.status == 200 else 0))
    page.goto(f"{live_server.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(guardian.username)
    page.get_by_label("Mật khẩu").fill(factories.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").tap()
    weights.clear()

    page.get_by_role("link", name=pupil.full_name).tap()
    page.get_by_text("Vì sao em được xếp").tap()

    assert page.get_by_text("Mọi môn học đều Hoàn thành tốt").is_visible()
    assert page.get_by_role("link", name="Tải bản in (PDF)").is_visible()
    assert sum(weights) < 150_000
    context.close()
