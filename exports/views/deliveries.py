"""What the clerk sees of deliveries: schools, one school, one class; the PIN when packages wait."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports.actions import authorising
from exports.forms import PinForm
from exports.queries import deliveries
from exports.queries.deliveries import ClassLine, Row, SchoolPage
from exports.views import words
from hocba.kernel.errors import Conflict, Invalid, RuleBroken, Unavailable
from schools.http import ActingRequest, page_number
from schools.permissions import Permission as P
from schools.permissions import needs


@needs(P.DELIVERY_VIEW)
@never_cache
@require_GET
def overview(request: ActingRequest) -> HttpResponse:
    """Show the deliveries of the one school, or the list of schools."""
    school = deliveries.only_school(request.actor)
    if school is not None:
        return _school_page(request, school, PinForm())
    years = deliveries.school_years()
    wanted = request.GET.get("nam", "")
    year = wanted if wanted in years else next(iter(years), "")
    page, lines = deliveries.schools(request.actor, year, page_number(request))
    context = {
        "page": page,
        "query": f"nam={year}",
        "year_label": year.replace("-", "–"),
        "rows": [{"cells": _school_cells(line)} for line in lines],
        "columns": _school_columns(),
        "context_bar": words.year_choice(years, year),
    }
    return render(request, "exports/delivery_schools.html", context)


def _school_columns() -> list[dict[str, str]]:
    counts = (_("Đã phát hành"), _("Đã tiếp nhận"), _("Còn phải gửi"), _("Bị trả lại"))
    return [{"label": _("Trường")}, {"label": _("Mã")}, *({"label": one, "kind": "num"} for one in counts)]


def _school_cells(line: deliveries.SchoolLine) -> list[dict[str, object]]:
    return [
        {"text": line.school.name, "url": reverse("exports:school", args=[line.school.code])},
        {"text": line.school.code},
        {"text": line.issued},
        {"text": line.delivered},
        {"text": max(line.issued - line.delivered, 0)},
        {"text": line.refused},
    ]


@needs(P.DELIVERY_VIEW)
@never_cache
@require_GET
def school(request: ActingRequest, code: str) -> HttpResponse:
    """Show the deliveries of one school among several."""
    return _school_page(request, deliveries.find_school(request.actor, code), PinForm())


@needs(P.SEAL)
@never_cache
@sensitive_variables()
@sensitive_post_parameters("pin")
@require_http_methods(["POST"])
def authorise(request: ActingRequest) -> HttpResponse:
    """Open the clerk's key session for the packages that wait."""
    school = deliveries.school_to_seal(request.actor, request.POST.get("school", ""))
    form = PinForm(request.POST)
    if form.is_valid():
        try:
            authorising.authorise(school, pin=form.cleaned_data["pin"], by=request.actor)
        except Invalid as wrong:
            form.add_error("pin", str(wrong.sentence))
        except (Conflict, RuleBroken, Unavailable) as refused:
            form.add_error(None, str(refused.sentence))
        else:
            messages.success(
                request, _("Đã nhận mã PIN. Các gói được ký và gửi đi; có thể rời trang, việc vẫn tiếp tục.")
            )
            return redirect("exports:school", school.code)
    return _school_page(request, school, form)


def _school_page(request: ActingRequest, school: Any, form: PinForm) -> HttpResponse:
    found = deliveries.of_school(request.actor, school, request.GET.get("nam", ""))
    waiting = sum(group.documents for group in found.unsigned)
    context = {
        "school": school,
        "lead": f"{school.name} · {_('năm học')} {found.year.replace('-', '–')}"
        if found.year
        else school.name,
        "summary": _summary(found),
        "rows": [_class_row(line) for line in found.classes],
        "certificates": [_certificate(one) for one in found.certificates],
        "certificates_url": words.address("signing:certificates"),
        "pauses": [_pause(one) for one in found.destinations if one.pause_until or one.failures],
        "no_destination": not found.destinations,
        "form": form,
        "waiting": waiting,
        "may_sign": found.may_sign and waiting > 0,
        "what": _what(found),
        "context_bar": words.year_choice(found.years, found.year),
    }
    status = 422 if form.errors else 200
    return render(request, "exports/deliveries.html", context, status=status)


def _summary(found: SchoolPage) -> list[dict[str, Any]]:
    totals = found.totals
    pairs = [
        ("HELD", totals.get("HELD", 0)),
        ("WAITING", totals.get("WAITING", 0)),
        ("SENT", totals.get("SENT", 0)),
        ("ACCEPTED", totals.get("ACCEPTED", 0)),
        ("REFUSED", totals.get("REFUSED", 0)),
    ]
    return [words.badge(state) | {"number": number} for state, number in pairs]


def _what(found: SchoolPage) -> list[str]:
    names = {line.class_year.pk: line.class_year.name for line in found.classes}
    sentences = []
    for group in found.unsigned:
        facts = {"name": names.get(group.class_year_id, ""), "count": group.documents}
        said = _("Lớp %(name)s: báo thu hồi %(count)s học bạ") if group.kind == "WITHDRAWAL" else None
        sentences.append((said or _("Lớp %(name)s: gửi %(count)s học bạ đã phát hành")) % facts)
    return sentences


def _class_row(line: ClassLine) -> dict[str, Any]:
    problems = [
        words.badge(state) | {"number": line.states[state]}
        for state in ("REFUSED", "HELD", "WAITING", "SENT", "VOID")
        if line.states.get(state)
    ]
    problems += [
        words.badge(state, kind="WITHDRAWAL") | {"number": number}
        for state, number in line.withdrawals.items()
        if number
    ]
    return {
        "name": line.class_year.name,
        "url": reverse("exports:delivery-class", args=[line.class_year.code]),
        "issued": line.issued,
        "delivered": line.delivered,
        "states": problems,
    }


def _certificate(row: Any) -> dict[str, Any]:
    state = words.shown_state(row.state, row.answer_code)
    name, word = words.CERTIFICATES[state]
    refused = row.state == "REFUSED"
    return {
        "serial": row.authority.certificate.serial,
        "destination": row.destination.name,
        "badge": {"state": name, "text": word},
        "answer": row.answer_text if refused else words.trouble(row.answer_code),
        "next": words.time(row.next_attempt_at) if state == "TROUBLED" else "",
    }


def _pause(destination: Any) -> dict[str, Any]:
    return {
        "title": _("%(name)s chưa trả lời") % {"name": destination.name},
        "text": _("Không mất gì: hệ thống giữ mọi gói và tự gửi lại%(when)s.")
        % {"when": _(" lúc ") + words.time(destination.pause_until) if destination.pause_until else ""},
    }


@needs(P.DELIVERY_VIEW)
@never_cache
@require_GET
def delivery_class(request: ActingRequest, code: str) -> HttpResponse:
    """Show each delivery of a class with its answer and what to do."""
    found = deliveries.of_class(request.actor, code)
    class_year = found.class_year
    context = {
        "class_year": class_year,
        "lead": f"{class_year.school.name} · {class_year.school_year.label}",
        "rows": [_row(row) for row in found.rows],
        "has_names": any(row.name for row in found.rows),
        "may_send_again": found.may_send_again,
        "back_url": reverse("exports:school", args=[class_year.school.code]),
    }
    return render(request, "exports/delivery_class.html", context)


def _row(row: Row) -> dict[str, Any]:
    delivery = row.delivery
    state = words.shown_state(row.state, delivery.answer_code)
    is_issue = delivery.kind == "ISSUE"
    refused = row.state == "REFUSED"
    return {
        "name": row.name,
        "leaf": delivery.leaf_id,
        "url": words.address("signing:document", row.code) if row.code and row.name else "",
        "destination": delivery.destination.name,
        "badge": words.badge(state, kind=delivery.kind),
        "attempts": delivery.attempts,
        "when": words.time(delivery.answered_at or delivery.sent_at),
        "field": delivery.answer_field,
        "answer": delivery.answer_text if refused else words.trouble(delivery.answer_code),
        "code": delivery.answer_code if refused else "",
        "next": words.time(delivery.next_attempt_at) if state == "TROUBLED" else "",
        "advice": words.advice(delivery.answer_code) if refused else "",
        "is_issue": is_issue,
    }


@needs(P.SEAL)
@require_POST
def send_again(request: ActingRequest, code: str) -> HttpResponse:
    """Put the refused rows of a class back into the queue."""
    class_year = deliveries.class_to_seal(request.actor, code)
    count = authorising.send_again(class_year, by=request.actor)
    messages.success(
        request,
        _("%(count)s học bạ vào lại hàng chờ. Gói mới cần chữ ký: hãy nhập mã PIN.") % {"count": count},
    )
    return redirect("exports:school", class_year.school.code)
