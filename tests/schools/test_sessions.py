"""How a session begins, goes on and ends; and what was typed when it ended."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from hocba.kernel import clock
from schools import kept, session_rules
from schools.models import Account, Membership, Person
from tests import factories

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Watch:
    """The clock of the registry, which a test turns on."""

    def __init__(self) -> None:
        self.at = clock.now()

    def __call__(self) -> datetime:
        """Return its time."""
        return self.at

    def turn(self, **hours: float) -> None:
        """Let time pass."""
        self.at += timedelta(**hours)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The clock, stopped now."""
    made = Watch()
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture
def registrar() -> Person:
    """Somebody who edits a pupil's file."""
    person = factories.a_registrar(factories.a_class_year(1).school)
    factories.an_account(person, "hoc-vu")
    return person


@pytest.fixture
def client(registrar: Person) -> Client:
    """Their browser, signed in through the page."""
    return signed_in()


def signed_in() -> Client:
    made = Client(raise_request_exception=False)
    assert made.post("/dang-nhap/", {"username": "hoc-vu", "password": factories.PASSWORD}).status_code == 302
    return made


def is_in(client: Client) -> bool:
    return client.get(reverse("schools:password")).status_code == 200


# ---- Ends -----------------------------------------------------------------------------------------


def test_a_session_without_an_action_ends_and_the_page_says_so(client: Client, watch: Watch) -> None:
    watch.turn(hours=1.9)
    assert is_in(client)
    watch.turn(hours=1.9)
    assert is_in(client), "the last action counts, not the first"
    watch.turn(hours=2.1)

    ended = client.get("/lop/?trang=2")
    page = client.get(ended["Location"]).content.decode()

    assert (ended.status_code, ended["Location"]) == (302, "/dang-nhap/?next=/lop/%3Ftrang%3D2&het=1")
    assert "Phiên làm việc đã hết" in page
    assert 'name="next" value="/lop/?trang=2"' in page
    assert "Phiên làm việc đã hết" not in Client().get("/dang-nhap/?next=/lop/").content.decode()


def test_every_session_ends_after_a_working_day(client: Client, watch: Watch) -> None:
    for _hour in range(10):
        watch.turn(minutes=59)
        assert is_in(client)
    watch.turn(minutes=20)

    assert not is_in(client)


def test_the_hours_are_settings(client: Client, watch: Watch) -> None:
    with override_settings(SESSION_IDLE_HOURS=0.25):
        watch.turn(minutes=14)
        assert is_in(client)
        watch.turn(minutes=16)
        assert not is_in(client)


def test_what_a_page_asks_by_itself_is_no_action(client: Client, watch: Watch) -> None:
    address = reverse("schools:password")
    for _half_hour in range(4):
        watch.turn(minutes=29)
        assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
    watch.turn(minutes=29)

    asked = client.get(address, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/lop/"})

    assert asked["HX-Redirect"] == "/dang-nhap/?next=/lop/&het=1", "the whole page goes, not a piece of it"


def test_an_action_is_noted_once_a_minute_at_most(client: Client, watch: Watch) -> None:
    begun = client.session[session_rules.SEEN]
    watch.turn(seconds=59)
    assert "sessionid" not in client.get(reverse("schools:password")).cookies
    assert client.session[session_rules.SEEN] == begun
    watch.turn(seconds=2)
    client.get(reverse("schools:password"))
    assert client.session[session_rules.SEEN] == watch.at.timestamp()


def test_a_session_that_does_not_know_when_it_began_is_over(client: Client) -> None:
    session = client.session
    del session[session_rules.OPENED]
    session.save()

    assert not is_in(client)


def change_password(client: Client, registrar: Person) -> None:
    both = {"new": "hoa-sen-xanh-2047", "again": "hoa-sen-xanh-2047"}
    assert client.post(reverse("schools:password"), {"old": factories.PASSWORD} | both).status_code == 302


def disable(client: Client, registrar: Person) -> None:
    Account.objects.filter(person=registrar).update(is_active=False)


def reset(client: Client, registrar: Person) -> None:
    account = registrar.account
    account.set_password("tam-thoi-2047-xa")
    account.save()


def sign_out(client: Client, registrar: Person) -> None:
    assert client.post("/dang-xuat/").status_code == 302


@pytest.mark.parametrize(("event", "here", "there"), [
    (change_password, True, False),  # this browser stays, the other one goes
    (reset, False, False),
    (disable, False, False),
    (sign_out, False, True),  # two browsers are two sessions
])  # fmt: skip
def test_two_sessions_and_what_ends_which(
    client: Client, registrar: Person, event: Any, here: bool, there: bool
) -> None:
    other, stolen = signed_in(), Client()
    event(client, registrar)
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value or "x"

    assert (is_in(client), is_in(other)) == (here, there)
    assert is_in(stolen) == here


def test_a_cookie_copied_before_signing_out_opens_nothing_after_it(client: Client) -> None:
    copy = Client()
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(copy)

    client.post("/dang-xuat/")

    assert not is_in(copy)


def test_a_role_that_ended_opens_nothing_at_the_next_request(client: Client, registrar: Person) -> None:
    pupil = registrar.memberships.get().unit.class_years.get().enrolments.get().pupil_id
    assert client.get(f"/hoc-sinh/{pupil}/").status_code == 200

    yesterday = clock.now().astimezone(clock.VIETNAM).date() - timedelta(days=1)
    Membership.objects.filter(person=registrar).update(to_on=yesterday)

    assert client.get(f"/hoc-sinh/{pupil}/").status_code == 403
    assert is_in(client)


@pytest.mark.parametrize("planted", ["a" * 32, "khong-phai-khoa", "", "0", "' OR 1=1 --"])
def test_a_session_number_from_outside_is_never_taken_over(registrar: Person, planted: str) -> None:
    victim, attacker = Client(), Client()
    victim.cookies["sessionid"] = attacker.cookies["sessionid"] = planted

    assert (
        victim.post("/dang-nhap/", {"username": "hoc-vu", "password": factories.PASSWORD}).status_code == 302
    )

    assert victim.cookies["sessionid"].value != planted
    assert is_in(victim)
    assert not is_in(attacker)


def test_signing_in_changes_the_form_token_too(registrar: Person) -> None:
    client = Client()
    client.get("/dang-nhap/")
    before = client.cookies["csrftoken"].value

    client.post("/dang-nhap/", {"username": "hoc-vu", "password": factories.PASSWORD})

    assert client.cookies["csrftoken"].value != before


# ---- What was typed -------------------------------------------------------------------------------


@pytest.fixture
def late(client: Client, registrar: Person, watch: Watch) -> Iterator[tuple[Client, Any, str]]:
    """A form that was sent after the session's end: the browser, the answer, the form's address."""
    pupil = registrar.memberships.get().unit.class_years.get().enrolments.get().pupil
    address = reverse("schools:pupil", args=[pupil.pk])
    shown = client.get(address).content.decode()
    typed = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', shown))
    typed |= {
        "full_name": pupil.full_name,
        "residence": 'Ngõ "Hai" <b>\r\ntổ 5',
        "version": str(pupil.version),
    }
    typed.pop("csrfmiddlewaretoken", None)
    watch.turn(hours=3)
    yield client, client.post(address, typed, headers={"referer": f"http://testserver{address}"}), address


def kept_in(page: str) -> str:
    return html.unescape(dict(HIDDEN.findall(page))["kept"])


def sign_in_again(
    client: Client, answer: Any, name: str = "hoc-vu", password: str = factories.PASSWORD
) -> Any:
    page = answer.content.decode()
    stated = {"username": name, "password": password, "kept": kept_in(page)}
    return client.post("/dang-nhap/", stated | {"next": html.unescape(dict(HIDDEN.findall(page))["next"])})


def test_what_was_typed_comes_back_after_signing_in(late: tuple[Client, Any, str]) -> None:
    client, answer, address = late
    page = answer.content.decode()

    assert answer.status_code == 401
    assert "no-store" in answer["Cache-Control"]
    assert "Nội dung vừa nhập chưa được lưu nhưng vẫn còn" in page
    assert "Ngõ" not in page.split("<main")[1], "the next at this screen reads nothing of it"
    again = sign_in_again(client, answer, password="sai-mat-khau")
    assert again.status_code == 422
    offered = sign_in_again(client, again).content.decode()

    form = offered.split("<main")[1]
    fields = {name: html.unescape(value) for name, value in HIDDEN.findall(form)}
    assert f'action="{address}"' in form
    assert fields["residence"] == 'Ngõ "Hai" <b>\r\ntổ 5'
    assert f'<a href="{address}">' in form
    fields["residence"] = "Ngõ Hai"
    assert client.post(address, fields).status_code == 302
    assert "Ngõ Hai" in client.get(address).content.decode()


def test_somebody_else_at_the_same_screen_gets_nothing_of_it(late: tuple[Client, Any, str]) -> None:
    client, answer, _address = late
    other = factories.a_registrar(factories.a_school())
    factories.an_account(other, "nguoi-khac")

    led = sign_in_again(client, answer, "nguoi-khac")

    assert led.status_code == 302
    assert "chưa được lưu. Xin nhập lại" in client.get(reverse("schools:password")).content.decode()


def test_kept_content_is_ours_fresh_and_goes_to_its_own_address(rf: Any, registrar: Person) -> None:
    account = registrar.account.pk
    sent = rf.post("/", {"a": "1"})
    sent.path = "//xau.example/lop/"
    token = kept.keep(sent, account)

    typed = kept.opened(token, account)
    assert typed is not None
    assert typed.address.startswith("/%2Fxau.example"), "an address of ours, never another host"
    assert kept.opened(token[:-1] + ("A" if token[-1] != "A" else "B"), account) is None
    assert kept.opened("x", account) is None
    assert kept.opened(token, account + 1) is None


@pytest.mark.parametrize("typed", [
    {"pin": "739150"}, {"old": "a", "new": "b", "again": "b"}, {"comment": "x" * 300_000}, {},
])  # fmt: skip
def test_secrets_and_what_is_too_much_never_travel_back(rf: Any, typed: dict[str, str]) -> None:
    assert kept.keep(rf.post("/lop/", typed | {"csrfmiddlewaretoken": "y"}), 1) == ""


def test_a_late_form_with_a_secret_is_told_that_it_was_not_saved(client: Client, watch: Watch) -> None:
    watch.turn(hours=3)

    answer = client.post(reverse("schools:password"), {"old": "mat-khau-cu-73915", "new": "y", "again": "y"})

    page = answer.content.decode()
    assert answer.status_code == 401
    assert "Nội dung vừa gửi chưa được lưu. Xin đăng nhập lại, rồi nhập lại." in page
    assert "mat-khau-cu-73915" not in page
    assert 'name="kept"' not in page


def test_a_stranger_who_sends_a_form_is_led_to_sign_in_as_before(db: None) -> None:
    answer = Client().post(
        reverse("schools:password"), {"old": "x"}, headers={"referer": "https://xau.example/"}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/?next=/doi-mat-khau/")
