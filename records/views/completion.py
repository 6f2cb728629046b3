"""The class's summary with the confirmation, and one pupil's year with why it came out so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid, NotFound, RuleBroken
from records.actions import completion, decisions
from records.explain import explain
from records.forms import DecisionForm, ReasonForm
from records.national.codes import code_list
from records.queries import classes, doubts, entry, years
from records.queries.years import PupilYear
from records.rules.circular_27_2020 import outcome_label, reward_label
from records.views import notes, words
from schools import seen
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import needs

RETURNABLE = ("FROZEN", "HOMEROOM_SIGNED", "PRINCIPAL_SIGNED")
REOPENABLE = ("CONFIRMED", "WITHDRAWN")


@needs(P.TRANSCRIPT_VIEW)
@require_http_methods(["GET", "POST"])
def confirm(request: ActingRequest, code: str) -> HttpResponse:
    """Show results of the whole class and what is still missing; confirm whoever is complete."""
    class_year = classes.find(request.actor, code, P.TRANSCRIPT_VIEW)
    if request.method == "POST":
        report = completion.confirm(class_year, by=request.actor)
        sentence = _("Đã xác nhận hoàn thành %(done)s em; %(held)s em còn thiếu, xem danh sách bên dưới.")
        if not report.held:
            sentence = _("Đã xác nhận hoàn thành %(done)s em. Cả lớp đã đủ.")
        messages.success(request, sentence % {"done": report.confirmed, "held": len(report.held)})
        return redirect("records:confirm", code)
    inside = classes.inside_of(request.actor, class_year)
    held = completion.outstanding(request.actor, class_year, inside.whole_years)
    waiting = sum(1 for year in inside.years if year.state == "DRAFT")
    taught = [line.subject.subject_code for line in inside.subjects if line.may_enter]
    context = {
        "class_year": class_year,
        "place": words.class_place(class_year),
        "subjects": [line.subject for line in inside.subjects],
        "rows": [_summary(year) for year in inside.years],
        "steps": words.steps(inside),
        "held": held,
        "items": words.fix_items(held, class_year, inside.rights, taught, request.actor),
        "doubts": notes.doubts(doubts.of_years(inside.years), class_year.code, "CN"),
        "ready": waiting - len(held),
        "count": inside.count,
        "confirmed": inside.count - waiting,
        "may_confirm": P.RESULTS_CONFIRM in inside.rights,
    }
    return render(request, "records/confirm.html", context)


def _summary(year: PupilYear) -> dict[str, Any]:
    cells = []
    for subject in year.subjects:
        row = year.results.get(subject.subject_code)
        mark = f"{row.test_mark:f}".removesuffix(".0") if row and row.test_mark is not None else ""
        level = row.level if row else ""
        cells.append({"level": level, "mark": mark, "label": subject.label, "code": subject.subject_code})
    return {
        "enrolment": year.enrolment,
        "cells": cells,
        "outcome": outcome_label(year.result.outcome) if year.result.outcome else "",
        "reward": reward_label(year.result.reward) if year.result.reward else "",
        "state": year.state,
    }


@needs(P.TRANSCRIPT_VIEW)
@require_http_methods(["GET", "POST"])
def pupil_year(request: ActingRequest, code: str, enrolment: int) -> HttpResponse:
    """Show one pupil's year and its explanation; decide, reopen or return it."""
    chosen = entry.find_enrolment(request.actor, code, enrolment)
    reason, decision = ReasonForm(), DecisionForm()
    refused: RuleBroken | Conflict | None = None
    if request.method == "POST":
        task = request.POST.get("task", "")
        try:
            if task == "decide":
                decision = DecisionForm(request.POST)
                done = decision.is_valid() and _decide(request, chosen, decision)
            else:
                reason = ReasonForm(request.POST)
                done = reason.is_valid() and _turn_back(request, chosen, task, reason)
        except Invalid as wrong:
            form = decision if task == "decide" else reason
            form.add_error(None, str(wrong.sentence))
            done = False
        except (RuleBroken, Conflict) as broken:
            refused, done = broken, False
        if done:
            return redirect(reverse("records:pupil-year", args=[code, enrolment]))
    return _show_year(request, chosen, reason, decision, refused)


def _decide(request: ActingRequest, chosen: Any, form: DecisionForm) -> bool:
    row = decisions.record(
        chosen,
        decision=form.cleaned_data["decision"],
        by=request.actor,
        shown=request.POST.get("shown"),
    )
    words.say_saved(request, request.actor, row.get_principal_decision_display() or _("chưa quyết định"))
    return True


def _turn_back(request: ActingRequest, chosen: Any, task: str, form: ReasonForm) -> bool:
    transcript = entry.find_transcript(request.actor, chosen)
    if transcript is None or task not in ("reopen", "return"):
        raise NotFound(_("Em này chưa có học bạ để mở lại."))
    turn = completion.reopen if task == "reopen" else completion.send_back
    turn(transcript, reason=form.cleaned_data["reason"], by=request.actor)
    messages.success(request, _("Đã mở để sửa. Sửa xong, giáo viên chủ nhiệm xác nhận lại."))
    return True


def _show_year(
    request: ActingRequest,
    chosen: Any,
    reason: ReasonForm,
    decision: DecisionForm,
    refused: RuleBroken | Conflict | None,
) -> HttpResponse:
    year = years.of_enrolment(request.actor, chosen)
    if year is None:
        raise NotFound(_("Không tìm thấy."))
    rights = classes.rights_in(request.actor, chosen.class_year)
    entry.seen_one(request.actor, chosen)
    if not decision.is_bound:
        decision = DecisionForm(initial={"decision": year.record.principal_decision if year.record else ""})
    context = {
        "year": year,
        "summary": _summary(year),
        "pupil": year.enrolment.pupil,
        "place": words.class_place(chosen.class_year),
        "code": chosen.class_year.code,
        "explanation": explain(year.result.trace),
        "traits": _traits(year),
        "levels": code_list().subject_levels,
        "reason_form": reason,
        "decision_form": decision,
        "shown": seen.mark(decisions.standing(year.record.principal_decision if year.record else "")),
        "refused": refused,
        "may_reopen": P.RESULTS_REOPEN in rights and year.state in REOPENABLE,
        "may_return": P.TRANSCRIPT_RETURN in rights and year.state in RETURNABLE,
        "may_decide": P.DECISION_RECORD in rights and year.state == "DRAFT" and _is_not_completed(year),
        "may_enter": P.HOMEROOM_ENTER in rights and year.state == "DRAFT",
        "signed": year.state in RETURNABLE[1:],
    }
    broken = refused is not None or reason.is_bound or decision.is_bound
    status = 409 if isinstance(refused, Conflict) else 422 if broken else 200
    return render(request, "records/pupil_year.html", context, status=status)


def _is_not_completed(year: PupilYear) -> bool:
    return year.result.outcome is not None and year.result.outcome.value == "NOT_COMPLETED"


def _traits(year: PupilYear) -> list[dict[str, Any]]:
    record, lists = year.record, code_list()
    levels = {**record.qualities, **record.competences} if record else {}
    return [
        {"label": trait.name, "value": lists.trait_levels.get(levels.get(trait.code, ""), "")}
        for trait in lists.traits
        if year.enrolment.class_year.grade in trait.grades
    ]
