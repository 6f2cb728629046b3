"""A family's first sign-in, from the printed slip to the child's page on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from hocba.kernel import clock
from schools.models import Guardianship
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

AXE = {"rules": {"target-size": {"enabled": True}}}
PHONE: Any = {"width": 390, "height": 844}
DESK: Any = {"width": 1366, "height": 768}


def faults(page: Any) -> list[Any]:
    """Return what axe finds, and whether the page is wider than the window."""
    found = [one["id"] for one in Axe().run(page, options=AXE).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [(page.url, one) for one in [*found, *(["wide"] if wide else [])]]


def test_a_family_comes_in_from_a_printed_slip(live_server: Any, browser: Browser, settings: Any) -> None:
    settings.PUBLIC_ADDRESS = live_server.url
    class_year = factories.a_class_year(3)
    pupil = class_year.enrolments.order_by("pk").first().pupil  # type: ignore[union-attr]
    factories.an_account(factories.a_registrar(class_year.school), "hoc-vu")

    office = browser.new_page(viewport=DESK)
    office.goto(f"{live_server.url}/dang-nhap/?next=/phieu-gia-dinh/{class_year.code}/")
    office.get_by_label("Tên đăng nhập").fill("hoc-vu")
    office.get_by_label("Mật khẩu").fill(factories.PASSWORD)
    office.get_by_role("button", name="Đăng nhập").click()
    wrong = faults(office)
    office.get_by_role("button", name="In phiếu (3 em)").click()
    slip = office.locator(".slip", has_text=pupil.full_name).first
    code = slip.locator(".slip__code").inner_text()
    assert office.locator(".slip svg").count() == 3
    wrong += faults(office)

    phone = browser.new_context(viewport=PHONE).new_page()
    phone.goto(f"{live_server.url}/moi/{code}")
    assert phone.url == f"{live_server.url}/moi/"
    wrong += faults(phone)
    phone.get_by_label("Ngày sinh của em").fill(f"{pupil.born_on:%d/%m/%Y}")
    phone.get_by_label("Họ và tên của quý phụ huynh").fill("Trần Thị Bản Mẫu")
    phone.get_by_label("Quan hệ với em").select_option("Mẹ")
    phone.get_by_label("Tên đăng nhập").fill("0900000000")
    phone.get_by_label("Mật khẩu", exact=True).fill("thuyền trôi trên sông")
    phone.get_by_label("Gõ lại mật khẩu").fill("thuyền trôi trên sông")
    phone.get_by_role("button", name="Mở tài khoản và đăng nhập").click()
    phone.get_by_role("button", name="Đăng xuất").wait_for()
    phone.goto(f"{live_server.url}/con-em/")
    assert pupil.full_name in phone.locator("main").inner_text()
    phone.goto(f"{live_server.url}/tai-khoan/")
    assert "máy này" in phone.locator("main").inner_text()
    wrong += faults(phone)
    office.goto(f"{live_server.url}/phieu-gia-dinh/{class_year.code}/{pupil.pk}/")
    assert "0900000000" in office.locator("main").inner_text()
    wrong += faults(office)

    held = Guardianship.objects.get(pupil=pupil)
    today = clock.now().astimezone(clock.VIETNAM).date()
    assert (held.relation, held.from_on) == ("Mẹ", today)
    assert wrong == []
