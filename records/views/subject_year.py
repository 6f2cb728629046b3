"""A subject's table over the whole year: pupils × four points, as a grid; without its script it is for reading."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from records.actions.cells import shown
from records.queries import entry
from records.queries.entry import SubjectYearPage, YearRow
from records.views import cells, words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs

KINDS = {"level": "level", "mark": "mark", "comment": "words"}


@needs(P.RESULT_VIEW)
@require_GET
def year(request: ActingRequest, code: str, subject_code: str) -> HttpResponse:
    """Show the grid of the year."""
    page = entry.subject_year(request.actor, code, subject_code)
    columns = _columns(page)
    context = {
        "page": page,
        "place": words.class_place(page.class_year),
        "points": [
            {
                "label": words.POINTS[point],
                "width": 2 + has_marks,
                "url": f"{reverse('records:subject', args=[code, subject_code])}?diem={point}",
            }
            for point, has_marks in page.points.items()
        ],
        "columns": columns,
        "rows": [_row(row, columns) for row in page.rows],
        "back": reverse("records:subject", args=[code, subject_code]),
        "cells_address": reverse("records:cells", args=[code, subject_code]),
        "owner": cells.owner(request),
        "may_save": page.may_enter and any(row.is_open for row in page.rows),
    }
    return render(request, "records/subject_year.html", context)


def _columns(page: SubjectYearPage) -> list[dict[str, Any]]:
    headings = {"level": _("Mức"), "mark": _("Điểm"), "comment": _("Nhận xét")}
    return [
        {
            "point": point,
            "name": name,
            "kind": KINDS[name],
            "label": headings[name],
            "of": words.POINTS[point],
        }
        for point, has_marks in page.points.items()
        for name in KINDS
        if name != "mark" or has_marks
    ]


def _row(row: YearRow, columns: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": row.enrolment.pk,
        "name": row.enrolment.pupil.full_name,
        "is_open": row.is_open,
        "cells": [
            one | {"place": place, "value": shown(row.results.get(one["point"]), one["name"])}
            for place, one in enumerate(columns)
        ],
    }
