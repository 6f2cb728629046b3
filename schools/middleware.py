"""Makes the actor of a request, opens its transaction and scope, and asks what the view needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from hocba import web
from hocba.kernel import clock
from hocba.logs import request_number
from schools import actors, kept, permissions, scopes, session_rules
from schools.forms import SignInForm
from schools.http import WORKING_IN

UNMARKED = object()
OUTSIDE = ("/healthz", "/readyz", "/metrics", "/static/")
"""Answered without a person and without a transaction: they must answer when the database does not."""


class Acting:
    """`request.actor` is a `schools.actors.Actor`, or None for a stranger.

    The whole request is one transaction, so that `SET LOCAL` scopes it; an exception rolls it back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the transaction, set the scope, pass the request on."""
        request.actor = None  # type: ignore[attr-defined]
        request.failed = False  # type: ignore[attr-defined]
        request.ended_account = None  # type: ignore[attr-defined]
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        with transaction.atomic():
            if request.user.is_authenticated:
                _take_up(request)
            response = self.get_response(request)
            if request.failed:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)  # after signing out, going back shows nothing
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Ask the mark that every view of ours carries. Raises: PermissionDenied (Django answers 403)."""
        needed = _mark_of(view)
        if needed is UNMARKED:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} says neither @needs nor @public")
        actor = request.actor  # type: ignore[attr-defined]
        if needed is None:
            return None
        if actor is None:
            return _to_sign_in(request)
        if _must_change(request.user) and not getattr(view, "opens_with_temporary_password", False):
            if request.path.startswith(web.API_PREFIX):
                raise PermissionDenied(_("Hãy đổi mật khẩu tạm trước."))
            return redirect("schools:password")
        if needed is not permissions.ANYBODY and not permissions.holds(actor, needed):
            raise PermissionDenied
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember that the view failed: what it wrote is rolled back, whatever page is shown."""
        request.failed = True  # type: ignore[attr-defined]


def _take_up(request: HttpRequest) -> None:
    """Go on with the session of who is signed in, or end it when its time is over."""
    now = clock.now()
    if session_rules.over(request.session, now):
        request.ended_account = request.user.pk  # type: ignore[attr-defined]
        logout(request)
        return
    if not _asked_by_the_page(request):
        session_rules.note(request.session, now)
    chosen, number = request.session.get(WORKING_IN), request_number.get()
    person = request.user.person  # type: ignore[union-attr]
    actor = actors.of(person, now, request_id=number, working_in=chosen)
    request.actor = actor  # type: ignore[attr-defined]
    scopes.apply_actor(actor)


def _asked_by_the_page(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers and request.method == "GET"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a stranger to the sign-in page; who was signed in until now learns it there, and loses nothing typed."""
    if request.path.startswith(web.API_PREFIX):
        return web.unauthorised(request)
    ended: int | None = request.ended_account  # type: ignore[attr-defined]
    was_in = ended is not None or settings.SESSION_COOKIE_NAME in request.COOKIES
    query = {"next": _way_back(request)} | ({"het": "1"} if was_in else {})
    page = f"{settings.LOGIN_URL}?{urlencode(query, safe='/')}"
    if "HX-Request" in request.headers:
        return HttpResponseClientRedirect(page)
    if request.method != "POST" or not was_in:
        return redirect(page)
    token = kept.keep(request, ended) if ended is not None else ""
    facts = {"form": SignInForm(), "next": query["next"], "over": True, "kept": token, "unsaved": True}
    answer = render(request, "schools/sign_in.html", facts, status=401)
    answer["WWW-Authenticate"] = web.SESSION_REALM
    add_never_cache_headers(answer)
    return answer


def _way_back(request: HttpRequest) -> str:
    """Return the page to come back to: this one, or for a form or a piece the page that showed it."""
    if request.method == "GET" and not _asked_by_the_page(request):
        return request.get_full_path()
    before = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}):
        parts = urlsplit(before)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.get_full_path()


def _must_change(user: Any) -> bool:
    return bool(user.password_is_temporary)


OURS = ("schools.", "records.", "signing.", "exports.")


def _mark_of(view: Any) -> Any:
    """Return the permission a view asks for; views of libraries (docs, language, health) are public.

    A class-based view may carry the mark on its class: Django calls it `view_class`, REST framework `cls`.
    """
    for marked in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        found = getattr(marked, "needs", UNMARKED)
        if found is not UNMARKED:
            return found
    return UNMARKED if view.__module__.startswith(OURS) else None
