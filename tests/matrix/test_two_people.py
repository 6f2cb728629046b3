"""Two people at once on every form: real transactions that meet at the database's own lock, never a sleep."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from exports.models import Destination
from schools import scopes
from tests import factories
from tests.exports import papers
from tests.matrix import state
from tests.matrix.country import Country, Who
from tests.matrix.meetings import ASKED, ONCE, OTHERWISE, Meeting, own
from tests.matrix.routes import ROUTES

LOOKS = 5000
"""Questions to the database before both are let go in any case: a form that needs no lock does not hang the test."""
HIDDEN = re.compile(r"<input\b[^>]*>")
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def test_every_form_has_its_meeting_or_says_why_not() -> None:
    forms = {key for key, route in ROUTES.items() if route.post is not None}

    assert forms - set(ASKED) - set(ONCE) - set(OTHERWISE) == set()
    assert (set(ASKED) | set(ONCE) | set(OTHERWISE)) - forms == set()


# ---- The meeting -------------------------------------------------------------------------------------


def browser(country: Country, who: Who) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(country.people[who].account)
    return made


def hidden_fields(client: Client, page: str, target: str) -> dict[str, str]:
    """Return the hidden fields of the form that is sent to `target`, as the page shows them now."""
    shown = client.get(page).content.decode()
    found: dict[str, str] = {}
    for form in FORM.findall(shown):
        action = re.search(r'<form[^>]*\baction="([^"]*)"', form)
        if 'method="post"' not in form or (action[1] if action else page) != target:
            continue
        for field in HIDDEN.findall(form):
            name, value = (re.search(rf'\b{part}="([^"]*)"', field) for part in ("name", "value"))
            if 'type="hidden"' in field and name and name[1] not in ("csrfmiddlewaretoken", "task"):
                found.setdefault(name[1], html.unescape(value[1] if value else ""))
    return found


def rows_of(action: str) -> int:
    """Return how often the trail says that something was really done."""
    done = "SELECT count(*) FROM schools_auditevent WHERE action = %s AND count > 0"
    with state.owner() as link:
        return int(link.execute(done, [action]).fetchone()[0])


def meet(country: Country, meeting: Meeting) -> list[Any]:
    """Let two browsers send their forms, and let both go on when both wait at the lock."""
    target = meeting.address(country)
    page = (meeting.page or meeting.address)(country)
    bodies = []
    clients = [browser(country, meeting.who) for _each in range(2)]
    for client, value in zip(clients, meeting.values, strict=True):
        shown = hidden_fields(client, page, target) if meeting.asks else {}
        bodies.append(meeting.typed(country, value) | shown)

    def send(one: int) -> Any:
        try:
            return clients[one].post(target, bodies[one])
        finally:
            connection.close()

    with state.owner() as link, state.owner() as watching, ThreadPoolExecutor(2) as pool:
        link.execute("BEGIN")
        link.execute(f"LOCK TABLE {meeting.table} IN EXCLUSIVE MODE")
        answers = [pool.submit(send, one) for one in range(2)]
        for _look in range(LOOKS):
            if watching.execute(WAITING).fetchone()[0] >= sum(not one.done() for one in answers):
                break
        link.execute("COMMIT")
        return [one.result() for one in answers]


@pytest.fixture(scope="module")
def ready(country: Country) -> Country:
    """What the meetings need beside the matrix: a pupil to decide about, a destination."""
    place = own(country)
    papers.a_destination()
    Destination.objects.update(unit=factories.the_ministry())
    with scopes.system(place.school.path):
        place.draft.subject_results.filter(subject_code="TV").update(level="C", test_mark=3)
    return country


@pytest.mark.parametrize("key", ASKED)
def test_the_second_gets_a_question_and_overwrites_nothing(key: str, ready: Country) -> None:
    meeting = ASKED[key]
    before = rows_of(meeting.action)

    answers = meet(ready, meeting)

    codes = sorted(answer.status_code for answer in answers)
    told = [
        re.findall(r"(?:error|notice)[^>]*>(.{0,300})", one.content.decode(), re.DOTALL) for one in answers
    ]
    usual = ([200, 409], [302, 409], [200, 422], [302, 422])
    assert codes in ([[302, 409]] if key == "exports:destination" else usual), (codes, told)
    assert rows_of(meeting.action) - before == 1
    asked = max(answers, key=lambda answer: int(answer.status_code)).content.decode()
    assert meeting.asks is not None
    assert [value for value in meeting.asks if html.escape(value) not in asked] == []


@pytest.mark.parametrize("key", ONCE)
def test_what_is_done_once_is_done_once(key: str, ready: Country) -> None:
    meeting = ONCE[key]
    before = rows_of(meeting.action)

    answers = meet(ready, meeting)

    assert max(answer.status_code for answer in answers) < 500
    assert rows_of(meeting.action) - before <= 1
