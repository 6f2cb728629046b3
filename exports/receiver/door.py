"""HTTP in, HTTP out: a body within its limits, an answer as JSON, and never a bare error page."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from exports.ministry import wire
from exports.ministry.messages import Answer, Response
from exports.receiver import sentences
from exports.receiver.refused import Code, RequestRefused

logger = logging.getLogger(__name__)

JSON = "application/json; charset=utf-8"


def read_body(request: HttpRequest, limit: int = wire.MAX_REQUEST_BYTES) -> bytes:
    """Return the body; it is here as a whole (`exports.receiver.serving`). Raises: RequestRefused."""
    written = request.META.get("CONTENT_LENGTH") or ""
    if not written.isascii() or not written.isdigit():
        raise RequestRefused(Code.LENGTH_REQUIRED)
    if int(written) > limit:
        raise RequestRefused(Code.TOO_LARGE)
    body = request.read(int(written))
    if len(body) != int(written):
        raise RequestRefused(Code.INCOMPLETE)
    return body


def answer(given: Answer, status: int = 200) -> HttpResponse:
    """Return an answer as JSON."""
    response = HttpResponse(wire.dump(given.as_json()), content_type=JSON)
    response.status_code = status
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refusal(refusal_of: RequestRefused, number: str = "") -> HttpResponse:
    """Return a refusal as JSON, with a number to quote that stands in the log."""
    number = number or secrets.token_hex(4)
    logger.warning("%s: refused, %s %s", number, refusal_of.code, refusal_of.field)
    return answer(refused(refusal_of, number), refusal_of.status)


def refused(why: RequestRefused, number: str) -> Answer:
    """Return a refusal in the Ministry's shape."""
    description = sentences.of_request(why.code, why.field)
    return Answer(why.message_id, Response.REFUSED, "", why.code, description, {"error_number": number})


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
            return refusal(RequestRefused(Code.UNAVAILABLE), number)
        description = sentences.of_row("ROW_FAILED", facts=number)
        return answer(Answer("", Response.REFUSED, "", "INTERNAL", description), 500)
