"""The table of sessions with its time given, and the count of PINs under many threads."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signing.agent.journal import Journal
from signing.agent.keyfiles import PIN_TRIES, KeyFiles
from signing.agent.refusals import LimitReached, PinLocked, SessionExpired, WrongPin
from signing.agent.sessions import ECDSA, Sessions

PIN = "246810"
DIGEST = hashlib.sha256(b"one").digest()
NOON = datetime(2026, 5, 28, 12, 0, tzinfo=UTC)
Enrolled = Any


@pytest.fixture
def sessions(directory: Path, elliptic: Enrolled) -> Sessions:
    """A table over the agent's directory, without a server."""
    return Sessions(KeyFiles(directory), Journal(directory / "log.jsonl"))


def test_a_session_ends_to_the_second(sessions: Sessions, elliptic: Enrolled) -> None:
    opened = sessions.authorise(elliptic.credential, PIN, 9, 5, "Năm phút", NOON)
    assert opened.expires_at == NOON + timedelta(minutes=5)
    last = NOON + timedelta(minutes=4, seconds=59)
    assert sessions.sign(opened.session, ECDSA, [DIGEST], last)[1] == 8
    with pytest.raises(SessionExpired):
        sessions.sign(opened.session, ECDSA, [DIGEST], NOON + timedelta(minutes=5))
    with pytest.raises(SessionExpired):  # forgotten, not merely refused
        sessions.sign(opened.session, ECDSA, [DIGEST], last)


def test_sessions_of_one_key_do_not_share_their_counts(sessions: Sessions, elliptic: Enrolled) -> None:
    first = sessions.authorise(elliptic.credential, PIN, 1, 5, "Một", NOON)
    second = sessions.authorise(elliptic.credential, PIN, 1, 5, "Hai", NOON)
    sessions.sign(first.session, ECDSA, [DIGEST], NOON)
    sessions.sign(second.session, ECDSA, [DIGEST], NOON)
    with pytest.raises(LimitReached):
        sessions.sign(first.session, ECDSA, [DIGEST], NOON)


def test_parallel_signing_never_exceeds_the_limit(sessions: Sessions, elliptic: Enrolled) -> None:
    opened = sessions.authorise(elliptic.credential, PIN, 50, 5, "Song song", NOON)

    def one(_: int) -> int:
        try:
            return len(sessions.sign(opened.session, ECDSA, [DIGEST] * 3, NOON)[0])
        except LimitReached:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(40))) == 48


def test_parallel_guessing_wins_no_extra_tries(directory: Path, elliptic: Enrolled) -> None:
    files = KeyFiles(directory)

    def guess(number: int) -> type[Exception]:
        try:
            files.open(elliptic.credential, f"{number:06}")
        except (WrongPin, PinLocked) as refusal:
            return type(refusal)
        raise AssertionError("a guess opened the key")

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(30)))
    assert outcomes.count(WrongPin) == PIN_TRIES - 1
    assert files.remaining_tries(elliptic.credential) == 0
    with pytest.raises(PinLocked):
        files.open(elliptic.credential, PIN)


def test_a_try_counts_even_if_the_agent_dies_before_it_answers(directory: Path, elliptic: Enrolled) -> None:
    """The count on disk goes up before the key file is opened: a damaged file shows that it did."""
    path = directory / "credentials" / elliptic.credential / "key.pem"
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(FileNotFoundError):
        KeyFiles(directory).open(elliptic.credential, PIN)
    assert KeyFiles(directory).remaining_tries(elliptic.credential) == PIN_TRIES - 1
    path.write_bytes(kept)
    KeyFiles(directory).open(elliptic.credential, PIN)
    assert KeyFiles(directory).remaining_tries(elliptic.credential) == PIN_TRIES
