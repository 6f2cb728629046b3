"""Staff, trail, password and accessibility in Chromium: axe, both sizes, the language, a whole morning's work."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hocba.kernel import clock
from schools import audit
from schools.models import Membership, Person, Unit
from schools.permissions import Role
from tests import factories
from tests.accessible import faults

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db: None) -> Unit:
    """A school with staff and a trail of today."""
    school = factories.a_school(name="Trường Tiểu học Bản Mẫu")
    for role, name, username in (
        (Role.PRINCIPAL, "Trần Thị Bản Mẫu", "hieu-truong"),
        (Role.SCHOOL_ADMIN, "Lê Văn Bản Mẫu", "quan-tri"),
        (Role.CLERK, "Đỗ Thị Ánh Mẫu", "van-thu"),
    ):
        factories.an_account(factories.a_member(school, role, name=name), username)
    teacher = factories.a_teacher(school, "Nguyễn Văn Ân Mẫu")
    now = clock.now()
    for number in range(60):
        at = now - timedelta(minutes=number)
        actor = factories.actor_of(teacher, at)
        audit.record(actor, "results.enter", unit_path=school.path, count=number)
    return school


def sign_in(page: Page, server: Any, username: str) -> None:
    page.goto(f"{server.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(factories.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def test_pages_are_accessible_and_fit(live_server: Any, browser: Browser, school: Unit) -> None:
    context = browser.new_context()
    page = context.new_page()
    found = []
    for address in ("/dang-nhap/", "/tro-nang/"):
        page.goto(live_server.url + address)
        found += faults(page, address)
    teacher = Person.objects.get(full_name="Nguyễn Văn Ân Mẫu")
    own = {
        "quan-tri": ("/nhan-su/", f"/nhan-su/{teacher.pk}/", "/doi-mat-khau/"),
        "hieu-truong": ("/nhat-ky/",),
    }
    for username, addresses in own.items():
        context.clear_cookies()
        sign_in(page, live_server, username)
        for address in addresses:
            answer = page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200
            found += faults(page, address)
    context.close()

    assert found == []


def test_the_administrator_takes_on_a_clerk_who_then_chooses_a_password(
    live_server: Any, page: Page, school: Unit
) -> None:
    sign_in(page, live_server, "quan-tri")
    page.get_by_role("link", name="Nhân sự").first.click()
    page.get_by_label("Họ, đệm và tên").fill("Phạm Thị Bản Mẫu")
    page.get_by_label("Số định danh cá nhân").fill("099000777666")
    page.get_by_label("Vai trò", exact=True).select_option("clerk")
    page.get_by_role("button", name="Cấp vai trò").click()
    page.get_by_label("Tên đăng nhập").fill("pham-ban-mau")
    page.get_by_role("button", name="Mở tài khoản", exact=True).click()
    password = page.locator(".notice code").inner_text()
    page.get_by_role("button", name="Đăng xuất").click()

    page.goto(f"{live_server.url}/dang-nhap/?next=/nhan-su/")
    page.get_by_label("Tên đăng nhập").fill("pham-ban-mau")
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.goto(f"{live_server.url}/chung-thu/")
    led_to = page.url
    page.get_by_label("Mật khẩu đang dùng").fill(password)
    page.get_by_label("Mật khẩu mới", exact=True).fill("thuyền trôi trên sông")
    page.get_by_label("Gõ lại mật khẩu mới").fill("thuyền trôi trên sông")
    page.get_by_role("button", name="Đổi mật khẩu").click()

    assert led_to.endswith("/doi-mat-khau/")
    assert "Đã đổi mật khẩu" in page.locator("body").inner_text()
    assert Membership.objects.get(person__full_name="Phạm Thị Bản Mẫu").role == "clerk"


def test_the_principal_finds_who_did_what(live_server: Any, page: Page, school: Unit) -> None:
    sign_in(page, live_server, "hieu-truong")
    page.goto(f"{live_server.url}/nhat-ky/")
    page.get_by_label("Người làm").select_option(label="Nguyễn Văn Ân Mẫu")
    page.get_by_role("button", name="Xem", exact=True).click()
    first = page.locator("#nhat-ki tbody tr").count()
    page.get_by_role("link", name="Cũ hơn").click()
    rest = page.locator("#nhat-ki tbody tr").count()
    with page.expect_download() as download:
        page.get_by_role("link", name="Xuất ra Excel (CSV)").click()

    assert (first, rest) == (50, 10)
    assert re.fullmatch(r"nhat-ky-[\d-]+\.csv", download.value.suggested_filename)


def test_the_language_switch_stays_on_the_page(live_server: Any, page: Page, school: Unit) -> None:
    page.goto(f"{live_server.url}/tro-nang/")
    page.get_by_role("button", name="English").click()
    english = page.locator("html").get_attribute("lang")
    stayed = page.url
    page.get_by_role("button", name="Tiếng Việt").click()

    assert (english, stayed) == ("en", f"{live_server.url}/tro-nang/")
    assert page.locator("html").get_attribute("lang") == "vi"
