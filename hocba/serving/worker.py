"""A gunicorn worker on which a slow sender costs memory for a while, and never a thread.

Gunicorn's own threaded worker reads head and body in the thread that will answer: a dozen connections that send
a byte now and then would stop a school from working. Here the loop, which waits for all sockets at once, collects
each request to its end, within limits of size and time; only then does a thread take it.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import secrets
import selectors
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from hocba.serving.pages import page
from hocba.serving.waiting import MOST_BODY_BYTES, Arrival, Waiting

logger = logging.getLogger(__name__)

PIECE_BYTES = 64 * 1024
MOST_HELD_BYTES = 128 * 1024 * 1024
"""Of all requests that are still arriving at one process."""
MOST_LINGERING = 128
LINGER_SECONDS = 5.0
SEND_SECONDS = 30
"""How long an answer may stand still because nobody reads it."""


class PatientWorker(ThreadWorker):
    """Threads answer; the loop listens."""

    head_seconds = 10.0
    body_seconds = 120.0
    """11 MB in two minutes: less than one megabit a second."""
    most_body_bytes = MOST_BODY_BYTES

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waiting: dict[Waiting, None] = {}
        self.lingering: dict[Waiting, None] = {}
        self.held_bytes = 0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse TLS, which would have to be spoken before the first byte is understood."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("hocba.serving speaks HTTP; TLS is the proxy's (docs/deployment.md)")

    # ---- From the socket to a whole request ----------------------------------------------------------

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and listen to it in the loop."""
        try:
            client, address = listener.accept()
        except OSError as trouble:
            if trouble.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        self.nr_conns += 1
        conn = Waiting(
            self.cfg,
            client,
            address,
            listener.getsockname(),
            head_seconds=self.head_seconds,
            body_seconds=self.body_seconds,
            most_body_bytes=self.most_body_bytes,
        )
        conn.linger = partial(self._linger, conn)
        self._wait(conn)
        if self.nr_conns > self.worker_connections * 3 // 4:
            self._make_room()

    def on_client_socket_readable(self, conn: Waiting, client: socket.socket) -> None:
        """Listen to the next request of a connection that was kept alive."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.rearm(b"")
        self._wait(conn)

    def finish_request(self, conn: Waiting, fs: Any) -> None:
        """Keep what came behind a request for the next one, which the loop collects like the first."""
        rest = b""
        with contextlib.suppress(Exception):  # asked again, and dealt with, by gunicorn's own
            rest = conn.parser.unreader.take_buffered() if fs.result() else b""
        if not rest:
            super().finish_request(conn, fs)
            return
        conn.sock.setblocking(False)
        conn.rearm(rest)
        self.held_bytes += len(rest)
        self._wait(conn)
        self._go_on(conn)

    def handle(self, conn: Waiting) -> Any:
        """Answer a request that is here as a whole; runs in a thread."""
        conn.data_ready = True
        conn.sock.setblocking(True)
        conn.init()
        conn.parser.unreader.unread(bytes(conn.received))
        conn.received = bytearray()
        return super().handle(conn)

    def _wait(self, conn: Waiting) -> None:
        self.waiting[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))

    def _read(self, conn: Waiting, client: socket.socket) -> None:
        try:
            piece = client.recv(PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._drop(conn)
            return
        if not piece:  # who has closed only his half still hears that something is missing
            self._refuse(conn, 408) if conn.received else self._drop(conn)
            return
        conn.received += piece
        self.held_bytes += len(piece)
        self._go_on(conn)

    def _go_on(self, conn: Waiting) -> None:
        arrival = conn.judge()
        if arrival is Arrival.WHOLE:
            self._forget(conn)
            self.enqueue_req(conn)
        elif arrival is not Arrival.MORE:
            self._refuse(conn, arrival.value)
        elif self.held_bytes > MOST_HELD_BYTES:
            self._refuse(conn, 503)

    # ---- Away with it ------------------------------------------------------------------------------

    def told(self, status: int, number: str, path: str) -> bytes:
        """Return the whole HTTP message that refuses what was not read; the number stands in the log, too."""
        return page(status, number, path)

    def _forget(self, conn: Waiting) -> None:
        if conn in self.waiting:
            del self.waiting[conn]
            self.held_bytes -= len(conn.received)
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Waiting) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _make_room(self) -> None:
        """Close who has kept us waiting longest, so that there is always room for who comes now."""
        oldest = next(iter(self.waiting), None)
        if oldest is not None:
            self._drop(oldest)

    def _refuse(self, conn: Waiting, status: int) -> None:
        """Answer from the loop, without a thread, and listen no more."""
        number = secrets.token_hex(6)
        logger.warning("%s: refused with %s before it was read", number, status)
        self._forget(conn)
        self.nr_conns -= 1
        with contextlib.suppress(OSError):  # a few hundred bytes fit into any socket's buffer
            conn.sock.send(self.told(status, number, conn.path()))
        conn.close(graceful=True)

    def _linger(self, conn: Waiting) -> None:
        """Let the other side read the answer: its bytes are thrown away until it is gone or time is over."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._throw_away, conn))
        except (OSError, KeyError, ValueError):
            conn.close()
            return
        conn.deadline = time.monotonic() + LINGER_SECONDS
        self.lingering[conn] = None
        if len(self.lingering) > MOST_LINGERING:
            self._gone(next(iter(self.lingering)))

    def _throw_away(self, conn: Waiting, client: socket.socket) -> None:
        try:
            if client.recv(PIECE_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._gone(conn)

    def _gone(self, conn: Waiting) -> None:
        self.lingering.pop(conn, None)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        conn.close()

    def murder_pending(self) -> None:
        """End what has taken too long; the loop asks once a second."""
        now = time.monotonic()
        for conn in [one for one in self.waiting if one.deadline < now]:
            if conn.received:
                self._refuse(conn, 408)
            else:
                self._drop(conn)
        for conn in [one for one in self.lingering if one.deadline < now]:
            self._gone(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When stopping, wait no longer for who has sent nothing yet."""
        super()._cap_keepalive(deadline)
        for conn in self.waiting:
            conn.deadline = min(conn.deadline, deadline)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what gunicorn cannot parse as everything else is refused; anything else is an error of ours."""
        number = secrets.token_hex(6)
        broken = isinstance(exc, errors.ParseException)
        if broken:
            logger.warning("%s: refused, %s", number, type(exc).__name__)
        else:
            logger.exception("%s: error handling a request", number, exc_info=exc)
        with contextlib.suppress(OSError):
            client.sendall(self.told(400 if broken else 500, number, "/"))
