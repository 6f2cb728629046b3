"""The other side as tests see it: the real receiver, behind a door that can be shut or swallow an answer."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from exports import tasks
from exports.models import CertificateDelivery, Delivery, Destination
from hocba.kernel import clock
from tests.exports.receiver.road import SECRET, Receiver
from tests.world import World


class Door:
    """Forwards to the receiver; `shut` answers nobody, `swallow` forwards and loses the answer to a path."""

    def __init__(self, target: str) -> None:
        self.shut = False
        self.swallow = ""
        self.seen: list[str] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if door.shut:
                    self.close_connection = True
                    return
                answer = requests.post(target + self.path, data=body, timeout=60)
                door.seen.append(self.path)
                if door.swallow and door.swallow in self.path:
                    door.swallow = ""
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


class Partner:
    """A destination row, its account at the receiver, and time that a test moves."""

    def __init__(self, world: World, gate: Receiver) -> None:
        self.world, self.gate = world, gate
        self.account = f"SO{world.school.code}"
        for line in (
            ("add-unit", self.account, "Sở Giáo dục và Đào tạo Bản Mẫu", "-"),
            ("add-unit", world.school.code, world.school.name, "", "--parent", self.account),
        ):
            done = gate.run(*line, stdin=SECRET + "\n")
            assert done.returncode == 0, done.stderr
        self.door = Door(gate.url)
        assert world.school.parent is not None
        self.destination = Destination.objects.create(
            code="ministry",
            name="Kho học bạ số của Bộ",
            base_url=self.door.url,
            unit_path=world.school.parent.path,
        )

    def close(self) -> None:
        """Stop the door."""
        self.door.close()

    def due(self) -> None:
        """Let every pause be over."""
        past = clock.now() - timedelta(seconds=1)
        Delivery.objects.update(next_attempt_at=past)
        CertificateDelivery.objects.update(next_attempt_at=past)
        Destination.objects.update(pause_until=None)

    def round(self) -> None:
        """What the beat does, when everything is due."""
        self.due()
        tasks.deliver()

    def until(self, **wanted: Any) -> None:
        """Go round until every delivery is as wanted; the receiver judges in its own time."""
        deadline = clock.now() + timedelta(seconds=60)
        while clock.now() < deadline:
            self.round()
            rows = Delivery.objects.all()
            if rows.exists() and not rows.exclude(**wanted).exists():
                return
        states = list(Delivery.objects.values("kind", "state", "answer_code", "answer_field", "answer_text"))
        raise AssertionError(f"not {wanted}: {states}")
