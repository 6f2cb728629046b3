"""The sign page of a class, one transcript of it, and the progress of a batch."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel.errors import Conflict, DomainError, Invalid, RuleBroken, Unavailable
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from signing.actions import batches
from signing.forms import PinForm
from signing.queries import waiting
from signing.queries.waiting import Progress, Waiting
from signing.seal.trust import SignerRole
from signing.views import particulars, words


@needs(Permission.TRANSCRIPT_VIEW)
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def sign(request: ActingRequest, code: str, role: str) -> HttpResponse:
    """Show what will be signed; with the PIN, begin."""
    signer = _role(role)
    class_year = waiting.class_of(request.actor, code, signer)
    if request.method != "POST":
        return _page(request, waiting.waiting(request.actor, class_year, signer), "", 200)
    return _authorise(request, class_year, signer)


@sensitive_variables()
def _authorise(request: ActingRequest, class_year: Any, signer: SignerRole) -> HttpResponse:
    form = PinForm(request.POST)
    if not form.is_valid():
        shown = waiting.waiting(request.actor, class_year, signer)
        return _page(request, shown, str(form.errors["pin"][0]), 422)
    pin = form.cleaned_data["pin"]
    try:
        batch = batches.authorise(class_year, role=signer, pin=pin, by=request.actor)
    except (Invalid, Conflict, RuleBroken, Unavailable) as refused:
        if "batch" in refused.facts:
            return redirect("signing:batch", refused.facts["batch"])
        return _refused(request, class_year, signer, refused)
    return redirect("signing:batch", batch.pk)


def _refused(
    request: ActingRequest, class_year: Any, signer: SignerRole, refused: DomainError
) -> HttpResponse:
    shown = waiting.waiting(request.actor, class_year, signer)
    if isinstance(refused, Invalid):
        return _page(request, shown, str(refused.sentence), 422)
    law = refused.law if isinstance(refused, RuleBroken) else ""
    status = 503 if isinstance(refused, Unavailable) else 409
    return _page(request, shown, "", status, trouble=str(refused.sentence), law=law)


def _page(
    request: ActingRequest, shown: Waiting, error: str, status: int, *, trouble: str = "", law: str = ""
) -> HttpResponse:
    role, count = shown.role, len(shown.lines)
    context = {
        "shown": shown,
        "title": words.TITLES[role],
        "place": words.class_place(shown.class_year),
        "rows": [_row(shown, line) for line in shown.lines],
        "dialog": _dialog(shown, count),
        "seal": role is SignerRole.SEAL,
        "error": error,
        "trouble": trouble,
        "law": law,
        "running": shown.batch if shown.batch and shown.batch.state == "RUNNING" else None,
        "paused": _paused(shown),
        "back": reverse("records:class", args=[shown.class_year.code]),
        "certificates": reverse("signing:certificates"),
    }
    return render(request, "signing/sign.html", context, status=status)


def _paused(shown: Waiting) -> str:
    batch = shown.batch
    return words.pause(batch.paused_reason) if batch is not None and batch.state == "PAUSED" else ""


def _row(shown: Waiting, line: waiting.Line) -> dict[str, Any]:
    code, slug = shown.class_year.code, words.SLUGS[shown.role]
    return {
        "pupil": line.pupil,
        "url": reverse("signing:preview", args=[code, slug, line.transcript_id]),
        "outcome": line.outcome,
        "promoted": line.promoted,
        "reward": line.reward,
        "notes": [words.NOTES[note] for note in line.notes],
    }


def _dialog(shown: Waiting, count: int) -> dict[str, Any]:
    name, sheet = shown.class_year.name, shown.sheet
    what = [
        _("Vai trò: %(role)s, lớp %(name)s") % {"role": words.TITLES[shown.role], "name": name},
        _("Chữ ký số có giá trị pháp lý như chữ ký tay; mỗi học bạ được ký riêng, có dấu thời gian."),
    ]
    if sheet is not None:
        facts = {"day": sheet.issue_on.strftime("%d/%m/%Y"), "leader": sheet.leader.full_name}
        what.append(_("Ngày phát hành ghi trong học bạ: %(day)s; người ký: %(leader)s") % facts)
    if shown.unusual:
        what.append(_("%(count)s học bạ có điều cần xem lại, đứng đầu danh sách") % {"count": shown.unusual})
    certificate = shown.authority.certificate if shown.authority else None
    is_seal = shown.role is SignerRole.SEAL
    submit = _("Ký số phát hành (%(count)s)") if is_seal else _("Ký số (%(count)s)")
    return {
        "title": words.TITLES[shown.role],
        "what": what,
        "certificate": f"{certificate.subject_name} ({certificate.serial})" if certificate else "",
        "submit": submit % {"count": count},
    }


@needs(Permission.TRANSCRIPT_VIEW)
@require_GET
def preview(request: ActingRequest, code: str, role: str, transcript: int) -> HttpResponse:
    """Show one transcript exactly as its frozen bytes state it."""
    signer = _role(role)
    class_year = waiting.class_of(request.actor, code, signer)
    data = waiting.frozen(request.actor, class_year, signer, transcript)
    context = {
        "name": data.general.full_name,
        "place": words.class_place(class_year),
        "groups": particulars.groups(data),
        "subjects": data.subjects,
        "actions": [
            {
                "label": _("Quay lại danh sách"),
                "url": reverse("signing:sign", args=[code, role]),
                "kind": "second",
            }
        ],
    }
    return render(request, "signing/preview.html", context)


@needs(Permission.TRANSCRIPT_VIEW)
@never_cache
@require_GET
def batch(request: ActingRequest, number: int) -> HttpResponse:
    """Show how a batch is getting on; to htmx, the progress alone."""
    found = waiting.progress(request.actor, number)
    context = _progress(found)
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "signing/batch_progress.html", context)
        if not found.working:
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, "signing/batch.html", context)


def _progress(found: Progress) -> dict[str, Any]:
    batch, code = found.batch, found.class_year.code
    slug = words.SLUGS[found.role]
    labels = {"RUNNING": _("Đang ký"), "PAUSED": _("Tạm dừng"), "DONE": _("Đã ký")}
    return {
        "batch": batch,
        "title": words.TITLES[found.role],
        "place": words.class_place(found.class_year),
        "label": labels[batch.state],
        "note": _("Thầy cô có thể rời trang, việc vẫn tiếp tục.") if found.working else "",
        "waits": words.pause(batch.paused_reason) if found.working else "",
        "poll_url": reverse("signing:batch", args=[batch.pk]) if found.working else "",
        "paused": words.pause(batch.paused_reason) if batch.state == "PAUSED" else "",
        "failures": [{"pupil": one.pupil, "why": words.failure(one.code)} for one in found.failures],
        "sign_url": reverse("signing:sign", args=[code, slug]),
        "class_url": reverse("records:class", args=[code]),
        "issued_url": reverse("signing:issued", args=[code]),
        "is_seal": found.role is SignerRole.SEAL,
        "left": max(batch.total - batch.done - batch.failed, 0),
    }


def _role(slug: str) -> SignerRole:
    if slug not in words.ROLES:
        raise Http404
    return words.ROLES[slug]
