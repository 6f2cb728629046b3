"""What strangers ask by the million is answered before sessions and transaction; the answer is that of the long way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from exports.actions import looking_up
from schools.models import AuditEvent
from signing.models import SealedDocument
from tests.world import World

ANSWER_OWN = {"X-Request-Id", "Expires", "Set-Cookie", "Content-Length"}


@pytest.fixture
def sealed(world: World) -> SealedDocument:
    """An issued transcript."""
    (found,) = world.issue(world.frozen_class(pupils=1))
    return found


def asked(path: str, *, long: bool = False, language: str = "") -> Any:
    """Ask as a stranger from an address of its own; a cookie that is not ours leads the long way."""
    client = Client(REMOTE_ADDR=f"10.{uuid4().int % 2**24}", raise_request_exception=False)
    if long:
        client.cookies["foreign"] = "1"
    if language:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client.get(path)


def was_short(answer: Any) -> bool:
    """Return whether nobody made a session for the question."""
    return not hasattr(answer.wsgi_request, "session")


def body(answer: Any) -> bytes:
    """Return the whole body without what is new in each answer."""
    whole = b"".join(answer) if answer.streaming else answer.content
    assert answer["Content-Length"] == str(len(whole))
    page = re.sub(rb"[A-Za-z0-9_.:-]{12,}|: [^.:]*, [^.:]*, [^.:]*, [^.:]*\.", b"TOKEN", whole)
    return page if answer["Content-Type"].startswith("text/html") else whole


def address(sealed: SealedDocument, which: str) -> str:
    """Return the address of one question."""
    ticket = looking_up.ticket(sealed)
    return {
        "code": reverse("signing:verify-code", args=[sealed.look_up_code]),
        "no such code": reverse("signing:verify-code", args=[uuid4()]),
        "no such kind": reverse("exports:look-up-file", args=[ticket, "exe"]),
        "ticket over": reverse("exports:look-up-file", args=["x" + ticket, "pdf"]),
        **{kind: reverse("exports:look-up-file", args=[ticket, kind]) for kind in ("pdf", "xml", "zip")},
    }[which]


@pytest.mark.parametrize("language", ["", "en"])
def test_both_ways_give_the_same_answer(sealed: SealedDocument, language: str) -> None:
    statuses = {}
    for which in ("code", "no such code", "no such kind", "ticket over", "pdf", "xml", "zip"):
        path = address(sealed, which)
        short, long = (asked(path, long=way, language=language) for way in (False, True))

        assert (was_short(short), was_short(long)) == (True, False), which
        assert heads(short) == heads(long), which
        assert body(short) == body(long), which
        statuses[which] = short.status_code
    assert statuses == {
        "code": 200, "no such code": 404, "no such kind": 404, "ticket over": 404, "pdf": 200, "xml": 200, "zip": 200
    }  # fmt: skip


def heads(answer: Any) -> dict[str, str]:
    """Return the status and all heads that are not new in each answer, and which cookies are set."""
    kept = {name: value for name, value in answer.items() if name not in ANSWER_OWN}
    return kept | {"status": str(answer.status_code), "cookies": str(sorted(answer.cookies))}


def test_a_file_that_is_gone_is_the_same_refusal(sealed: SealedDocument) -> None:
    path = address(sealed, "pdf")
    store = Path(settings.BLOB_ROOT)
    kept = store / sealed.pdf_sha256[:2] / sealed.pdf_sha256[2:4] / sealed.pdf_sha256
    kept.rename(kept.with_name("away"))
    try:
        short, long = asked(path), asked(path, long=True)
    finally:
        kept.with_name("away").rename(kept)

    assert (short.status_code, was_short(short), was_short(long)) == (503, True, False)
    assert heads(short) == heads(long)
    assert AuditEvent.objects.filter(action="transcript.download-pdf").count() == 2


def test_who_asks_too_often_is_told_so_on_both_ways(sealed: SealedDocument) -> None:
    path = address(sealed, "code")
    here = f"10.{uuid4().int % 2**24}"
    for _ in range(31):
        short = Client(REMOTE_ADDR=here).get(path)
    client = Client(REMOTE_ADDR=here)
    client.cookies["foreign"] = "1"
    long = client.get(path)

    assert (short.status_code, was_short(short), was_short(long)) == (429, True, False)
    assert heads(short) == heads(long)
    assert body(short) == body(long)


ODD: dict[str, Callable[[Client, str], Any]] = {
    "parameters": lambda client, path: client.get(path, {"x": "1"}),
    "a body": lambda client, path: client.generic("GET", path, b"x"),
    "another verb": lambda client, path: client.head(path),
    "a control character": lambda client, path: client.get(f"{path}\x01"),
    "another host": lambda client, path: client.get(path, headers={"host": "elsewhere.example"}),
    "a session": lambda client, path: client.get(path, headers={"cookie": "sessionid=abc"}),
    "an odd cookie": lambda client, path: client.get(path, headers={"cookie": "csrftoken=\x01"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_what_is_not_plain_goes_the_long_way(odd: str) -> None:
    path = reverse("signing:verify-code", args=[uuid4()])
    client = Client(REMOTE_ADDR=f"10.{uuid4().int % 2**24}", raise_request_exception=False)

    assert was_short(client.get(path))
    answer = ODD[odd](client, path)
    assert hasattr(answer.wsgi_request, "session") or answer.status_code == 400
    assert getattr(answer.wsgi_request, "resolver_match", None) is None or not was_short(answer)
