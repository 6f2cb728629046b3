"""What happens to every request before a view sees it: a number, a size limit, the chosen language."""

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from hocba import web
from hocba.logs import request_number

type_of_answer = Callable[[HttpRequest], HttpResponse]
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
GIVEN_NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestId:
    """Gives each request a number that stands in the logs, in the answer and on error pages."""

    def __init__(self, get_response: type_of_answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take a proxy's well-formed X-Request-Id, else make one."""
        given = request.headers.get("X-Request-Id", "")
        number = given if GIVEN_NUMBER.fullmatch(given) else secrets.token_hex(6)
        token = request_number.set(number)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = number
            return response
        finally:
            request_number.reset(token)


class SecretAddress:
    """Takes the secret of an invitation out of the address before anything can note it: log, report or metric.

    The view finds it as `request.handed`.
    """

    BEFORE = "/moi/"
    INSTEAD = "lien-ket"
    NOTED = ("PATH_INFO", "RAW_URI", "REQUEST_URI")

    def __init__(self, get_response: type_of_answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Rewrite the path."""
        if request.path_info.startswith(self.BEFORE) and request.path_info != self.BEFORE:
            request.handed = request.path_info.removeprefix(self.BEFORE)  # type: ignore[attr-defined]
            request.path = request.path_info = self.BEFORE + self.INSTEAD
            request.META |= {name: request.path for name in self.NOTED if name in request.META}
        return self.get_response(request)


class PlainAddress:
    """Refuses an address with control characters, and forgets such cookies: no database takes a NUL."""

    def __init__(self, get_response: type_of_answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400 when the path or a parameter holds one."""
        for name in [name for name, value in request.COOKIES.items() if CONTROL.search(value)]:
            del request.COOKIES[name]
        words = [request.path_info, *(word for item in request.GET.lists() for word in (item[0], *item[1]))]
        if any(CONTROL.search(word) for word in words):
            sentence = _(
                "Địa chỉ có ký tự điều khiển không nhìn thấy nên không đọc được. Hãy mở lại từ trang đầu."
            )
            return web.refuse(request, 400, sentence, case="control-character")
        return self.get_response(request)


class UploadLimit:
    """Refuses a body larger than the limit before it is read."""

    def __init__(self, get_response: type_of_answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 by the declared length; WSGI servers stop reading there."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > settings.LARGEST_UPLOAD_BYTES:
            return web.refuse(request, 413, _("Tệp quá lớn: hệ thống nhận tối đa 10 MB."), case="too-large")
        return self.get_response(request)


class ChosenLanguage:
    """Vietnamese, unless the person chose another language here; what the browser prefers does not count."""

    def __init__(self, get_response: type_of_answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language of the cookie that Django's `set_language` writes."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        return response
