"""HTTP in, HTTP out: a body within its limits, an answer as JSON, and never a bare error page."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from exports.ministry import wire
from exports.ministry.messages import Answer, Response
from exports.receiver import sentences
from exports.receiver.refused import Code, RequestRefused

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 64 * 1024
_DRAIN_BYTES = 16 * 1024 * 1024
"""How much of a body that is too large is thrown away, so that its sender hears the answer."""


def read_body(request: HttpRequest, limit: int = wire.MAX_REQUEST_BYTES) -> bytes:
    """Return the body. Its length is judged before a byte of it is read, and it must arrive in time.

    Raises: RequestRefused.
    """
    written = request.META.get("CONTENT_LENGTH") or ""
    if not written.isascii() or not written.isdigit():
        raise RequestRefused(Code.LENGTH_REQUIRED)
    length = int(written)
    with _deadline(request.META.get("gunicorn.socket"), settings.RECEIVER_BODY_SECONDS):
        if length > limit:
            _read(request, min(length, limit + _DRAIN_BYTES), keep=False)
            raise RequestRefused(Code.TOO_LARGE)
        body = _read(request, length, keep=True)
    if len(body) != length:
        raise RequestRefused(Code.INCOMPLETE)
    return body


def _read(request: HttpRequest, length: int, *, keep: bool) -> bytes:
    body = bytearray()
    while length > 0:
        try:
            chunk = request.read(min(length, _CHUNK_BYTES))
        except OSError as error:
            raise RequestRefused(Code.INCOMPLETE) from error
        if not chunk:
            break
        length -= len(chunk)
        if keep:
            body += chunk
    return bytes(body)


class _deadline:  # noqa: N801 - read as a verb: with _deadline(...)
    """Stop listening to a sender who takes too long; what was to be said to him can still be said."""

    def __init__(self, connection: socket.socket | None, seconds: float) -> None:
        self._timer = threading.Timer(seconds, _stop_listening, [connection]) if connection else None

    def __enter__(self) -> None:
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()


def _stop_listening(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be gone already
        connection.shutdown(socket.SHUT_RD)


def answer(given: Answer, status: int = 200) -> HttpResponse:
    """Return an answer as JSON."""
    response = HttpResponse(wire.dump(given.as_json()), content_type="application/json; charset=utf-8")
    response.status_code = status
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refusal(refused: RequestRefused, facts: dict[str, object] | None = None) -> HttpResponse:
    """Return a refusal as JSON."""
    description = sentences.of_request(refused.code, refused.field)
    given = Answer(refused.message_id, Response.REFUSED, "", refused.code, description, facts or {})
    return answer(given, refused.status)


def safe(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Turn what the machine cannot do just now into 503, and what nobody foresaw into a number to quote."""
    return _Safe(get_response)


class _Safe:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django with whatever a view raises."""
        number = secrets.token_hex(4)
        logger.error("%s %s %s", number, type(error).__name__, request.path, exc_info=error)
        if isinstance(error, OSError | DatabaseError):
            return refusal(RequestRefused(Code.UNAVAILABLE), {"error_number": number})
        description = sentences.of_row("ROW_FAILED", facts=number)
        return answer(Answer("", Response.REFUSED, "", "INTERNAL", description), 500)
