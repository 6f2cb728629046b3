"""Public verification: files, codes, and the five fields. No account, no cookie needed to read an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel import clock
from hocba.kernel.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from hocba.logs import request_number
from schools.permissions import public
from signing import sentences
from signing.actions import checks
from signing.forms import CodeForm, OpeningForm
from signing.queries.documents import Standing
from signing.seal.pdf.draw import STYLESHEET
from signing.seal.verdict import Indication, Verdict
from signing.seal.verify import MAX_BYTES
from signing.views import words
from signing.views.documents import official

ANOTHER = "another"
"""The button that asks for another confirmation code."""
REFUSALS = (NotFound, Conflict, Invalid, Unavailable)
"""What an opening may answer; the page comes back and says it."""


def status_of(refused: DomainError) -> int:
    """Return the HTTP status of a page that says why nothing was opened."""
    return 429 if isinstance(refused, Conflict) else 503 if isinstance(refused, Unavailable) else 422


def asker(request: HttpRequest) -> checks.Asker:
    """Return who asks: behind a proxy the server must be told to set REMOTE_ADDR (docs/deployment.md)."""
    return checks.Asker(request.META.get("REMOTE_ADDR", ""), clock.now(), request_number.get())


@public
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for files or a code, and answer for files."""
    if request.method == "POST":
        return _files(request)
    given = request.GET.get("ma")
    form = CodeForm({"ma": given.strip()} if given is not None else None)
    if form.is_bound and form.is_valid():
        return redirect("signing:verify-code", form.cleaned_data["ma"])
    status = 422 if form.is_bound else 200
    return render(request, "signing/verify.html", {"form": form}, status=status)


def _files(request: HttpRequest) -> HttpResponse:
    files = request.FILES.getlist("files")
    error = _upload_error(files)
    if error:
        context = {"form": CodeForm(), "error": error}
        return render(request, "signing/verify.html", context, status=422)
    data = [one.read(MAX_BYTES + 1) for one in files]
    try:
        verdicts = checks.verify(data, asker=asker(request))
    except Conflict as often:
        context = {"form": CodeForm(), "error": str(often.sentence)}
        return render(request, "signing/verify.html", context, status=429)
    results = [_result(one.name or "", verdict) for one, verdict in zip(files, verdicts, strict=True)]
    return render(request, "signing/verified.html", {"results": results, "at": clock.now()})


def _upload_error(files: list[Any]) -> str:
    if not files:
        return _("Hãy chọn ít nhất một tệp học bạ (XML, PDF hoặc gói ZIP).")
    if len(files) > checks.MOST_FILES:
        return _("Mỗi lần kiểm tra được nhiều nhất %(most)s tệp.") % {"most": checks.MOST_FILES}
    if any(one.size > MAX_BYTES for one in files):
        return _("Có tệp lớn hơn 10 MB. Học bạ số không lớn đến vậy; hãy xem lại đã chọn đúng tệp chưa.")
    return ""


def _result(name: str, verdict: Verdict) -> dict[str, Any]:
    panel = words.panel(verdict)
    passed = verdict.indication is Indication.PASSED
    return {
        "name": name,
        "panel": panel,
        "reasons": [text for text in sentences.sentences(verdict) if text not in panel["sentence"]],
        "signatures": words.signature_cards(verdict),
        "code": verdict.look_up_code,
        "stated": words.stated(verdict.xml),
        "official": official(verdict.xml) if passed and verdict.xml else "",
        "status_at": verdict.status_at,
    }


@public
@never_cache
@require_GET
def code(request: HttpRequest, code: UUID) -> HttpResponse:
    """Say of a code what anybody may know; offer the five fields."""
    return _code_page(request, code, OpeningForm(at=clock.now()))


@public
@never_cache
@require_http_methods(["POST"])
def particulars(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show the transcript to whoever holds the code and knows the pupil's particulars."""
    who = asker(request)
    if ANOTHER in request.POST:
        return _code_page(request, code, OpeningForm.with_another_question(request.POST, at=who.at))
    form = OpeningForm(request.POST, at=who.at)
    if not form.is_valid():
        return _code_page(request, code, form)
    try:
        opened = checks.open_with_particulars(form.given(code), asker=who)
    except REFUSALS as refused:
        form.refuse(refused)
        return _code_page(request, code, form, status_of(refused))
    context = {
        "standing": _standing(opened.standing),
        "official": official(opened.xml),
        "stated": words.stated(opened.xml),
        "code": code,
    }
    return render(request, "signing/opened.html", context)


def _code_page(
    request: HttpRequest, code: UUID, form: OpeningForm, status: int | None = None
) -> HttpResponse:
    try:
        found = checks.look_up(code, asker=asker(request))
    except Conflict as often:
        context = {"form": CodeForm(), "error": str(often.sentence)}
        return render(request, "signing/verify.html", context, status=429)
    context = {
        "code": code,
        "standing": _standing(found) if found else None,
        "facts": _facts(found) if found else [],
        "form": form,
        "post_url": reverse("signing:verify-particulars", args=[code]),
    }
    usual = 404 if found is None else 422 if form.is_bound else 200
    return render(request, "signing/verify_code.html", context, status=status or usual)


def _standing(found: Standing) -> dict[str, str]:
    ended = found.ended_at.astimezone(clock.VIETNAM).strftime("%d/%m/%Y") if found.ended_at else ""
    sentence = {
        "VALID": _("Mã này có thật. Học bạ đang có giá trị."),
        "WITHDRAWN": _("Học bạ này đã bị thu hồi ngày %(day)s và không còn giá trị.") % {"day": ended},
        "REPLACED": _("Học bạ này đã được thay thế bằng bản mới và không còn giá trị từ ngày %(day)s.")
        % {"day": ended},
    }[found.standing]
    kind = {"VALID": "success", "WITHDRAWN": "danger", "REPLACED": "warn"}[found.standing]
    return {"state": found.standing.lower(), "sentence": sentence, "kind": kind}


def _facts(found: Standing) -> list[dict[str, str]]:
    return [
        {"label": _("Trường phát hành"), "value": found.school_name},
        {"label": _("Năm học"), "value": found.school_year},
        {
            "label": _("Ngày phát hành"),
            "value": found.issued_at.astimezone(clock.VIETNAM).strftime("%d/%m/%Y"),
        },
    ]


@public
@cache_control(public=True, max_age=3600)
@require_GET
def stylesheet(request: HttpRequest) -> HttpResponse:
    """Give the official form's own style sheet, the very one that draws the PDF."""
    return HttpResponse(STYLESHEET.read_bytes(), content_type="text/css; charset=utf-8")
