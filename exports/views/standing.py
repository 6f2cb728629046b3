"""How far each unit and class is: a page to read, and the same numbers as a file for Excel."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exports.queries import standing as query
from exports.queries.standing import Counts, Line, Standing
from exports.views import words
from hocba.kernel.names import fold
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import holds, needs

STEPS = (
    ("confirmed", gettext_lazy("Hoàn thành")),
    ("frozen", gettext_lazy("Chốt dữ liệu")),
    ("homeroom_signed", gettext_lazy("GVCN ký")),
    ("principal_signed", gettext_lazy("Hiệu trưởng ký")),
    ("issued", gettext_lazy("Phát hành")),
    ("delivered", gettext_lazy("Đã tiếp nhận")),
)


@needs(P.STANDING_VIEW)
@never_cache
@require_GET
def standing(request: ActingRequest, code: str = "") -> HttpResponse:
    """Show one unit: totals, then each unit or class beneath it."""
    wants_file = request.GET.get("dang") == "csv"
    action = "standing.export" if wants_file else "standing.view"
    found = query.of_unit(request.actor, code, request.GET.get("nam", ""), action=action)
    if wants_file:
        return _file(found)
    is_school = found.unit.level.is_school
    search = request.GET.get("q", "")
    lines = [line for line in found.lines if fold(search) in fold(f"{line.name} {line.code}")]
    opens = is_school and holds(request.actor, P.CLASS_VIEW)
    context = {
        "unit": found.unit,
        "is_school": is_school,
        "year": found.year,
        "lead": f"{_('Năm học')} {found.year.replace('-', '–')}",
        "above": [{"name": unit.name, "url": _address(unit.code, found.year)} for unit in found.above],
        "total": _numbers(found.total),
        "people": found.total,
        "labels": [label for _name, label in STEPS],
        "rows": [_row(line, found.year, opens=opens) for line in lines],
        "search": search,
        "keep": [{"name": "nam", "value": found.year}],
        "context_bar": words.year_choice(found.years, found.year),
        "actions": [{"label": _("Xuất Excel (CSV)"), "url": f"?nam={found.year}&dang=csv", "kind": "second"}],
    }
    return render(request, "exports/standing.html", context)


def _address(code: str, year: str) -> str:
    return reverse("exports:standing-unit", args=[code]) + f"?nam={year}"


def _numbers(counts: Counts) -> list[dict[str, Any]]:
    return [{"label": label, "done": getattr(counts, name), "total": counts.pupils} for name, label in STEPS]


def _row(line: Line, year: str, *, opens: bool) -> dict[str, Any]:
    inside = words.address("records:class", line.code) if opens else ""
    url = inside if line.is_class else _address(line.code, year)
    return {
        "name": f"{_('Lớp')} {line.name}" if line.is_class else line.name,
        "code": line.code,
        "url": url,
        "is_class": line.is_class,
        "counts": line.counts,
        "steps": _numbers(line.counts),
    }


def _file(found: Standing) -> HttpResponse:
    """Return the rows with codes, as UTF-8 with a mark that Excel knows; the last row is the total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    heads = [_("Mã"), _("Tên"), _("Số lớp"), _("Số học sinh"), *(str(label) for _name, label in STEPS)]
    heads += [_("Đã thu hồi"), _("Người ký"), _("Có chứng thư còn hạn"), _("Trường"), _("Con dấu còn hạn")]
    writer.writerow(heads)
    for line in found.lines:
        writer.writerow([_text(line.code), _text(line.name), *_cells(line.counts)])
    writer.writerow([_text(found.unit.code), _("Tổng"), *_cells(found.total)])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tien-do-{found.unit.code}-{found.year}.csv"'
    return answer


def _cells(counts: Counts) -> list[int]:
    steps = [getattr(counts, name) for name, _label in STEPS]
    people = [counts.withdrawn, counts.signers, counts.certified, counts.schools, counts.seals]
    return [counts.classes, counts.pupils, *steps, *people]


def _text(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
