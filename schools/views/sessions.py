"""Sign in, sign out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from hocba.kernel import clock
from schools import kept
from schools.actions import sessions
from schools.forms import SignInForm
from schools.permissions import public


@public
@sensitive_variables()
@sensitive_post_parameters("password")
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
            return _go_on(request, account.pk)
    facts = {
        "form": form,
        "next": _safe_next(request),
        "over": "het" in request.GET,
        "kept": request.POST.get("kept", ""),
    }
    return render(request, "schools/sign_in.html", facts, status=422 if form.is_bound else 200)


def _go_on(request: HttpRequest, account_id: int) -> HttpResponse:
    """Lead to where the person was going, or offer what the ended session could not take."""
    token = request.POST.get("kept", "")
    if not token:
        return redirect(_safe_next(request))
    typed = kept.opened(token, account_id)
    if typed is None:
        messages.warning(
            request, _("Nội dung nhập trước khi phiên làm việc hết chưa được lưu. Xin nhập lại.")
        )
        return redirect(_safe_next(request))
    return render(request, "schools/send_again.html", {"typed": typed, "next": _safe_next(request)})


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
