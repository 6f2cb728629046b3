"""Stand-alone helper programs, on the loopback address unless told: an HTTP server base, and starting one as a child.

The specimen PKI and the key agent share it. A child prints `ready <url>` once it answers, and with
`--with-parent` ends when its standard input closes, so that no helper outlives the program that started it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
IDLE_SECONDS = 120.0
"""How long a kept-alive connection may say nothing."""


class BodyRefused(Exception):
    """The request's body is absent, too long, or cut short."""


class LoopbackServer(ThreadingHTTPServer):
    """An HTTP server, a thread per connection, with a backlog for bursts; on 127.0.0.1 unless `bind` says else."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, handler: type[LoopbackHandler], *, bind: str = LOOPBACK) -> None:
        self._bind = bind
        super().__init__((bind, port), handler)

    @property
    def url(self) -> str:
        """Return where this server answers, without a closing slash."""
        return f"http://{self._bind}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent about connections that the other side broke off; report everything else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class LoopbackHandler(BaseHTTPRequestHandler):
    """One connection: HTTP/1.1 kept alive, one packet per answer, nothing written to a log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together; two packets would wait for a delayed ACK
    timeout = IDLE_SECONDS

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: addresses here may hold certificates' requests, and PINs never touch a log."""

    def body(self, limit: int) -> bytes:
        """Return the request's body of at most `limit` bytes.

        Raises: BodyRefused.
        """
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > limit:
            self.close_connection = True
            raise BodyRefused
        data = self.rfile.read(int(length))
        if len(data) != int(length):
            self.close_connection = True
            raise BodyRefused
        return data

    def answer(self, status: int, content_type: str, data: bytes) -> None:
        """Send one complete answer; a body that was not read ends the connection."""
        if self.command != "POST" and (self.headers["Content-Length"] or self.headers["Transfer-Encoding"]):
            self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def serve(server: LoopbackServer, *, with_parent: bool) -> None:
    """Announce the address on standard output and serve until SIGTERM, SIGINT or the parent's end."""

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if with_parent:
        threading.Thread(target=_when_input_closes, args=(stop,), daemon=True).start()
    sys.stdout.write(f"ready {server.url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


def _when_input_closes(stop: Callable[[], None]) -> None:
    while os.read(0, 4096):  # the bare descriptor: a buffered reader would be held at interpreter shutdown
        continue
    stop()


class Child:
    """A helper program running as a child of this one; a context manager that ends it."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        """Start `python -m <module> <arguments> --with-parent` and wait until it answers.

        Raises: RuntimeError, when it ends before it is ready.
        """
        command = [sys.executable, "-m", module, *arguments, "--with-parent"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = subprocess.Popen(  # our own interpreter and our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        word, _, self.url = line.strip().partition(" ")
        if word != "ready":
            code = self.stop()
            raise RuntimeError(f"{module} ended with {code} before it was ready")

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def stop(self) -> int:
        """End the child and return its exit code."""
        self._process.terminate()
        code = self._process.wait(timeout=10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return code

    def __enter__(self) -> Self:
        """Return the running child."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child."""
        self.stop()
