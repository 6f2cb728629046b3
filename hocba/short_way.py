"""The short way to doors that strangers open by the million: neither session nor account, message nor open transaction.

Only a plain question goes it: GET, no parameters, no body, no cookie but language and form token. Everything else takes
the long way through all middleware and gets the same answer (`tests/signing/views/test_short_way.py` compares both).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver, resolve

from hocba.kernel.errors import DomainError
from hocba.middleware import ChosenLanguage
from hocba.web import Refusals

Answer = Callable[[HttpRequest], HttpResponse]


class ShortWay:
    """Answers plain questions at doors marked `commits_alone`; stands before everything that knows persons."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        guarded: Any = convert_exception_to_response(self._answer)
        self.in_language = ChosenLanguage(guarded)
        self.refusals = Refusals(self._answer)
        self.form_tokens = CsrfViewMiddleware(self._answer)
        self.heads = _heads_of_any_answer()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go the short way, or pass the request on."""
        match = _match(request)
        if match is None:
            return self.get_response(request)
        request.resolver_match = match
        request.actor = None  # type: ignore[attr-defined]
        self.form_tokens.process_request(request)
        response: HttpResponse = self.in_language(request)
        self.form_tokens.process_response(request, response)
        for name, value in self.heads:
            response.headers.setdefault(name, value)
        if not response.streaming and not response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        match = request.resolver_match
        assert match is not None
        try:
            answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except DomainError as refused:
            told = self.refusals.process_exception(request, refused)
            assert told is not None
            return told
        return answer


def _heads_of_any_answer() -> Iterable[tuple[str, str]]:
    """Return what the long way puts on every answer; it depends on settings only."""
    blank, request = HttpResponse(), HttpRequest()
    del blank.headers["Content-Type"]
    for middleware in (CSPMiddleware, XFrameOptionsMiddleware):
        middleware(lambda _: blank).process_response(request, blank)
    return *blank.headers.items(), ("Vary", "Cookie")


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Return the door, if it is marked and the question is plain."""
    path, meta = request.path_info, request.META
    if (
        request.method != "GET"
        or not path.startswith(_beginnings(settings.ROOT_URLCONF))
        or not path.isprintable()
        or meta.get("QUERY_STRING")
        or meta.get("CONTENT_LENGTH")
        or ("HTTP_COOKIE" in meta and not _has_plain_cookies(request))
    ):
        return None
    try:
        request.get_host()
        match = resolve(path)
    except (DisallowedHost, Resolver404):
        return None
    return match if getattr(match.func, "commits_alone", False) else None


_OURS: Final = frozenset({settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME})


def _has_plain_cookies(request: HttpRequest) -> bool:
    return request.COOKIES.keys() <= _OURS and all(map(str.isprintable, request.COOKIES.values()))


@cache
def _beginnings(urls: str) -> tuple[str, ...]:
    """Return how the addresses of marked doors begin, up to their first argument."""
    return tuple(sorted(set(_walked(get_resolver(urls).url_patterns, "/"))))


def _walked(patterns: Iterable[Any], before: str) -> Iterable[str]:
    for one in patterns:
        path = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _walked(one.url_patterns, path)
        elif getattr(one.callback, "commits_alone", False):
            yield path.partition("<")[0]
