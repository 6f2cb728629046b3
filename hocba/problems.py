"""What a refusal is called: its status, its sentence, and the problem document that a program reads (RFC 9457)."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from rest_framework import exceptions as api
from rest_framework.response import Response
from rest_framework.views import exception_handler

from hocba.kernel import errors
from hocba.logs import request_number

STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.NotPermitted: 403,
    errors.Invalid: 422,
    errors.RuleBroken: 409,
    errors.Conflict: 409,
    errors.Unavailable: 503,
}
PROBLEM = "application/problem+json"
RETRY_SECONDS = {429: 60, 503: 30}


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


def details(error: errors.DomainError) -> dict[str, Any]:
    """Return what a refusal knows beside its sentence: case, facts, fields, law."""
    found: dict[str, Any] = {"case": error.case, "facts": error.facts}
    if isinstance(error, errors.Invalid) and error.fields:
        found["fields"] = {name: str(sentence) for name, sentence in error.fields.items()}
    if isinstance(error, errors.RuleBroken):
        found["law"] = error.law
    return found


def problem(status: int, sentence: str, case: str, **facts: Any) -> dict[str, Any]:
    """Return the members of a problem document; `code` is stable, `detail` is for people."""
    members = {
        "type": "about:blank",
        "status": status,
        "detail": sentence,
        "code": case or f"http-{status}",
        "number": request_number.get(),
    }
    return members | {name: value for name, value in facts.items() if value}


class ProblemEncoder(DjangoJSONEncoder):
    """JSON for facts of any kind: what JSON has no word for is written as text."""

    def default(self, o: Any) -> Any:
        """Return the value's text when JSON cannot hold it."""
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def api_refusal(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's exception handler: every refusal as problem+json; None for errors of ours.

    The framework swallows the exception, so the request is told that it failed: what it wrote is rolled back.
    """
    if (asked := context.get("request")) is not None:
        asked._request.failed = True
    if isinstance(exception, errors.DomainError):
        status, sentence = status_of(exception), str(exception.sentence)
        body = problem(status, sentence or sentence_for(status), **details(exception))
        wait = {"Retry-After": str(RETRY_SECONDS[status])} if status in RETRY_SECONDS else None
        return Response(body, status=status, content_type=PROBLEM, headers=wait)
    answer = exception_handler(exception, context)
    if answer is None:
        return None
    facts: dict[str, Any] = {}
    if isinstance(exception, api.ValidationError):
        answer.status_code, facts["fields"] = 422, answer.data
    code = str(exception.default_code) if isinstance(exception, api.APIException) else ""
    answer.data = problem(answer.status_code, sentence_for(answer.status_code), code, **facts)
    answer.content_type = PROBLEM
    return answer
