"""A service that is stuck holds up one question, not every worker in turn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from signing.seal.evidence import TimestampClient, TimestampUnavailable, wire
from signing.seal.evidence.tokens import read_token

DIGEST = hashlib.sha256(b"stamped").digest()
MakeClient = Callable[..., TimestampClient]
Switch = Any


def both(switch: Switch, mode: str) -> None:
    switch("tsa-1", mode)
    switch("tsa-2", mode)


def test_who_said_nothing_is_not_asked_again_at_once(stamps: MakeClient, switch: Switch) -> None:
    client = stamps(timeout=0.3)
    both(switch, "silent")
    for _ in range(5):
        with pytest.raises(TimestampUnavailable) as refused:
            client.stamp(DIGEST)
        assert {why for _, why in refused.value.attempts} == {"no-answer-in-time"}
        asked = switch.requests("tsa-1"), switch.requests("tsa-2")

    with pytest.raises(TimestampUnavailable):
        client.stamp(DIGEST)
    assert (switch.requests("tsa-1"), switch.requests("tsa-2")) == asked


def test_after_its_rest_it_is_asked_and_answers(
    stamps: MakeClient, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SHORTEST_REST", 0.0)
    client = stamps(timeout=0.3)
    both(switch, "silent")
    with pytest.raises(TimestampUnavailable):
        client.stamp(DIGEST)
    both(switch, "ok")

    assert read_token(client.stamp(DIGEST)).imprint == DIGEST


def test_a_rest_doubles_until_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(wire.time, "monotonic", lambda: now[0])
    rests = wire._Rests()
    lasted = []
    for _ in range(6):
        rests.begin("http://tsa")
        begun = now[0]
        while True:
            try:
                rests.refuse("http://tsa")
            except wire.EvidenceRefused:
                now[0] += 0.5
            else:
                break
        lasted.append(now[0] - begun)

    assert lasted == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_an_error_needs_no_rest(stamps: MakeClient, switch: Switch) -> None:
    client = stamps()
    both(switch, "error")
    with pytest.raises(TimestampUnavailable):
        client.stamp(DIGEST)
    both(switch, "ok")

    assert read_token(client.stamp(DIGEST)).imprint == DIGEST
