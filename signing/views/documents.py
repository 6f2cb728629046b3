"""The transcript as issued: verdict, official view, downloads, withdrawal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel.errors import Conflict, Invalid, RuleBroken
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from signing.actions import openings, withdrawals
from signing.forms import WithdrawForm
from signing.queries import documents
from signing.seal.pdf.draw import render_html
from signing.views import verdicts, words

TYPES = {"xml": "application/xml", "pdf": "application/pdf", "zip": "application/zip"}


@needs(Permission.TRANSCRIPT_VIEW)
@never_cache
@require_http_methods(["GET", "POST"])
def document(request: ActingRequest, code: UUID) -> HttpResponse:
    """Show an issued transcript with its verdict; withdraw it."""
    sealed = documents.document(request.actor, code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _withdrawn(request, sealed, form):
        messages.success(request, _("Đã thu hồi. Học bạ này không còn giá trị; hãy cấp lại bản đúng."))
        return redirect("signing:document", code)
    opened = openings.open_document(sealed, by=request.actor)
    context = _context(request, opened, form)
    return render(request, "signing/document.html", context, status=422 if form.is_bound else 200)


def _withdrawn(request: ActingRequest, sealed: Any, form: WithdrawForm) -> bool:
    try:
        withdrawals.withdraw(sealed, reason=form.cleaned_data["reason"], by=request.actor)
    except Invalid as wrong:
        form.add_error("reason", str(wrong.sentence))
    except RuleBroken as broken:
        form.add_error(None, f"{broken.sentence} ({broken.law})")
    except Conflict as conflict:
        form.add_error(None, str(conflict.sentence))
    return not form.errors


def _context(request: ActingRequest, opened: openings.OpenedDocument, form: WithdrawForm) -> dict[str, Any]:
    sealed, code = opened.sealed, str(opened.sealed.look_up_code)
    downloads = [(kind, label) for kind, label in _LABELS.items() if kind != "zip" or opened.pinned]
    return {
        "sealed": sealed,
        "name": sealed.pupil.full_name,
        "place": words.class_place(sealed.class_year),
        "panel": verdicts.panel(opened.verdict),
        "signatures": verdicts.signature_cards(opened.verdict),
        "official": official(opened.xml),
        "downloads": [
            {"label": label, "url": reverse("signing:download", args=[code, kind]), "kind": "second"}
            for kind, label in downloads
        ],
        "pinned": opened.pinned,
        "withdrawal": opened.withdrawal,
        "may_withdraw": opened.may_withdraw,
        "form": form,
        "facts": [
            {"label": _("Mã tra cứu học bạ"), "value": code},
            {"label": _("Phát hành lúc"), "value": opened.issued_text},
            {"label": _("Mục trong sổ công khai"), "value": sealed.leaf_id},
        ],
        "list_url": reverse("signing:issued", args=[sealed.class_year.code]),
    }


_LABELS = {"pdf": _("Tải PDF"), "xml": _("Tải XML"), "zip": _("Tải gói đầy đủ (ZIP)")}


def official(xml: bytes) -> str:
    """Return the Ministry's display of a sealed XML; the template behind it escapes every value."""
    verify_url = f"{settings.PUBLIC_ADDRESS}/xac-thuc/"
    return mark_safe(render_html(xml, verify_url=verify_url, specimen=settings.SPECIMEN))  # noqa: S308


@needs(Permission.TRANSCRIPT_VIEW)
@never_cache
@require_GET
def download(request: ActingRequest, code: UUID, kind: str) -> HttpResponse:
    """Give one of the files; a withdrawn one says so in its name."""
    if kind not in TYPES:
        raise Http404
    sealed = documents.document(request.actor, code)
    data, name = openings.file_of(sealed, kind, by=request.actor)
    answer = HttpResponse(data, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(Permission.TRANSCRIPT_VIEW)
@require_GET
def issued(request: ActingRequest, code: str) -> HttpResponse:
    """List the issued transcripts of a class."""
    class_year, rows = documents.issued_in_class(request.actor, code)
    lines = [
        {
            "cells": [
                {"text": row.pupil.full_name, "url": reverse("signing:document", args=[row.look_up_code])},
                {"text": str(row.look_up_code)},
                {"text": row.sealed_at.astimezone().strftime("%d/%m/%Y %H:%M")},
                {"state": standing},
            ]
        }
        for row, standing in rows
    ]
    columns = [
        {"label": _("Họ và tên")},
        {"label": _("Mã tra cứu")},
        {"label": _("Phát hành lúc")},
        {"label": _("Tình trạng")},
    ]
    context = {
        "place": words.class_place(class_year),
        "rows": lines,
        "columns": columns,
        "count": _("%(count)s bản") % {"count": len(lines)},
        "class_url": reverse("records:class", args=[class_year.code]),
    }
    return render(request, "signing/issued.html", context)
