"""Choose a password; who signed in with a temporary one is led here first."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Invalid
from schools.actions import devices, staffing
from schools.forms import PasswordForm
from schools.http import ActingRequest
from schools.permissions import ANYBODY, needs, opens_with_temporary_password


@needs(ANYBODY)
@opens_with_temporary_password
@sensitive_variables()
@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: ActingRequest) -> HttpResponse:
    """Ask for the old and the new password; every other session of the account ends."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        stated = form.cleaned_data
        try:
            account = staffing.change_own_password(old=stated["old"], new=stated["new"], by=request.actor)
        except Invalid as wrong:
            for name, sentence in wrong.fields.items():
                form.add_error(name, str(sentence))
        else:
            before = request.session.session_key
            update_session_auth_hash(request, account)
            devices.renamed(before, request.session.session_key)
            messages.success(
                request, _("Đã đổi mật khẩu. Những nơi khác đang đăng nhập bằng mật khẩu cũ đã bị đăng xuất.")
            )
            return redirect("front")
    status = 422 if form.is_bound else 200
    return render(request, "schools/password.html", {"form": form}, status=status)
