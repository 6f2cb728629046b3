"""The desk's pages in Chromium: accessible, fitting both screens; a phrase goes into a comment at a press."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from records.actions import returns
from records.models import HomeroomRecord, SubjectResult
from schools import scopes
from schools.models import Person
from tests import factories as make
from tests.accessible import faults

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(browser: Browser, address: str, person: Person) -> BrowserContext:
    """Return a browser context in which that person is signed in."""
    client = Client()
    client.force_login(getattr(person, "account", None) or make.an_account(person))
    opened = browser.new_context()
    opened.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return opened


def test_the_desk_is_accessible_and_a_phrase_is_put_in(live_server: Any, browser: Browser) -> None:
    class_year = make.a_complete_class(pupils=6)
    homeroom = make.homeroom_of(class_year)
    one = class_year.enrolments.select_related("class_year__school").order_by("number").last()
    with scopes.system(class_year.school.path):
        HomeroomRecord.objects.filter(class_year=class_year).update(homeroom_comment="Em ngoan.")
        lacking = class_year.enrolments.order_by("number").first()
        SubjectResult.objects.filter(enrolment=lacking, subject_code__in=("TOAN", "AN")).update(level="")
    with make.acting(homeroom) as by:
        returns.send(one, subject_code="AN", point="CN", cell="level", reason="Xin xem lại mức này.", by=by)
    base = f"/lop/{class_year.code}"
    visits = {
        homeroom: [
            f"{base}/chu-nhiem/",
            f"{base}/chu-nhiem/bang/",
            f"{base}/chu-nhiem/bang/?nhom=nang-luc",
            f"{base}/mon/AN/em/{one.pk}/",
            "/kho-nhan-xet/",
            f"{base}/chu-nhiem/{one.pk}/",
        ],
        make.teacher_of(class_year, "AN"): [f"{base}/mon/AN/em/{one.pk}/", "/lop/"],
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
            if address.endswith(f"chu-nhiem/{one.pk}/"):
                page.locator("details[data-target=id_homeroom_comment] summary").click()
                page.locator("details[data-target=id_homeroom_comment] button.phrase").first.click()
                put = page.locator("#id_homeroom_comment").input_value()
        context.close()

    given = one.pupil.full_name.split()[-1]
    assert put == f"Em ngoan. {given} học đều các môn, là bạn tốt của cả lớp."
    assert found == []
