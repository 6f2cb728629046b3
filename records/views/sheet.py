"""The issue sheet of a class, the fix list, and the freeze."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid
from records.actions import freezing, sheets
from records.forms import SheetForm
from records.queries import classes, entry
from records.views import words
from schools import seen
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs


@needs(P.SHEET_MAKE)
@require_http_methods(["GET", "POST"])
def sheet(request: ActingRequest, code: str) -> HttpResponse:
    """Show what a freeze would do; make the sheet, or freeze with it."""
    class_year = classes.find(request.actor, code, P.SHEET_MAKE)
    last = entry.latest_sheet(request.actor, class_year)
    leaders = entry.leaders(request.actor, class_year)
    options = [
        (person.pk, f"{person.full_name} – {title}" if title else person.full_name)
        for person, title in leaders
    ]
    form = SheetForm(options, initial=_initial(request.actor, class_year, last))
    if request.method == "POST" and request.POST.get("task") == "freeze":
        return _freeze(request, class_year, last)
    if request.method == "POST":
        form = SheetForm(options, request.POST)
        if form.is_valid() and _made(request, class_year, form, {p.pk: p for p, _title in leaders}):
            return redirect("records:sheet", code)
    return _show(request, class_year, last, form)


def _initial(by: Any, class_year: Any, last: Any) -> dict[str, Any]:
    if last is None:
        return {"issue_on": by.today, "place": class_year.school.commune_name}
    return {"issue_on": last.issue_on, "place": last.place, "leader": last.leader_id}


def _made(request: ActingRequest, class_year: Any, form: SheetForm, people: dict[int, Any]) -> bool:
    data = form.cleaned_data
    try:
        sheets.make(
            class_year,
            issue_on=data["issue_on"],
            place=data["place"],
            leader=people[data["leader"]],
            by=request.actor,
            shown=request.POST.get("shown"),
        )
    except Invalid as wrong:
        for name, sentence in wrong.fields.items():
            form.add_error(name if name in form.fields else None, str(sentence))
        return False
    words.say_saved(request, request.actor, _("tờ phát hành"))
    return True


def _freeze(request: ActingRequest, class_year: Any, last: Any) -> HttpResponse:
    if last is None or request.POST.get("sheet") != str(last.pk):
        raise Conflict(
            _("Tờ phát hành vừa được đổi. Hãy mở lại trang để xem tờ mới nhất."), code="other-sheet"
        )
    report = freezing.freeze(class_year, sheet=last, by=request.actor)
    if report.frozen:
        messages.success(request, _("Đã chốt dữ liệu %(count)s em để ký.") % {"count": report.frozen})
    if report.held:
        said = _("%(count)s em chưa chốt được, xem danh sách còn thiếu.") % {"count": len(report.held)}
        messages.warning(request, said)
    if not report.frozen and not report.held:
        messages.info(request, _("Không có gì phải chốt."))
    return redirect("records:sheet", class_year.code)


def _show(request: ActingRequest, class_year: Any, last: Any, form: SheetForm) -> HttpResponse:
    inside = classes.inside_of(request.actor, class_year)
    preview = freezing.preview(class_year, sheet=last, by=request.actor, years_read=inside.whole_years)
    context = {
        "class_year": class_year,
        "place": words.class_place(class_year),
        "form": form,
        "sheet": last,
        "shown": seen.carried(request.POST.get("shown"), sheets.standing(last)),
        "facts": _facts(last) if last else [],
        "preview": preview,
        "items": words.fix_items(preview.held, class_year, inside.rights, (), request.actor),
        "steps": words.steps(inside),
        "homeroom": class_year.homeroom_teacher,
        "dirty": form.is_bound,
    }
    return render(request, "records/sheet.html", context, status=422 if form.is_bound else 200)


def _facts(last: Any) -> list[dict[str, Any]]:
    return [
        {"label": _("Ngày phát hành"), "value": last.issue_on.strftime("%d/%m/%Y")},
        {"label": _("Địa danh"), "value": last.place},
        {"label": _("Người ký học bạ"), "value": f"{last.leader.full_name} – {last.leader_title}"},
        {"label": _("Giáo viên chủ nhiệm"), "value": last.homeroom_teacher.full_name},
        {"label": _("Người lập tờ"), "value": last.made_by.full_name},
    ]
