"""Sign in, sign out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from hocba.kernel import clock
from hocba.kernel.errors import Invalid, Unavailable
from hocba.kernel.text import fault
from schools import kept
from schools.account_forms import ConfirmedSignInForm
from schools.actions import sessions
from schools.forms import SignInForm
from schools.permissions import public
from schools.queries import devices


@public
@sensitive_variables()
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password, and lead to where the person was going."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        stated = form.cleaned_data
        try:
            account = sessions.sign_in(
                stated["username"], stated["password"], at=clock.now(), knocker=_knocker(request, stated)
            )
        except sessions.Refused as refused:
            form.add_error(None, str(refused.sentence))
        except Invalid as wrong:
            form.add_error("confirmation", str(wrong.fields["confirmation"]))
        except Unavailable as away:
            form.add_error(None, str(away.sentence))
        else:
            login(request, account)
            _tell_of_failures(request, account)
            return _go_on(request, account.pk)
    facts = {
        "form": _asking_again(request, form),
        "next": _safe_next(request),
        "over": "het" in request.GET,
        "kept": request.POST.get("kept", ""),
    }
    return render(request, "schools/sign_in.html", facts, status=422 if form.is_bound else 200)


def _form(request: HttpRequest) -> SignInForm:
    """Return the form; after many failures from here or with this name it asks for a confirmation code, too."""
    if request.method != "POST":
        return SignInForm()
    typed = request.POST.get("username", "")[:80]
    known = "" if fault(typed) else typed  # what the form refuses, no database is asked about
    asks = sessions.asks_confirmation(known, _knocker(request, {}))
    return ConfirmedSignInForm(request.POST) if asks else SignInForm(request.POST)


def _asking_again(request: HttpRequest, form: SignInForm) -> SignInForm:
    """Return the form as the page shows it: with a new question, also when this very try made one necessary."""
    if not form.is_bound:
        return form
    shown = form
    if not isinstance(form, ConfirmedSignInForm) and isinstance(again := _form(request), ConfirmedSignInForm):
        again.errors.clear()
        for name, sentences in form.errors.items():
            again.add_error(None if name == NON_FIELD_ERRORS else name, [str(one) for one in sentences])
        shown = again
    if isinstance(shown, ConfirmedSignInForm):
        shown.ask_again(clock.now())
    return shown


def _knocker(request: HttpRequest, stated: dict[str, Any]) -> sessions.Knocker:
    return sessions.Knocker(
        request.META.get("REMOTE_ADDR", ""),
        request.headers.get("User-Agent", ""),
        stated.get("challenge", ""),
        "".join(stated.get("confirmation", "").split()),
    )


def _tell_of_failures(request: HttpRequest, account: Any) -> None:
    failures = devices.failures_since_last_time(account)
    if failures:
        told = _(
            "Từ lần đăng nhập trước có %(n)s lần nhập sai mật khẩu. Nếu không phải do mình, xin đổi mật khẩu và báo"
            " nhà trường."
        )
        messages.warning(request, told % {"n": failures})


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
