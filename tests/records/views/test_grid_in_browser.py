"""The grid in Chromium: keys, paste, two people at once, a lost connection."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from records.models import SubjectResult
from schools import scopes
from schools.models import ClassYear
from tests import factories as make
from tests.accessible import DESK
from tests.records.views.test_in_browser import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "Đã lưu lúc"


def stands(class_year: ClassYear, point: str = "CN") -> list[tuple[str, str, str]]:
    """Return what is stored for each pupil, in the order of the page."""
    with scopes.system(class_year.school.path):
        rows = SubjectResult.objects.filter(class_year=class_year, subject_code="TOAN", point=point)
        found = {row.enrolment_id: row for row in rows}
        order = class_year.enrolments.order_by("pupil__sort_name", "number").values_list("pk", flat=True)
        return [
            (found[one].level, f"{found[one].test_mark or ''}".removesuffix(".0"), found[one].comment)
            if one in found
            else ("", "", "")
            for one in order
        ]


def opened(context: BrowserContext, server: Any, class_year: ClassYear) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/lop/{class_year.code}/mon/TOAN/")
    return page


def cell(page: Page, row: int, kind: str) -> Any:
    return page.locator("#results tbody tr").nth(row).locator(f"[data-kind={kind}]")


def saved(page: Page) -> None:
    expect(page.locator("[data-grid-state]")).to_contain_text(SAVED, timeout=15_000)


def paste(page: Page, text: str) -> None:
    """Paste as the browser does from Excel."""
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }""",
        text,
    )


def test_it_is_typed_in_as_in_excel_and_saves_by_itself(live_server: Any, browser: Browser) -> None:
    class_year = make.a_class_year(pupils=3)
    context = signed_in(browser, live_server.url, make.homeroom_of(class_year))
    page = opened(context, live_server, class_year)
    keys = page.keyboard

    cell(page, 0, "level").focus()
    keys.type("t")
    keys.press("Enter")
    keys.type("h")
    keys.press("Shift+Enter")
    keys.press("Tab")
    for mark in ("9", "8,5", "7"):
        keys.type(mark)
        keys.press("Enter")
    keys.press("Escape")
    cell(page, 0, "mark").focus()
    keys.type("3")
    keys.press("Escape")
    keys.press("ArrowRight")
    keys.type("Em đọc tốt")
    keys.press("Shift+Tab")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1, timeout=15_000)
    saved(page)

    assert "Điều 7" in page.locator(".results__note").inner_text()
    assert stands(class_year) == [("T", "9", "Em đọc tốt"), ("H", "", ""), ("", "7", "")]

    cell(page, 1, "mark").focus()
    keys.type("8")
    keys.press("Enter")
    keys.press("Control+z")
    keys.press("Control+y")
    cell(page, 0, "level").focus()
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("Control+d")
    cell(page, 2, "mark").focus()
    keys.press("Delete")
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    page.get_by_role("button", name="Lưu", exact=True).click()
    saved(page)
    assert stands(class_year) == [("T", "9", "Em đọc tốt"), ("T", "8", ""), ("T", "", "")]
    context.close()


def test_two_teachers_in_one_grid_are_asked_and_both_values_are_kept(
    live_server: Any, browser: Browser
) -> None:
    class_year = make.a_class_year(pupils=2)
    homeroom = make.homeroom_of(class_year)
    contexts = [signed_in(browser, live_server.url, homeroom) for _each in range(2)]
    hoa, mine = (opened(each, live_server, class_year) for each in contexts)
    cell(hoa, 0, "mark").fill("9")
    hoa.keyboard.press("Enter")
    saved(hoa)

    cell(mine, 0, "mark").fill("8")
    mine.keyboard.press("Enter")
    mine.keyboard.type("6")
    mine.keyboard.press("Enter")
    question = mine.locator(".results__note")
    expect(question).to_contain_text("giữ giá trị nào?", timeout=15_000)

    assert "Thầy/cô ghi 8" in question.inner_text()
    assert "vừa ghi 9 lúc" in question.inner_text()
    assert [one[1] for one in stands(class_year)] == ["9", "6"]
    assert cell(mine, 0, "mark").input_value() == "8"
    mine.get_by_role("button", name="Giữ 8 của thầy/cô").click()
    expect(mine.locator("[data-grid-state]")).to_have_text(
        re.compile(r"^Đã lưu lúc \d\d:\d\d$"), timeout=15_000
    )
    assert [one[1] for one in stands(class_year)] == ["8", "6"]
    for each in contexts:
        each.close()


def test_a_lost_connection_loses_nothing(live_server: Any, browser: Browser) -> None:
    class_year = make.a_class_year(pupils=2)
    context = signed_in(browser, live_server.url, make.homeroom_of(class_year))
    page = opened(context, live_server, class_year)
    context.set_offline(True)
    cell(page, 0, "level").focus()
    paste(page, 'H\t8,0\tEm cố gắng\nT\t10\t"Em giỏi.\nChăm."')
    state = page.locator("[data-grid-state]")
    expect(state).to_have_text("Mất kết nối — còn 6 ô chưa gửi, sẽ tự gửi khi có mạng", timeout=15_000)
    assert stands(class_year) == [("", "", "")] * 2

    context.set_offline(False)
    saved(page)

    assert stands(class_year) == [("H", "8", "Em cố gắng"), ("T", "10", "Em giỏi.\nChăm.")]
    page.route("**/o/", lambda route: route.abort())
    cell(page, 0, "mark").fill("9")
    page.keyboard.press("Enter")
    expect(state).to_contain_text("còn 1 ô chưa gửi", timeout=15_000)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert (asked, cell(page, 0, "mark").input_value()) == (["beforeunload"], "9")
    page.unroute("**/o/")
    saved(page)

    assert stands(class_year)[0] == ("H", "9", "Em cố gắng")
    context.close()


def test_after_the_session_is_over_what_was_typed_is_sent_once_signed_in_again(
    live_server: Any, browser: Browser
) -> None:
    class_year = make.a_class_year(pupils=1)
    person = make.homeroom_of(class_year)
    context = signed_in(browser, live_server.url, person)
    page = opened(context, live_server, class_year)
    session = context.cookies()
    context.clear_cookies()
    cell(page, 0, "mark").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-state]")).to_contain_text("Phiên đăng nhập đã hết", timeout=15_000)
    context.add_cookies(session)
    saved(page)

    assert stands(class_year) == [("", "9", "")]
    context.close()


def a_real_sheet(pupils: int) -> str:
    """Return what Excel copies: decimal commas, line breaks in quoted cells, blanks of merged cells, small letters."""
    lines = []
    for number in range(pupils):
        cells = []
        for point in range(4):
            words = (
                f'"Em đọc ""tốt"".\nKì {point + 1}"'
                if number % 3 == 0
                else f"Em {number} cố gắng, kì {point + 1}"
            )
            merged = number % 9 == 8
            cells += [("t", "H", "hoàn thành")[number % 3], f"{5 + number % 6},0", "" if merged else words]
        lines.append("\t".join(cells))
    return "\r\n".join(lines) + "\r\n"


def test_540_cells_of_a_real_sheet_are_pasted_and_saved(live_server: Any, browser: Browser) -> None:
    class_year = make.a_class_year(pupils=45)
    context = signed_in(browser, live_server.url, make.homeroom_of(class_year), viewport=DESK)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}/lop/{class_year.code}/mon/TOAN/ca-nam/")
    page.locator("#results tbody input").first.focus()

    paste(page, a_real_sheet(45))
    saved(page)

    kept = [stands(class_year, point) for point in ("GHK1", "CHK1", "GHK2", "CN")]
    assert [len(one) for one in kept] == [45] * 4
    assert kept[2][0] == ("T", "5", 'Em đọc "tốt".\nKì 3')
    assert kept[3][1] == ("H", "6", "Em 1 cố gắng, kì 4")
    assert kept[0][8] == ("H", "7", "")
    page.keyboard.press("Control+z")
    assert page.locator("#results tbody input").first.input_value() == ""
    assert said == []
    page.on("dialog", lambda dialog: dialog.accept())
    context.close()
