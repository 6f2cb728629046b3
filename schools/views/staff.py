"""Staff of the working unit: who holds which role, and their accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hocba.kernel.errors import Invalid
from schools import audit, words
from schools.account_forms import EmailForm
from schools.actions import staffing
from schools.forms import AppointForm, EndRoleForm, UsernameForm
from schools.http import ActingRequest
from schools.permissions import Permission, Role, may, needs
from schools.queries import staff


@needs(Permission.STAFF_VIEW)
@require_http_methods(["GET", "POST"])
def of_unit(request: ActingRequest) -> HttpResponse:
    """List the staff; take a new role."""
    unit = staff.working_unit(request.actor)
    form = AppointForm(
        request.POST if request.method == "POST" else None, initial={"from_on": request.actor.today}
    )
    if request.method == "POST" and form.is_valid():
        stated = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            made = staffing.appoint(unit, **stated, by=request.actor)
        except Invalid as wrong:
            _tell(form, wrong)
        else:
            messages.success(request, _("Đã cấp vai trò cho %(name)s.") % {"name": stated["full_name"]})
            return redirect("schools:staff-person", made.person_id)
    lines = staff.of_unit(request.actor, unit)
    audit.record(request.actor, "staff.view", unit_path=unit.path, count=len(lines))
    context = {
        "unit": unit,
        "lines": [_row(line) for line in lines],
        "form": form if may(request.actor, Permission.STAFF_EDIT, unit) else None,
    }
    return render(request, "schools/staff.html", context, status=422 if form.is_bound else 200)


@needs(Permission.STAFF_VIEW)
@require_safe
def person(request: ActingRequest, person: int) -> HttpResponse:
    """Show one person's roles and account."""
    return _person_page(request, person)


@needs(Permission.STAFF_EDIT)
@require_POST
def end_role(request: ActingRequest, person: int, membership: int) -> HttpResponse:
    """Let a role end."""
    unit = staff.working_unit(request.actor, Permission.STAFF_EDIT)
    form = EndRoleForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person, ending=(membership, form))
    try:
        day, shown = form.cleaned_data["on"], request.POST.get("shown")
        held = staffing.end_role(unit, membership, on=day, by=request.actor, shown=shown)
    except Invalid as wrong:
        _tell(form, wrong)
        return _person_page(request, person, ending=(membership, form))
    messages.success(request, _("Vai trò sẽ kết thúc hết ngày %(day)s.") % {"day": f"{held.to_on:%d/%m/%Y}"})
    return redirect("schools:staff-person", held.person_id)


@needs(Permission.STAFF_EDIT)
@never_cache
@require_POST
def account(request: ActingRequest, person: int) -> HttpResponse:
    """Open an account, give a temporary password (shown in this one answer), or unlock."""
    unit = staff.working_unit(request.actor, Permission.STAFF_EDIT)
    wanted = request.POST.get("viec")
    if wanted == "unlock":
        staffing.unlock(unit, person, by=request.actor)
        messages.success(request, _("Đã mở khóa. Người này đăng nhập lại được ngay."))
        return redirect("schools:staff-person", person)
    if wanted == "reset":
        shown = request.POST.get("shown")
        given = staffing.reset_password(unit, person, by=request.actor, shown=shown)
        return _person_page(request, person, password=given)
    form = UsernameForm(request.POST)
    if form.is_valid():
        try:
            password = staffing.open_account(unit, person, **form.cleaned_data, by=request.actor)
        except Invalid as wrong:
            _tell(form, wrong)
        else:
            return _person_page(request, person, password=password)
    return _person_page(request, person, opening=form)


def _row(line: staff.StaffLine) -> dict[str, Any]:
    roles = [{"line": one, "word": words.ROLES[one.role]} for one in line.roles if not one.is_over]
    return {"person": line, "roles": roles, "account": words.ACCOUNTS[line.account_state]}


def _tell(form: Any, wrong: Invalid) -> None:
    for name, sentence in wrong.fields.items():
        form.add_error(name, str(sentence))


def _ways(request: ActingRequest, line: staff.StaffLine) -> dict[str, Any]:
    found, mark = staff.ways_in(request.actor, line)
    return {"ways": found, "way_mark": mark, "inviting": EmailForm(initial={"email": line.email})}


def _person_page(
    request: ActingRequest,
    person: int,
    *,
    ending: tuple[int, EndRoleForm] | None = None,
    opening: UsernameForm | None = None,
    password: str = "",
) -> HttpResponse:
    unit = staff.working_unit(request.actor)
    line = staff.person(request.actor, unit, person)
    edits = may(request.actor, Permission.STAFF_EDIT, unit) and person != request.actor.person_id
    roles = []
    for role in line.roles:
        open_end = edits and not role.is_over
        fresh = EndRoleForm(auto_id=f"r{role.membership_id}_%s", initial={"on": request.actor.today})
        form = ending[1] if ending and ending[0] == role.membership_id else fresh
        roles.append({"line": role, "word": words.ROLES[role.role], "form": form if open_end else None})
    context = {
        "unit": unit,
        "person": line,
        "roles": roles,
        "account_word": words.ACCOUNTS[line.account_state],
        "edits": edits,
        "ending": ending[1] if ending else None,
        "opening": opening or UsernameForm(),
        "password": password,
        **_ways(request, line),
    }
    wrong = ending is not None or (opening is not None and bool(opening.errors))
    return render(request, "schools/staff_person.html", context, status=422 if wrong else 200)
