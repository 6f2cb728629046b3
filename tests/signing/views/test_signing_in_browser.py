"""The pages of signing and verification in Chromium: accessible, within the window, and a flow by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from schools import scopes
from schools.models import Person
from signing.actions import instruments, register, run, withdrawals
from signing.models import SigningBatch
from signing.seal.trust import SignerRole
from tests import factories
from tests.accessible import PHONE, faults
from tests.world import PIN, World

HOMEROOM, LEADER, SEAL = SignerRole


@pytest.fixture(scope="session")
def base_url() -> str:
    """No common address: each test takes its own from `live_server`."""
    return ""


def entered(context: BrowserContext, live_server: Any, person: Person | None) -> Page:
    """Return a page, signed in as `person`."""
    page = context.new_page()
    if person is not None:
        account = getattr(person, "account", None) or factories.an_account(person)
        page.goto(live_server.url + "/dang-nhap/")
        page.fill("[name=username]", account.username)
        page.fill("[name=password]", factories.PASSWORD)
        page.click("main button[type=submit]")
    return page


def scenes(world: World) -> dict[str, tuple[Person | None, str]]:
    """Return pages in their states: who looks, and where."""
    waits = world.frozen_class(pupils=3)
    odd = waits.enrolments.order_by("pk")[1]
    world.freeze(odd, world.sheet(waits), outcome="Chưa hoàn thành", promoted=False)
    done = world.frozen_class(pupils=2)
    sealed, gone = world.issue(done)
    by = world.actor(world.principal)
    with scopes.of(by):
        withdrawals.withdraw(gone, reason="Ghi sai ngày sinh của học sinh", by=by)
    paused = world.authorise(world.frozen_class(pupils=2), HOMEROOM)
    instruments.keys().close(paused.key_session)
    world.work(paused)
    failed = world.authorise(world.frozen_class(pupils=2), HOMEROOM)
    with scopes.system(world.school.path):
        failed.items.filter(pk=run.open_items(failed.pk)[0]).update(state="FAILED", failure_code="moved-on")
    SigningBatch.objects.filter(pk=failed.pk).update(failed=1)
    world.work(failed)
    teacher = factories.a_teacher(world.school)
    credential = world.ground.enrol(world.ground.pki.issue_person(teacher.full_name, teacher.personal_number))
    with transaction.atomic():
        register.request(
            world.school, role=HOMEROOM, credential=credential, person=teacher, by=world.actor(world.clerk)
        )
    return {
        "sign": (world.homeroom, reverse("signing:sign", args=[waits.code, "gvcn"])),
        "nothing-to-sign": (world.homeroom, reverse("signing:sign", args=[done.code, "gvcn"])),
        "paused": (world.homeroom, reverse("signing:batch", args=[paused.pk])),
        "failed": (world.homeroom, reverse("signing:batch", args=[failed.pk])),
        "issued": (world.clerk, reverse("signing:issued", args=[done.code])),
        "document": (world.clerk, reverse("signing:document", args=[sealed.look_up_code])),
        "withdrawn": (world.clerk, reverse("signing:document", args=[gone.look_up_code])),
        "register": (world.clerk, reverse("signing:certificates")),
        "decide": (world.department, reverse("signing:certificates")),
        "end": (world.homeroom, reverse("signing:end", args=[world.homeroom.authorities.get().pk])),
        "verify": (None, reverse("signing:verify")),
        "code": (None, reverse("signing:verify-code", args=[sealed.look_up_code])),
        "code-withdrawn": (None, reverse("signing:verify-code", args=[gone.look_up_code])),
        "log": (None, reverse("signing:log")),
    }


def test_every_page_is_accessible_and_fits(world: World, live_server: Any, browser: Browser) -> None:
    pages, found = scenes(world), []
    for person in (world.homeroom, world.clerk, world.department, None):
        context = browser.new_context()
        page = entered(context, live_server, person)
        for name, (who, address) in pages.items():
            if who is person:
                answer = page.goto(live_server.url + address)
                assert answer is not None
                assert answer.status == 200, name
                found += faults(page, name)
        context.close()

    assert found == []


def test_a_teacher_signs_and_a_stranger_verifies_by_hand(
    world: World, live_server: Any, browser: Browser, tmp_path: Any
) -> None:
    class_year = world.frozen_class(pupils=2)
    context = browser.new_context()
    page = entered(context, live_server, world.homeroom)
    page.goto(live_server.url + reverse("signing:sign", args=[class_year.code, "gvcn"]))
    page.get_by_label("Mã PIN của chứng thư").fill("000111")
    page.get_by_role("button", name="Ký số (2)").click()
    page.get_by_text("Mã PIN không đúng. Còn 4 lần thử").first.wait_for()
    page.get_by_label("Mã PIN của chứng thư").fill(PIN)
    page.get_by_role("button", name="Ký số (2)").click()
    page.get_by_text("Đang ký").wait_for()
    world.work(SigningBatch.objects.get())
    page.get_by_text("Đã ký xong toàn bộ").wait_for()  # by itself: the page asks again
    context.close()
    for role in (LEADER, SEAL):
        world.sign(class_year, role)
    world.publish()
    with scopes.system(world.school.path):
        sealed = class_year.sealed_documents.first()
        assert sealed is not None
        name = sealed.pupil.full_name
    file = tmp_path / "hocba.pdf"
    file.write_bytes(instruments.blobs().get(sealed.pdf_sha256))

    stranger = browser.new_context(viewport=PHONE)
    page = stranger.new_page()
    page.goto(live_server.url + reverse("signing:verify"))
    page.set_input_files("[name=files]", str(file))
    page.get_by_role("button", name="Kiểm tra").click()

    page.get_by_role("heading", name="Hợp lệ").wait_for()
    assert page.get_by_text(name).first.is_visible()
    assert list(faults(page, "verified")) == []
    stranger.close()
