"""The tree of units for those who keep it: look, add beneath, edit, close with a day, open again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hocba.kernel.errors import Conflict, Invalid
from schools import seen
from schools.actions import units as actions
from schools.http import ActingRequest, page_number
from schools.permissions import Permission, holds, needs
from schools.queries import units
from schools.unit_forms import CloseUnitForm, UnitForm
from schools.views import unit_page


@needs(Permission.UNIT_EDIT)
@never_cache
@require_safe
def tree(request: ActingRequest) -> HttpResponse:
    """Show a page of the tree; who has one unit only is led to it."""
    search, level = request.GET.get("q", ""), request.GET.get("cap", "")
    found = units.tree(request.actor, search=search, level=level, number=page_number(request))
    if (
        found.page.paginator.count == 1
        and not (search or level)
        and not holds(request.actor, Permission.UNIT_KEEP)
    ):
        return redirect("schools:unit", found.branches[0].unit.code)
    flat = bool(search or level)
    context = {
        "page": found.page,
        "rows": [_row(branch, flat=flat) for branch in found.branches],
        "search": search,
        "level": level,
        "levels": found.levels,
        "filtered": flat,
        "query": urlencode([(name, value) for name, value in (("q", search), ("cap", level)) if value]),
    }
    return render(request, "schools/units.html", context)


def _row(branch: units.Branch, *, flat: bool) -> dict[str, Any]:
    return {
        "unit": branch.unit,
        "depth": 0 if flat else min(branch.depth, 4),
        "above": branch.unit.parent if flat else None,
        "schools": branch.schools,
        "is_school": branch.unit.level.is_school,
        "missing": unit_page.missing_words(branch.missing),
    }


@needs(Permission.UNIT_EDIT)
@never_cache
@require_safe
def unit(request: ActingRequest, code: str) -> HttpResponse:
    """Show one unit."""
    return unit_page.show(request, code)


@needs(Permission.UNIT_KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: ActingRequest, code: str) -> HttpResponse:
    """Add a unit beneath this one."""
    parent = units.unit(request.actor, code, Permission.UNIT_KEEP)
    levels = units.levels_beneath(parent)
    if not levels or parent.closed_on is not None:
        raise Conflict(_("Không thêm đơn vị dưới đơn vị này được: đây là trường, hoặc đơn vị đã đóng."))
    initial = {
        "level": levels[-1].code,
        "province_name": parent.province_name,
        "commune_name": parent.commune_name,
        "education_levels": ["02"],
    }
    names = ("level", "code", *actions.FACTS)
    form = UnitForm(request.POST or None, initial=initial, names=names, levels=levels)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = actions.add(
                parent, code=data.pop("code"), level=data.pop("level"), facts=data, by=request.actor
            )
        except Invalid as wrong:
            unit_page.tell(form, wrong)
        else:
            messages.success(
                request, _("Đã thêm %(name)s. Tiếp theo: cấp người quản trị.") % {"name": made.name}
            )
            return redirect("schools:unit", made.code)
    return _form_page(request, form, parent, is_new=True)


@needs(Permission.UNIT_EDIT)
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: ActingRequest, code: str) -> HttpResponse:
    """Change what is stated of a unit."""
    shown = units.page(request.actor, code)
    form = _edit_form(request, shown)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        overseers = facts.pop("overseers", None)
        try:
            marks = {name: request.POST.get(name) for name in ("shown", "beside")}
            changed = actions.edit(shown.unit, facts=facts, overseers=overseers, by=request.actor, **marks)
        except Invalid as wrong:
            unit_page.tell(form, wrong)
        else:
            time = localtime(request.actor.at).strftime("%H:%M")
            sentence = _("Đã lưu lúc %(time)s.") if changed else _("Không có gì thay đổi.")
            messages.success(request, sentence % {"time": time})
            return redirect("schools:unit", shown.unit.code)
    return _form_page(request, form, shown.unit, is_new=False)


def _edit_form(request: ActingRequest, shown: units.UnitPage) -> UnitForm:
    found, names = shown.unit, tuple(actions.PLACE)
    initial: dict[str, Any] = {name: getattr(found, name) for name in actions.FACTS}
    initial["overseers"] = [one.code for one in shown.overseers]
    offices: tuple[Any, ...] = ()
    if shown.keeps:
        names = actions.FACTS
        if found.level.is_school:
            offices = units.offices(request.actor, without=found)
            names = (*names, "overseers") if offices else names
        else:
            names = tuple(name for name in names if name != "education_levels")
    return UnitForm(request.POST or None, initial=initial, names=names, offices=offices)


def _form_page(request: ActingRequest, form: UnitForm, unit: Any, *, is_new: bool) -> HttpResponse:
    context = {"form": form, "unit": unit, "is_new": is_new, "dirty": form.is_bound}
    if not is_new:
        beside = actions.overseen(unit, request.actor)
        context["shown"] = seen.carried(request.POST.get("shown"), actions.standing(unit))
        context["beside"] = seen.carried(request.POST.get("beside"), beside)
    return render(request, "schools/unit_form.html", context, status=422 if form.is_bound else 200)


@needs(Permission.UNIT_KEEP)
@require_POST
def close(request: ActingRequest, code: str) -> HttpResponse:
    """Let a unit end with a day."""
    found = units.unit(request.actor, code, Permission.UNIT_KEEP)
    form = CloseUnitForm(request.POST)
    if form.is_valid():
        try:
            mark = request.POST.get("shown")
            actions.close(found, on=form.cleaned_data["on"], by=request.actor, shown=mark)
        except Invalid as wrong:
            unit_page.tell(form, wrong)
        except Conflict as refused:
            form.add_error(None, str(refused.sentence))
        else:
            messages.success(request, _("Đã đóng đơn vị. Mở lại được ở trang này nếu nhầm."))
            return redirect("schools:unit", code)
    return unit_page.show(request, code, closing=form)


@needs(Permission.UNIT_KEEP)
@require_POST
def reopen(request: ActingRequest, code: str) -> HttpResponse:
    """Take a closing back."""
    actions.reopen(units.unit(request.actor, code, Permission.UNIT_KEEP), by=request.actor)
    messages.success(request, _("Đã mở lại đơn vị."))
    return redirect("schools:unit", code)
