"""Who keeps a unit: name somebody with a password shown once, give a new one, let a role end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocba.kernel.errors import Conflict, Invalid
from schools.actions import keepers
from schools.actions.keepers import Named
from schools.forms import EndRoleForm
from schools.http import ActingRequest
from schools.permissions import Permission, Role, needs
from schools.queries import units
from schools.unit_forms import KeeperForm
from schools.views import unit_page


@needs(Permission.UNIT_KEEP)
@never_cache
@require_POST
def name(request: ActingRequest, code: str) -> HttpResponse:
    """Give somebody a role here; the password of a new account is in this one answer."""
    found = units.unit(request.actor, code, Permission.UNIT_KEEP)
    form = KeeperForm(request.POST, roles=keepers.roles_for(found))
    if form.is_valid():
        stated = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            named = keepers.name(found, **stated, by=request.actor)
        except Invalid as wrong:
            unit_page.tell(form, wrong)
        except Conflict as refused:
            form.add_error(None, str(refused.sentence))
        else:
            if named.password:
                return unit_page.show(request, code, named=named)
            messages.success(request, _("Đã cấp vai trò cho %(name)s.") % {"name": stated["full_name"]})
            return redirect("schools:unit", code)
    return unit_page.show(request, code, naming=form)


@needs(Permission.UNIT_KEEP)
@never_cache
@require_POST
def password(request: ActingRequest, code: str, person: int) -> HttpResponse:
    """Give who keeps this unit a new temporary password."""
    found = units.unit(request.actor, code, Permission.UNIT_KEEP)
    given = keepers.reset_password(found, person, by=request.actor, shown=request.POST.get("shown"))
    return unit_page.show(request, code, named=Named(person, "", given))


@needs(Permission.UNIT_KEEP)
@require_POST
def end(request: ActingRequest, code: str, membership: int) -> HttpResponse:
    """Let a role end."""
    found = units.unit(request.actor, code, Permission.UNIT_KEEP)
    form = EndRoleForm(request.POST)
    if form.is_valid():
        try:
            day, shown = form.cleaned_data["on"], request.POST.get("shown")
            keepers.end(found, membership, on=day, by=request.actor, shown=shown)
        except Invalid as wrong:
            unit_page.tell(form, wrong)
        else:
            messages.success(request, _("Đã ghi ngày kết thúc vai trò."))
            return redirect("schools:unit", code)
    return unit_page.show(request, code, ending=(membership, form))
