"""Sign in, sign out."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hocba.kernel import clock
from schools.actions import sessions
from schools.forms import SignInForm
from schools.permissions import public


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password, and lead to where the person was going."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            account = sessions.sign_in(**form.cleaned_data, at=clock.now())
        except sessions.Refused as refused:
            form.add_error(None, str(refused.sentence))
        else:
            login(request, account)
            return redirect(_safe_next(request))
    status = 422 if form.is_bound else 200
    return render(request, "schools/sign_in.html", {"form": form, "next": _safe_next(request)}, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("/")


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    fits = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if fits else "/"
