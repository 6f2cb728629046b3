"""The web's own server process against those who send slowly, too much, or nonsense.

One process with two threads, started with the very file that demo and image use. Every wait is for a socket.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from hocba.bootstrap import places
from hocba.bootstrap.supervise import Supervisor, free_port
from hocba.serving import waiting
from hocba.serving.pages import IN_ENGLISH, SENTENCES

THREADS = 2
AT_MOST = 20.0
"""Seconds within which every wait must end; none should come near it."""
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the web process writes its log."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def port(logs: Path) -> Iterator[int]:
    """The port of a web process that waits one second for a head."""
    number = free_port()
    with Supervisor(logs) as supervisor:
        line = [sys.executable, "-m", "gunicorn", "--config", "python:hocba.serving.config", "--workers", "1"]
        line += ["--threads", str(THREADS), "--bind", f"127.0.0.1:{number}", "hocba.wsgi:application"]
        line += ["--worker-class", "tests.doors.impatient.ImpatientWorker"]
        child = supervisor.start("web", line, environment=dict(os.environ))
        supervisor.wait_for_http(child, f"http://127.0.0.1:{number}/healthz")
        yield number


def opened(port: int, sent: bytes = b"") -> socket.socket:
    """Return a connection on which these bytes were sent."""
    one = socket.create_connection(("127.0.0.1", port), AT_MOST)
    one.sendall(sent)
    return one


def to_end(one: socket.socket) -> bytes:
    """Return everything that comes until the other side closes."""
    with one:
        pieces = []
        while piece := one.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def get(port: int, path: str = "/healthz", head: str = "") -> bytes:
    """Ask as a reader does; return the whole answer."""
    return to_end(
        opened(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n".encode())
    )


def status(answer: bytes) -> int:
    """Return the status of an answer, 0 for silence."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def told(answer: bytes, number: int) -> bool:
    """Say whether an answer carries our sentence and the same number in head and page."""
    head, _, body = answer.partition(b"\r\n\r\n")
    quoted = re.search(rb"X-Request-Id: (\w+)", head)
    words = (SENTENCES[number], IN_ENGLISH[number], 'href="/"')
    return all(one in body.decode() for one in words) and quoted is not None and quoted[1] in body


def all_ended(many: list[socket.socket]) -> list[bytes]:
    """Wait until every connection is closed by the other side; return what each was told."""
    heard = dict.fromkeys(many, b"")
    with selectors.DefaultSelector() as selector:
        for one in many:
            one.setblocking(False)
            selector.register(one, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(AT_MOST)
            assert ready, f"{len(selector.get_map())} connections stay open"
            for key, _ in ready:
                one = key.fileobj
                try:
                    piece = one.recv(65536)  # type: ignore[union-attr]
                except ConnectionResetError:
                    piece = b""
                heard[one] += piece  # type: ignore[index]
                if not piece:
                    selector.unregister(one)
                    one.close()  # type: ignore[union-attr]
    return list(heard.values())


SLOW = {
    "nothing": b"",
    "half a line": b"GET /healthz HT",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n",
    "half a body": b"POST /dang-nhap/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nusername=a",
    "half of a large body": b"POST /xac-thuc/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
    + b"x" * 99,
    "second of two": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HT",
}


@pytest.mark.parametrize("kind", SLOW)
def test_slow_senders_keep_no_reader_from_reading(port: int, kind: str) -> None:
    slow = [opened(port, SLOW[kind]) for _ in range(THREADS * 8)]

    answers = [get(port) for _ in range(5)]
    heard = all_ended(slow)

    assert [status(one) for one in answers] == [200] * 5
    if kind == "nothing":
        assert heard == [b""] * len(slow)
    elif kind != "second of two":
        assert all(status(one) == 408 and told(one, 408) for one in heard)


def test_a_byte_now_and_then_does_not_make_more_time(port: int) -> None:
    with opened(port, b"GET /healthz HTTP/1.1\r\nX-Drop: ") as one, selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ)
        sent = 0
        while not selector.select(0.1) and sent < 100:
            one.sendall(b"a")
            sent += 1
        answer = to_end(one)

    assert told(answer, 408)
    assert sent < 50


def test_there_is_room_for_who_comes_after_a_thousand_who_wait(port: int) -> None:
    many = [opened(port, b"GET /healthz HT") for _ in range(450)]

    answer = get(port)

    assert status(answer) == 200
    assert len(all_ended(many)) == 450


REFUSED = {
    "long head": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 7000 + b"\r\nX-B: " + b"b" * 40_000,
        431,
    ),
    "large cookie": (b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"c=" * 20_000 + b"\r\n\r\n", 431),
    "many lines": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n", 431),
    "long address": (b"GET /" + b"a" * 20_000, 414),
    "12 MB announced": (
        b"POST /xac-thuc/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12582912\r\n\r\n",
        413,
    ),
    "a planet announced": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999\r\n\r\n",
        413,
    ),
    "no length": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        411,
    ),
    "two lengths": (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    "minus length": (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello", 400),
    "arabic length": ("POST / HTTP/1.1\r\nContent-Length: ٣\r\n\r\nabc".encode(), 400),
    "no http": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls hello\r\n\r\n", 400),
    "other verb": (b"G\x00T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "old continuation": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n", 400),
    "space in a name": (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello", 400),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_too_much_or_nonsense_is_refused_in_a_sentence(port: int, logs: Path, kind: str) -> None:
    sent, expected = REFUSED[kind]

    answer = to_end(opened(port, sent))

    assert status(answer) == expected
    assert told(answer, expected)
    assert re.findall(r"X-Request-Id: (\w+)", answer.decode())[0] in (logs / "web.log").read_text("utf-8")
    assert status(get(port)) == 200


def test_a_program_gets_a_problem(port: int) -> None:
    answer = to_end(opened(port, b"POST /api/v1/verify/ HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"))

    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (problem["status"], problem["detail"]) == (413, SENTENCES[413])
    assert b"application/problem+json" in answer


def test_who_ends_in_the_middle_hears_that_something_is_missing(port: int) -> None:
    one = opened(port, SLOW["half a body"])
    one.shutdown(socket.SHUT_WR)

    assert told(to_end(one), 408)


def test_who_sends_too_much_hears_why_before_he_is_done(port: int) -> None:
    with opened(
        port, b"POST /xac-thuc/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 67108864\r\n\r\n"
    ) as one:
        first = one.recv(64)
        assert status(first) == 413


def test_a_whole_upload_in_pieces_and_two_requests_at_once_arrive(port: int) -> None:
    body = b"x" * (3 * MEGABYTE)
    head = "POST /dang-nhap/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with opened(port) as one:
        for start in range(0, len(head), 7):
            one.sendall(head[start : start + 7].encode())
        one.sendall(body)
        answer = one.recv(65536)
    twice = to_end(opened(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2))

    assert status(answer) in (403, 422)
    assert twice.count(b"HTTP/1.1 200 OK") == 2


def test_the_limit_is_one_limit() -> None:
    assert waiting.MOST_BODY_BYTES == settings.LARGEST_UPLOAD_BYTES
    root = Path(places.ROOT)
    for started in ("Dockerfile", "hocba/demo/processes.py"):
        assert "python:hocba.serving.config" in (root / started).read_text("utf-8")
