"""The homeroom teacher's desk: the class at one point, and the table in which it is filled in at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel.errors import Conflict, Invalid
from records.actions import desk as actions
from records.desk_forms import read_class_rows
from records.queries import desk as queries
from records.queries import entry
from records.queries.desk import BODY, HOMEROOM, Colleague, Desk, DeskRow
from records.queries.entry import HomeroomPage, HomeroomRow
from records.rules import curriculum
from records.views import notes, words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs

TRAITS, SKILLS = "pham-chat", "nang-luc"
PARTS = {
    TRAITS: gettext_lazy("Phẩm chất, chuyên cần, sức khỏe"),
    SKILLS: gettext_lazy("Năng lực"),
}
HEADS = {
    "absences_excused": gettext_lazy("Nghỉ có phép"),
    "absences_unexcused": gettext_lazy("Nghỉ không phép"),
    "height_cm": gettext_lazy("Cao (cm)"),
    "weight_kg": gettext_lazy("Nặng (kg)"),
}
MOST_SUBJECTS = 3
"""Named with a pupil; the table of colleagues has them all."""


@needs(P.TRANSCRIPT_VIEW)
@require_GET
def desk(request: ActingRequest, code: str) -> HttpResponse:
    """Show what the class lacks at a point and whose it is."""
    found = queries.desk(request.actor, code, request.GET.get("diem", "CN"))
    page = found.page
    context = {
        "page": page,
        "place": words.class_place(page.class_year),
        "rows": [_desk_row(row, found) for row in found.rows],
        "owners": [_owner(line, page) for line in found.colleagues if line.cells or line.returned],
        "doubts": notes.doubts(found.doubtful, page.class_year.code, page.point),
        "complete": found.complete,
        "sizes": {
            "qualities": len(curriculum.qualities(page.class_year.grade)),
            "competences": len(curriculum.competences(page.class_year.grade)),
            "comments": len(entry.COMMENTS),
        },
        "actions": _actions(page),
        "context_bar": [points(page.point)],
    }
    return render(request, "records/homeroom.html", context)


def points(chosen: str) -> dict[str, Any]:
    """Return the choice of the assessment point for the context bar."""
    options = [
        {"value": value, "label": label, "selected": value == chosen} for value, label in words.POINTS.items()
    ]
    return {"name": "diem", "label": _("Kì đánh giá"), "options": options}


def _actions(page: HomeroomPage) -> list[dict[str, Any]]:
    table = reverse("records:homeroom-table", args=[page.class_year.code])
    bank = {"label": _("Kho nhận xét"), "url": reverse("records:phrases"), "kind": "second"}
    if not page.may_enter:
        return []
    return [bank, {"label": _("Nhập nhanh cả lớp"), "url": f"{table}?diem={page.point}"}]


def _desk_row(row: DeskRow, found: Desk) -> dict[str, Any]:
    teachers = {line.subject.subject_code: line.teachers for line in found.colleagues}
    subjects: dict[str, list[str]] = {}
    for lack in row.lacks:
        if lack.subject_code != HOMEROOM:
            subjects.setdefault(lack.subject_code, []).append(notes.cell_words(lack.what))
    named = [
        {
            "subject": found.labels[code],
            "code": code,
            "what": ", ".join(what),
            "who": ", ".join(teachers[code]),
        }
        for code, what in subjects.items()
    ]
    own = [notes.own_words(lack) for lack in row.lacks if lack.subject_code == HOMEROOM]
    return {
        "row": row.row,
        "qualities": sum(1 for level in row.qualities if level),
        "competences": sum(1 for level in row.competences if level),
        "own": ", ".join(own),
        "named": named[:MOST_SUBJECTS],
        "more": len(named[MOST_SUBJECTS:]),
        "returned": len(row.returned),
    }


def _owner(line: Colleague, page: HomeroomPage) -> dict[str, Any]:
    where = reverse("records:subject", args=[page.class_year.code, line.subject.subject_code])
    return {"line": line, "url": f"{where}?diem={page.point}", "done": len(page.rows) - line.pupils}


# ---- The table ---------------------------------------------------------------------------------------


@needs(P.TRANSCRIPT_VIEW)
@require_http_methods(["GET", "POST"])
def table(request: ActingRequest, code: str) -> HttpResponse:
    """Show the table of the whole class, and save it whole."""
    page = entry.homeroom_page(request.actor, code, request.GET.get("diem", "CN"))
    part = request.GET.get("nhom", TRAITS)
    part = part if part in PARTS else TRAITS
    if request.method != "POST":
        return _show(request, page, part)
    columns = [name for name, _label in _columns(page, part)]
    rows = read_class_rows(request.POST, [row.enrolment.pk for row in page.rows if row.is_open], columns)
    try:
        saved = actions.enter_class(page.class_year, point=page.point, rows=rows, by=request.actor)
    except (Invalid, Conflict) as refused:
        return _show(request, page, part, request.POST, refused)
    told = ngettext("%(count)s em", "%(count)s em", saved.changed) % {"count": saved.changed}
    words.say_saved(request, request.actor, told if saved.changed else _("không có gì thay đổi"))
    return redirect(f"{reverse('records:homeroom-table', args=[code])}?diem={page.point}&nhom={part}")


def _columns(page: HomeroomPage, part: str) -> list[tuple[str, Any]]:
    grade = page.class_year.grade
    if part == SKILLS:
        return [(one.code, one.name) for one in curriculum.competences(grade)]
    return [(one.code, one.name) for one in curriculum.qualities(grade)] + list(HEADS.items())


def _show(
    request: ActingRequest,
    page: HomeroomPage,
    part: str,
    typed: QueryDict | None = None,
    refused: Invalid | Conflict | None = None,
) -> HttpResponse:
    columns = _columns(page, part)
    notes_at = _notes(refused)
    names = {row.enrolment.pk: row.enrolment.pupil.full_name for row in page.rows}
    chosen = [{"value": value, "label": label, "selected": value == part} for value, label in PARTS.items()]
    context = {
        "page": page,
        "place": words.class_place(page.class_year),
        "part_label": PARTS[part],
        "columns": [{"name": name, "label": label} for name, label in columns],
        "rows": [_table_row(row, columns, typed, notes_at) for row in page.rows],
        "refused": refused,
        "errors": [
            {"id": f"id_{key}", "name": names.get(int(key.rpartition("-")[2]), ""), "text": text}
            for key, text in notes_at.items()
        ],
        "context_bar": [points(page.point), {"name": "nhom", "label": _("Nhập"), "options": chosen}],
        "may_save": page.may_enter and any(row.is_open for row in page.rows),
        "dirty": refused is not None,
    }
    status = 200 if refused is None else 422 if isinstance(refused, Invalid) else 409
    return render(request, "records/homeroom_table.html", context, status=status)


def _notes(refused: Invalid | Conflict | None) -> dict[str, str]:
    """Return what is said of each cell: what is wrong, or what somebody else wrote there meanwhile."""
    if isinstance(refused, Invalid):
        return {key: str(text) for key, text in refused.fields.items()}
    cells: Any = refused.facts.get("cells", []) if refused is not None else []
    return {
        f"{one['field']}-{one['enrolment']}": _("Người khác vừa ghi: %(theirs)s; thầy/cô nhập: %(yours)s")
        % {"theirs": one["theirs"] or _("để trống"), "yours": one["yours"] or _("để trống")}
        for one in cells
    }


def _table_row(
    row: HomeroomRow, columns: list[tuple[str, Any]], typed: QueryDict | None, notes_at: dict[str, str]
) -> dict[str, Any]:
    key, data = row.enrolment.pk, actions.stated(row.record)
    cells = []
    for name, label in columns:
        value = actions.cell(data, name)
        if typed is not None and row.is_open:
            value = typed.get(f"{name}-{key}", value)
        note = notes_at.get(f"{name}-{key}", "")
        is_number = name in BODY
        cells.append({"name": name, "label": label, "value": value, "note": note, "is_number": is_number})
    return {"row": row, "key": key, "version": row.record.version if row.record else 0, "cells": cells}
