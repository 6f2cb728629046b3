"""The witness over HTTP: `POST /add-checkpoint`, and `GET /` says its public key."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from signing.witness.judgement import MAX_REQUEST_BYTES, PLAIN, Answer, Witness
from signing.witness.memory import Memory

IDLE_SECONDS = 15


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness; `clock` gives seconds since 1970."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], witness: Witness, memory: Memory, clock: Callable[[], int]
    ) -> None:
        self.witness, self.memory, self.clock = witness, memory, clock
        self.lock = threading.Lock()
        super().__init__(address, _Handler)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Judge one request and remember it, one at a time: two at once could roll the log back unseen."""
        with self.lock:
            seen = self.memory.of(self.witness.origin_of(body))
            answer = self.witness.judge(body, seen, self.clock())
            if answer.remember is not None and answer.remember != seen:
                self.memory.remember(answer.origin, answer.remember)
        return answer


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._send(Answer(404), close=True)
        elif not (length.isascii() and length.isdigit()) or int(length) > MAX_REQUEST_BYTES:
            self._send(Answer(400), close=True)
        else:
            self._send(self.server.add_checkpoint(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        known = self.path == "/"
        self._send(Answer(200, f"{self.server.witness.key.verifier}\n".encode()) if known else Answer(404))

    def _send(self, answer: Answer, *, close: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type or PLAIN)
        self.send_header("Content-Length", str(len(answer.body)))
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the state file tells all that matters."""
