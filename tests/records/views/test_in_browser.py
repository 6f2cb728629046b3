"""The pages of results in Chromium: accessible, fitting both screens, usable by keyboard and without script."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from records.models import SubjectResult
from schools import scopes
from schools.models import ClassYear, Person, Pupil
from tests import factories as make
from tests.accessible import PHONE, faults

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(browser: Browser, address: str, person: Person, **context: Any) -> BrowserContext:
    """Return a browser context in which that person is signed in."""
    client = Client()
    client.force_login(getattr(person, "account", None) or make.an_account(person))
    opened = browser.new_context(**context)
    opened.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return opened


def a_class_with_everything() -> ClassYear:
    """Return a class with one pupil who lacks a mark, one who has not completed, and the rest complete."""
    class_year = make.a_complete_class(pupils=6)
    lacking, weak = list(class_year.enrolments.all())[:2]
    with scopes.system(class_year.school.path):
        SubjectResult.objects.filter(enrolment=lacking, subject_code="TOAN").update(test_mark=None)
        SubjectResult.objects.filter(enrolment=weak).update(level="C")
    return class_year


def test_pages_are_accessible_and_fit(live_server: Any, browser: Browser) -> None:
    class_year = a_class_with_everything()
    school = class_year.school
    frozen = make.a_frozen_class(pupils=2, school=school)
    confirmed = make.a_confirmed_class(pupils=2, school=school)
    Pupil.objects.filter(pk=confirmed.enrolments.first().pupil_id).update(mother_name="")
    weak = list(class_year.enrolments.all())[1]
    base = f"/lop/{class_year.code}/"
    visits = {
        make.homeroom_of(class_year): [
            "/lop/",
            base,
            f"{base}mon/TOAN/",
            f"{base}mon/TOAN/ca-nam/",
            f"{base}mon/TOAN/nhap/",
            f"{base}mon/DD/?diem=GHK1",
            f"{base}chu-nhiem/",
            f"{base}chu-nhiem/{weak.pk}/",
            f"{base}hoan-thanh/",
            f"/hoc-sinh/{weak.pupil_id}/",
        ],
        make.a_principal(school): [
            f"{base}mon/TOAN/",
            f"{base}hoan-thanh/{weak.pk}/",
            f"/lop/{frozen.code}/hoan-thanh/{frozen.enrolments.first().pk}/",
        ],
        make.a_registrar(school): [
            f"/lop/{confirmed.code}/phat-hanh/",
            f"/lop/{frozen.code}/phat-hanh/",
            f"/hoc-sinh/{weak.pupil_id}/",
        ],
        make.a_school_admin(school): [base],
    }
    found = []
    for person, addresses in visits.items():
        context = signed_in(browser, live_server.url, person)
        page = context.new_page()
        for address in addresses:
            answer = page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200
            found += faults(page, address)
        context.close()

    assert found == []


def test_a_mark_is_typed_saved_and_corrected_by_keyboard_without_script(
    live_server: Any, browser: Browser
) -> None:
    class_year = make.a_class_year(pupils=2)
    first = class_year.enrolments.order_by("pupil__sort_name").first()
    person = make.homeroom_of(class_year)
    context = signed_in(browser, live_server.url, person, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/lop/{class_year.code}/mon/TOAN/")

    page.locator(f"#id_level-{first.pk}").focus()
    page.keyboard.type("T")
    page.keyboard.press("Tab")
    page.keyboard.type("11")
    page.get_by_role("button", name="Lưu", exact=True).press("Enter")
    wrong = page.locator(f"#id_mark-{first.pk}_error").inner_text()
    page.locator(".error-summary a").click()
    page.locator(f"#id_mark-{first.pk}").fill("10")
    page.keyboard.press("Enter")

    page.get_by_text("1 em, môn Toán").wait_for()
    assert wrong.startswith("Điểm kiểm tra là số nguyên từ 0 đến 10")
    assert page.locator(f"#id_mark-{first.pk}").input_value() == "10"
    context.close()


def test_the_way_from_results_to_frozen_by_hand(live_server: Any, browser: Browser) -> None:
    class_year = make.a_complete_class(pupils=2)
    make.a_principal(class_year.school, "Trần Văn Ví Dụ")
    homeroom = signed_in(browser, live_server.url, make.homeroom_of(class_year))
    page = homeroom.new_page()
    page.goto(f"{live_server.url}/lop/")
    page.get_by_role("link", name="Xác nhận hoàn thành: còn 2 em").click()
    page.get_by_role("button", name="Xác nhận hoàn thành").click()
    page.get_by_text("Đã xác nhận hoàn thành 2 em. Cả lớp đã đủ.").wait_for()
    homeroom.close()

    clerk = signed_in(browser, live_server.url, make.a_clerk(class_year.school))
    page = clerk.new_page()
    page.goto(f"{live_server.url}/lop/")
    page.get_by_role("link", name="Chốt dữ liệu để ký: 2 em").click()
    page.get_by_label("Ngày phát hành").fill("29/05/2026")
    page.get_by_role("button", name="Lưu tờ phát hành").click()
    page.get_by_role("button", name="Chốt dữ liệu 2 em").click()
    page.get_by_text("Đã chốt dữ liệu 2 em để ký.").wait_for()

    assert page.get_by_text("2 em đã chốt, không có gì đổi, giữ nguyên chữ ký").is_visible()
    clerk.close()


def test_pupils_are_filtered_as_one_types_and_unsaved_work_is_guarded(
    live_server: Any, browser: Browser
) -> None:
    class_year = make.a_class_year(pupils=0)
    for name in ("Lê Thị Ánh", "Đỗ Văn Dũng"):
        make.enrol(make.a_pupil(name), class_year)
    context = signed_in(browser, live_server.url, make.homeroom_of(class_year), viewport=PHONE)
    page = context.new_page()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{live_server.url}/lop/{class_year.code}/mon/TOAN/")

    page.get_by_role("searchbox").fill("do dung")
    shown = page.locator("#results tbody tr:visible").count()
    page.locator("#results tbody tr:visible input[inputmode=numeric]").fill("9")
    page.goto(f"{live_server.url}/lop/")

    assert shown == 1
    assert asked == ["beforeunload"]
    context.close()
