"""Makes the actor of a request, opens its transaction and scope, and asks what the view needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from hocba import web
from hocba.kernel import clock
from hocba.logs import request_number
from schools import actors, permissions, scopes
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
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        with transaction.atomic():
            if request.user.is_authenticated:
                actor = _actor(request)
                request.actor = actor  # type: ignore[attr-defined]
                scopes.apply_actor(actor)
            response = self.get_response(request)
            if request.failed:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
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
            if request.path.startswith(web.API_PREFIX):
                return web.unauthorised(request)
            return redirect_to_login(request.get_full_path(), str(settings.LOGIN_URL))
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


def _actor(request: HttpRequest) -> actors.Actor:
    chosen, number = request.session.get(WORKING_IN), request_number.get()
    person = request.user.person  # type: ignore[union-attr]
    return actors.of(person, clock.now(), request_id=number, working_in=chosen)


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
