"""The timestamp client against the real specimen server, whole and broken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signing.seal.evidence import EvidenceRefused, TimestampClient, TimestampUnavailable
from signing.seal.evidence.tokens import read_token
from signing.specimen.pki import SpecimenPki

DIGEST = hashlib.sha256(b"stamped").digest()
MakeClient = Callable[..., TimestampClient]
Switch = Any


def test_a_stamp_is_over_the_digest_and_of_now(stamps: MakeClient, pki: SpecimenPki) -> None:
    facts = read_token(stamps().stamp(DIGEST))
    assert facts.imprint == DIGEST
    assert abs(facts.moment - datetime.now(UTC)) < timedelta(seconds=5)
    assert facts.signer == pki.timestamp_authority("tsa-1").certificate


def test_only_sha256_digests_are_stamped(stamps: MakeClient) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        stamps().stamp(b"short")


@pytest.mark.parametrize(
    "mode", ["error", "garbage", "wrong-nonce", "wrong-imprint", "wrong-signature", "silent"]
)
def test_the_second_authority_steps_in(
    stamps: MakeClient, switch: Switch, pki: SpecimenPki, mode: str
) -> None:
    switch("tsa-1", mode)
    client = stamps(timeout=0.5)
    second = pki.timestamp_authority("tsa-2").certificate
    assert read_token(client.stamp(DIGEST)).signer == second
    asked = switch.requests("tsa-1")
    assert read_token(client.stamp(DIGEST)).signer == second
    assert switch.requests("tsa-1") == asked  # one that failed just now is asked last


def test_a_mended_authority_is_asked_first_again(
    stamps: MakeClient, switch: Switch, pki: SpecimenPki
) -> None:
    start = datetime.now(UTC)
    clock = [start]
    client = stamps(clock=lambda: clock[0])
    switch("tsa-1", "error")
    client.stamp(DIGEST)
    switch("tsa-1", "ok")
    clock[0] = start + timedelta(seconds=31)
    assert read_token(client.stamp(DIGEST)).signer == pki.timestamp_authority("tsa-1").certificate


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("error", "http-503"),
        ("garbage", "malformed"),
        ("wrong-nonce", "wrong-nonce"),
        ("wrong-imprint", "wrong-imprint"),
        ("wrong-signature", "wrong-signature"),
        ("silent", "no-answer-in-time"),
    ],
)
def test_when_both_fail_the_reasons_are_named(
    stamps: MakeClient, switch: Switch, mode: str, reason: str
) -> None:
    switch("tsa-1", mode)
    switch("tsa-2", mode)
    with pytest.raises(TimestampUnavailable) as refused:
        stamps(timeout=0.3).stamp(DIGEST)
    assert [why for _, why in refused.value.attempts] == [reason, reason]


def test_nobody_there(stamps: MakeClient) -> None:
    with pytest.raises(TimestampUnavailable) as refused:
        stamps(urls=["http://127.0.0.1:9/tsa", "ftp://127.0.0.1/tsa"]).stamp(DIGEST)
    assert [why for _, why in refused.value.attempts] == ["unreachable", "unsupported-address"]


def test_an_authority_under_another_anchor_is_not_believed(stamps: MakeClient, pki: SpecimenPki) -> None:
    for name in ("public-ca-1", "organisation-ca"):
        with pytest.raises(TimestampUnavailable) as refused:
            stamps(anchors=[pki.authority(name).certificate]).stamp(DIGEST)
        assert {why for _, why in refused.value.attempts} == {"unknown-authority"}


def test_a_path_through_an_embedded_ca_to_the_root_is_found(stamps: MakeClient, pki: SpecimenPki) -> None:
    client = stamps(anchors=[pki.authority("root").certificate])
    assert read_token(client.stamp(DIGEST)).imprint == DIGEST


def test_a_clock_far_from_ours_is_refused(stamps: MakeClient) -> None:
    with pytest.raises(TimestampUnavailable) as refused:
        stamps(clock=lambda: datetime.now(UTC) + timedelta(minutes=5)).stamp(DIGEST)
    assert {why for _, why in refused.value.attempts} == {"clock"}


def test_no_cut_or_flipped_token_is_read(stamps: MakeClient) -> None:
    token = stamps().stamp(DIGEST)
    original = read_token(token)
    for at in range(0, len(token), 13):
        with pytest.raises(EvidenceRefused):
            read_token(token[:at])
        flipped = token[:at] + bytes((token[at] ^ 1,)) + token[at + 1 :]
        try:
            facts = read_token(flipped)
        except EvidenceRefused:
            continue
        # Unsigned parts (the outer CMS, a CA certificate beside) may differ, what was signed may not.
        assert (facts.imprint, facts.nonce, facts.moment, facts.signer) == (
            original.imprint,
            original.nonce,
            original.moment,
            original.signer,
        )
