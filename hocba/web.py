"""The only place where a refusal becomes an answer: a page, or below /api/ the problem document of `problems`."""

import errno
import logging
import re
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from hocba import problems
from hocba.kernel import errors
from hocba.logs import request_number

logger = logging.getLogger(__name__)

API_PREFIX = "/api/"
SESSION_REALM = 'Session realm="hocba"'
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""What the operating system says when a disk or the table of open files is full or gone."""
OUR_PAGE = re.compile(r"https?://(?P<host>[^/?#@\s]+)(?P<page>/(?!/)[!$-~]*)(#|\Z)")
"""A Referer as a browser writes it: whole, without the words behind #."""
OWN_PAGE = {403, 404, 409, 422, 500, 503}
GENERAL_PAGES = ("errors/error.html", "hocba/plain_error.html")


class Refusals:
    """Middleware: a DomainError raised by a view becomes its page or its problem."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; an answer without a word about a wrong verb gets its page."""
        response: HttpResponse = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        told = refuse(request, 405, case="wrong-verb")
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Translate a refusal; anything else stays an error of ours."""
        if not isinstance(exception, errors.DomainError):
            return None
        return refuse(
            request, problems.status_of(exception), str(exception.sentence), **problems.details(exception)
        )


def refuse(
    request: HttpRequest, status: int, sentence: str = "", *, case: str = "", **details: Any
) -> HttpResponse:
    """Return a refusal as the caller reads it: problem+json below /api/, else a page with a number to quote.

    The pages need neither session nor database, so that they come when these are what fails.
    """
    if request.path.startswith(API_PREFIX):
        answer: HttpResponse = JsonResponse(
            problems.problem(status, sentence or problems.sentence_for(status), case, **details),
            status=status,
            encoder=problems.ProblemEncoder,
            content_type=problems.PROBLEM,
            json_dumps_params={"ensure_ascii": False},
        )
        return _with_patience(answer)
    # A page of its own says the general sentence in its own words: there only what this case adds.
    general = problems.sentence_for(status)
    own = "" if status in OWN_PAGE and sentence == general else sentence
    own = own if own or status in OWN_PAGE else general
    facts = {"status": status, "sentence": own, "case": case, **details}
    facts |= {
        "error_id": request_number.get(),
        "general_sentence": problems.sentence_for(status),
        "specimen": settings.SPECIMEN,
        "back_url": way_back(request),
    }
    page = render_to_string([f"errors/{status}.html", *GENERAL_PAGES], facts)
    return _with_patience(HttpResponse(page, status=status))


def way_back(request: HttpRequest) -> str:
    """Return the page of ours that the person came from, "" when there is none or it is the very one refused."""
    came_from = OUR_PAGE.match(request.META.get("HTTP_REFERER", ""))
    if came_from is None or came_from["host"] != request.META.get("HTTP_HOST"):
        return ""
    asks = request.method in ("GET", "HEAD")
    return "" if asks and came_from["page"] == request.get_full_path() else came_from["page"]


def _with_patience(answer: HttpResponse) -> HttpResponse:
    """Say when to come again, where that helps."""
    if answer.status_code in problems.RETRY_SECONDS:
        answer["Retry-After"] = str(problems.RETRY_SECONDS[answer.status_code])
    return answer


def away(error: BaseException | None) -> bool:
    """Say whether an error is a part that is away or full just now, and not a mistake of ours."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return isinstance(error, OperationalError | InterfaceError)


def unauthorised(request: HttpRequest) -> HttpResponse:
    """Tell a program that it must sign in first; people are led to the page instead."""
    response = refuse(request, 401, case="not-signed-in")
    response["WWW-Authenticate"] = SESSION_REALM
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400; what is too much says so."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return refuse(request, 413, case="too-large")
    return refuse(request, 400)


def forbidden(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """handler403."""
    return refuse(request, 403, str(exception or ""), case="not-permitted")


def not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    """handler404."""
    return refuse(request, 404, case="not-found")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is too old or came from elsewhere."""
    return refuse(
        request,
        403,
        _("Trang đã để quá lâu hoặc đã đăng xuất ở nơi khác. Xin tải lại trang rồi gửi lại."),
        case="stale-form",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: the page must come even when the site's own templates are what fails.

    Called while the exception is being handled: a database or disk that is away just now is 503, not our error.
    """
    try:
        if away(sys.exc_info()[1]):
            return refuse(request, 503, case="away")
        return refuse(request, 500, case="error")
    except Exception:
        logger.exception("The error page itself failed")
        facts = {
            "status": 500,
            "general_sentence": problems.sentence_for(500),
            "error_id": request_number.get(),
        }
        return HttpResponse(render_to_string("hocba/plain_error.html", facts), status=500)
