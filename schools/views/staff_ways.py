"""How one of the staff comes in: an invitation, by e-mail or printed, or a recovery slip; shown in this one answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from hocba.kernel.errors import Invalid
from schools.account_forms import EmailForm
from schools.actions import invitations
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from schools.queries import staff
from schools.views.slips import printed


@needs(Permission.STAFF_INVITE)
@sensitive_variables()
@never_cache
@require_POST
def way_in(request: ActingRequest, person: int) -> HttpResponse:
    """Invite, make a recovery slip, or void what waits."""
    unit = staff.working_unit(request.actor, Permission.STAFF_INVITE)
    wanted, shown = request.POST.get("viec"), request.POST.get("shown")
    number = request.POST.get("number", "")
    form = EmailForm(request.POST)
    if wanted == "withdraw" and number.isascii() and number.isdecimal() and len(number) < 19:
        invitations.withdraw(int(number), by=request.actor)
        messages.success(request, _("Đã hủy. Liên kết hoặc tờ giấy đã đưa không dùng được nữa."))
        return redirect("schools:staff-person", person)
    if wanted == "recover":
        made = invitations.recover_staff(unit, person, by=request.actor, shown=shown)
    elif not form.is_valid():
        messages.error(request, _("Thư điện tử chưa đúng dạng."))
        return redirect("schools:staff-person", person)
    else:
        try:
            made = invitations.invite(unit, person, **form.cleaned_data, by=request.actor, shown=shown)
        except Invalid as wrong:
            messages.error(request, str(next(iter(wrong.fields.values()))))
            return redirect("schools:staff-person", person)
    if not made.secret:
        messages.success(request, _("Lời mời đang được gửi qua thư điện tử."))
        return redirect("schools:staff-person", person)
    return render(request, "schools/slips.html", {"slips": [printed(made)], "person": person})
