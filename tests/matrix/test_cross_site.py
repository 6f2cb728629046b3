"""Forged requests, and reading that changes nothing: every address, generated from the table of the matrix."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from tests.matrix import state
from tests.matrix.country import Country, Where, Who
from tests.matrix.routes import ROUTES
from tests.matrix.test_roles import ask, outcome

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
    assert session["max-age"] == (10 + 24) * 60 * 60, "longer than the session: the server judges, and says so"
    with override_settings(SESSION_COOKIE_SECURE=True), transaction.atomic():
        again = Client().post(
            "/dang-nhap/",
            {"username": country.people[Who.CLERK].account.username, "password": "mat-khau-ban-mau"},
        )
        transaction.set_rollback(True)
    assert again.cookies["sessionid"]["secure"]


# ---- One connection, one person after another ----------------------------------------------------------


@pytest.mark.parametrize("first", [Who.PRINCIPAL, Who.GUARDIAN])
def test_what_one_request_opened_is_shut_to_the_next_on_the_same_connection(
    first: Who, country: Country
) -> None:
    """A request that ends well, one that is refused and one that breaks leave nothing open behind them."""
    place = country.places[Where.OWN]
    guarded = ("records_subjectresult", "records_transcript", "signing_sealeddocument", "signing_signature")

    def open_rows() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.add(cursor.fetchone()[0])
            total = 0
            for table in guarded:
                cursor.execute(f"SELECT count(*) FROM {table}")
                total += cursor.fetchone()[0]
            return total

    backends: set[int] = set()
    left = [open_rows()]
    for target in (
        "/",
        f"/lop/{place.draft.code}/",
        "/lop/khong-co/",
        "/con-em/",
        "/hoc-sinh/0/",
        "/con-em/0/",
    ):
        country.clients[first].get(target)
        left.append(open_rows())
        Client().get("/xac-thuc/")
        left.append(open_rows())

    assert left == [0] * len(left)
    assert len(backends) == 1
