"""The agent over HTTP: `python -m signing.agent --directory DIR [--port N] [--bind ADDRESS --name NAME …]`.

It answers on loopback under loopback's names. In a container it is reached under the name of its service: `--bind`
says where it listens and each `--name` under which name a caller may address it, so that no other name of this
address (a page that a browser was led to) is answered. The way between caller and agent must be private: PINs take it.

JSON in and out, `Authorization: Bearer <content of DIR/token>`:
| request | answer |
|---|---|
| `GET /credentials`, `GET /credentials/<id>` | who can sign here: id, holder, algorithm, chain (base64 DER) |
| `POST /authorize {credential, pin, hashes_expected, minutes, purpose}` | session, expires_at, remaining |
| `POST /sign {session, algorithm, digests}` | `{signatures, remaining}` (base64) |
| `POST /close {session}` | `{}` |
A refusal is `{"error": code, …}` with the status of `refusals`.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import fcntl
import hmac
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from signing.agent.journal import Journal
from signing.agent.keyfiles import KeyFiles, ensure_token
from signing.agent.refusals import NoToken, Refusal
from signing.agent.sessions import MOST_MINUTES, MOST_SIGNATURES, Sessions, algorithm_of
from signing.loopback import LOOPBACK, BodyRefused, LoopbackHandler, LoopbackServer, serve

BODY_LIMIT = 2 * 1024 * 1024
"""Room for ten thousand digests."""

DIGEST_BYTES = 32
TEXT_LIMIT = 500


class AgentServer(LoopbackServer):
    """The HTTP server with its keys and open sessions."""

    def __init__(
        self, port: int, directory: Path, *, bind: str = LOOPBACK, names: tuple[str, ...] = ()
    ) -> None:
        super().__init__(port, Handler, bind=bind)
        self.names = frozenset({LOOPBACK, "localhost", *names})
        self.token = ensure_token(directory)
        self.keys = KeyFiles(directory)
        self.sessions = Sessions(self.keys, Journal(directory / "log.jsonl"))


class Handler(LoopbackHandler):
    """One connection of a caller that knows the token."""

    server: AgentServer

    def do_GET(self) -> None:
        """Say who can sign here."""
        self._reply(self._get)

    def do_POST(self) -> None:
        """Open a session, sign, close."""
        self._reply(self._post)

    def _reply(self, act: Callable[[], dict[str, object]]) -> None:
        try:
            status, value = HTTPStatus.OK, act()
        except BodyRefused:
            status, value = HTTPStatus.BAD_REQUEST, {"error": Refusal.code}
        except Refusal as refusal:
            status, value = refusal.status, {"error": refusal.code, **refusal.facts}
        self.answer(status, "application/json", json.dumps(value).encode("utf-8"))

    def _get(self) -> dict[str, object]:
        self._admit()
        match self.path.split("/")[1:]:
            case ["credentials"]:
                return {"credentials": [self._credential(name) for name in self.server.keys.credentials()]}
            case ["credentials", name]:
                return self._credential(name)
        raise Refusal(detail="address")

    def _post(self) -> dict[str, object]:
        data = self.body(BODY_LIMIT)  # read before refusing, or the connection could not go on
        self._admit()
        try:
            wish = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Refusal(detail="json") from error
        if not isinstance(wish, dict):
            raise Refusal(detail="json")
        acts = {"/authorize": self._authorise, "/sign": self._sign, "/close": self._close}
        if self.path not in acts:
            raise Refusal(detail="address")
        return acts[self.path](wish)

    def _admit(self) -> None:
        """Let in a caller with the token, under our own name, and never a web page."""
        given = self.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        host = self.headers.get("Host", "").rpartition(":")[0]
        if not hmac.compare_digest(given, f"Bearer {self.server.token}".encode("ascii")):
            raise NoToken
        if host not in self.server.names or "Origin" in self.headers:
            raise NoToken

    def _credential(self, name: str) -> dict[str, object]:
        chain = self.server.keys.chain(name)
        leaf = chain[0]
        return {
            "id": name,
            "subject": leaf.subject.rfc4514_string(),
            "serial": f"{leaf.serial_number:x}",
            "not_after": leaf.not_valid_after_utc.isoformat(),
            "algorithm": algorithm_of(leaf),
            "tries": self.server.keys.remaining_tries(name),
            "chain": [base64.b64encode(item.public_bytes(Encoding.DER)).decode("ascii") for item in chain],
        }

    def _authorise(self, wish: dict[str, object]) -> dict[str, object]:
        opened = self.server.sessions.authorise(
            _text(wish, "credential"),
            _text(wish, "pin"),
            _number(wish, "hashes_expected", MOST_SIGNATURES),
            _number(wish, "minutes", MOST_MINUTES),
            _text(wish, "purpose"),
            datetime.now(UTC),
        )
        expires_at = opened.expires_at.isoformat()
        return {"session": opened.session, "expires_at": expires_at, "remaining": opened.remaining}

    def _sign(self, wish: dict[str, object]) -> dict[str, object]:
        signatures, remaining = self.server.sessions.sign(
            _text(wish, "session"), _text(wish, "algorithm"), _digests(wish), datetime.now(UTC)
        )
        encoded = [base64.b64encode(signature).decode("ascii") for signature in signatures]
        return {"signatures": encoded, "remaining": remaining}

    def _close(self, wish: dict[str, object]) -> dict[str, object]:
        self.server.sessions.close(_text(wish, "session"), datetime.now(UTC))
        return {}


def _text(wish: dict[str, object], name: str) -> str:
    value = wish.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_LIMIT:
        raise Refusal(detail=name)
    return value


def _number(wish: dict[str, object], name: str, most: int) -> int:
    value = wish.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refusal(detail=name)
    return value


def _digests(wish: dict[str, object]) -> list[bytes]:
    values = wish.get("digests")
    if not isinstance(values, list) or not values:
        raise Refusal(detail="digests")
    try:
        digests = [base64.b64decode(value, validate=True) for value in values]
    except (binascii.Error, ValueError, TypeError) as error:
        raise Refusal(detail="digests") from error
    if any(len(digest) != DIGEST_BYTES for digest in digests):
        raise Refusal(detail="digests")
    return digests


def parser() -> argparse.ArgumentParser:
    """Return what the command line takes."""
    parser = argparse.ArgumentParser(prog="python -m signing.agent")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    parser.add_argument(
        "--bind", default=LOOPBACK, help="address to listen on; beyond loopback a --name is due"
    )
    parser.add_argument("--name", action="append", default=[], help="further host name to be addressed by")
    return parser


def main() -> None:
    """Run the agent until it is told to stop; a second one on the same directory refuses to start."""
    options = parser().parse_args()
    if options.bind != LOOPBACK and not options.name:
        sys.exit("--bind beyond loopback: say with --name under which name callers address the agent")
    ensure_token(options.directory)
    with (options.directory / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("another agent already holds the keys in this directory")
        names = tuple(options.name)
        server = AgentServer(options.port, options.directory, bind=options.bind, names=names)
        serve(server, with_parent=options.with_parent)
