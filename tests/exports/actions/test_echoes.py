"""A destination that says our secret back: what it answers to a try is kept only if it is a code and nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from exports.actions import destinations
from exports.ministry.messages import Answer, Response, password_hash
from exports.views import words
from schools.models import AuditEvent
from schools.permissions import Role
from tests import factories
from tests.exports import papers

pytestmark = pytest.mark.django_db
SECRET = "Kho-Mau-2026_bimat"
HASH = password_hash(SECRET)


@pytest.fixture
def parrot() -> Iterator[Any]:
    """A server that refuses every request with the code it was told to say."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            said = Answer("", Response.REFUSED, error=server.says).as_json()
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server: Any = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("LOGIN_WRONG", "LOGIN_WRONG"),
        ("VENDOR-ERR_42", "VENDOR-ERR_42"),
        (SECRET, ""),
        (SECRET.upper(), ""),
        (SECRET[3:9], ""),
        (f"WRONG_{SECRET[4:12]}", ""),
        (HASH[:40], ""),
        (f"E{HASH[20:50]}", ""),
        ("two words", ""),
        ("Mật_khẩu", ""),
        ("<b>", ""),
        ("E" * 41, ""),
        ("4XX", ""),
    ],
)
def test_only_a_code_stands_in_the_trail(
    said: str, kept: str, parrot: Any, settings: Any, tmp_path: Path
) -> None:
    row = papers.a_destination()
    row.unit, row.user_name = factories.the_ministry(), "SO_MAU"
    row.base_url = f"http://127.0.0.1:{parrot.server_port}"
    row.save()
    settings.DESTINATION_SECRETS = tmp_path
    (tmp_path / f"{row.code}.secret").write_text(SECRET, "utf-8")
    parrot.says = said

    by = factories.actor_of(factories.a_member(factories.the_ministry(), Role.MINISTRY))
    tried = destinations.try_connection(row, by=by)

    assert (tried.code, tried.refused) == (kept or destinations.NOT_SHOWN, True)
    assert AuditEvent.objects.get(action="destination.try").facts == {"code": tried.code}
    assert kept or "không đúng quy cách" in words.tried(tried.code, refused=True)
