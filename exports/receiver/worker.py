"""Judge the rows that wait, one at a time: a refused row never blocks the next, a killed worker loses none.

A row is locked, judged and answered in one transaction; whoever comes by takes the next that nobody holds.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from exports.ministry.messages import SubmissionState, WithdrawalState
from exports.receiver import judgement, sentences
from exports.receiver.judgement import Outcome
from exports.receiver.models import Document, Row, Unit
from exports.receiver.reception import blobs
from hocba.kernel import clock
from hocba.kernel.blobs import BlobMissing

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
NOT_NOW = (OSError, OperationalError, InterfaceError)
"""Disk, trust or database do not answer: no fault of the row."""

_LONGEST_PAUSE_SECONDS = 30.0
_IDLE_SECONDS = 5.0


def judge_next(at: datetime, lists: ListCache) -> bool:
    """Judge one waiting row; False when none waits that nobody else holds.

    Raises: one of NOT_NOW; the row stays waiting.
    """
    with transaction.atomic():
        row = (
            Row.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("reception__unit")
            .filter(judged=False)
            .order_by("id")
            .first()
        )
        if row is None:
            return False
        try:
            with transaction.atomic():
                _judge(row, at, lists)
        except NOT_NOW:
            raise
        except Exception as error:  # noqa: BLE001 - the next rows must be judged whatever this one holds
            _note_failure(row, at, error)
    return True


def _judge(row: Row, at: datetime, lists: ListCache) -> None:
    data = lists.get(row.reception.list_sha256)[row.start_byte : row.end_byte]
    if row.reception.is_submission:
        outcome = judgement.judge_submission(row.reception, data, at)
        if outcome.school is not None and not outcome.error:
            outcome = _stored(row, data, outcome, outcome.school, at)
    else:
        outcome = _withdrawal(row, data, at)
    _answer(row, outcome, at)


def _stored(row: Row, data: bytes, outcome: Outcome, school: Unit, at: datetime) -> Outcome:
    """Put the transcript into the store; a code used before gets the same answer for the same bytes only."""
    sha256 = blobs().put(data)
    code = outcome.facts.look_up_code
    try:
        with transaction.atomic():
            Document.objects.create(look_up_code=code, school=school, sha256=sha256, row=row, received_at=at)
            return outcome
    except IntegrityError:
        known = Document.objects.get(look_up_code=code)
    if known.sha256 != sha256:
        return _refused(outcome, "ROW_DUPLICATE")
    return _refused(outcome, "ROW_WITHDRAWN") if known.withdrawn_at else outcome


def _refused(outcome: Outcome, error: str) -> Outcome:
    return Outcome(SubmissionState.REFUSED, outcome.facts, error, "MA_TRA_CUU_UUID")


def _withdrawal(row: Row, data: bytes, at: datetime) -> Outcome:
    agreed = settings.RECEIVER_APPROVE == "auto"
    outcome = judgement.judge_withdrawal(row.reception, data, blobs().get, agreed_at_once=agreed)
    if outcome.state == WithdrawalState.AGREED:
        withdraw(outcome.facts.look_up_code, at)
    return outcome


def withdraw(look_up_code: str, at: datetime) -> None:
    """Mark a stored transcript as withdrawn; a second time changes nothing."""
    Document.objects.filter(look_up_code=look_up_code, withdrawn_at=None).update(withdrawn_at=at)


def _answer(row: Row, outcome: Outcome, at: datetime) -> None:
    row.look_up_code = outcome.facts.look_up_code
    row.pupil_code = outcome.facts.pupil_code
    row.pupil_name = outcome.facts.pupil_name
    row.personal_number = outcome.facts.personal_number
    row.state, row.error, row.field = outcome.state, outcome.error, outcome.field
    row.description = sentences.of_row(outcome.error, outcome.field, outcome.detail) if outcome.error else ""
    row.judged, row.decided_at = True, at
    row.save()


def _note_failure(row: Row, at: datetime, error: Exception) -> None:
    number = secrets.token_hex(4)
    logger.error("%s row %s: %s", number, row.pk, type(error).__name__, exc_info=error)
    row.attempts += 1
    if row.attempts >= MAX_ATTEMPTS:
        is_submission = row.reception.is_submission
        state = SubmissionState.REFUSED if is_submission else WithdrawalState.REFUSED
        _answer(row, Outcome(state, judgement.Facts(), "ROW_FAILED", "HOC_BA", number), at)
    else:
        row.save(update_fields=["attempts"])


class ListCache:
    """The list that was read last: the rows of one list are judged one after the other."""

    def __init__(self) -> None:
        self._held: tuple[str, bytes] | None = None

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a list. Raises: OSError, also when the blob is gone or damaged."""
        if self._held is None or self._held[0] != sha256:
            try:
                self._held = sha256, blobs().get(sha256)
            except BlobMissing as error:
                raise OSError(f"list {sha256} is missing") from error
        return self._held[1]

    def clear(self) -> None:
        """Let go of what is held."""
        self._held = None


def run(stop: threading.Event, nudged: threading.Event) -> None:
    """Judge whatever waits until `stop`; pauses grow while disk, database or trust do not answer."""
    lists = ListCache()
    trouble = 0
    with suppress(OSError):  # the disk is asked again below, by what cannot wait
        blobs().clear_drafts(clock.now())
    while not stop.is_set():
        nudged.clear()
        try:
            while judge_next(clock.now(), lists) and not stop.is_set():
                trouble = 0
        except NOT_NOW as error:
            trouble += 1
            logger.warning("judging waits: %s", type(error).__name__)
            connection.close()
        lists.clear()
        pause = min(2.0**trouble, _LONGEST_PAUSE_SECONDS) if trouble else _IDLE_SECONDS
        nudged.wait(pause)
    connection.close()


class Thread:
    """The worker inside a web process; started by the first request after a start or a fork."""

    def __init__(self, target: Callable[[threading.Event, threading.Event], None] = run) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._nudged = threading.Event()
        self._running: tuple[int, threading.Thread] | None = None

    def nudge(self) -> None:
        """Make sure that it runs, and let it look for rows now."""
        if settings.RECEIVER_WORKER != "thread":
            return
        with self._lock:
            running = self._running
            if running is None or running[0] != os.getpid() or not running[1].is_alive():
                self._nudged = threading.Event()
                arguments = (threading.Event(), self._nudged)
                thread = threading.Thread(target=self._target, args=arguments, name="judge", daemon=True)
                thread.start()
                self._running = os.getpid(), thread
        self._nudged.set()


thread = Thread()
