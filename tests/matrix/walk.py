"""Everywhere that a value could have been left behind: tables, broker, logs, command lines, files, answers.

A value is looked for as it is and as it may be hidden: percent-encoded, in hexadecimal, in Base64 at each offset.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import redis
from celery import signals
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.views.debug import ExceptionReporter

from hocba.logs import JsonLines
from tests.matrix import state

Content = tuple[str, bytes]
"""Where something was read, and what."""


def forms_of(value: str) -> set[bytes]:
    """Return how a value may stand in bytes."""
    plain = value.encode()
    forms = {plain, quote(value, safe="").encode(), quote_plus(value).encode(), plain.hex().encode()}
    for offset, skipped in enumerate((0, 2, 3)):  # without the characters that the neighbours decide
        encoded = base64.b64encode(bytes(offset) + plain)[skipped : (offset + len(plain)) // 3 * 4]
        forms |= {encoded, encoded.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


def found(contents: Iterable[Content], values: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return which value stands where, both by name."""
    wanted = [(name, form) for name, value in values.items() for form in forms_of(value)]
    return {(name, place) for place, content in contents for name, form in wanted if form in content}


def tables() -> Iterator[Content]:
    """Yield every row of every table as text, past row-level security; sessions also as they read."""
    with state.owner() as link:
        for (table,) in link.execute(state.TABLES).fetchall():
            for (row,) in link.execute(f'SELECT t::text FROM "{table}" t'):
                yield f"table {table}", row.encode()
    for session in Session.objects.all():
        yield "decoded session", json.dumps(session.get_decoded()).encode()


def broker() -> Iterator[Content]:
    """Yield what lies in Valkey, whatever its kind."""
    with redis.Redis.from_url(settings.REDIS_URL) as link:
        for key in link.scan_iter():
            kind = link.type(key).decode()
            read: dict[str, Any] = {
                "string": lambda key: [link.get(key)],
                "list": lambda key: link.lrange(key, 0, -1),
                "set": link.smembers,
                "zset": lambda key: link.zrange(key, 0, -1),
                "hash": lambda key: [part for pair in link.hgetall(key).items() for part in pair],
            }
            # Another test may take a key away between the two questions.
            for part in (key, *(read[kind](key) if kind != "none" else ())):
                yield "broker", part or b""


@contextmanager
def messages() -> Iterator[list[Content]]:
    """Yield a list that grows by every task that is asked for: its name, arguments and headers."""
    sent: list[Content] = []

    def note(sender: str, body: Any, headers: Any, **_: Any) -> None:
        sent.append((f"task {sender}", repr((body, headers)).encode()))

    signals.before_task_publish.connect(note)
    try:
        yield sent
    finally:
        signals.before_task_publish.disconnect(note)


@contextmanager
def reports() -> Iterator[list[Content]]:
    """Yield a list that grows by what a reporter of exceptions would send: frames with their locals."""
    made: list[Content] = []

    def note(request: HttpRequest, **_: Any) -> None:
        reporter = ExceptionReporter(request, *sys.exc_info())
        told = reporter.get_traceback_html() + reporter.get_traceback_text()
        made.append((f"report of {request.path}", told.encode()))

    got_request_exception.connect(note, weak=False)
    try:
        yield made
    finally:
        got_request_exception.disconnect(note)


def logged(records: Iterable[logging.LogRecord]) -> Iterator[Content]:
    """Yield each record as our log writes it, and all that hangs on it."""
    written = JsonLines()
    for record in list(records):
        yield f"log {record.name}", f"{written.format(record)} {record.__dict__!r}".encode()


def command_lines() -> Iterator[Content]:
    """Yield the command line of every process of this run."""
    lines: dict[int, bytes] = {}
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text().rpartition(")")[2].split()
            lines[int(process.name)] = (process / "cmdline").read_bytes()
        except OSError:  # ended meanwhile
            continue
        parents[int(process.name)] = int(stat[1])
    run = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    ours = {run}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    for one in ours & lines.keys():
        yield "command line", lines[one].replace(b"\0", b" ")


def files(name: str, directory: Path, *, without: str = "") -> Iterator[Content]:
    """Yield every file beneath a directory but those called `without`."""
    for file in directory.rglob("*"):
        if file.is_file() and file.name != without:
            yield f"{name} {file.name}", file.read_bytes()
