"""The page of one's own account: devices, last sign-ins, e-mail; and what to do with a forgotten password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hocba.kernel import clock
from schools.account_forms import ForgottenForm
from schools.actions import devices, forgotten
from schools.http import ActingRequest
from schools.permissions import ANYBODY, needs, public
from schools.queries import devices as own_devices


@needs(ANYBODY)
@never_cache
@require_safe
def account(request: ActingRequest) -> HttpResponse:
    """Show where the account is open, the last sign-ins, and what failed."""
    found = own_devices.own(request.actor, request.session.session_key)
    return render(request, "schools/account.html", {"own": found})


@needs(ANYBODY)
@require_POST
def end_device(request: ActingRequest, number: int) -> HttpResponse:
    """Sign out one device."""
    devices.end(number, by=request.actor)
    messages.success(request, _("Đã đăng xuất thiết bị ấy."))
    return redirect("schools:account")


@needs(ANYBODY)
@require_POST
def end_others(request: ActingRequest) -> HttpResponse:
    """Sign out everywhere else."""
    ended = devices.end_others(current=request.session.session_key, by=request.actor)
    messages.success(request, _("Đã đăng xuất ở %(n)s nơi khác. Máy này vẫn dùng tiếp.") % {"n": ended})
    return redirect("schools:account")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Say whom to ask; where an e-mail address is known, send a link, and say the same whether or not it is."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST" and form.is_valid()
    if sent:
        address = str(request.META.get("REMOTE_ADDR", ""))
        forgotten.ask_for_mail(form.cleaned_data["username"], address=address, at=clock.now())
    status = 422 if form.is_bound and not sent else 200
    return render(request, "schools/forgotten.html", {"form": form, "sent": sent}, status=status)
