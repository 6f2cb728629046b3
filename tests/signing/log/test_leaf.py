"""Leaves: one spelling, closed sets of fields, nothing that names a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hocba.kernel.canonical import canonical_json
from signing.log import leaf
from signing.log.leaf import BadLeaf, Event, Leaf

AT = datetime(2026, 5, 28, 9, 30, tzinfo=timezone(timedelta(hours=7)))
HASH = "ab" * 32
ISSUE = leaf.issue(
    at=AT, school="79000001", code_hash=HASH, xml_sha256="cd" * 32, pdf_sha256="ef" * 32, template="primary/1"
)
ALL = [
    ISSUE,
    leaf.withdraw(at=AT, school="79000001", code_hash=HASH),
    leaf.replace(at=AT, school="79000001", code_hash=HASH, replaced_by="cd" * 32),
    leaf.certificate(
        at=AT, school="79000001", role="KY_PHAT_HANH", certificate_sha256=HASH, valid_from=AT, valid_to=None
    ),
    leaf.certificate(
        at=AT, school="79000001", role="GVCN", certificate_sha256=HASH, valid_from=AT, valid_to=AT
    ),
    leaf.audit_root(at=AT, root=bytes(32), rows=17, first=AT, last=AT + timedelta(minutes=1)),
]


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.event)
def test_a_leaf_is_read_as_written(item: Leaf) -> None:
    again = Leaf.parse(item.encode())
    assert again.encode() == item.encode()
    assert again.fields == item.fields
    assert again.at == AT


def test_the_bytes_of_a_leaf_never_change() -> None:
    written = (
        '{"at":"2026-05-28T02:30:00Z","code_hash":"<code>","event":"issue","pdf_sha256":"<pdf>",'
        '"school":"79000001","template":"primary/1","v":1,"xml_sha256":"<xml>"}'
    )
    for mark, digest in (("<code>", HASH), ("<xml>", "cd" * 32), ("<pdf>", "ef" * 32)):
        written = written.replace(mark, digest)
    assert ISSUE.encode() == written.encode()


def test_every_event_has_a_leaf() -> None:
    assert {item.event for item in ALL} == set(Event)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x"},
        {"school": "Trường Tiểu học"},
        {"template": "001234567890"},
        {"school": "5d1f0a58-6b6f-4b51-9c15-2a3d5d0f6a11"},
        {"code_hash": HASH.upper()},
        {"code_hash": HASH[:-1]},
        {"v": 2},
        {"v": True},
        {"event": "delete"},
        {"event": "withdraw"},
        {"at": "2026-05-28T09:30:00+07:00"},
        {"at": "2026-13-28T02:30:00Z"},
        {"at": None},
        {"school": 79000001},
        {"school": None},
    ],
)
def test_what_is_no_leaf(change: dict[str, object]) -> None:
    with pytest.raises(BadLeaf):
        Leaf.parse(canonical_json(ISSUE.record() | change))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{" * 5000,
        b"[" * 4000,
        ISSUE.encode() + b" ",
        json.dumps(ISSUE.record()).encode(),
        ISSUE.encode().replace(b'"v":1', b'"v":1,"v":1'),
    ],
)
def test_bytes_that_are_no_leaf(data: bytes) -> None:
    with pytest.raises(BadLeaf):
        Leaf.parse(data)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(BadLeaf):
        leaf.withdraw(at=AT.replace(tzinfo=None), school="1", code_hash=HASH)
    late = leaf.withdraw(at=datetime(2026, 5, 28, 2, 30, 0, 999, tzinfo=UTC), school="1", code_hash=HASH)
    assert late.record()["at"] == "2026-05-28T02:30:00Z"
