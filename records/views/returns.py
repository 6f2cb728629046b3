"""One pupil's cells in a subject: sent back with a reason, answered, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid, NotFound
from records.actions import returns as actions
from records.desk_forms import CELLS, KeepForm, ReturnForm
from records.queries import returns
from records.queries.returns import CellPage
from records.views import notes, words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs

LARGEST_ID = 2**63 - 1


@needs(P.RESULT_VIEW)
@require_http_methods(["GET", "POST"])
def cell_returns(request: ActingRequest, code: str, subject_code: str, enrolment: int) -> HttpResponse:
    """Show the cells with their history; send one back, answer or take back what was sent."""
    point = request.GET.get("diem", "CN")
    point = point if point in words.POINTS else "CN"
    page = returns.cell_page(request.actor, code, subject_code, enrolment, point)
    posted = request.POST if request.method == "POST" else None
    task = posted.get("task", "") if posted is not None else ""
    send = ReturnForm(page.free, posted if task == "return" else None)
    keep = KeepForm(posted if task == "keep" else None, prefix=None)
    refused: Conflict | None = None
    if posted is not None:
        try:
            if _done(request, page, task, send, keep):
                return redirect(notes.cell_url(code, subject_code, enrolment, point))
        except Invalid as wrong:
            form = keep if task == "keep" else send
            for name, sentence in wrong.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        except Conflict as conflict:
            refused = conflict
    return _show(request, page, send, keep, refused)


def _done(request: ActingRequest, page: CellPage, task: str, send: ReturnForm, keep: KeepForm) -> bool:
    """Do what was asked; say no when the form has errors. Raises: as the actions; NotFound."""
    by = request.actor
    if task == "return":
        if not send.is_valid():
            return False
        cell, reason = send.cleaned_data["cell"], send.cleaned_data["reason"]
        code = page.subject.subject_code
        actions.send(page.enrolment, subject_code=code, point=page.point, cell=cell, reason=reason, by=by)
        messages.success(request, _("Đã trả lại ô này. Giáo viên bộ môn thấy trong việc đang chờ."))
        return True
    number = request.POST.get("number", "")
    known = number.isascii() and number.isdecimal() and len(number) < len(str(LARGEST_ID))
    returned = next((one for one in page.returns if one.pk == int(number)), None) if known else None
    if returned is None or task not in ("keep", "take-back"):
        raise NotFound(_("Không tìm thấy. Có thể địa chỉ đã cũ, hoặc tài khoản đang dùng không xem được."))
    if task == "take-back":
        actions.take_back(returned, by=by)
        messages.success(request, _("Đã rút lại; ô này không còn chờ giáo viên bộ môn."))
        return True
    if not keep.is_valid():
        return False
    actions.keep(returned, reason=keep.cleaned_data["reason"], by=by)
    messages.success(request, _("Đã trả lời: giữ nguyên. Người trả lại đọc được lý do."))
    return True


def _show(
    request: ActingRequest, page: CellPage, send: ReturnForm, keep: KeepForm, refused: Conflict | None
) -> HttpResponse:
    code, subject = page.subject.class_year.code, page.subject.subject_code
    may_enter = P.RESULT_ENTER in page.rights
    context = {
        "page": page,
        "pupil": page.enrolment.pupil,
        "place": f"{page.subject.label} · {words.POINTS[page.point]} · {_('Lớp')} {page.subject.class_year.name}",
        "cells": [{"label": CELLS[name], "value": value} for name, value in page.cells.items()],
        "history": [_line(row, page, may_enter) for row in page.returns],
        "send": send,
        "keep": keep,
        "keeping": request.POST.get("number", ""),
        "may_send": P.CELL_RETURN in page.rights and page.is_open and bool(page.free),
        "refused": refused,
        "subject_url": f"{reverse('records:subject', args=[code, subject])}?diem={page.point}",
    }
    status = 409 if refused is not None else 422 if send.is_bound or keep.is_bound else 200
    return render(request, "records/cell_returns.html", context, status=status)


def _line(row: Any, page: CellPage, may_enter: bool) -> dict[str, Any]:
    anchor = {"level": "level", "test_mark": "mark", "comment": "comment"}[row.cell]
    return {
        "row": row,
        "cell": CELLS[row.cell],
        "answer": notes.ANSWERS[row.answer] if row.answer else "",
        "may_answer": may_enter and not row.answer and page.is_open,
        "may_take_back": P.CELL_RETURN in page.rights and not row.answer,
        "anchor": f"id_{anchor}-{page.enrolment.pk}",
    }
