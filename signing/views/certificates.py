"""The register of who may sign: the school asks, the level above decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hocba.kernel.errors import Conflict, Invalid, Unavailable
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from signing import sentences
from signing.actions import register
from signing.forms import RefuseForm, RequestForm
from signing.queries import certificates as queries
from signing.seal.trust import SignerRole
from signing.views import endings

STATES = {"WAITING": "PENDING", "APPROVED": "good", "REFUSED": "REJECTED", "ENDED": "revoked"}


@needs(Permission.CERTIFICATE_VIEW)
@require_http_methods(["GET", "POST"])
def certificates(request: ActingRequest) -> HttpResponse:
    """Show the register, and for schools the form of a request."""
    schools = queries.schools_to_ask_for(request.actor)
    people = queries.signers_of(request.actor, schools)
    choices = [(one.pk, f"{one.full_name} – {title}" if title else one.full_name) for one, title in people]
    form = None
    if request.method == "POST" and not schools:
        raise PermissionDenied
    if len(schools) == 1:
        bound = request.method == "POST"
        form = RequestForm(choices, request.POST if bound else None, request.FILES if bound else None)
        if bound and form.is_valid() and _asked(request, schools[0], form, {p.pk: p for p, _title in people}):
            messages.success(request, _("Đã gửi đề nghị. Cấp trên phê duyệt xong là ký được."))
            return redirect("signing:certificates")
    rows = queries.register(request.actor)
    decidable, endable = queries.may_decide(request.actor, rows), queries.may_end(request.actor, rows)
    before = queries.ended_before(rows) if decidable else {}
    context = {
        "rows": [_row(one, one.pk in decidable, one.pk in endable, before.get(one.pk)) for one in rows],
        "waiting": sum(one.state == "WAITING" for one in rows),
        "form": form,
        "may_decide": bool(decidable),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "signing/certificates.html", context, status=status)


def _asked(request: ActingRequest, school: Any, form: RequestForm, people: dict[int, Any]) -> bool:
    data = form.cleaned_data
    try:
        register.request(
            school,
            role=SignerRole(data["role"]),
            credential=data["credential"],
            person=people.get(data["person"]),
            image=data["image"].read() if data["image"] else None,
            by=request.actor,
        )
    except Invalid as wrong:
        for name, sentence in (wrong.fields or {"": wrong.sentence}).items():
            form.add_error(name if name in form.fields else None, str(sentence))
    except (Conflict, Unavailable) as refused:
        form.add_error(
            "credential", str(refused.sentence) or _("Thiết bị ký chưa trả lời hoặc không có mã này.")
        )
    return not form.errors


def _row(one: Any, decidable: bool, endable: bool, before: Any) -> dict[str, Any]:
    words = {
        "WAITING": _("Chờ phê duyệt"),
        "APPROVED": _("Đã phê duyệt"),
        "REFUSED": _("Bị từ chối"),
        "ENDED": _("Đã ngừng từ %(moment)s") % {"moment": endings.moment(one.to_at) if one.to_at else ""},
    }
    return {
        "pk": one.pk,
        "school": one.school.name,
        "role": sentences.ROLES[one.role],
        "holder": one.certificate.subject_name,
        "issuer": one.certificate.issuer_name,
        "serial": one.certificate.serial,
        "not_before": one.certificate.not_before,
        "not_after": one.certificate.not_after,
        "state": STATES[one.state],
        "word": words[one.state],
        "since": one.from_at if one.state in ("APPROVED", "ENDED") else None,
        "refused": one.refused_reason,
        "history": endings.history(one),
        "before": endings.earlier(before) if before else "",
        "decidable": decidable,
        "endable": endable,
        "ended": one.state == "ENDED",
    }


@needs(Permission.CERTIFICATE_APPROVE)
@require_POST
def decide(request: ActingRequest, number: int) -> HttpResponse:
    """Approve or refuse one request."""
    entry = queries.entry(request.actor, number, Permission.CERTIFICATE_APPROVE)
    if request.POST.get("decision") == "approve":
        register.approve(entry, by=request.actor)
        messages.success(request, _("Đã phê duyệt. Quyết định được ghi vào sổ công khai."))
        return redirect("signing:certificates")
    form = RefuseForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("signing:certificates")
    register.refuse(entry, reason=form.cleaned_data["reason"], by=request.actor)
    messages.success(request, _("Đã từ chối; nhà trường đọc được lý do."))
    return redirect("signing:certificates")
