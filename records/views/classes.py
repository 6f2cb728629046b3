"""The list of classes, and one class."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from records.queries import classes
from records.queries.classes import ClassInside, ClassLine, Work
from records.rules.circular_27_2020 import outcome_label
from records.views import notes, words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs


@needs(P.CLASS_VIEW)
@require_GET
def class_list(request: ActingRequest) -> HttpResponse:
    """Show the classes of a year, each with what waits for this person."""
    years = classes.school_years(request.actor)
    wanted = request.GET.get("nam", "")
    year = wanted if wanted in years else (years[0] if years else "")
    lines = classes.of_year(request.actor, year) if year else []
    rows = [_line(line) for line in lines]
    context = {
        "rows": rows,
        "waiting": [row for row in rows if row["url"]],
        "returned": notes.waiting_returns(request.actor),
        "year_label": year.replace("-", "–"),
        "has_schools": len({row["school"] for row in rows}) > 1,
        "context_bar": _year_choice(years, year),
    }
    return render(request, "records/classes.html", context)


def _line(line: ClassLine) -> dict[str, Any]:
    code, waiting = line.class_year.code, line.waiting
    homeroom = line.class_year.homeroom_teacher
    return {
        "code": code,
        "name": line.class_year.name,
        "school": line.class_year.school.name,
        "homeroom": homeroom.full_name if homeroom else "",
        "pupils": line.pupils,
        "counts": words.progress_cells(line),
        "label": words.work_label(waiting),
        "url": words.work_url(waiting, code) if waiting.work is not Work.NOTHING else "",
    }


def _year_choice(years: list[str], chosen: str) -> list[dict[str, Any]]:
    if len(years) < 2:
        return []
    options = [{"value": y, "label": y.replace("-", "–"), "selected": y == chosen} for y in years]
    return [{"name": "nam", "label": _("Năm học"), "options": options}]


@needs(P.CLASS_VIEW)
@require_GET
def class_page(request: ActingRequest, code: str) -> HttpResponse:
    """Show one class: its steps, its subjects, its pupils, and what this person may do."""
    search = request.GET.get("q", "")
    inside = classes.inside(request.actor, code, search)
    context = {
        "inside": inside,
        "class_year": inside.class_year,
        "place": words.school_place(inside.class_year),
        "steps": words.steps(inside),
        "next_label": words.work_label(inside.waiting),
        "next_url": words.work_url(inside.waiting, code),
        "actions": _actions(inside),
        "rows": _pupil_rows(inside),
        "whole": P.TRANSCRIPT_VIEW in inside.rights,
        "sees_pupils": P.PUPIL_VIEW in inside.rights,
        "edits_pupils": bool(request.actor.paths(P.PUPIL_EDIT)),
        "search": search,
    }
    return render(request, "records/class.html", context)


def _actions(inside: ClassInside) -> list[dict[str, Any]]:
    code, rights = inside.class_year.code, inside.rights
    offered = [
        (P.HOMEROOM_ENTER, _("Phẩm chất, năng lực, nhận xét"), "records:homeroom"),
        (P.TRANSCRIPT_VIEW, _("Bảng tổng hợp, xác nhận"), "records:confirm"),
        (P.SHEET_MAKE, _("Tờ phát hành, chốt dữ liệu"), "records:sheet"),
    ]
    return [
        {"label": label, "url": words.address(name, code), "kind": "second"}
        for permission, label, name in offered
        if permission in rights
    ]


def _pupil_rows(inside: ClassInside) -> list[dict[str, Any]]:
    whole = [
        {
            "enrolment": year.enrolment,
            "state": year.state,
            "outcome": outcome_label(year.result.outcome) if year.result.outcome else "",
            "lacks": len(year.result.missing),
            "document": year.transcript.current.look_up_code
            if year.transcript and year.transcript.current and year.state in ("ISSUED", "WITHDRAWN")
            else None,
        }
        for year in inside.years
    ]
    return whole or [{"enrolment": each} for each in inside.pupils]
