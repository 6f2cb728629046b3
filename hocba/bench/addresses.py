"""For every address of the URL map: who opens it and how its arguments come from the crowd, or why it is no page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from exports.actions import looking_up
from hocba.bench.crowd import Crowd
from schools.permissions import Role

Arguments = Callable[[Crowd], dict[str, Any]]

ANYBODY, FAMILY = "anybody", None
NO_PAGE = frozenset({
    # They only take what is sent.
    "schools:sign-out", "schools:work-in", "schools:staff-account", "schools:staff-end-role", "schools:unit-close",
    "schools:staff-way-in", "schools:account-end-device", "schools:account-end-others", "schools:slips-print",
    "schools:slips-withdraw", "schools:slips-end-guardian",
    "schools:unit-reopen", "schools:unit-keepers", "schools:unit-keeper-password", "schools:unit-keeper-end",
    "signing:verify-particulars", "signing:decide", "exports:authorise", "exports:send-again",
    "exports:destination-try", "api-verify", "records:cells", "set_language",
    # It takes the secret out of the address and leads on.
    "schools:invitation",
    # For machines that watch, and for who builds pages.
    "healthz", "readyz", "metrics", "components",
})  # fmt: skip

MOST_QUERIES = 12
MORE_QUERIES: Mapping[str, tuple[int, str]] = {
    "records:sheet": (16, "judges a class by the law, and each pupil's earlier years and the office's decisions"),
    "records:homeroom": (16, "the desk: what the class lacks, whose it is, what went back to them"),
    "records:confirm": (15, "judges a class by the law: subjects, results, homeroom records, heads, decisions"),
    "schools:trail": (20, "names what stands in the trail, each kind of thing in one query"),
    "schools:trail-file": (20, "the same"),
    "exports:standing": (15, "counts classes, people, certificates and deliveries, each where they are kept"),
    "exports:standing-unit": (15, "the same"),
    "exports:deliveries": (14, "what waits, is open and is allowed, for issuing, withdrawing, certificates"),
    "exports:school": (14, "the same for one school"),
}  # fmt: skip
"""Pages that ask more than `MOST_QUERIES`: how many, and why. Four of each are session, account, roles, scope."""


def _nothing(crowd: Crowd) -> dict[str, Any]:
    return {}


def _draft(crowd: Crowd) -> dict[str, Any]:
    return {"code": crowd.draft.code}


def _pupil(crowd: Crowd) -> dict[str, Any]:
    return {"code": crowd.draft.code, "enrolment": crowd.enrolment.pk}


def _frozen(crowd: Crowd) -> dict[str, Any]:
    return {"code": crowd.frozen.code, "role": "gvcn"}


def _issued(crowd: Crowd) -> dict[str, Any]:
    return {"code": crowd.issued.code}


def _sealed(crowd: Crowd) -> dict[str, Any]:
    return {"code": crowd.sealed.look_up_code}


def _school(crowd: Crowd) -> dict[str, Any]:
    return {"code": crowd.school.code}


def _office(crowd: Crowd) -> dict[str, Any]:
    assert crowd.school.parent is not None
    return {"code": crowd.school.parent.code}


def _child(crowd: Crowd) -> dict[str, Any]:
    return {"pupil": crowd.sealed.pupil_id}


PAGES: Mapping[str, tuple[Role | str | None, Arguments]] = {
    "front": (ANYBODY, _nothing),
    "schools:sign-in": (ANYBODY, _nothing),
    "schools:password": (Role.CLERK, _nothing),
    "schools:forgotten": (ANYBODY, _nothing),
    "schools:coming": (ANYBODY, _nothing),
    "schools:account": (Role.CLERK, _nothing),
    "schools:slips": (Role.REGISTRAR, _nothing),
    "schools:slips-class": (Role.REGISTRAR, _draft),
    "schools:slips-family": (
        Role.REGISTRAR,
        lambda crowd: {"code": crowd.draft.code, "pupil": crowd.enrolment.pupil_id},
    ),
    "schools:accessibility": (ANYBODY, _nothing),
    "schools:staff": (Role.SCHOOL_ADMIN, _nothing),
    "schools:staff-person": (Role.SCHOOL_ADMIN, lambda crowd: {"person": crowd.staff.pk}),
    "schools:units": (Role.DEPARTMENT, _nothing),
    "schools:unit": (Role.DEPARTMENT, _office),
    "schools:unit-add": (Role.DEPARTMENT, _office),
    "schools:unit-edit": (Role.DEPARTMENT, _school),
    "schools:trail": (Role.PRINCIPAL, _nothing),
    "schools:trail-file": (Role.PRINCIPAL, _nothing),
    "schools:pupil": (Role.REGISTRAR, lambda crowd: {"pupil": crowd.enrolment.pupil_id}),
    "records:classes": (Role.CLERK, _nothing),
    "records:class": (Role.CLERK, _draft),
    "records:subject": (Role.TEACHER, lambda crowd: {"code": crowd.draft.code, "subject_code": "TOAN"}),
    "records:subject-year": (Role.TEACHER, lambda crowd: {"code": crowd.draft.code, "subject_code": "TOAN"}),
    "records:export": (Role.TEACHER, lambda crowd: {"code": crowd.draft.code, "subject_code": "TOAN"}),
    "records:take-in": (Role.TEACHER, lambda crowd: {"code": crowd.draft.code, "subject_code": "TOAN"}),
    "records:homeroom": (Role.TEACHER, _draft),
    "records:homeroom-pupil": (Role.TEACHER, _pupil),
    "records:homeroom-table": (Role.TEACHER, _draft),
    "records:cell-returns": (Role.TEACHER, lambda crowd: _pupil(crowd) | {"subject_code": "TOAN"}),
    "records:phrases": (Role.TEACHER, _nothing),
    "records:phrase": (Role.PRINCIPAL, lambda crowd: {"number": crowd.phrase.pk}),
    "records:rosters": (Role.REGISTRAR, _nothing),
    "records:roster": (Role.REGISTRAR, lambda crowd: {"number": crowd.roster.pk}),
    "records:roster-refused": (Role.REGISTRAR, lambda crowd: {"number": crowd.roster.pk}),
    "records:roster-template": (Role.REGISTRAR, lambda crowd: {"kind": "pupils"}),
    "records:roster-pupils": (Role.REGISTRAR, _nothing),
    "records:confirm": (Role.TEACHER, _draft),
    "records:pupil-year": (Role.TEACHER, _pupil),
    "records:sheet": (Role.CLERK, lambda crowd: {"code": crowd.confirmed.code}),
    "signing:sign": (Role.TEACHER, _frozen),
    "signing:preview": (Role.TEACHER, lambda crowd: _frozen(crowd) | {"transcript": crowd.transcript.pk}),
    "signing:issued": (Role.CLERK, _issued),
    "signing:batch": (Role.PRINCIPAL, lambda crowd: {"number": crowd.batch.pk}),
    "signing:document": (Role.CLERK, _sealed),
    "signing:download": (Role.CLERK, lambda crowd: _sealed(crowd) | {"kind": "pdf"}),
    "signing:certificates": (Role.CLERK, _nothing),
    "signing:end": (Role.CLERK, lambda crowd: {"number": crowd.batch.authority_id}),
    "signing:verify": (ANYBODY, _nothing),
    "signing:stylesheet": (ANYBODY, _nothing),
    "signing:verify-code": (ANYBODY, _sealed),
    "signing:log": (ANYBODY, _nothing),
    "signing:log-checkpoint": (ANYBODY, _nothing),
    "signing:log-leaves": (ANYBODY, _nothing),
    "signing:log-proof": (ANYBODY, lambda crowd: {"index": crowd.sealed.leaf_id}),
    "signing:trust-file": (ANYBODY, lambda crowd: {"name": "anchors.json"}),
    "exports:deliveries": (Role.CLERK, _nothing),
    "exports:school": (Role.DEPARTMENT, _school),
    "exports:delivery-class": (Role.CLERK, _issued),
    "exports:destinations": (Role.DEPARTMENT, _nothing),
    "exports:destination": (Role.DEPARTMENT, lambda crowd: {"code": crowd.destination.code}),
    "exports:children": (FAMILY, _nothing),
    "exports:child": (FAMILY, _child),
    "exports:child-file": (FAMILY, lambda crowd: _child(crowd) | _sealed(crowd) | {"kind": "pdf"}),
    "exports:look-up": (ANYBODY, _nothing),
    "exports:look-up-file": (
        ANYBODY,
        lambda crowd: {"ticket": looking_up.ticket(crowd.sealed), "kind": "pdf"},
    ),
    "exports:standing": (Role.DEPARTMENT, _nothing),
    "exports:standing-unit": (Role.DEPARTMENT, _office),
    "api-schema": (ANYBODY, _nothing),
    "api-docs": (ANYBODY, _nothing),
    "api-units": (Role.DEPARTMENT, _nothing),
    "api-unit": (Role.DEPARTMENT, _school),
    "api-classes": (Role.CLERK, _nothing),
    "api-class": (Role.CLERK, _draft),
    "api-transcripts": (Role.CLERK, _nothing),
    "api-transcript": (Role.CLERK, _sealed),
    "api-verify-code": (ANYBODY, _sealed),
}


def names() -> set[str]:
    """Return the name of every address that the project has."""
    return set(_walked(get_resolver("hocba.urls").url_patterns, ""))


def _walked(patterns: list[Any], before: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walked(one.url_patterns, f"{before}{one.namespace}:" if one.namespace else before)
        elif isinstance(one, URLPattern):
            yield f"{before}{one.name}"
