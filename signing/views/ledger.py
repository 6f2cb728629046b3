"""The transparency log and the trust directory, for whoever wants to check without asking us."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hocba.kernel.errors import Invalid, NotFound
from schools.permissions import public
from signing.queries import ledger

TEXT = "text/plain; charset=utf-8"
TRUST_TYPES = {"pem": "application/x-pem-file", "json": "application/json"}


@public
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Explain the log and link its files."""
    try:
        checkpoint = ledger.checkpoint()
    except NotFound:
        checkpoint = ""
    files = [{"name": one, "url": reverse("signing:trust-file", args=[one])} for one in ledger.trust_files()]
    return render(request, "signing/log.html", {"checkpoint": checkpoint, "files": files})


@public
@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the newest signed checkpoint."""
    return HttpResponse(ledger.checkpoint(), content_type=TEXT)


@public
@require_GET
def leaves(request: HttpRequest) -> HttpResponse:
    """Give public leaves as JSON lines, from `?tu=` on."""
    start = request.GET.get("tu", "0")
    if not (start.isascii() and start.isdigit() and len(start) < 16):
        raise Invalid(_("Số thứ tự phải là số nguyên không âm."), code="start")
    body = b"".join(entry + b"\n" for entry in ledger.leaves(int(start)))
    return HttpResponse(body, content_type="application/jsonl")


@public
@require_GET
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """Give the pinned inclusion proof of one leaf."""
    return HttpResponse(ledger.proof(index), content_type=TEXT)


@public
@require_GET
def trust_file(request: HttpRequest, name: str) -> HttpResponse:
    """Give a public file of the trust directory."""
    data = ledger.trust_file(name)
    return HttpResponse(data, content_type=TRUST_TYPES[name.rpartition(".")[2]])
