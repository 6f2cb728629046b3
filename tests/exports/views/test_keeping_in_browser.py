"""The pages of who keeps units and destinations, in Chromium: axe, both sizes, no script, the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from exports.models import Destination
from schools.models import Membership, Oversight, Unit
from schools.permissions import Role
from tests import factories
from tests.accessible import faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def department(transactional_db: None) -> Unit:
    """A Sở with offices, schools open, closed and lacking something, and two destinations."""
    department = factories.a_department()
    office = factories.a_subdepartment(department)
    factories.a_school(parent=office, name="Trường Tiểu học Bản Mẫu Số Một", commune_name="")
    closed = factories.a_school(parent=office, name="Trường Tiểu học Bản Mẫu Số Hai")
    Unit.objects.filter(pk=closed.pk).update(closed_on=factories.LONG_AGO)
    school = factories.a_school(parent=department, name="Trường Tiểu học và Trung học cơ sở Bản Mẫu Ba")
    Oversight.objects.create(unit=school, overseer=office, from_on=factories.LONG_AGO)
    factories.an_account(factories.a_school_admin(school, "Lê Văn Bản Mẫu"), "quan-tri")
    factories.an_account(factories.a_member(department, Role.DEPARTMENT, name="Trần Thị Bản Mẫu"), "so")
    for code, is_open in (("kho-bo", True), ("cong-so", False)):
        Destination.objects.create(
            code=code,
            name=f"Kho học bạ số bản mẫu {code}",
            base_url="https://kho.example.vn/mot-duong-dan-kha-dai/hoc-ba-so",
            unit=department,
            unit_path=department.path,
            user_name="99",
            is_open=is_open,
        )
    return department


def sign_in(page: Page, server: Any, username: str) -> None:
    page.goto(f"{server.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(factories.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def addresses(department: Unit) -> list[str]:
    schools = Unit.objects.filter(level__is_school=True).order_by("name")
    inside = [f"/don-vi/{one.code}/" for one in (department, *schools)]
    forms = [f"/don-vi/{department.code}/them/", f"/don-vi/{schools[0].code}/sua/"]
    searches = ["/don-vi/", "/don-vi/?q=so+hai", "/don-vi/?q=khong-co"]
    return [*searches, *inside, *forms, "/noi-nhan/", "/noi-nhan/kho-bo/"]


def test_pages_are_accessible_and_fit(live_server: Any, page: Page, department: Unit) -> None:
    sign_in(page, live_server, "so")
    found = []
    for address in addresses(department):
        answer = page.goto(live_server.url + address)
        assert answer is not None and answer.status == 200, address
        found += faults(page, address)
    page.get_by_role("button", name="Lưu").click()
    page.goto(f"{live_server.url}/don-vi/{department.code}/them/")
    page.get_by_role("button", name="Thêm đơn vị").click()
    assert page.get_by_role("alert").is_visible()
    found += faults(page, "an add with errors")

    assert found == []


def test_a_school_begins_by_keyboard_and_without_script(
    live_server: Any, browser: Browser, department: Unit
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, "so")
    page.goto(f"{live_server.url}/don-vi/{department.code}/")
    page.get_by_role("link", name="Thêm đơn vị bên dưới").press("Enter")
    page.get_by_label("Mã đơn vị").fill("99777001")
    page.keyboard.press("Tab")
    page.keyboard.type("Trường Tiểu học Bản Mẫu Tư")
    page.get_by_label("Tên đơn vị").press("Enter")
    page.get_by_label("Họ, đệm và tên").fill("Phạm Thị Bản Mẫu")
    page.get_by_label("Số định danh cá nhân").fill("099000777555")
    page.get_by_label("Tên đăng nhập").fill("pham-mau")
    page.get_by_label("Tên đăng nhập").press("Enter")

    password = page.locator(".notice code").inner_text()
    context.clear_cookies()
    page.goto(f"{live_server.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill("pham-mau")
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_label("Mật khẩu").press("Enter")

    assert page.url.endswith("/doi-mat-khau/") or page.goto(f"{live_server.url}/nhan-su/")
    page.goto(f"{live_server.url}/nhan-su/")
    assert page.url.endswith("/doi-mat-khau/")
    held = Membership.objects.get(person__full_name="Phạm Thị Bản Mẫu")
    assert (held.role, held.unit.code) == ("school_admin", "99777001")
    context.close()


def test_paper_shows_facts_and_no_furniture(live_server: Any, page: Page, department: Unit) -> None:
    sign_in(page, live_server, "so")
    office = Unit.objects.get(level="subdepartment")
    page.goto(f"{live_server.url}/don-vi/{office.code}/")
    page.emulate_media(media="print")

    assert page.get_by_role("heading", name=office.name).is_visible()
    for hidden in ("#name-title", "#close-title", ".crumbs", ".sidemenu"):
        assert not page.locator(hidden).first.is_visible(), hidden
