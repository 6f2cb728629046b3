"""The components page, the landing page and the refusals in Chromium: accessible, light and strict."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Response

from tests.accessible import PHONE, faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.look.urls")]

PAGES = (
    "/",
    "/_/components",
    "/loi/400",
    "/loi/403",
    "/loi/404",
    "/loi/409",
    "/loi/422",
    "/loi/500",
    "/loi/503",
)


def test_pages_are_accessible_and_fit(live_server: Any, page: Page) -> None:
    found = []
    for address in PAGES:
        page.goto(live_server.url + address)
        found += faults(page, address)

    assert found == []


def test_a_fault_of_each_size_and_light_would_be_seen(page: Page) -> None:
    page.set_content(
        "<html lang=vi><title>x</title><style>@media (prefers-color-scheme: dark) {p {color: #eee; background: #fff}}"
        " @media (width < 500px) {p {width: 999px}}</style><main><h1>Tiêu đề</h1><p>Bản mẫu</p><img src=x></main>"
    )

    found = {(where, what[0] if isinstance(what, list) else what) for _name, where, what in faults(page, "x")}

    assert found == {
        ("desk by day", "image-alt"),
        ("phone by day", "image-alt"),
        ("desk by night", "color-contrast"),
        ("phone by night", "color-contrast"),
        ("phone", "wider than the window"),
    }


def test_components_page_breaks_no_policy(live_server: Any, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    answer = page.goto(live_server.url + "/_/components", wait_until="networkidle")

    assert answer is not None
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert said == []


@pytest.mark.parametrize("address", ["/", "/_/components"])
def test_first_visit_is_light(live_server: Any, page: Page, address: str) -> None:
    answers: list[Response] = []

    def keep(response: Response) -> None:
        answers.append(response)

    page.on("response", keep)

    page.goto(live_server.url + address, wait_until="networkidle")

    assert sum(len(answer.body()) for answer in answers) <= 150_000
    assert {answer.status for answer in answers} == {200}


def test_filter_finds_without_diacritics(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/_/components")

    page.get_by_role("searchbox", name="Tìm em theo tên").fill("an do")

    rows = page.locator("#lop-4a tbody tr:visible")
    assert [row.split("\t")[0] for row in rows.all_inner_texts()] == ["Đỗ Ngọc Ẩn (mẫu)"]
    assert page.locator("[data-filter-count]").inner_text() == "1/12 em"


def test_dropped_file_is_chosen_and_named(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/_/components")
    files = page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['x'], 'hocba.pdf')); return t; }"
    )

    page.locator(".file-drop").nth(1).dispatch_event("drop", {"dataTransfer": files})

    assert page.locator("[data-drop-chosen]").nth(1).inner_text() == "Đã chọn: hocba.pdf"
    assert page.evaluate("document.getElementById('id_again').files[0].name") == "hocba.pdf"


def test_leaving_unsaved_work_asks_first(live_server: Any, page: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto(live_server.url + "/_/components")
    page.locator("#right_name").fill("Nguyễn Bích Mẫu")

    page.goto(live_server.url + "/")

    assert asked == ["beforeunload"]


def test_menu_and_filter_work_without_script(live_server: Any, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(live_server.url + "/_/components")

    page.locator(".topmenu summary").click()

    assert page.locator(".topmenu a").first.is_visible()
    assert page.get_by_role("button", name="Tìm", exact=True).is_visible()
    context.close()


def test_keyboard_reaches_the_content_first(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/_/components")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
