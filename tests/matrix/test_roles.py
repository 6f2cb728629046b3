"""Role × action × place over every address, generated from the URL map and judged by a table written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.matrix import state
from tests.matrix.country import Country, Place, Where, Who
from tests.matrix.routes import READS_RESULTS, ROUTES, Route, reaches

ADDRESSES = (f"10.1.{number // 250}.{number % 250}" for number in count())
"""Each request comes from an address of its own: public doors count tries by address."""


def names(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Yield the name of every address that the project has."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns, f"{before}{one.namespace}:" if one.namespace else before)
        elif isinstance(one, URLPattern):
            yield f"{before}{one.name}"


def test_every_address_has_its_row_in_the_table() -> None:
    """A new page without an entry in tests/matrix/routes.py makes this red."""
    there = list(names(get_resolver().url_patterns))
    said = {key.split(" ")[0] for key in ROUTES}

    assert not [name for name in there if name.endswith("None")], (
        "an address without a name cannot be asked for"
    )
    assert {name for name in there if name not in said} == set()
    assert said - set(there) == set()
    assert not [name for name in there if name.startswith("admin")], "there is no admin site"


# ---- Asking --------------------------------------------------------------------------------------


def ask(country: Country, who: Who, key: str, place: Place, method: str) -> Any:
    """Send one request as one of the people; a browser keeps its cookies whatever the answer says."""
    route = ROUTES[key]
    address = reverse(key.split(" ")[0], kwargs=route.kwargs(place) if route.kwargs else None)
    client: Client = country.clients[who]
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    if method == "GET":
        answer = client.get(address + route.query, REMOTE_ADDR=next(ADDRESSES))
    else:
        answer = client.post(address, route.data(place), REMOTE_ADDR=next(ADDRESSES))
    client.cookies.clear()
    for name, value in kept.items():
        client.cookies[name] = value
    return answer


def said(answer: Any) -> str:
    """Return the whole answer as text."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


def cached(answer: Any) -> str:
    """Return what browsers are told about keeping the answer."""
    return str(answer.headers.get("Cache-Control", ""))


def outcome(answer: Any) -> str:
    """Return the kind of an answer: "sign-in", or its status."""
    if answer.status_code == 302 and answer["Location"].startswith("/dang-nhap/"):
        return "sign-in"
    return str(answer.status_code)


def wanted(route: Route, key: str, who: Who, where: Where, method: str) -> set[str]:
    """Return the answers that the table allows: the independent opinion."""
    through = route.get if method == "GET" else route.post
    if through is None:
        return {"405"} | (
            {"sign-in", "401", "403", "404"} if who not in (route.get or route.post or ()) else set()
        )
    reached = route.one_place or reaches(who, where)
    if who in through:
        return {"200", "302", *map(str, route.also)} if reached or len(through) == len(Who) else {"404"}
    if who is Who.STRANGER:
        return {"401"} if key.startswith("api-") else {"sign-in"}
    if who in (route.get or frozenset()) or who in route.door:
        return {"403", "404"} if reached else {"404"}
    return {str(route.lacking)}


def let_through(route: Route, who: Who, where: Where, method: str) -> bool:
    """Say whether this very request may do something."""
    through = route.get if method == "GET" else route.post
    if through is None or who not in through:
        return False
    return route.one_place or reaches(who, where) or len(through) == len(Who)


def people(route: Route, method: str) -> tuple[Who, ...]:
    """Return who is asked: everybody, but three of all for a door that is open to everybody alike."""
    through = route.get if method == "GET" else route.post
    return (Who.STRANGER, Who.TEACHER, Who.ADMIN) if through and len(through) == len(Who) else tuple(Who)


# ---- The matrix ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ROUTES)
def test_who_may_open_it_and_nobody_else(key: str, country: Country) -> None:
    """Every person, every place: the table's answer, and no name or result in an answer that refuses."""
    route, wrong = ROUTES[key], []
    for where, place in country.places.items():
        if route.one_place and where is not Where.OWN:
            continue
        for who in people(route, "GET"):
            with transaction.atomic():
                answer = ask(country, who, key, place, "GET")
                transaction.set_rollback(True)
            if outcome(answer) not in wanted(route, key, who, where, "GET"):
                wrong.append((who.value, where.value, outcome(answer)))
            private = outcome(answer) == "200" and len(route.get or ()) < len(Who)
            if private and "no-store" not in cached(answer):
                wrong.append((who.value, where.value, "going back shows it after signing out"))
            told = {one for one in hidden_from(country, route, who, where, "GET") if one in said(answer)}
            if told:
                wrong.append((who.value, where.value, f"told {sorted(told)}"))

    assert wrong == []


@pytest.mark.parametrize("key", [key for key, route in ROUTES.items() if route.post is not None])
def test_who_may_do_it_and_nobody_else(key: str, country: Country) -> None:
    """As above for what changes something; and whoever is refused has changed no row of any table."""
    route, wrong = ROUTES[key], []
    with state.owner() as link:
        before = state.snapshot(link)
        for where, place in country.places.items():
            if route.one_place and where is not Where.OWN:
                continue
            for who in people(route, "POST"):
                may = let_through(route, who, where, "POST")
                with transaction.atomic():
                    answer = ask(country, who, key, place, "POST")
                    transaction.set_rollback(may)  # what is refused is committed, to see that it is nothing
                if outcome(answer) not in wanted(route, key, who, where, "POST"):
                    wrong.append((who.value, where.value, outcome(answer)))
                told = {one for one in hidden_from(country, route, who, where, "POST") if one in said(answer)}
                if told:
                    wrong.append((who.value, where.value, f"told {sorted(told)}"))
        changed = state.changed(before, state.snapshot(link))

    # When somebody was last seen is noted once a minute, whatever the answer is.
    assert (wrong, changed - {"django_session"}) == ([], set())


@pytest.mark.parametrize("key", [key for key, route in ROUTES.items() if route.post is None])
def test_what_only_shows_takes_no_form(key: str, country: Country) -> None:
    route, place = ROUTES[key], country.places[Where.OWN]
    inside = min(route.get or Who)

    with transaction.atomic():
        answers = {who: outcome(ask(country, who, key, place, "POST")) for who in (inside, Who.STRANGER)}
        transaction.set_rollback(True)

    assert answers[inside] in {"405", "200"}
    assert answers[Who.STRANGER] in {"405", "401", "sign-in", "200", "403"}


def hidden_from(country: Country, route: Route, who: Who, where: Where, method: str) -> set[str]:
    """Return the words that this answer must not say: all, but of the own school for who works with pupils there."""
    hidden, own = country.secrets, country.places[Where.OWN].secrets
    if who in READS_RESULTS and let_through(route, who, where, method):
        hidden = hidden - own
    # The header of every page names who is signed in.
    return hidden - {country.people[who].full_name} if who in country.people else hidden


def test_the_table_lets_through_and_refuses_often_enough(country: Country) -> None:
    """A table that forbids or allows everything would prove nothing."""
    cells = [
        let_through(route, who, where, method)
        for route in ROUTES.values()
        for method in ("GET", "POST")
        for who in Who
        for where in Where
    ]

    assert sum(cells) > 500
    assert len(cells) - sum(cells) > 3000
    assert len(country.secrets) > 30
