"""One connection while its request is still arriving: how much is there, and whether it is enough."""

from __future__ import annotations

import re
import time
from enum import Enum

from gunicorn.workers.gthread import TConn

MOST_LINE_BYTES = 8 * 1024
MOST_HEAD_BYTES = 32 * 1024
MOST_HEAD_LINES = 100
MOST_BODY_BYTES = 11 * 1024 * 1024
"""As `settings.LARGEST_UPLOAD_BYTES`; a test compares them. Nothing of a longer body is kept."""

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$")
_CHUNKED = re.compile(rb"(?im)^transfer-encoding[ \t]*:")


class Arrival(Enum):
    """What is to be done with a connection; a number is the status of a refusal."""

    MORE = 0
    WHOLE = 1
    BAD = 400
    NO_LENGTH = 411
    BODY_TOO_LARGE = 413
    LINE_TOO_LONG = 414
    HEAD_TOO_LARGE = 431


class Waiting(TConn):
    """A connection of gunicorn's threaded worker that also holds what has arrived so far."""

    def __init__(
        self, *arguments: object, head_seconds: float, body_seconds: float, most_body_bytes: int
    ) -> None:
        super().__init__(*arguments)
        self.head_seconds, self.body_seconds = head_seconds, body_seconds
        self.most_body_bytes = most_body_bytes
        self.rearm(b"")
        self.linger = super().close

    def rearm(self, received: bytes) -> None:
        """Begin the next request of a connection that was kept alive, with what came behind the last one."""
        self.received = bytearray(received)
        self.deadline = time.monotonic() + self.head_seconds
        self.whole_bytes = 0

    def close(self, graceful: bool = False) -> None:
        """Close; gracefully without making the loop wait for the other side."""
        if graceful:
            self.linger()
        else:
            super().close()

    def path(self) -> str:
        """Return what was asked for, as far as it is known."""
        words = bytes(self.received[:MOST_LINE_BYTES]).split(b"\r\n", 1)[0].split(b" ")
        return words[1].decode("latin-1") if len(words) > 1 else "/"

    def judge(self) -> Arrival:
        """Say whether the request is whole, goes on, or is refused; the body's time begins with the head's end."""
        if self.whole_bytes:
            return Arrival.WHOLE if len(self.received) >= self.whole_bytes else Arrival.MORE
        end = self.received.find(_END_OF_HEAD)
        line_end = self.received.find(b"\r\n")
        if (line_end if line_end >= 0 else len(self.received)) > MOST_LINE_BYTES:
            return Arrival.LINE_TOO_LONG
        if (end if end >= 0 else len(self.received)) > MOST_HEAD_BYTES:
            return Arrival.HEAD_TOO_LARGE
        return self._judge_head(bytes(self.received[:end])) if end >= 0 else Arrival.MORE

    def _judge_head(self, head: bytes) -> Arrival:
        if head.count(b"\r\n") > MOST_HEAD_LINES:
            return Arrival.HEAD_TOO_LARGE
        if _CHUNKED.search(head):
            return Arrival.NO_LENGTH
        lengths = set(_LENGTH.findall(head)) or {b"0"}
        length = lengths.pop()
        if lengths or not length.isdigit() or len(length) > 18:
            return Arrival.BAD
        if int(length) > self.most_body_bytes:
            return Arrival.BODY_TOO_LARGE
        self.whole_bytes = len(head) + len(_END_OF_HEAD) + int(length)
        self.deadline = time.monotonic() + self.body_seconds
        return self.judge()
