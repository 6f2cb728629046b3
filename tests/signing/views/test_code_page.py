"""The page behind a QR code: drawn once, true at each reading."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from exports.actions import looking_up
from schools import scopes
from schools.actions import confirmation
from schools.models import AuditEvent
from signing.actions import withdrawals
from signing.forms import OpeningForm
from signing.models import SealedDocument
from signing.queries.documents import Standing
from signing.views import verify
from signing.views.stencil import Stencil, mark
from tests.world import World

AT = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def sealed(world: World) -> SealedDocument:
    """An issued transcript."""
    (found,) = world.issue(world.frozen_class(pupils=1))
    return found


def stranger() -> Client:
    """Return a browser at an address of its own."""
    return Client(REMOTE_ADDR=f"10.{uuid4().int % 2**24}")


def test_a_withdrawal_shows_at_the_very_next_reading(world: World, sealed: SealedDocument) -> None:
    page = reverse("signing:verify-code", args=[sealed.look_up_code])
    api = reverse("api-verify-code", args=[sealed.look_up_code])
    pdf = reverse("exports:look-up-file", args=[looking_up.ticket(sealed), "pdf"])
    client = stranger()
    before = client.get(page).content.decode()
    assert "Học bạ đang có giá trị." in before
    assert client.get(api).json()["status"] == "valid"
    assert "THU-HOI" not in client.get(pdf)["Content-Disposition"]

    by = world.actor(world.principal)
    with scopes.of(by):
        row = SealedDocument.objects.select_related("version").get(pk=sealed.pk)
        withdrawals.withdraw(row, reason="Ghi sai ngày sinh của học sinh.", by=by)

    after = client.get(page).content.decode()
    assert "không còn giá trị" in after
    assert "Học bạ đang có giá trị." not in after
    assert client.get(api).json()["status"] == "withdrawn"
    assert "-DA-THU-HOI" in client.get(pdf)["Content-Disposition"]


def test_each_reading_is_in_the_trail_and_no_cache_keeps_the_page(sealed: SealedDocument) -> None:
    client = stranger()
    for code, known in ((sealed.look_up_code, "True"), (uuid4(), "False")):
        answer = client.get(reverse("signing:verify-code", args=[code]))
        assert "no-store" in answer["Cache-Control"]
        assert AuditEvent.objects.filter(action="verify.code", subject_id=known).count() == 1


def test_page_and_file_ask_the_database_once(sealed: SealedDocument) -> None:
    """Django's notes of its block are no messages: tests/schools/test_writes.py says what the block does."""
    ticket = looking_up.ticket(sealed)
    doors = (
        reverse("signing:verify-code", args=[sealed.look_up_code]),
        reverse("api-verify-code", args=[sealed.look_up_code]),
        *(reverse("exports:look-up-file", args=[ticket, kind]) for kind in ("pdf", "xml")),
    )
    for door in doors:
        stranger().get(door)
        with CaptureQueriesContext(connection) as asked:
            assert stranger().get(door).status_code == 200
        own = [one["sql"] for one in asked if one["sql"] not in ("BEGIN", "COMMIT")]
        assert len(own) == 1, door


def test_each_reading_of_a_file_is_in_the_trail_and_the_first_waits_for_the_disk(
    sealed: SealedDocument,
) -> None:
    door = reverse("exports:look-up-file", args=[looking_up.ticket(sealed), "pdf"])
    another = reverse("exports:look-up-file", args=[looking_up.ticket(sealed), "pdf"])
    patience = []
    for address in (door, door, another):
        with CaptureQueriesContext(connection) as asked:
            assert stranger().get(address).content.startswith(b"%PDF")
        patience.append(not any("waits => false" in one["sql"] for one in asked))

    assert patience == [True, False, True]
    rows = AuditEvent.objects.filter(action="transcript.download-pdf", pupil_id=sealed.pupil_id)
    assert rows.filter(subject_id=str(sealed.pk), unit_path=sealed.school_path).count() == 3


def test_a_new_visitor_can_send_the_form_and_a_stranger_cannot(sealed: SealedDocument) -> None:
    client = Client(REMOTE_ADDR=f"10.{uuid4().int % 2**24}", enforce_csrf_checks=True)
    address = reverse("signing:verify-particulars", args=[sealed.look_up_code])
    page = client.get(reverse("signing:verify-code", args=[sealed.look_up_code])).content.decode()
    (token,) = set(re.findall('name="csrfmiddlewaretoken" value="([^"]+)"', page))

    assert client.post(address, {"csrfmiddlewaretoken": token}).status_code == 422
    assert client.post(address, {"csrfmiddlewaretoken": token[::-1]}).status_code == 403
    again = client.get(reverse("signing:verify-code", args=[sealed.look_up_code])).content.decode()
    (masked,) = set(re.findall('name="csrfmiddlewaretoken" value="([^"]+)"', again))
    assert masked != token and client.post(address, {"csrfmiddlewaretoken": masked}).status_code == 422


def test_no_two_visitors_get_the_same_question_or_token(sealed: SealedDocument) -> None:
    page = reverse("signing:verify-code", args=[sealed.look_up_code])
    bodies = [stranger().get(page).content.decode() for _ in range(2)]

    for name in ("challenge", "csrfmiddlewaretoken"):
        found = [re.findall(f'name="{name}" value="([^"]+)"', body) for body in bodies]
        assert found[0]
        assert not set(found[0]) & set(found[1]), name


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("state", ["VALID", "WITHDRAWN", "REPLACED", "SIGNER_ENDED", None])
def test_the_filled_page_is_the_page_that_the_template_draws(language: str, state: str | None) -> None:
    code = uuid4()
    school = "Trường <b>Bản Mẫu</b> & \ue000csrf\ue001"
    found = (
        Standing(code, school, "2025–2026", state, AT, None if state == "VALID" else AT) if state else None
    )
    question = confirmation.ask(AT)
    request: Any = RequestFactory().get(f"/xac-thuc/{code}?x=<script>")
    request.actor, request.user, request.session = None, AnonymousUser(), SessionStore()
    request.META["CSRF_COOKIE"] = "a" * 32

    with translation.override(language):
        filled = verify._filled(request, code, found, question)
        form = OpeningForm(at=AT)
        form._question, form.initial["challenge"] = question, question.token
        context = {
            "code": code,
            "standing": verify._standing(found) if found else None,
            "facts": verify._facts(found) if found else [],
            "form": form,
            "post_url": reverse("signing:verify-particulars", args=[code]),
        }
        drawn = render(request, "signing/verify_code.html", context).content.decode()

    assert without_tokens(filled) == without_tokens(drawn)
    assert "<b>Bản" not in filled


def without_tokens(page: str) -> str:
    """Return a page without what is new in each answer."""
    return re.sub(r"[A-Za-z0-9]{32,64}", "TOKEN", page)


def test_what_is_filled_in_is_escaped_and_never_searched_for_marks() -> None:
    stencil = Stencil(f"<p>{mark('one')}</p><p>{mark('two')}</p><p>{mark('one')}</p>")

    assert stencil.names == {"one", "two"}
    assert stencil.fill({"one": mark("two"), "two": '<"&'}) == (
        f"<p>{mark('two')}</p><p>&lt;&quot;&amp;</p><p>{mark('two')}</p>"
    )
    with pytest.raises(KeyError):
        stencil.fill({"one": "1"})
