"""Which forms two people may send at once, what each types, and what may come of it; or why they cannot meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from exports.models import Destination
from tests.matrix.country import Country, Place, Where, Who
from tests.matrix.routes import ROUTES, appointment, homeroom_fields, pupil_fields, reason


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
