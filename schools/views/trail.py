"""The trail of the unit, on the page and as a file for Excel."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from schools import audit, words
from schools.forms import TrailForm
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from schools.queries import staff
from schools.queries import trail as queries

USUAL_DAYS = timedelta(days=30)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@needs(Permission.TRAIL_VIEW)
@require_safe
def trail(request: ActingRequest) -> HttpResponse:
    """Show a page of the trail, newest first."""
    unit = staff.working_unit(request.actor, Permission.TRAIL_VIEW)
    form, wanted = _asked(request)
    found = queries.page(request.actor, wanted, before=request.GET.get("truoc", ""))
    audit.record(request.actor, "trail.view", unit_path=unit.path, count=len(found.lines))
    place = {"tu": wanted.since.isoformat(), "den": wanted.until.isoformat()}
    place |= {"nguoi": str(wanted.person_id)} if wanted.person_id else {}
    place |= {"viec": wanted.action} if wanted.action else {}
    context = {
        "unit": unit,
        "form": form,
        "wanted": wanted,
        "lines": [_told(line) for line in found.lines],
        "place": urlencode(place),
        "older": urlencode(place | {"truoc": found.older}) if found.older else "",
        "is_first": "truoc" not in request.GET,
    }
    return render(request, "schools/trail.html", context, status=422 if form.errors else 200)


@needs(Permission.TRAIL_VIEW)
@require_safe
def export(request: ActingRequest) -> HttpResponse:
    """Send the same lines as a CSV file that Excel opens with its letters right."""
    unit = staff.working_unit(request.actor, Permission.TRAIL_VIEW)
    _form, wanted = _asked(request)
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow(
        [_("Lúc"), _("Người làm"), _("Vai trò"), _("Việc"), _("Mã việc"), _("Về"), _("Số dòng"), _("Lý do")]
    )
    found = list(queries.everything(request.actor, wanted))
    for line in found:
        told = _told(line)
        cells = (
            *(told["person"], told["role"], told["action"], line.action),
            *(told["about"], line.count, told["reason"]),
        )
        lines.writerow([localtime(line.at).strftime("%d/%m/%Y %H:%M:%S"), *map(_harmless, cells)])
    audit.record(request.actor, "trail.export", unit_path=unit.path, count=len(found))
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="nhat-ky-{wanted.since}-{wanted.until}.csv"'
    return response


def _asked(request: ActingRequest) -> tuple[TrailForm, queries.Wanted]:
    """Return the form and what it asks; what is wrong in it is left out, with its error beside the field."""
    unit = staff.working_unit(request.actor, Permission.TRAIL_VIEW)
    people = [(line.person_id, line.full_name) for line in staff.of_unit(request.actor, unit)]
    until = request.actor.today
    usual = {"tu": (until - USUAL_DAYS).isoformat(), "den": until.isoformat()}
    stated = usual | {name: value for name, value in request.GET.items() if value}
    form = TrailForm(stated, people=people)
    form.is_valid()
    clean = form.cleaned_data
    wanted = queries.Wanted(
        clean.get("tu") or until - USUAL_DAYS,
        clean.get("den") or until,
        clean.get("nguoi"),
        clean.get("viec", ""),
    )
    if not timedelta(0) <= wanted.until - wanted.since <= queries.LONGEST:
        form.add_error("tu", _("Xin chọn từ ngày trước đến ngày, trong vòng một năm."))
        wanted = queries.Wanted(until - USUAL_DAYS, until, wanted.person_id, wanted.action)
    return form, wanted


def _told(line: queries.TrailLine) -> dict[str, object]:
    return {
        "at": line.at,
        "person": line.person,
        "role": words.role(line.role),
        "action": words.action(line.action),
        "about": line.about,
        "count": line.count,
        "reason": line.reason,
    }


def _harmless(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
