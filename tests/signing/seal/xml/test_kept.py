"""What verifiers keep between files: bounded, and never an answer to another question."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

import signing.seal
from signing.seal import der, paths, proofs, tokens
from signing.seal.timestamps import check_timestamp
from signing.seal.trust import AnchorRole, SignerRole, Trust
from signing.seal.xml import ALONE, verify_xml
from tests.signing.seal.xml.world import AFTER, NOW, TEACHER_NUMBER, World

PROGRAMS_OWN = {"pinned", "repertoire", "_environment", "_styles", "template_version"}
"""Kept without a bound: tables of the program itself, without arguments."""


def kept() -> Iterator[tuple[str, Any]]:
    """Yield every function of the seal that keeps its answers."""
    for found in pkgutil.walk_packages(signing.seal.__path__, "signing.seal."):
        for name, one in vars(importlib.import_module(found.name)).items():
            if hasattr(one, "cache_parameters"):
                yield name, one


def forget() -> None:
    paths.clear_cache()
    proofs.clear_cache()
    for _, one in kept():
        one.cache_clear()


def test_what_files_bring_is_kept_within_bounds() -> None:
    unbounded = {
        name
        for name, one in kept()
        if one.cache_parameters()["maxsize"] is None and one.__wrapped__.__code__.co_argcount
    }
    assert not unbounded
    assert {name for name, _ in kept()} >= {"authority", "loaded", "algorithm_of", "_is_name", "_loaded"}


def test_no_answer_crosses_from_one_trust_file_or_moment_to_another(world: World, genuine: bytes) -> None:
    """Every question is asked with everything forgotten, then all of them in twenty orders one after another."""
    revoked = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    world.pki.revoke(revoked.certificate, NOW - timedelta(hours=5))
    files = (genuine, world.sealed(), world.sealed(HOMEROOM={"key": revoked}))
    trusts = (world.trust, *_lesser(world.trust), world.and_trust((SignerRole.HOMEROOM, revoked, "9")))
    moments = (AFTER, AFTER + timedelta(days=4000), NOW - timedelta(days=30))
    questions = [(data, trust, at) for data in files for trust in trusts for at in moments]
    alone = []
    for data, trust, at in questions:
        forget()
        alone.append(verify_xml(data, trust, at, ALONE))
    assert len({one.reasons for one in alone}) > 8
    order = list(range(len(questions)))
    for seed in range(3):
        random.Random(seed).shuffle(order)
        for place in order:
            data, trust, at = questions[place]
            assert verify_xml(data, trust, at, ALONE) == alone[place]


def _lesser(trust: Trust) -> Iterator[Trust]:
    for role in (AnchorRole.PERSON, AnchorRole.ORGANISATION, AnchorRole.TIMESTAMP):
        yield replace(trust, roots={kind: one for kind, one in trust.roots.items() if kind is not role})
    yield replace(trust, roots=dict.fromkeys(trust.roots, trust.roots[AnchorRole.TIMESTAMP]))
    yield replace(trust, authorities=())


@pytest.fixture(scope="module")
def token(world: World) -> bytes:
    return world.stamp(bytes(32), NOW)


def _codes(token: bytes, world: World, *, exact: bool = True) -> list[str]:
    found = check_timestamp(token, bytes(32), world.trust, at=AFTER, exact=exact)
    return [one.code for one in found.reasons]


def test_a_token_carries_nothing_beside_certificates(world: World, token: bytes) -> None:
    """An attribute certificate may stand in a SignedData, and nothing signs that it is there."""
    content = cms.ContentInfo.load(token)
    inside = content["content"]["certificates"]
    assert _codes(token, world) == []
    stowed = der.encoded(0xA2, b"\x30\x03\x02\x01\x01")
    held = der.encoded(0xA0, *[one.dump() for one in inside])
    assert token.count(held) == 1
    more = _longer(token, held, der.encoded(0xA0, *[one.dump() for one in inside], stowed))
    assert _codes(more, world) == ["timestamp.not-exact"]


def _longer(token: bytes, held: bytes, instead: bytes) -> bytes:
    body = cms.ContentInfo.load(token)["content"].contents.replace(held, instead)
    kind = bytes.fromhex("06092a864886f70d010702")
    return der.encoded(der.SEQUENCE, kind, der.encoded(der.FIRST, der.encoded(der.SEQUENCE, body)))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_reading_a_token_by_its_bytes_says_what_reading_it_slowly_says(
    world: World, token: bytes, place: int, value: int
) -> None:
    """The short way through the signed attributes may only ever agree with the long one."""
    place %= len(token)
    changed = token[:place] + bytes((value,)) + token[place + 1 :]
    short = _codes(changed, world, exact=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_stated_plainly", lambda *_: False)
        assert _codes(changed, world, exact=False) == short
        assert _codes(token, world) == []
