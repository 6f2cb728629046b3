"""The form of one subject: pupils × (level, test mark, comment) at one assessment point."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid
from records.actions import results
from records.forms import read_subject_rows
from records.national.codes import code_list
from records.queries import entry
from records.queries.entry import ResultRow, SubjectPage
from records.views import cells, words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs

FIELDS = {"level": "level", "test_mark": "mark", "comment": "comment"}


@needs(P.RESULT_VIEW)
@require_http_methods(["GET", "POST"])
def subject(request: ActingRequest, code: str, subject_code: str) -> HttpResponse:
    """Show the table, and save it whole."""
    page = entry.subject_page(request.actor, code, subject_code, request.GET.get("diem", "CN"))
    if request.method != "POST":
        return _show(request, page)
    rows = read_subject_rows(request.POST, [row.enrolment.pk for row in page.rows if row.is_open])
    try:
        saved = results.enter_subject(
            page.class_year, subject_code=subject_code, point=page.point, rows=rows, by=request.actor
        )
    except (Invalid, Conflict) as refused:
        return _show(request, page, typed=request.POST, refused=refused)
    what = _("%(count)s em, môn %(subject)s") % {"count": saved.changed, "subject": page.subject.label}
    words.say_saved(request, request.actor, what if saved.changed else _("không có gì thay đổi"))
    return redirect(f"{reverse('records:subject', args=[code, subject_code])}?diem={page.point}")


def _show(
    request: ActingRequest,
    page: SubjectPage,
    typed: QueryDict | None = None,
    refused: Invalid | Conflict | None = None,
) -> HttpResponse:
    errors = refused.fields if isinstance(refused, Invalid) else {}
    clashes = _clashes(refused)
    rows = [_row(row, page, typed, errors, clashes) for row in page.rows]
    context = {
        "page": page,
        "place": words.class_place(page.class_year),
        "rows": rows,
        "levels": list(code_list().subject_levels.items()),
        "entered": sum(1 for row in page.rows if row.result and row.result.level),
        "refused": refused,
        "errors": [
            {"id": f"id_{key}", "name": _name_of(key, page), "text": text} for key, text in errors.items()
        ],
        "clashes": _told(refused),
        "context_bar": _choices(page),
        "may_save": page.may_enter and any(row.is_open for row in page.rows),
        "dirty": refused is not None,
        "header_actions": _excel(page),
        "cells_address": reverse("records:cells", args=[page.class_year.code, page.subject.subject_code]),
        "owner": cells.owner(request),
    }
    status = 200 if refused is None else 422 if isinstance(refused, Invalid) else 409
    return render(request, "records/subject.html", context, status=status)


def _clashes(refused: Invalid | Conflict | None) -> dict[str, str]:
    if not isinstance(refused, Conflict):
        return {}
    cells: Any = refused.facts.get("cells", [])
    found = {}
    for cell in cells:
        theirs = _whole(cell["theirs"]) if cell["field"] == "test_mark" else cell["theirs"]
        found[f"{FIELDS[cell['field']]}-{cell['enrolment']}"] = theirs
    return found


def _whole(value: object) -> str:
    """Return a mark as it is written: whole, as the column's one decimal never says anything here."""
    return "" if value is None else str(value).removesuffix(".0")


def _told(refused: Invalid | Conflict | None) -> list[dict[str, Any]]:
    """Return the clashes as a list above the table, each with the address of its cell."""
    if not isinstance(refused, Conflict):
        return []
    cells: Any = refused.facts.get("cells", [])
    return [
        {
            "id": f"id_{FIELDS[cell['field']]}-{cell['enrolment']}",
            "name": cell["name"],
            "yours": cell["yours"],
            "theirs": _whole(cell["theirs"]) if cell["field"] == "test_mark" else cell["theirs"],
        }
        for cell in cells
    ]


def _row(
    row: ResultRow,
    page: SubjectPage,
    typed: QueryDict | None,
    errors: dict[str, object],
    clashes: dict[str, str],
) -> dict[str, Any]:
    key, result = row.enrolment.pk, row.result
    values = {
        "level": result.level if result else "",
        "mark": _whole(result.test_mark) if result else "",
        "comment": result.comment if result else "",
    }
    is_second = bool(result and result.first_test_mark is not None)
    if typed is not None and row.is_open:
        values = {name: typed.get(f"{name}-{key}", "") for name in values}
        is_second = f"second-{key}" in typed
    return {
        "row": row,
        "key": key,
        "version": result.version if result else 0,
        "is_second": is_second,
        "first": _whole(result.first_test_mark) if result else "",
        "has_second": page.has_marks and result is not None and result.test_mark is not None,
        "cells": {
            name: {
                "value": value,
                "error": errors.get(f"{name}-{key}"),
                "theirs": clashes.get(f"{name}-{key}"),
                "clash": f"{name}-{key}" in clashes,
            }
            for name, value in values.items()
        },
    }


def _name_of(key: str, page: SubjectPage) -> str:
    enrolment = key.rpartition("-")[2]
    return next((r.enrolment.pupil.full_name for r in page.rows if str(r.enrolment.pk) == enrolment), "")


def _excel(page: SubjectPage) -> list[dict[str, Any]]:
    """Return the ways to Excel and back, where people look for them: at the top right."""
    place = [page.class_year.code, page.subject.subject_code]
    ways = [(_("Nhập Excel"), "records:take-in")] if page.may_enter else []
    year = {
        "label": _("Cả năm"),
        "url": reverse("records:subject-year", args=place),
        "kind": "second",
    }
    ways.append((_("Xuất Excel"), "records:export"))
    return [year] + [
        {"label": label, "url": f"{reverse(name, args=place)}?diem={page.point}", "kind": "second"}
        for label, name in ways
    ]


def _choices(page: SubjectPage) -> list[dict[str, Any]]:
    points = [
        {"value": value, "label": label, "selected": value == page.point}
        for value, label in words.POINTS.items()
    ]
    return [{"name": "diem", "label": _("Kì đánh giá"), "options": points}]
