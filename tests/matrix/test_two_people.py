"""Two people at once on every form: real transactions that meet at the database's own lock, never a sleep."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from exports.models import Destination
from schools import scopes
from tests import factories
from tests.exports import papers
from tests.matrix import state
from tests.matrix.country import Country, Place, Where, Who
from tests.matrix.routes import ROUTES, appointment, homeroom_fields, pupil_fields, reason

LOOKS = 5000
"""Questions to the database before both are let go in any case: a form that needs no lock does not hang the test."""
HIDDEN = re.compile(r"<input\b[^>]*>")
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


@dataclass(frozen=True)
class Meeting:
    """Two browsers with the same page open, what each types, and what may come of it.

    `page` is the address that shows the form, `table` is where both must wait; `action` is the word of the trail that
    may stand there once. `asks` is something that the second answer shows: the value of the first.
    """

    who: Who
    address: Callable[[Country], str]
    typed: Callable[[Country, str], dict[str, Any]]
    values: tuple[str, str]
    table: str
    action: str
    page: Callable[[Country], str] | None = None
    asks: tuple[str, str] | None = None
    where: Where = Where.OWN


def at(name: str, *, where: Where = Where.OWN, key: str = "") -> Callable[[Country], str]:
    """Return how the address of a route is made from a place."""
    route = ROUTES[key or name]
    return lambda country: reverse(name, kwargs=route.kwargs(country.places[where]) if route.kwargs else None)


def own(country: Country) -> Place:
    return country.places[Where.OWN]


def mark_of(country: Country, value: str) -> dict[str, Any]:
    one = own(country).enrolment.pk
    return {f"level-{one}": "H", f"mark-{one}": value, f"comment-{one}": "Em cố gắng."}


def sheet(country: Country, value: str) -> dict[str, Any]:
    leader = country.people[Who.PRINCIPAL].pk
    return {"task": "make", "issue_on": "29/05/2026", "place": value, "leader": leader}


def unit_facts(country: Country, value: str) -> dict[str, Any]:
    school = own(country).school
    stated = {name: getattr(school, name) for name in ("province_name", "district_name", "commune_name")}
    return stated | {"name": value, "education_levels": ["02"]}


def of_destination(country: Country) -> str:
    return reverse("exports:destination", args=["ministry"])


def destination_facts(country: Country, value: str) -> dict[str, Any]:
    row = Destination.objects.get(code="ministry")
    return {"name": value, "base_url": row.base_url, "user_name": row.user_name, "is_open": "1"}


STAFF_PAGE = at("schools:staff-person")

ASKED = {  # the decision first: it wants the year complete, which later meetings change
    "records:pupil-year": Meeting(
        Who.PRINCIPAL,
        at("records:pupil-year"),
        lambda country, value: {"task": "decide", "decision": value},
        ("LEN", "OLAI"),
        "schools_classyear",
        "decision.record",
        asks=("Được lên lớp", "Chưa được lên lớp"),
    ),
    "records:subject": Meeting(
        Who.TEACHER,
        at("records:subject"),
        mark_of,
        ("6", "8"),
        "schools_classyear",
        "results.enter",
        asks=("6", "8"),
    ),
    "records:homeroom-pupil": Meeting(
        Who.HOMEROOM,
        at("records:homeroom-pupil"),
        lambda country, value: homeroom_fields(own(country)) | {"homeroom_comment": value},
        ("Em ngoan hơn.", "Em chăm hơn."),
        "schools_classyear",
        "homeroom.save",
        asks=("Em ngoan hơn.", "Em chăm hơn."),
    ),
    "records:homeroom-table": Meeting(
        Who.HOMEROOM,
        at("records:homeroom-table"),
        lambda country, value: {f"absences_excused-{own(country).enrolment.pk}": value},
        ("17", "19"),
        "schools_classyear",
        "homeroom.enter-class",
        asks=("17", "19"),
    ),
    "records:phrase": Meeting(
        Who.PRINCIPAL,
        at("records:phrase"),
        lambda country, value: {"about": "TOAN", "level": "T", "text": value},
        ("Câu thứ nhất.", "Câu thứ hai."),
        "records_phrase",
        "phrase.edit",
        asks=("Câu thứ nhất.", "Câu thứ hai."),
    ),
    "schools:pupil": Meeting(
        Who.REGISTRAR,
        at("schools:pupil"),
        lambda country, value: pupil_fields(own(country)) | {"residence": value},
        ("Thôn Một", "Thôn Hai"),
        "schools_pupil",
        "pupil.edit",
        asks=("Thôn Một", "Thôn Hai"),
    ),
    "records:sheet": Meeting(
        Who.CLERK,
        at("records:sheet"),
        sheet,
        ("Xã Một", "Xã Hai"),
        "schools_classyear",
        "sheet.make",
        asks=("Xã Một", "Xã Hai"),
    ),
    "schools:staff-end-role": Meeting(
        Who.ADMIN,
        at("schools:staff-end-role"),
        lambda country, value: {"on": value},
        ("30/11/2027", "31/12/2027"),
        "schools_membership",
        "staff.end",
        page=STAFF_PAGE,
        asks=("30/11/2027", "31/12/2027"),
    ),
    "schools:staff-account": Meeting(
        Who.ADMIN,
        at("schools:staff-account"),
        lambda country, value: {"viec": "reset"},
        ("", ""),
        "schools_account",
        "account.reset",
        page=STAFF_PAGE,
        asks=("mật khẩu tạm mới", "mật khẩu tạm mới"),
    ),
    "schools:staff-way-in": Meeting(
        Who.ADMIN,
        at("schools:staff-way-in"),
        lambda country, value: {"viec": "recover"},
        ("", ""),
        "schools_account",
        "invitation.make",
        page=STAFF_PAGE,
        asks=("phiếu mới", "phiếu mới"),
    ),
    "schools:slips-family": Meeting(
        Who.REGISTRAR,
        at("schools:slips-family"),
        lambda country, value: {"relation": value, "from_on": "2026-09-01", "to_on": ""},
        ("Cha", "Mẹ"),
        "schools_pupil",
        "invitation.make",
        asks=("phiếu mới", "phiếu mới"),
    ),
    "schools:unit-edit": Meeting(
        Who.DEPARTMENT,
        at("schools:unit-edit"),
        unit_facts,
        ("Trường Tiểu học Một", "Trường Tiểu học Hai"),
        "schools_unit",
        "unit.edit",
        asks=("Trường Tiểu học Một", "Trường Tiểu học Hai"),
    ),
    "schools:unit-close": Meeting(
        Who.DEPARTMENT,
        at("schools:unit-close", where=Where.NEAR),
        lambda country, value: {"on": value},
        ("30/11/2027", "31/12/2027"),
        "schools_unit",
        "unit.close",
        page=at("schools:unit", where=Where.NEAR),
        asks=("30/11/2027", "31/12/2027"),
    ),
    "exports:destination": Meeting(
        Who.MINISTRY,
        of_destination,
        destination_facts,
        ("Kho Một", "Kho Hai"),
        "exports_destination",
        "destination.edit",
        asks=("Kho Một", "Kho Hai"),
    ),
}
"""Forms that keep a value: the second save with an old page gets a question with both values."""

ONCE = {
    "signing:document": Meeting(
        Who.CLERK,
        at("signing:document"),
        lambda country, value: reason(own(country)),
        ("", ""),
        "records_transcript",
        "transcript.withdraw",
    ),
    "signing:decide": Meeting(
        Who.SUBDEPARTMENT,
        at("signing:decide"),
        lambda country, value: {"decision": "refuse", "reason": value},
        ("Chưa đúng một.", "Chưa đúng hai."),
        "signing_authority",
        "authority.refuse",
    ),
    "signing:end": Meeting(
        Who.ADMIN,
        at("signing:end"),
        lambda country, value: {"reason": "OTHER", "words": value},
        ("Mất một.", "Mất hai."),
        "signing_authority",
        "authority.end",
    ),
    "records:sheet freeze": Meeting(
        Who.REGISTRAR,
        at("records:sheet", key="records:sheet freeze"),
        lambda country, value: {"task": "freeze", "sheet": own(country).frozen.issue_sheets.get().pk},
        ("", ""),
        "schools_classyear",
        "class.freeze",
    ),
    "records:cell-returns": Meeting(
        Who.HOMEROOM,
        at("records:cell-returns"),
        lambda country, value: reason(own(country)) | {"task": "return", "cell": "comment"},
        ("", ""),
        "schools_classyear",
        "cell.return",
    ),
    "records:cell-returns keep": Meeting(
        Who.TEACHER,
        at("records:cell-returns", key="records:cell-returns keep"),
        lambda country, value: dict(ROUTES["records:cell-returns keep"].data(own(country))),
        ("", ""),
        "schools_classyear",
        "cell.kept",
    ),
    "records:pupil-year return": Meeting(
        Who.PRINCIPAL,
        at("records:pupil-year", key="records:pupil-year return"),
        lambda country, value: {"task": "return", "reason": value},
        ("Sai một.", "Sai hai."),
        "records_transcript",
        "transcript.return",
    ),
    "schools:staff": Meeting(
        Who.ADMIN,
        at("schools:staff"),
        lambda country, value: appointment(own(country)) | {"personal_number": "099999999993"},
        ("", ""),
        "schools_person",
        "staff.appoint",
    ),
    "records:confirm": Meeting(
        Who.HOMEROOM,
        at("records:confirm"),
        lambda country, value: {},
        ("", ""),
        "schools_classyear",
        "results.confirm",
    ),
}
"""Forms that do something once: sent twice, also at the very same time, it is done once at most."""

OTHERWISE = {
    "schools:sign-in": "each sign-in is a session of its own",
    "schools:sign-out": "ends one session",
    "schools:forgotten": "mails once in ten minutes",
    "schools:coming": "an invitation is used once, its row locked; tests/schools/test_invitations.py",
    "schools:account-end-device": "ends one's own session; the second finds none",
    "schools:account-end-others": "ends one's own sessions; the second finds none",
    "schools:slips-class": "the mark of its slips, as in schools:slips-family",
    "schools:slips-print": "voids the slip before, and shows the new one to whoever printed last",
    "schools:slips-withdraw": "the same again says the same",
    "schools:slips-end-guardian": "the mark of the end, as in schools:staff-end-role",
    "schools:work-in": "a choice of one session",
    "schools:password": "asks for the old password, which the first change voided",
    "records:pupil-year reopen": "the same action as return, from another state",
    "records:cell-returns take-back": "the same answering under the same lock as keep",
    "records:phrases": "two phrases are two rows",
    "records:cells": "each cell is merged with what was seen there; tests/records/actions/test_cells.py",
    "records:take-in": "saves through the cells, each with what was seen there; tests/records/views/test_files.py",
    "records:rosters": "each file makes a dry run of its own",
    "records:roster": "a dry run is applied once, the school locked; tests/records/actions/test_rosters.py",
    "signing:sign gvcn": "one running batch a class and role; tests/signing/actions try it with threads",
    "signing:sign cbql": "as above",
    "signing:sign kph": "as above",
    "signing:certificates": "the credential of a request is taken once",
    "signing:verify": "changes nothing",
    "signing:verify-particulars": "changes nothing but counts",
    "exports:authorise": "a session of the clerk's own",
    "exports:send-again": "puts refused rows back; the second finds none",
    "exports:look-up": "changes nothing but counts",
    "exports:destinations": "the code of a new destination is taken once",
    "exports:destination-try": "changes nothing",
    "schools:unit-add": "the code of a new unit is taken once",
    "schools:unit-reopen": "the same again says the same",
    "schools:unit-keepers": "a person holds a role once; the unit is locked",
    "schools:unit-keeper-password": "the mark of schools:staff-account",
    "schools:unit-keeper-end": "the mark of schools:staff-end-role",
    "api-verify": "changes nothing",
    "front": "changes nothing",
    "set_language": "a cookie",
}
"""Doors that need no meeting, and why."""


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
