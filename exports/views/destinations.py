"""Destinations of an office: list and add, edit, try the connection."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from exports.actions import accounts
from exports.actions import destinations as actions
from exports.destination_forms import DestinationForm
from exports.queries import destinations
from exports.views import words
from hocba.kernel.errors import Invalid
from schools import seen
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs


@needs(P.DESTINATION_KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def listing(request: ActingRequest) -> HttpResponse:
    """List the destinations; take a new one."""
    office = destinations.office(request.actor)
    form = DestinationForm(request.POST or None, is_new=True, initial={"is_open": "1"})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            made = actions.add(office, code=facts.pop("code"), facts=facts, by=request.actor)
        except Invalid as wrong:
            _tell(form, wrong)
        else:
            messages.success(request, _("Đã thêm nơi nhận. Hãy thử kết nối."))
            return redirect("exports:destination", made.code)
    lines = destinations.of_keeper(request.actor)
    context = {"office": office, "rows": [_row(one) for one in lines], "form": form}
    return render(request, "exports/destinations.html", context, status=422 if form.is_bound else 200)


def _row(line: destinations.Line) -> dict[str, Any]:
    row = line.destination
    return {
        "destination": row,
        "state": words.destination_state(row.is_open, bool(row.pause_until)),
        "waiting": line.waiting,
        "refused": line.refused,
    }


@needs(P.DESTINATION_KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def destination(request: ActingRequest, code: str) -> HttpResponse:
    """Show one destination; save what is changed."""
    line = destinations.line(request.actor, code)
    row = line.destination
    initial = {name: getattr(row, name) for name in actions.FIELDS} | {"is_open": "1" if row.is_open else "0"}
    form = DestinationForm(request.POST or None, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.edit(
                row, facts=form.cleaned_data, by=request.actor, shown=request.POST.get("shown")
            )
        except Invalid as wrong:
            _tell(form, wrong)
        else:
            time = words.time(request.actor.at)
            sentence = _("Đã lưu lúc %(time)s.") if changed else _("Không có gì thay đổi.")
            messages.success(request, sentence % {"time": time})
            return redirect("exports:destination", code)
    return _page(request, line, form)


@needs(P.DESTINATION_KEEP)
@never_cache
@require_POST
def try_connection(request: ActingRequest, code: str) -> HttpResponse:
    """Ask the destination for a token, and say in words what it answered."""
    tried = actions.try_connection(destinations.find(request.actor, code), by=request.actor)
    if tried.code == "ok":
        messages.success(request, words.tried(tried.code, refused=False))
    else:
        messages.error(request, words.tried(tried.code, refused=tried.refused))
    return redirect("exports:destination", code)


def _page(request: ActingRequest, line: destinations.Line, form: DestinationForm) -> HttpResponse:
    row = line.destination
    context = {
        "destination": row,
        "state": words.destination_state(row.is_open, bool(row.pause_until)),
        "form": form,
        "shown": seen.carried(request.POST.get("shown"), actions.standing(row)),
        "facts": [
            {"label": _("Mã nơi nhận"), "value": row.code},
            {"label": _("Gửi học bạ của"), "value": row.unit.name if row.unit else ""},
            {"label": _("Còn phải gửi"), "value": str(line.waiting)},
            {"label": _("Bị trả lại"), "value": str(line.refused)},
            {"label": _("Tạm nghỉ đến"), "value": words.time(row.pause_until) or _("không")},
        ],
        "has_secret": accounts.has_secret(row),
        "secret_place": "" if row.secret_source else accounts.secret_place(row.code),
        "dirty": form.is_bound,
    }
    return render(request, "exports/destination.html", context, status=422 if form.is_bound else 200)


def _tell(form: DestinationForm, wrong: Invalid) -> None:
    for name, sentence in wrong.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
