"""The page on which a certificate is ended: what will happen, why, and for who approves, from when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hocba.kernel.clock import VIETNAM
from hocba.kernel.errors import Conflict, Invalid
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from signing import sentences
from signing.actions import endings
from signing.forms import EndForm
from signing.queries import certificates as queries

REASONS = {
    "LOST": gettext_lazy("Mất thiết bị, lộ mã PIN hoặc lộ khóa"),
    "REPLACED": gettext_lazy("Đã thay bằng chứng thư hoặc con dấu khác"),
    "LEFT": gettext_lazy("Người ký đã thôi giữ nhiệm vụ này"),
    "OTHER": gettext_lazy("Lý do khác"),
}


@needs(Permission.CERTIFICATE_END)
@never_cache
@require_http_methods(["GET", "POST"])
def end(request: ActingRequest, number: int) -> HttpResponse:
    """Show what ending a certificate does; with a reason, end it."""
    entry = queries.entry(request.actor, number, Permission.CERTIFICATE_END)
    approver = queries.approves(request.actor, entry)
    form = EndForm(REASONS, request.POST if request.method == "POST" else None, approver=approver)
    if form.is_bound and form.is_valid() and _ended(request, entry, form):
        messages.success(
            request, _("Đã ngừng. Chứng thư này không ký được nữa; quyết định được ghi vào sổ công khai.")
        )
        return redirect("signing:certificates")
    context = {
        "form": form,
        "facts": _facts(entry),
        "open": entry.state == "APPROVED" or (entry.state == "ENDED" and approver),
        "again": entry.state == "ENDED",
        "ended": moment(entry.to_at) if entry.state == "ENDED" else "",
        "asked": form.signed,
        "signed": form.signed or (queries.signed_from(entry, entry.to_at) if entry.to_at else None),
        "readable": queries.reads_transcripts(request.actor, entry),
        "school": entry.school.code,
    }
    return render(request, "signing/end.html", context, status=_status(form))


def _status(form: EndForm) -> int:
    if form.conflict:
        return 409
    return 422 if form.is_bound else 200


def _ended(request: ActingRequest, entry: Any, form: EndForm) -> bool:
    asked = form.cleaned_data
    since = asked.get("since")
    try:
        endings.end(
            entry,
            reason=asked["reason"],
            words=asked["words"],
            since=since,
            told=asked["told"] if asked.get("understood") else 0,
            by=request.actor,
        )
    except Invalid as wrong:
        for name, sentence in wrong.fields.items():
            form.add_error(name, str(sentence))
    except Conflict as conflict:
        form.conflict = True
        form.add_error(None, str(conflict.sentence))
        if since is not None and conflict.case == "signed-after":
            form.ask_about(queries.signed_from(entry, since))
    return not form.errors


def _facts(entry: Any) -> list[dict[str, object]]:
    return [
        {"label": _("Chứng thư của"), "value": entry.certificate.subject_name},
        {"label": _("Vai trò ký"), "value": sentences.ROLES[entry.role]},
        {"label": _("Trường"), "value": entry.school.name},
        {"label": _("Số chứng thư"), "value": entry.certificate.serial},
        {
            "label": _("Được ký từ"),
            "value": moment(entry.from_at) if entry.state in ("APPROVED", "ENDED") else "",
        },
    ]


def moment(instant: Any) -> str:
    """Return an instant to the second: here the second decides."""
    return str(instant.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S"))


def history(entry: Any) -> list[str]:
    """Return who did what to an entry, and when, in words."""
    lines = [_told(_("Đề nghị"), entry.requested_by, entry.requested_at)]
    if entry.decided_by is not None:
        word = _("Từ chối") if entry.state == "REFUSED" else _("Phê duyệt")
        lines.append(_told(word, entry.decided_by, entry.decided_at))
    for one in entry.endings.all():
        word = _("Ngừng từ %(moment)s") % {"moment": moment(one.to_at)}
        why = ": ".join(filter(None, (str(REASONS[one.reason]), one.words)))
        lines.append(f"{_told(word, one.ended_by, one.ended_at)} – {why}")
    return lines


def earlier(ending: Any) -> str:
    """Return the warning for who is to approve a certificate that was ended before."""
    told = {"moment": moment(ending.to_at), "why": REASONS[ending.reason]}
    return _("Chính chứng thư này đã bị ngừng từ %(moment)s. Lý do khi ấy: %(why)s.") % told


def _told(word: str, person: Any, instant: Any) -> str:
    told = {
        "word": word,
        "who": person.full_name,
        "when": instant.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M"),
    }
    return _("%(word)s – %(who)s, lúc %(when)s") % told
