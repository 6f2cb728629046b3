"""The only place where a refusal becomes a page or an API problem (RFC 9457)."""

import errno
import logging
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework import exceptions as api
from rest_framework.response import Response
from rest_framework.views import exception_handler

from hocba.kernel import errors
from hocba.logs import request_number

logger = logging.getLogger(__name__)

STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.NotPermitted: 403,
    errors.Invalid: 422,
    errors.RuleBroken: 409,
    errors.Conflict: 409,
    errors.Unavailable: 503,
}
API_PREFIX = "/api/"
PROBLEM = "application/problem+json"
SESSION_REALM = 'Session realm="hocba"'
RETRY_SECONDS = {429: 60, 503: 30}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""What the operating system says when a disk or the table of open files is full or gone."""
OWN_PAGE = {403, 404, 409, 422, 500, 503}
GENERAL_PAGES = ("errors/error.html", "hocba/plain_error.html")


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status of a refusal; one that names no kind is a bad request."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def sentence_for(status: int) -> str:
    """Return what a person reads when the refusal itself says nothing."""
    sentences = {
        400: _("Yêu cầu không đúng dạng. Hãy quay lại trang trước và thử lại."),
        401: _("Chưa đăng nhập, hoặc phiên làm việc đã hết. Xin đăng nhập rồi làm lại."),
        403: _("Tài khoản đang dùng không có quyền làm việc này."),
        404: _("Không tìm thấy trang hoặc dữ liệu này, hoặc tài khoản đang dùng không xem được."),
        405: _("Địa chỉ này không nhận cách gọi đó. Hãy mở lại trang rồi làm lại."),
        408: _("Nội dung gửi lên quá chậm nên đã ngừng nhận; chưa có gì được lưu. Hãy gửi lại."),
        413: _("Nội dung gửi lên quá lớn: hệ thống nhận tối đa 10 MB. Chưa có gì được lưu."),
        415: _("Kiểu nội dung gửi lên không đúng nên không đọc được."),
        429: _("Có quá nhiều lượt gọi từ cùng một nơi. Xin chờ một phút rồi thử lại."),
        409: _("Dữ liệu đã thay đổi. Hãy tải lại trang rồi làm lại."),
        422: _("Dữ liệu nhập chưa đúng."),
        503: _("Dịch vụ cần dùng chưa trả lời. Hãy thử lại sau ít phút."),
    }
    return sentences.get(
        status, _("Hệ thống gặp lỗi. Lỗi đã được ghi lại; khi báo lỗi, hãy nêu số dưới đây.")
    )


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
        return refuse(request, status_of(exception), str(exception.sentence), **_details(exception))


def _details(error: errors.DomainError) -> dict[str, Any]:
    details: dict[str, Any] = {"case": error.case, "facts": error.facts}
    if isinstance(error, errors.Invalid) and error.fields:
        details["fields"] = {name: str(sentence) for name, sentence in error.fields.items()}
    if isinstance(error, errors.RuleBroken):
        details["law"] = error.law
    return details


def refuse(
    request: HttpRequest, status: int, sentence: str = "", *, case: str = "", **details: Any
) -> HttpResponse:
    """Return a refusal as the caller reads it: problem+json below /api/, else a page with a number to quote.

    The pages need neither session nor database, so that they come when these are what fails.
    """
    if request.path.startswith(API_PREFIX):
        answer: HttpResponse = JsonResponse(
            problem(status, sentence or sentence_for(status), case, **details),
            status=status,
            encoder=ProblemEncoder,
            content_type=PROBLEM,
            json_dumps_params={"ensure_ascii": False},
        )
        return _with_patience(answer)
    # A page of its own says the general sentence in its own words: there only what this case adds.
    general = sentence_for(status)
    own = "" if status in OWN_PAGE and sentence == general else sentence
    own = own if own or status in OWN_PAGE else general
    facts = {"status": status, "sentence": own, "case": case, **details}
    facts |= {
        "error_id": request_number.get(),
        "general_sentence": sentence_for(status),
        "specimen": settings.SPECIMEN,
    }
    page = render_to_string([f"errors/{status}.html", *GENERAL_PAGES], facts)
    return _with_patience(HttpResponse(page, status=status))


def _with_patience(answer: HttpResponse) -> HttpResponse:
    """Say when to come again, where that helps."""
    if answer.status_code in RETRY_SECONDS:
        answer["Retry-After"] = str(RETRY_SECONDS[answer.status_code])
    return answer


class ProblemEncoder(DjangoJSONEncoder):
    """JSON for facts of any kind: what JSON has no word for is written as text."""

    def default(self, o: Any) -> Any:
        """Return the value's text when JSON cannot hold it."""
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def problem(status: int, sentence: str, case: str, **details: Any) -> dict[str, Any]:
    """Return the members of a problem document; `code` is stable, `detail` is for people."""
    members = {
        "type": "about:blank",
        "status": status,
        "detail": sentence,
        "code": case or f"http-{status}",
        "number": request_number.get(),
    }
    return members | {name: value for name, value in details.items() if value}


def api_refusal(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's exception handler: every refusal as problem+json; None for errors of ours.

    The framework swallows the exception, so the request is told that it failed: what it wrote is rolled back.
    """
    if (asked := context.get("request")) is not None:
        asked._request.failed = True
    if isinstance(exception, errors.DomainError):
        status, sentence = status_of(exception), str(exception.sentence)
        body = problem(status, sentence or sentence_for(status), **_details(exception))
        wait = {"Retry-After": str(RETRY_SECONDS[status])} if status in RETRY_SECONDS else None
        return Response(body, status=status, content_type=PROBLEM, headers=wait)
    answer = exception_handler(exception, context)
    if answer is None:
        return None
    details: dict[str, Any] = {}
    if isinstance(exception, api.ValidationError):
        answer.status_code, details["fields"] = 422, answer.data
    code = str(exception.default_code) if isinstance(exception, api.APIException) else ""
    answer.data = problem(answer.status_code, sentence_for(answer.status_code), code, **details)
    answer.content_type = PROBLEM
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
        facts = {"status": 500, "general_sentence": sentence_for(500), "error_id": request_number.get()}
        return HttpResponse(render_to_string("hocba/plain_error.html", facts), status=500)
