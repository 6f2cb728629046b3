"""The middleware and signing in: transactions, scope, marks, strangers, sessions, throttle, forged requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from hocba.kernel import clock
from hocba.kernel.errors import Invalid
from schools.actions import confirmation, sessions
from schools.models import Account, AuditEvent, Person, UnitLevel
from schools.permissions import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.schools.urls")]


def signed_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(factories.an_account(person))
    return client


def left_behind() -> bool:
    return UnitLevel.objects.filter(code="left-behind").exists()


# ---- One request, one transaction ----------------------------------------------------------------


@pytest.mark.parametrize(("address", "status", "kept"), [
    ("/thu/works/", 200, True),
    ("/thu/refuses/", 409, False),
    ("/thu/breaks/", 500, False),
    ("/api/v1/thu/", 409, False),
])  # fmt: skip
def test_what_a_failing_door_wrote_is_rolled_back(address: str, status: int, kept: bool) -> None:
    client = signed_in(factories.a_clerk(factories.a_school()))

    answer = client.get(address)

    assert (answer.status_code, left_behind()) == (status, kept)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/thu/refuses/", "/api/v1/thu/"])
def test_nothing_of_it_is_ever_committed(address: str) -> None:
    client = signed_in(factories.a_clerk(factories.a_school()))

    client.get(address)

    assert not left_behind()


def test_the_database_sees_the_scope_of_the_person_and_no_strangers() -> None:
    class_year = factories.a_class_year(1)
    school, pupil = class_year.school, class_year.enrolments.get().pupil
    staff = {
        factories.a_clerk(school): f"{school.path}|",
        factories.homeroom_of(class_year): f"{school.path}|",
        factories.a_school_admin(school): "|",
        factories.a_guardian(pupil): f"|{pupil.pk}",
    }

    seen = {person: signed_in(person).get("/thu/scope/").content.decode() for person in staff}

    assert seen == staff


# ---- Marks ---------------------------------------------------------------------------------------


def test_a_view_without_a_mark_is_refused_to_everybody() -> None:
    answer = signed_in(factories.a_principal(factories.a_school())).get("/thu/unmarked/")

    assert answer.status_code == 500
    assert b"seen" not in answer.content


def test_a_stranger_is_led_to_sign_in_and_back() -> None:
    answer = Client().get("/thu/staff/?q=%C4%91")

    assert answer.status_code == 302
    assert answer["Location"] == "/dang-nhap/?next=/thu/staff/%3Fq%3D%25C4%2591"


def test_who_lacks_the_permission_everywhere_is_refused_without_details() -> None:
    school = factories.a_school()
    refused = signed_in(factories.a_clerk(school)).get("/thu/staff/")

    assert refused.status_code == 403
    assert "schools.staff" not in refused.content.decode()
    assert signed_in(factories.a_school_admin(school)).get("/thu/staff/").status_code == 200


def test_the_api_answers_strangers_401_and_others_403_as_problems() -> None:
    stranger = Client().get("/api/v1/staff/")
    clerk = signed_in(factories.a_clerk(factories.a_school())).get("/api/v1/staff/")

    assert (stranger.status_code, clerk.status_code) == (401, 403)
    assert stranger["WWW-Authenticate"]
    for answer, code in ((stranger, "not-signed-in"), (clerk, "not-permitted")):
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["status"]) == (code, answer.status_code)
        assert answer.json()["detail"]


def test_a_closed_account_and_an_ended_role_open_nothing_any_more() -> None:
    school = factories.a_school()
    one, two = factories.a_school_admin(school), factories.a_school_admin(school)
    first, second = signed_in(one), signed_in(two)
    assert first.get("/thu/staff/").status_code == second.get("/thu/staff/").status_code == 200

    Account.objects.filter(person=one).update(is_active=False)
    two.memberships.update(to_on=clock.now().astimezone(clock.VIETNAM).date() - timedelta(days=1))

    assert first.get("/thu/staff/").status_code == 302
    assert second.get("/thu/staff/").status_code == 403


# ---- Signing in ----------------------------------------------------------------------------------


def sign_in(client: Client, password: str = factories.PASSWORD, name: str = "van-thu", **more: str) -> int:
    return client.post("/dang-nhap/", {"username": name, "password": password} | more).status_code


@pytest.fixture
def clerk() -> Person:
    """A clerk with an account."""
    person = factories.a_clerk(factories.a_school())
    factories.an_account(person, "van-thu")
    return person


def test_signing_in_changes_the_session_and_writes_the_trail(clerk: Person) -> None:
    client = Client()
    client.get("/dang-nhap/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key

    assert sign_in(client) == 302

    assert client.session.session_key != before
    assert Client(headers={"cookie": f"sessionid={before}"}).get("/thu/scope/").status_code == 302
    assert AuditEvent.objects.filter(action="session.open", actor_id=clerk.pk).count() == 1


def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(clerk: Person) -> None:
    other = factories.a_clerk(factories.a_school())
    factories.an_account(other, "van-thu-khac")
    client = Client()
    sign_in(client)
    session = client.session
    session["mine"] = "x"
    session.save()

    sign_in(client, name="van-thu-khac")

    assert "mine" not in client.session


def test_signing_out_ends_the_session_and_asks_for_post(clerk: Person) -> None:
    client = Client()
    sign_in(client)

    assert client.get("/dang-xuat/").status_code == 405
    assert client.get("/thu/scope/").status_code == 200
    assert client.post("/dang-xuat/").status_code == 302
    assert client.get("/thu/scope/").status_code == 302


@pytest.mark.parametrize("wanted", [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example",
])  # fmt: skip
def test_signing_in_leads_nowhere_else(clerk: Person, wanted: str) -> None:
    answer = Client().post(
        "/dang-nhap/", {"username": "van-thu", "password": factories.PASSWORD, "next": wanted}
    )
    shown = (
        Client().get("/dang-nhap/", {"next": wanted}).content.decode().split("<main")[1].split("</main>")[0]
    )

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "evil" not in shown
    assert "javascript:" not in shown


def test_signing_in_leads_to_where_one_was_going(clerk: Person) -> None:
    answer = Client().post(
        "/dang-nhap/", {"username": "van-thu", "password": factories.PASSWORD, "next": "/thu/scope/?a=1"}
    )

    assert answer["Location"] == "/thu/scope/?a=1"


def test_wrong_name_and_wrong_password_are_not_told_apart(clerk: Person) -> None:
    client = Client()
    answers = [
        client.post("/dang-nhap/", {"username": name, "password": "sai"})
        for name in ("van-thu", "khong-co-ai")
    ]
    pages = [
        answer.content.decode().split("<main")[1].replace("khong-co-ai", "van-thu") for answer in answers
    ]
    tokens = [page.split('csrfmiddlewaretoken" value="')[1][:64] for page in pages]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert pages[0].replace(tokens[0], "") == pages[1].replace(tokens[1], "")
    assert "sai" not in pages[0].split("password")[-1]


def test_five_wrong_passwords_close_the_account_for_a_quarter_of_an_hour(clerk: Person) -> None:
    client = Client()
    for _try in range(sessions.WRONG_PASSWORDS):
        assert sign_in(client, "sai") == 422

    assert sign_in(client) == 422  # right, and too late
    assert AuditEvent.objects.filter(action="session.lock").count() == 1
    now = clock.now()
    with pytest.raises(sessions.Refused):
        sessions.sign_in("van-thu", factories.PASSWORD, at=now + timedelta(minutes=14))
    later = now + timedelta(minutes=16)
    with pytest.raises(Invalid):  # after a pause the words are asked for as well
        sessions.sign_in("van-thu", factories.PASSWORD, at=later)
    question = confirmation.ask(later)
    knocker = sessions.Knocker(challenge=question.token, confirmation=question.digits)
    account = sessions.sign_in("van-thu", factories.PASSWORD, at=later, knocker=knocker)
    assert (account.failed_attempts, account.locked_until, account.locks) == (0, None, 0)
    with pytest.raises(sessions.Refused):
        sessions.sign_in("van-thu", "sai", at=later)
    again = sessions.Knocker(challenge=question.token, confirmation=question.digits)
    Account.objects.filter(person=clerk).update(locks=1)
    with pytest.raises(Invalid):  # good for one try
        sessions.sign_in("van-thu", factories.PASSWORD, at=later, knocker=again)


def test_a_right_password_forgets_the_wrong_ones(clerk: Person) -> None:
    client = Client()
    for password in ("sai", "sai", "sai", "sai", factories.PASSWORD, "sai"):
        sign_in(client, password)

    assert sign_in(client) == 302


def test_a_closed_account_does_not_sign_in(clerk: Person) -> None:
    Account.objects.filter(person=clerk).update(is_active=False)

    assert sign_in(Client()) == 422


def test_a_form_without_its_token_is_refused(clerk: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/dang-nhap/", {"username": "van-thu", "password": factories.PASSWORD})

    assert page.status_code == 403
    assert "Xin tải lại trang" in page.content.decode()
    assert "sessionid" not in strict.cookies


def test_the_api_asks_signed_in_people_for_the_token_too(clerk: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk.account)

    assert strict.post("/api/v1/thu/", {}).status_code == 403


def test_the_front_door_leads_each_to_their_own_page() -> None:
    school = factories.a_school()

    assert Client().get("/").status_code == 200
    assert signed_in(factories.a_member(school, Role.SCHOOL_ADMIN)).get("/").status_code == 302


def test_what_the_page_says_once_it_does_not_say_twice() -> None:
    client = signed_in(factories.a_clerk(factories.a_school()))
    pages = [
        client.get(address).content.decode()
        for address in ("/thu/staff/", "/khong-co/", "/thu/refuses/", "/thu/breaks/")
    ]

    for page in pages:
        main = page.split("<main")[1].split("</main>")[0]
        assert " bạn" not in main.lower().replace("học bạ", "")
        sentences = [part.strip() for part in main.replace("<", ".<").split(".") if len(part.strip()) > 25]
        assert len(sentences) == len(set(sentences))
