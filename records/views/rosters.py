"""Bring lists of a school in from spreadsheets: choose, see what would change, import; take lists out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hocba.kernel.errors import Invalid, NotFound
from records.actions.rosters import imports
from records.forms import RosterForm
from records.queries import rosters as queries
from records.views import roster_tables as tables
from schools import audit, roster_texts
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from schools.queries import staff
from schools.rosters import writing
from schools.rosters.columns import Kind
from schools.rosters.reading import MAX_BYTES


@needs(Permission.ROSTER_KEEP)
@require_http_methods(["GET", "POST"])
def rosters(request: ActingRequest) -> HttpResponse:
    """Offer the lists that this person may bring in; read a file that was sent."""
    school = staff.working_unit(request.actor, Permission.ROSTER_KEEP)
    kinds, years = imports.kinds(request.actor, school), queries.years(request.actor)
    form = RosterForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        kinds=[(kind.value, roster_texts.KINDS[kind]) for kind in kinds],
        years=[(year.code, year.label) for year in years],
    )
    if request.method == "POST" and form.is_valid():
        stated = form.cleaned_data
        year = next(one for one in years if one.code == stated["year"])
        file = stated["file"]
        try:
            made = imports.preview(
                school,
                year,
                kind=Kind(stated["kind"]),
                data=file.read(MAX_BYTES + 1),
                file_name=file.name or "",
                by=request.actor,
            )
        except Invalid as wrong:
            for name, sentence in wrong.fields.items():
                form.add_error(name, str(sentence))
        else:
            return redirect("records:roster", made.pk)
    context = tables.front(request.actor, school, kinds, years) | {"form": form}
    return render(request, "records/rosters.html", context, status=422 if form.is_bound else 200)


@needs(Permission.ROSTER_KEEP)
@require_http_methods(["GET", "POST"])
def roster(request: ActingRequest, number: int) -> HttpResponse:
    """Show what a list would change, errors first; import it when asked."""
    found = _of_a_kind_of_theirs(request, number)
    if request.method == "POST":
        done = imports.apply(number, by=request.actor)
        told = {"good": done.counts["new"] + done.counts["changed"], "wrong": done.counts["wrong"]}
        messages.success(request, _("Đã nhập %(good)s dòng, bỏ qua %(wrong)s dòng lỗi.") % told)
        return redirect("records:roster", number)
    return render(request, "records/roster.html", tables.preview(found))


@needs(Permission.ROSTER_KEEP)
@require_safe
def refused_rows(request: ActingRequest, number: int) -> HttpResponse:
    """Send the lines with errors alone, each with its reason, as a file to be mended and brought in again."""
    found = _of_a_kind_of_theirs(request, number)
    data, count = tables.refused(found)
    audit.record(
        request.actor,
        "roster.refused-rows",
        unit_path=found.school.path,
        subject=("roster", number),
        count=count,
    )
    return _file(data, f"dong-loi-{number}.xlsx")


@needs(Permission.ROSTER_KEEP)
@require_safe
def template(request: ActingRequest, kind: str) -> HttpResponse:
    """Send our template of a list."""
    if kind not in list(Kind):
        raise NotFound
    return _file(writing.template(Kind(kind)), f"mau-{kind}.xlsx")


@needs(Permission.PUPIL_EDIT)
@require_safe
def pupils_out(request: ActingRequest) -> HttpResponse:
    """Send the pupils of the school, or of one class, with their codes."""
    school = staff.working_unit(request.actor, Permission.PUPIL_EDIT)
    year = request.GET.get("nam", "") or next((one.code for one in queries.years(request.actor)), "")
    if "\0" in year + request.GET.get("lop", ""):
        raise NotFound
    found = queries.listed(request.actor, school, year, request.GET.get("lop", ""))
    return _file(tables.pupils(school, year, found), f"hoc-sinh-{school.code}.xlsx")


def _of_a_kind_of_theirs(request: ActingRequest, number: int) -> Any:
    """Return a list of a kind that this person may bring in. Raises: NotFound."""
    found = queries.brought(request.actor, number)
    if Kind(found.kind) not in imports.kinds(request.actor, found.school):
        raise NotFound
    return found


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=writing.MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
