"""Slips for families: the classes, one class, one family; what is printed is shown in that one answer."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hocba.kernel.errors import Invalid
from schools import audit
from schools.account_forms import EndGuardianForm, SlipForm
from schools.actions import invitations
from schools.actions import slips as making
from schools.actions.invitations import Made
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from schools.queries import slips


@needs(Permission.FAMILY_INVITE)
@require_safe
def classes(request: ActingRequest) -> HttpResponse:
    """List the classes of this year, and how many families can sign in."""
    return render(request, "schools/slip_classes.html", {"classes": slips.classes(request.actor)})


@needs(Permission.FAMILY_INVITE)
@sensitive_variables()
@never_cache
@require_http_methods(["GET", "POST"])
def of_class(request: ActingRequest, code: str) -> HttpResponse:
    """Show the families of a class; print slips for those who cannot sign in yet."""
    class_year = slips.class_of(request.actor, code)
    if request.method == "POST":
        try:
            made = making.of_class(class_year, by=request.actor, shown=request.POST.get("shown"))
        except Invalid as nobody:
            messages.info(request, str(nobody.sentence))
            return redirect("schools:slips-class", code)
        return _printed(request, made, code)
    found = slips.families(request.actor, class_year)
    audit.record(request.actor, "slips.view", unit_path=class_year.school.path, count=max(len(found), 1))
    lacking = sum(not one.has_account for one in found)
    context = {"class_year": class_year, "families": found, "lacking": lacking, "mark": slips.mark_of(found)}
    return render(request, "schools/slip_class.html", context)


@needs(Permission.FAMILY_INVITE)
@sensitive_variables()
@never_cache
@require_http_methods(["GET", "POST"])
def family(request: ActingRequest, code: str, pupil: int) -> HttpResponse:
    """Show one family: guardians from–to and slips; print a slip for one guardian."""
    class_year = slips.class_of(request.actor, code)
    found = slips.family(request.actor, class_year, pupil)
    fresh = {"from_on": request.actor.today}
    form = SlipForm(request.POST if request.method == "POST" else None, initial=fresh)
    if request.method == "POST" and form.is_valid():
        try:
            shown = request.POST.get("shown")
            made = invitations.slip(found.pupil, **form.cleaned_data, by=request.actor, shown=shown)
        except Invalid as wrong:
            _tell(form, wrong)
        else:
            return _printed(request, [made], code)
    return _family_page(request, code, found, form)


@needs(Permission.FAMILY_INVITE)
@sensitive_variables()
@never_cache
@require_POST
def print_other(request: ActingRequest, code: str, pupil: int) -> HttpResponse:
    """Print the pupil's own slip, or a recovery slip for who forgot the password."""
    found = slips.family(request.actor, slips.class_of(request.actor, code), pupil)
    person = request.POST.get("person", "")
    try:
        if person.isascii() and person.isdecimal() and len(person) < 19:
            made = invitations.recover_family(found.pupil, int(person), by=request.actor)
        else:
            made = invitations.pupil_slip(found.pupil, by=request.actor)
    except Invalid as refused:
        messages.error(request, str(refused.sentence))
        return redirect("schools:slips-family", code, pupil)
    return _printed(request, [made], code)


@needs(Permission.FAMILY_INVITE)
@require_POST
def withdraw(request: ActingRequest, code: str, pupil: int, number: int) -> HttpResponse:
    """Void a slip that nobody used."""
    found = slips.family(request.actor, slips.class_of(request.actor, code), pupil)
    if number in {one.number for one in found.slips}:
        invitations.withdraw(number, by=request.actor)
        messages.success(request, _("Đã hủy phiếu. Tờ giấy đã in không dùng được nữa."))
    return redirect("schools:slips-family", code, pupil)


@needs(Permission.FAMILY_INVITE)
@require_POST
def end_guardian(request: ActingRequest, code: str, pupil: int, number: int) -> HttpResponse:
    """Let a guardianship end."""
    found = slips.family(request.actor, slips.class_of(request.actor, code), pupil)
    form = EndGuardianForm(request.POST)
    if form.is_valid():
        day, shown = form.cleaned_data["on"], request.POST.get("shown")
        try:
            making.end_guardianship(found.pupil, number, on=day, by=request.actor, shown=shown)
        except Invalid as wrong:
            _tell(form, wrong)
        else:
            messages.success(request, _("Đã ghi ngày kết thúc. Sau ngày ấy người này không xem được em nữa."))
            return redirect("schools:slips-family", code, pupil)
    fresh = SlipForm(initial={"from_on": request.actor.today})
    return _family_page(request, code, found, fresh, ending=(number, form))


def _family_page(
    request: ActingRequest,
    code: str,
    found: slips.Family,
    form: SlipForm,
    ending: tuple[int, EndGuardianForm] | None = None,
) -> HttpResponse:
    lines = []
    for one in found.guardians:
        fresh = EndGuardianForm(auto_id=f"g{one.number}_%s", initial={"on": request.actor.today})
        own = ending[1] if ending and ending[0] == one.number else fresh
        lines.append({"line": one, "form": None if one.is_over else own})
    context = {
        "code": code,
        "family": found,
        "guardians": lines,
        "form": form,
        "ending": ending[1] if ending else None,
    }
    wrong = form.is_bound or ending is not None
    return render(request, "schools/slip_family.html", context, status=422 if wrong else 200)


def _tell(form: Any, wrong: Invalid) -> None:
    for name, sentence in (wrong.fields or {NON_FIELD_ERRORS: wrong.sentence}).items():
        form.add_error(name, str(sentence))


def _printed(request: ActingRequest, made: Iterable[Made], code: str) -> HttpResponse:
    return render(request, "schools/slips.html", {"slips": [printed(one) for one in made], "code": code})


def printed(made: Made) -> dict[str, Any]:
    """Return a slip as the template prints it: the secret stands in this one answer."""
    row = made.invitation
    named = row.pupil or row.person
    return {
        "kind": row.kind,
        "name": named.full_name if named is not None else "",
        "school": row.unit.name,
        "relation": row.relation,
        "code": made.secret,
        "address": made.address.removesuffix(made.secret),
        "qr": square(made.address),
        "until": row.expires_at,
    }


def square(text: str) -> SafeString:
    """Return a QR code as SVG to stand in a page; the text comes from us and holds no markup."""
    out = io.BytesIO()
    drawn = segno.make(text, error="m", micro=False)
    drawn.save(
        out, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True, nl=False, svgclass="slip__qr"
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn here, of our own letters
