"""Every address of the matrix: forged and repeated requests, reading that changes nothing, the second lock alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client, override_settings
from django.urls import reverse

from schools import permissions, scopes
from tests.matrix import state, test_two_people
from tests.matrix.country import SECRET_WORDS, Country, Place, Where, Who
from tests.matrix.routes import ROUTES
from tests.matrix.state import sql
from tests.matrix.test_roles import ADDRESSES, ask, outcome, said
from tests.matrix.test_secrets import broken

FORMS = [key for key, route in ROUTES.items() if route.post and key not in ("front", "api-verify")]
WRITTEN_BY_READING = {"schools_auditevent", "django_session", "signing_lookupattempt"}
"""The trail of who looked, the session's own row, and counts of tries at public doors."""


def strict(country: Country, who: Who) -> Client:
    made = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for name, morsel in country.clients[who].cookies.items():
        made.cookies[name] = morsel.value
    return made


def address(country: Country, key: str) -> tuple[str, dict[str, object]]:
    route, place = ROUTES[key], country.places[Where.OWN]
    name = key.split(" ")[0]
    return reverse(name, kwargs=route.kwargs(place) if route.kwargs else None), route.data(place)


@pytest.mark.parametrize("key", FORMS)
def test_a_form_without_its_token_or_from_another_site_changes_nothing(key: str, country: Country) -> None:
    who = min(ROUTES[key].post or Who)
    target, body = address(country, key)
    client = strict(country, who)
    with state.owner() as link:
        before = state.snapshot(link)
        bare = client.post(target, body)
        client.get("/dang-nhap/")  # takes a token of its own
        token = client.cookies["csrftoken"].value
        foreign = client.post(
            target, body | {"csrfmiddlewaretoken": token}, headers={"origin": "https://xau.example"}
        )
        forged = client.post(target, body | {"csrfmiddlewaretoken": "x" * 64})
        changed = state.changed(before, state.snapshot(link))

    assert [one.status_code for one in (bare, foreign, forged)] == [403] * 3
    assert all("tải lại trang" in one.content.decode() for one in (bare, foreign, forged))
    assert changed - {"django_session"} == set()


@pytest.mark.parametrize("key", [key for key, route in ROUTES.items() if route.get])
def test_reading_changes_nothing_but_the_trail(key: str, country: Country) -> None:
    who = min(ROUTES[key].get or Who)
    with state.owner() as link:
        before = state.snapshot(link)
        answer = ask(country, who, key, country.places[Where.OWN], "GET")
        changed = state.changed(before, state.snapshot(link))

    assert outcome(answer) in {"200", "302", "404", "409", "503"}
    assert changed - WRITTEN_BY_READING == set()


def test_cookies_are_shut_to_scripts_and_other_sites(country: Country) -> None:
    client = Client()
    with transaction.atomic():
        answer = client.post(
            "/dang-nhap/",
            {"username": country.people[Who.CLERK].account.username, "password": "mat-khau-ban-mau"},
        )
        transaction.set_rollback(True)
    session = answer.cookies["sessionid"]

    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["max-age"] == (10 + 24) * 60 * 60, (
        "longer than the session: the server judges, and says so"
    )
    with override_settings(SESSION_COOKIE_SECURE=True), transaction.atomic():
        again = Client().post(
            "/dang-nhap/",
            {"username": country.people[Who.CLERK].account.username, "password": "mat-khau-ban-mau"},
        )
        transaction.set_rollback(True)
    assert again.cookies["sessionid"]["secure"]


# ---- The same request once more -------------------------------------------------------------------------

AGAIN = {
    "schools:sign-in": "each sign-in is a session of its own",
    "signing:verify-particulars": "a question, asked and noted each time",
    "schools:account-end-others": "a wish, noted each time",
    "exports:look-up": "a question, asked and noted each time",
    "signing:sign gvcn": "each wrong PIN counts at the key agent",
}
"""Doors whose repetition is noted like the first time, since each is an event of its own."""
LOOKING = (".view", ".check", ".preview")


def deeds() -> list[tuple[object, ...]]:
    """Return what the trail says was done; looking is not doing."""
    rows = sql(
        "SELECT id, action, subject_kind, subject_id FROM schools_auditevent WHERE count > 0 ORDER BY id"
    )
    return [row for row in rows if not str(row[1]).endswith(LOOKING)]


def test_the_same_form_sent_again_does_nothing_more(country: Country) -> None:
    """A form recorded and replayed, or sent twice by a slow hand: done once, said clearly, never an error of ours."""
    wrong, done = [], set()
    meetings = {**test_two_people.ASKED, **test_two_people.ONCE}
    for key in FORMS:
        meeting, (target, body) = meetings.get(key), address(country, key)
        who = meeting.who if meeting else min(ROUTES[key].post or Who)
        client = country.clients[who]
        with transaction.atomic():
            if meeting and key != "exports:destination" and meeting.where is Where.OWN:
                page = (meeting.page or meeting.address)(country)
                body = meeting.typed(country, meeting.values[0])
                body |= test_two_people.hidden_fields(client, page, target)
            before = deeds()
            first = client.post(target, body, REMOTE_ADDR=next(ADDRESSES))
            once = deeds()
            again = client.post(target, body, REMOTE_ADDR=next(ADDRESSES))
            more = [row for row in deeds() if row not in once]
            transaction.set_rollback(True)
        done |= {key} if once != before else set()
        if again.status_code >= 500 or (more and key not in AGAIN):
            wrong.append((key, first.status_code, again.status_code, more))

    assert wrong == []
    assert len(done) >= 12, sorted(done)


# ---- The second lock alone ------------------------------------------------------------------------------

ASKED = (
    (Who.PRINCIPAL, Where.NEAR),
    (Who.PRINCIPAL, Where.FAR),
    (Who.HOMEROOM, Where.FAR),
    (Who.ADMIN, Where.OWN),  # works here and reads no result: the database gives none
    (Who.DEPARTMENT, Where.OWN),
    (Who.GUARDIAN, Where.NEAR),
    (Who.FORMER, Where.OWN),
)
"""One of each kind of scope: a school's, a family's, none."""
PUBLIC = {key for key, route in ROUTES.items() if route.get is not None and len(route.get) == len(Who)}
SHOWN = [key for key, route in ROUTES.items() if route.get is not None and key not in PUBLIC]
WHOLE_DOCUMENTS = {"signing:document", "api-transcript"} | {
    key for key in SHOWN if key.startswith(("signing:download", "signing:preview", "exports:child-file"))
}


@pytest.fixture
def without_policy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every question to the policy is answered with yes, for every row."""
    monkeypatch.setattr(permissions, "_by_role", lambda *_: Q(pk__isnull=False))
    monkeypatch.setattr(permissions, "_by_relation", lambda *_: Q())
    monkeypatch.setattr(permissions, "holds", lambda *_: True)
    yield


def told(country: Country, who: Who, key: str, place: Place) -> set[str]:
    """Return what an answer says of results, transcripts and documents of a place."""
    with transaction.atomic():
        answer = ask(country, who, key, place, "GET")
        text = said(answer)
        transaction.set_rollback(True)
    kept = ROUTES[key].kwargs
    asked = set(map(str, kept(place).values())) if kept else set()
    words = {f"{SECRET_WORDS} {place.school.code}", str(place.sealed.look_up_code)} - asked
    found = {one for one in words if one in text}
    # 503: it was let through, and the file of these specimens is missing
    return found | (
        {"the document"} if key in WHOLE_DOCUMENTS and answer.status_code in (200, 503) else set()
    )


@pytest.mark.parametrize("key", SHOWN)
def test_the_database_alone_gives_no_result_of_others(
    key: str, country: Country, without_policy: None
) -> None:
    leaks = {
        (who.value, where.value): words
        for who, where in ASKED
        if (words := told(country, who, key, country.places[where]))
    }

    assert leaks == {}


def test_with_the_second_lock_open_too_they_would_come_out(
    country: Country, without_policy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch really is off, and the walk really sees: what only the database holds back comes at once."""
    monkeypatch.setattr(scopes, "apply_actor", lambda actor: scopes.apply("BGD."))
    far = country.places[Where.FAR]

    leaking = {key for key in SHOWN if told(country, Who.PRINCIPAL, key, far)}

    assert leaking >= {"records:subject", "records:homeroom-pupil", "signing:document", "api-transcript"}
    assert len(leaking) >= 8


def test_nothing_stays_open_on_the_connection_whatever_the_request_did(
    country: Country, without_policy: None
) -> None:
    """Well ended, refused, broken in Python, broken in the database: the same connection shows the next one nothing."""
    client, place, left = country.clients[Who.PRINCIPAL], country.places[Where.OWN], []

    def open_rows() -> int:
        backends.add(sql("SELECT pg_backend_pid()")[0][0])
        return sum(int(sql(f"SELECT count(*) FROM {table}")[0][0]) for table in guarded)

    backends: set[object] = set()
    guarded = [name for (name,) in sql("SELECT tablename FROM pg_policies WHERE policyname = 'scope'")]
    for target, status in ((f"/lop/{place.draft.code}/", 200), ("/lop/khong-co/", 404)):
        assert client.get(target).status_code == status
        left.append(open_rows())
    with broken("schools_auditevent"):
        assert client.get(f"/lop/{place.draft.code}/mon/TOAN/").status_code == 500
        left.append(open_rows())
    with override_settings(ROOT_URLCONF="tests.schools.urls"):
        assert client.get("/thu/breaks/").status_code == 500
        left.append(open_rows())

    assert left == [0] * 4
    assert len(guarded) >= 8
    assert len(backends) == 1
