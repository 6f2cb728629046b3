"""For every address: how its arguments come from a place, and whom design and law let through. Said by hand.

Nothing here is computed from `schools.permissions`: this table is the other opinion.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from schools import scopes
from tests import factories
from tests.matrix.country import Place, Where, Who

Kwargs = Callable[[Place], dict[str, Any]]

TEACHING = frozenset({Who.TEACHER, Who.HOMEROOM})
OFFICE = frozenset({Who.PRINCIPAL, Who.CLERK, Who.REGISTRAR})
WHOLE = OFFICE | {Who.HOMEROOM}
"""Who reads whole transcripts of a school."""
SCHOOL = TEACHING | OFFICE
OVERSEERS = frozenset({Who.SUBDEPARTMENT, Who.DEPARTMENT, Who.MINISTRY})
FAMILY = frozenset({Who.GUARDIAN, Who.PUPIL})
EMPLOYED = SCHOOL | OVERSEERS | {Who.ADMIN}
SIGNED_IN = frozenset(Who) - {Who.STRANGER}
EVERYBODY = frozenset(Who)
SENDING = OFFICE | {Who.DEPARTMENT}

READS_RESULTS = SCHOOL | FAMILY
"""Whose pages may name a pupil of the own school at all; the others' never name anybody."""


def reaches(who: Who, where: Where) -> bool:
    """Say whether the row lies where this person works (or is this person's child)."""
    if who is Who.MINISTRY:
        return True
    if who is Who.DEPARTMENT:
        return where is not Where.FAR
    return where is Where.OWN


@dataclass(frozen=True)
class Route:
    """One address with one way to make its arguments.

    `get` and `post` name who is let through; None: the address does not take the method. `door` may come in but not
    further, so that a row of their own school may be refused as not permitted or as not there. `lacking` is the answer
    to those whose role never opens it. `also` are answers to who is let through, beside 200 and 302.
    """

    kwargs: Kwargs | None = None
    get: frozenset[Who] | None = None
    post: frozenset[Who] | None = None
    data: Kwargs = lambda place: {}
    door: frozenset[Who] = frozenset()
    lacking: int = 403
    also: tuple[int, ...] = ()
    query: str = ""
    one_place: bool = False
    """No argument and no field names a place: asked once."""


def seen_by(get: frozenset[Who], kwargs: Kwargs | None = None, **more: Any) -> Route:
    """Return a page that only shows."""
    return Route(kwargs, get=get, one_place=kwargs is None, **more)


def of_draft(place: Place) -> dict[str, Any]:
    return {"code": place.draft.code}


def of_frozen(place: Place) -> dict[str, Any]:
    return {"code": place.frozen.code}


def of_issued(place: Place) -> dict[str, Any]:
    return {"code": place.issued.code}


def of_school(place: Place) -> dict[str, Any]:
    return {"code": place.school.code}


def of_pupil_year(place: Place) -> dict[str, Any]:
    return {"code": place.draft.code, "enrolment": place.enrolment.pk}


def of_staff(place: Place) -> dict[str, Any]:
    return {"person": place.staff.pk}


def of_sealed(place: Place) -> dict[str, Any]:
    return {"code": place.sealed.look_up_code}


def of_child(place: Place) -> dict[str, Any]:
    return {"pupil": place.sealed.pupil_id}


def signing_as(slug: str) -> Kwargs:
    """Return how the arguments of a sign page are made."""
    return lambda place: {"code": place.frozen.code, "role": slug}


def previewing_as(slug: str) -> Kwargs:
    """Return how the arguments of a preview are made."""
    return lambda place: {"code": place.frozen.code, "role": slug, "transcript": place.transcript.pk}


def plus(first: Kwargs, **more: Any) -> Kwargs:
    """Return arguments with some fixed ones."""
    return lambda place: first(place) | more


def results(place: Place) -> dict[str, Any]:
    one = place.enrolment.pk
    return {f"version-{one}": 1, f"level-{one}": "H", f"mark-{one}": "7", f"comment-{one}": "Em cố gắng."}


def cells(place: Place) -> dict[str, Any]:
    one = {"cell": f"{place.enrolment.pk}:GHK1:level", "base": "T", "value": "H"}
    return {"batch": str(uuid4()), "cells": json.dumps([one])}


def homeroom_fields(place: Place) -> dict[str, Any]:
    return {"version": 1, "homeroom_comment": "Em tiến bộ.", "absences_excused": 1}


def class_table(place: Place) -> dict[str, Any]:
    one = place.enrolment.pk
    return {f"version-{one}": 1, f"YEU_NUOC-{one}": "C"}


def of_cells(place: Place) -> dict[str, Any]:
    return of_pupil_year(place) | {"subject_code": "TOAN"}


def of_sent_back(place: Place) -> dict[str, Any]:
    with scopes.system(place.school.path):
        return {"number": place.draft.cell_returns.get(cell="level").pk}


def pupil_fields(place: Place) -> dict[str, Any]:
    pupil = place.pupil
    names: tuple[str, ...] = (
        "full_name",
        "gender",
        "personal_number",
        "birth_place",
        "home_town",
        "residence",
        "ethnicity",
    )
    names += ("nationality", "father_name", "mother_name", "guardian_name", "register_number", "version")
    stated = {name: getattr(pupil, name) for name in names}
    return stated | {"born_on": f"{pupil.born_on:%d/%m/%Y}", "residence": "Thôn Mới"}


def reason(place: Place) -> dict[str, Any]:
    return {"reason": "Sai họ tên.", "understood": "on"}


def appointment(place: Place) -> dict[str, Any]:
    stated = {"full_name": "Nguyễn Văn Mới", "personal_number": "099999999991", "role": "subject_teacher"}
    return stated | {"title": "Giáo viên", "from_on": "01/09/2026"}


def request_of_seal(place: Place) -> dict[str, Any]:
    return {"role": "KY_PHAT_HANH", "credential": "khong-co-ma-nay", "person": ""}


PIN = {"pin": "000000"}
CERTIFICATES = frozenset({Who.PRINCIPAL, Who.CLERK, Who.ADMIN, Who.HOMEROOM}) | OVERSEERS

SCHOOLS: Mapping[str, Route] = {
    "schools:sign-in": Route(
        get=EVERYBODY,
        post=EVERYBODY,
        data=lambda place: {"username": "x", "password": "y"},
        also=(422,),
        one_place=True,
    ),
    "schools:sign-out": Route(post=EVERYBODY, one_place=True),
    "schools:work-in": Route(
        post=SCHOOL | {Who.ADMIN}, data=lambda place: {"unit": place.school.pk}, lacking=404
    ),
    "schools:password": Route(get=SIGNED_IN, post=SIGNED_IN, also=(422,), one_place=True),
    "schools:accessibility": seen_by(EVERYBODY),
    "schools:staff": Route(
        get=frozenset({Who.PRINCIPAL, Who.ADMIN, Who.SUBDEPARTMENT, Who.DEPARTMENT}),
        post=frozenset({Who.ADMIN}),
        data=appointment,
        one_place=True,
    ),
    "schools:staff-person": seen_by(
        frozenset({Who.PRINCIPAL, Who.ADMIN}), of_staff, door=frozenset({Who.SUBDEPARTMENT, Who.DEPARTMENT})
    ),
    "schools:staff-account": Route(
        of_staff, post=frozenset({Who.ADMIN}), data=lambda place: {"viec": "reset"}
    ),
    "schools:staff-end-role": Route(
        lambda place: {"person": place.staff.pk, "membership": place.membership.pk},
        post=frozenset({Who.ADMIN}),
        data=lambda place: {"on": "31/12/2026"},
    ),
    "schools:trail": seen_by(frozenset({Who.PRINCIPAL})),
    "schools:trail-file": seen_by(frozenset({Who.PRINCIPAL})),
    "schools:pupil": Route(
        lambda place: {"pupil": place.pupil.pk},
        get=SCHOOL,
        post=frozenset({Who.REGISTRAR}),
        data=pupil_fields,
    ),
}


def of_draft_pupil(place: Place) -> dict[str, Any]:
    return {"code": place.draft.code, "pupil": place.enrolment.pupil_id}


REGISTRAR = frozenset({Who.REGISTRAR})
WAYS_IN: Mapping[str, Route] = {
    "schools:forgotten": Route(
        get=EVERYBODY, post=EVERYBODY, data=lambda place: {"username": "x"}, one_place=True
    ),
    "schools:coming": Route(
        get=EVERYBODY, post=EVERYBODY, data=lambda place: {"code": "khong-co"}, also=(422,), one_place=True
    ),
    "schools:invitation": Route(lambda place: {"secret": "khong-co"}, get=EVERYBODY, one_place=True),
    "schools:account": Route(get=SIGNED_IN, one_place=True),
    # Only one's own: a number that is nobody's is not there for anybody.
    "schools:account-end-device": Route(
        lambda place: {"number": 0}, post=SIGNED_IN, also=(404,), one_place=True
    ),
    "schools:account-end-others": Route(post=SIGNED_IN, one_place=True),
    "schools:staff-way-in": Route(
        of_staff, post=frozenset({Who.ADMIN}), data=lambda place: {"viec": "recover"}
    ),
    "schools:slips": seen_by(REGISTRAR),
    "schools:slips-class": Route(of_draft, get=REGISTRAR, post=REGISTRAR),
    "schools:slips-family": Route(
        of_draft_pupil,
        get=REGISTRAR,
        post=REGISTRAR,
        data=lambda place: {"relation": "Mẹ", "from_on": "01/09/2026", "to_on": ""},
    ),
    "schools:slips-print": Route(of_draft_pupil, post=REGISTRAR, also=(422,)),
    "schools:slips-withdraw": Route(plus(of_draft_pupil, number=0), post=REGISTRAR),
    "schools:slips-end-guardian": Route(
        plus(of_draft_pupil, number=0), post=REGISTRAR, data=lambda place: {"on": "31/12/2026"}, also=(404,)
    ),
}

KEEPERS = frozenset({Who.DEPARTMENT, Who.MINISTRY})
OWN_UNIT = KEEPERS | {Who.ADMIN}


def facts_of_school(place: Place) -> dict[str, Any]:
    school = place.school
    names = ("name", "province_name", "district_name", "commune_name", "education_levels")
    return {name: getattr(school, name) for name in names}


UNITS: Mapping[str, Route] = {
    "schools:units": seen_by(OWN_UNIT),
    "schools:unit": seen_by(OWN_UNIT, of_school),
    "schools:unit-add": Route(of_school, get=KEEPERS, post=KEEPERS, also=(409,)),
    "schools:unit-edit": Route(of_school, get=OWN_UNIT, post=OWN_UNIT, data=facts_of_school, also=(409, 422)),
    "schools:unit-close": Route(
        of_school, post=KEEPERS, data=lambda place: {"on": "31/12/2026"}, also=(409, 422)
    ),
    "schools:unit-reopen": Route(of_school, post=KEEPERS, also=(409,)),
    "schools:unit-keepers": Route(
        of_school,
        post=KEEPERS,
        data=lambda place: {
            "full_name": "Nguyễn Văn Mới",
            "personal_number": "099999999992",
            "role": "school_admin",
            "username": "quan-tri-moi",
        },
        also=(422,),
    ),
    # A clerk reads results: from above nobody comes to such an account, not even the keeper of the tree.
    "schools:unit-keeper-password": Route(
        lambda place: {"code": place.school.code, "person": place.staff.pk},
        post=frozenset(),
        door=KEEPERS,
    ),
    "schools:unit-keeper-end": Route(
        lambda place: {"code": place.school.code, "membership": place.membership.pk},
        post=frozenset(),
        door=KEEPERS,
        data=lambda place: {"on": "31/12/2026"},
    ),
}

ROSTER_KEEPERS = frozenset({Who.REGISTRAR, Who.ADMIN})


def of_roster(place: Place) -> dict[str, Any]:
    return {"number": place.roster.pk}


RECORDS: Mapping[str, Route] = {
    "records:rosters": Route(get=ROSTER_KEEPERS, post=ROSTER_KEEPERS, also=(422,), one_place=True),
    "records:roster-template": Route(lambda place: {"kind": "pupils"}, get=ROSTER_KEEPERS, one_place=True),
    "records:roster-pupils": Route(get=frozenset({Who.REGISTRAR}), one_place=True),
    "records:roster": Route(
        of_roster,
        get=frozenset({Who.REGISTRAR}),
        post=frozenset({Who.REGISTRAR}),
        door=frozenset({Who.ADMIN}),
    ),
    "records:roster-refused": seen_by(frozenset({Who.REGISTRAR}), of_roster, door=frozenset({Who.ADMIN})),
    "records:classes": seen_by(SCHOOL | {Who.ADMIN}),
    "records:class": seen_by(SCHOOL | {Who.ADMIN}, of_draft),
    "records:subject": Route(
        plus(of_draft, subject_code="TOAN"), get=SCHOOL, post=frozenset({Who.TEACHER}), data=results
    ),
    "records:cells": Route(
        plus(of_draft, subject_code="TOAN"), post=frozenset({Who.TEACHER}), data=cells, door=SCHOOL
    ),
    "records:subject-year": seen_by(SCHOOL, plus(of_draft, subject_code="TOAN")),
    "records:export": seen_by(SCHOOL, plus(of_draft, subject_code="TOAN")),
    "records:take-in": Route(
        plus(of_draft, subject_code="TOAN"),
        get=frozenset({Who.TEACHER}),
        post=frozenset({Who.TEACHER}),
        door=TEACHING,
        also=(422,),
    ),
    "records:homeroom": seen_by(WHOLE, of_draft),
    "records:homeroom-table": Route(of_draft, get=WHOLE, post=frozenset({Who.HOMEROOM}), data=class_table),
    "records:cell-returns": Route(
        of_cells,
        get=SCHOOL,
        post=frozenset({Who.HOMEROOM, Who.PRINCIPAL}),
        data=plus(reason, task="return", cell="comment"),
    ),
    "records:cell-returns keep": Route(
        of_cells,
        get=SCHOOL,
        post=frozenset({Who.TEACHER}),
        data=lambda place: of_sent_back(place) | reason(place) | {"task": "keep"},
    ),
    "records:cell-returns take-back": Route(
        of_cells,
        get=SCHOOL,
        post=frozenset({Who.HOMEROOM, Who.PRINCIPAL}),
        data=plus(of_sent_back, task="take-back"),
    ),
    "records:phrases": Route(
        get=TEACHING | {Who.PRINCIPAL},
        post=TEACHING | {Who.PRINCIPAL},
        data=lambda place: {"about": "TOAN", "level": "T", "text": "Em tính đúng."},
        one_place=True,
    ),
    "records:phrase": Route(
        lambda place: {"number": place.school.phrases.get(owner=None).pk},
        get=TEACHING | {Who.PRINCIPAL},
        post=frozenset({Who.PRINCIPAL}),
        data=lambda place: {"about": "TOAN", "level": "T", "text": "Em tính nhanh và đúng."},
    ),
    "records:homeroom-pupil": Route(
        of_pupil_year, get=WHOLE, post=frozenset({Who.HOMEROOM}), data=homeroom_fields
    ),
    "records:confirm": Route(of_draft, get=WHOLE, post=frozenset({Who.HOMEROOM})),
    "records:pupil-year": Route(
        of_pupil_year,
        get=WHOLE,
        post=frozenset({Who.PRINCIPAL}),
        data=lambda place: {"task": "decide", "decision": ""},
        also=(422,),
    ),
    "records:pupil-year reopen": Route(
        lambda place: {"code": place.frozen.code, "enrolment": place.frozen.enrolments.get().pk},
        get=WHOLE,
        post=frozenset({Who.HOMEROOM, Who.PRINCIPAL}),
        data=plus(reason, task="reopen"),
        also=(409,),  # a frozen one goes back by the other way
    ),
    "records:pupil-year return": Route(
        lambda place: {"code": place.frozen.code, "enrolment": place.frozen.enrolments.get().pk},
        get=WHOLE,
        post=frozenset({Who.HOMEROOM, Who.PRINCIPAL}),
        data=plus(reason, task="return"),
    ),
    "records:sheet": Route(
        of_draft,
        get=frozenset({Who.CLERK, Who.REGISTRAR}),
        post=frozenset({Who.CLERK, Who.REGISTRAR}),
        data=lambda place: {"issue_on": "29/05/2026", "place": "Xã Bản Mẫu", "leader": ""},
        also=(422,),
    ),
    "records:sheet freeze": Route(
        of_frozen,
        get=frozenset({Who.CLERK, Who.REGISTRAR}),
        post=frozenset({Who.CLERK, Who.REGISTRAR}),
        data=lambda place: {"task": "freeze", "sheet": place.frozen.issue_sheets.get().pk},
    ),
}


def _signing() -> dict[str, Route]:
    signers = {"gvcn": Who.HOMEROOM, "cbql": Who.PRINCIPAL, "kph": Who.CLERK}
    made: dict[str, Route] = {}
    for slug, signer in signers.items():
        one = frozenset({signer})
        made[f"signing:sign {slug}"] = Route(
            signing_as(slug), get=one, post=one, door=WHOLE, data=lambda place: PIN, also=(409, 422)
        )
        # Frozen waits for the homeroom teacher; to the others' lists it does not belong yet.
        made[f"signing:preview {slug}"] = seen_by(one, previewing_as(slug), door=WHOLE, also=(404,))
    for kind in ("xml", "pdf", "zip"):
        made[f"signing:download {kind}"] = seen_by(WHOLE, plus(of_sealed, kind=kind))
    return made


SIGNING: Mapping[str, Route] = {
    **_signing(),
    "signing:issued": seen_by(WHOLE, of_issued),
    "signing:batch": seen_by(WHOLE, lambda place: {"number": place.batch.pk}),
    "signing:document": Route(of_sealed, get=WHOLE, post=frozenset({Who.PRINCIPAL, Who.CLERK}), data=reason),
    "signing:certificates": Route(
        get=CERTIFICATES,
        post=frozenset({Who.CLERK, Who.ADMIN}),
        data=request_of_seal,
        also=(422,),
        one_place=True,
    ),
    "signing:decide": Route(
        lambda place: {"number": place.asked.pk},
        post=frozenset({Who.SUBDEPARTMENT, Who.DEPARTMENT}),
        data=lambda place: {"decision": "refuse", "reason": "Chưa đúng."},
    ),
    # That of the homeroom teacher in the own school: the holder, their school, and whoever approves.
    "signing:end": Route(
        lambda place: {"number": place.batch.authority_id},
        get=CERTIFICATES - {Who.MINISTRY},
        post=CERTIFICATES - {Who.MINISTRY},
        data=lambda place: {"reason": "LOST"},
    ),
    "signing:verify": Route(get=EVERYBODY, post=EVERYBODY, also=(422,), one_place=True),
    "signing:stylesheet": seen_by(EVERYBODY),
    "signing:verify-code": seen_by(EVERYBODY, of_sealed),
    "signing:verify-particulars": Route(of_sealed, post=EVERYBODY, also=(422,)),
    "signing:log": seen_by(EVERYBODY),
    "signing:log-checkpoint": seen_by(EVERYBODY),
    "signing:log-leaves": seen_by(EVERYBODY),
    "signing:log-proof": seen_by(EVERYBODY, lambda place: {"index": place.sealed.leaf_id}, also=(404,)),
    "signing:trust-file": seen_by(EVERYBODY, lambda place: {"name": "anchors.json"}),
}

EXPORTS: Mapping[str, Route] = {
    "exports:deliveries": seen_by(SENDING),
    "exports:authorise": Route(
        post=frozenset({Who.CLERK}),
        data=lambda place: PIN | {"school": place.school.code},
        also=(409, 422),
    ),
    "exports:school": seen_by(SENDING, of_school),
    "exports:delivery-class": seen_by(SENDING, of_issued),
    "exports:send-again": Route(of_issued, post=frozenset({Who.CLERK}), also=(409,)),
    "exports:destinations": Route(get=KEEPERS, post=KEEPERS, also=(422,), one_place=True),
    "exports:destination": Route(
        lambda place: {"code": "khong-co"}, get=frozenset(), post=frozenset(), door=KEEPERS, one_place=True
    ),
    "exports:destination-try": Route(
        lambda place: {"code": "khong-co"}, post=frozenset(), door=KEEPERS, one_place=True
    ),
    "exports:children": seen_by(FAMILY),
    "exports:child": seen_by(FAMILY, of_child),
    **{
        f"exports:child-file {kind}": seen_by(
            FAMILY, lambda place, kind=kind: of_child(place) | of_sealed(place) | {"kind": kind}
        )
        for kind in ("xml", "pdf", "zip")
    },
    "exports:look-up": Route(get=EVERYBODY, post=EVERYBODY, also=(422,), one_place=True),
    "exports:look-up-file": seen_by(
        EVERYBODY, lambda place: {"ticket": "khong-co", "kind": "pdf"}, also=(404,)
    ),
    "exports:standing": seen_by(OFFICE | OVERSEERS),
    "exports:standing-unit": seen_by(OFFICE | OVERSEERS, of_school),
}

API: Mapping[str, Route] = {
    "api-units": seen_by(EMPLOYED),
    "api-unit": seen_by(EMPLOYED, of_school),
    "api-classes": seen_by(SIGNED_IN),
    "api-class": seen_by(EMPLOYED, of_draft, lacking=404),
    "api-transcripts": seen_by(SIGNED_IN),
    "api-transcript": seen_by(WHOLE | FAMILY, of_sealed, lacking=404),
    "api-verify": Route(post=EVERYBODY, also=(422, 415), one_place=True),
    "api-verify-code": seen_by(EVERYBODY, of_sealed),
    "api-schema": seen_by(EVERYBODY),
    "api-docs": seen_by(EVERYBODY),
}

FRAME: Mapping[str, Route] = {
    "front": Route(get=EVERYBODY, post=EVERYBODY, one_place=True),
    "healthz": seen_by(EVERYBODY),
    "readyz": seen_by(EVERYBODY, also=(503,)),
    "metrics": seen_by(EVERYBODY, also=(403, 404)),
    "set_language": Route(
        get=EVERYBODY, post=EVERYBODY, data=lambda place: {"language": "en"}, one_place=True
    ),
    "components": seen_by(EVERYBODY),
}

ROUTES: Mapping[str, Route] = {**FRAME, **SCHOOLS, **WAYS_IN, **UNITS, **RECORDS, **SIGNING, **EXPORTS, **API}
PASSWORD = factories.PASSWORD
