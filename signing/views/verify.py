"""Public verification: files, codes, and the five fields. No account, no cookie needed to read an answer."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_SECRET_LENGTH, get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel import clock
from hocba.kernel.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from hocba.logs import request_number
from schools.actions.confirmation import Question, ask
from schools.confirming import told
from schools.http import VisitorRequest
from schools.permissions import public
from schools.strangers import commits_alone
from signing import sentences
from signing.actions import checks
from signing.forms import CodeForm, OpeningForm
from signing.queries.documents import Standing
from signing.seal.pdf.draw import STYLESHEET
from signing.seal.verdict import Indication, Verdict
from signing.seal.verify import MAX_BYTES
from signing.views import verdicts
from signing.views.documents import official
from signing.views.stencil import Stencil, mark

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
        context = {"form": CodeForm(), "error": error, "number": request_number.get()}
        return render(request, "signing/verify.html", context, status=422)
    data = [one.read(MAX_BYTES + 1) for one in files]
    try:
        verdicts = checks.verify(data, asker=asker(request))
    except Conflict as often:
        return _too_often(request, often)
    results = [_result(one.name or "", verdict) for one, verdict in zip(files, verdicts, strict=True)]
    context = {"results": results, "at": clock.now(), "number": request_number.get()}
    return render(request, "signing/verified.html", context)


def _too_often(request: HttpRequest, often: Conflict) -> HttpResponse:
    context = {"form": CodeForm(), "error": str(often.sentence), "number": request_number.get()}
    return render(request, "signing/verify.html", context, status=429)


def _upload_error(files: list[Any]) -> str:
    if not files:
        return _("Hãy chọn ít nhất một tệp học bạ (XML, PDF hoặc gói ZIP).")
    if len(files) > checks.MOST_FILES:
        return _("Mỗi lần kiểm tra được nhiều nhất %(most)s tệp.") % {"most": checks.MOST_FILES}
    if any(one.size > MAX_BYTES for one in files):
        return _("Có tệp lớn hơn 10 MB. Học bạ số không lớn đến vậy; hãy xem lại đã chọn đúng tệp chưa.")
    return ""


def _result(name: str, verdict: Verdict) -> dict[str, Any]:
    panel = verdicts.panel(verdict)
    passed = verdict.indication is Indication.PASSED
    return {
        "name": name,
        "panel": panel,
        "reasons": [text for text in sentences.sentences(verdict) if text not in panel["sentence"]],
        "signatures": verdicts.signature_cards(verdict),
        "code": verdict.look_up_code,
        "stated": verdicts.stated(verdict.xml),
        "official": official(verdict.xml) if passed and verdict.xml else "",
        "status_at": verdict.status_at,
    }


@commits_alone
@never_cache
@require_GET
def code(request: VisitorRequest, code: UUID) -> HttpResponse:
    """Say of a code what anybody may know; offer the five fields.

    What QR codes lead to: the page is drawn once, its standing asked anew at each reading.
    """
    if not _is_plain(request):
        return _code_page(request, code, OpeningForm(at=clock.now()))
    who = asker(request)
    try:
        found = checks.look_up(code, asker=who)
    except Conflict as often:
        return _too_often(request, often)
    return HttpResponse(_filled(request, code, found, ask(who.at)), status=200 if found else 404)


def _is_plain(request: VisitorRequest) -> bool:
    """Return whether nothing on the page is this visitor's own: neither an account nor a message left over."""
    return request.actor is None and not get_messages(request)


def _filled(request: HttpRequest, code: UUID, found: Standing | None, question: Question) -> str:
    language = get_language()
    values: dict[str, str] = {
        "code": str(code),
        "post_url": f"{request.path}/xem",
        "here": request.get_full_path(),
        "csrf": _form_token(request),
        "challenge": question.token,
        "told": _told(language, question.digits),
    }
    if found:
        values["sentence"] = _sentence(found)
        values |= zip(("fact_a", "fact_b", "fact_c"), _fact_values(found), strict=True)
    return _stencil(language, found.standing if found else "").fill(values)


def _form_token(request: HttpRequest) -> str:
    """Return the form's token. A visitor without one gets a new secret, which needs no mask: nobody has seen it.

    Django would draw it, and its mask, letter by letter: a tenth of the page's time.
    """
    if "CSRF_COOKIE" in request.META:
        return get_token(request)
    secret = secrets.token_hex(CSRF_SECRET_LENGTH // 2)
    request.META |= {"CSRF_COOKIE": secret, "CSRF_COOKIE_NEEDS_UPDATE": True}
    return secret


@lru_cache(maxsize=20_000)
def _told(language: str | None, digits: str) -> str:
    return told(Question("", digits))


@cache
def _stencil(language: str | None, standing: str) -> Stencil:
    """Draw the page of a standing ("" for an unknown code) in a language, once a process."""
    form = OpeningForm(at=clock.now())
    form.initial["challenge"] = mark("challenge")
    form.fields["confirmation"].help_text = mark("told")
    now = clock.now()
    drawn = Standing(UUID(int=0), "", "", standing, now, now) if standing else None
    facts = zip("abc", _facts(drawn) if drawn else (), strict=bool(drawn))
    context = {
        "code": mark("code"),
        "standing": _standing(drawn) | {"sentence": mark("sentence")} if drawn else None,
        "facts": [fact | {"value": mark(f"fact_{place}")} for place, fact in facts],
        "form": form,
        "post_url": mark("post_url"),
        "csrf_token": mark("csrf"),
        "request": {"method": "GET", "get_full_path": mark("here")},
    }
    return Stencil(render_to_string("signing/verify_code.html", context, HttpRequest()))


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
        "stated": verdicts.stated(opened.xml),
        "code": code,
    }
    return render(request, "signing/opened.html", context)


def _code_page(
    request: HttpRequest, code: UUID, form: OpeningForm, status: int | None = None
) -> HttpResponse:
    try:
        found = checks.look_up(code, asker=asker(request))
    except Conflict as often:
        return _too_often(request, often)
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
    kind = {"VALID": "success", "WITHDRAWN": "danger", "REPLACED": "warn", "SIGNER_ENDED": "danger"}[
        found.standing
    ]
    return {"state": found.standing.lower(), "sentence": _sentence(found), "kind": kind}


def _sentence(found: Standing) -> str:
    if found.standing == "VALID":
        return _("Mã này có thật. Học bạ đang có giá trị.")
    day = {"day": _day(found.ended_at) if found.ended_at else ""}
    if found.standing == "SIGNER_ENDED":
        return (
            _(
                "Mã này có thật, nhưng học bạ được ký khi chứng thư của người ký đã bị ngừng (từ ngày %(day)s)."
                " Không dùng bản này; hãy xin nhà trường bản mới."
            )
            % day
        )
    if found.standing == "WITHDRAWN":
        return _("Học bạ này đã bị thu hồi ngày %(day)s và không còn giá trị.") % day
    return _("Học bạ này đã được thay thế bằng bản mới và không còn giá trị từ ngày %(day)s.") % day


def _facts(found: Standing) -> list[dict[str, str]]:
    labels = _("Trường phát hành"), _("Năm học"), _("Ngày phát hành")
    return [
        {"label": label, "value": value} for label, value in zip(labels, _fact_values(found), strict=True)
    ]


def _fact_values(found: Standing) -> tuple[str, str, str]:
    return found.school_name, found.school_year, _day(found.issued_at)


def _day(at: datetime) -> str:
    return at.astimezone(clock.VIETNAM).strftime("%d/%m/%Y")


@public
@cache_control(public=True, max_age=3600)
@require_GET
def stylesheet(request: HttpRequest) -> HttpResponse:
    """Give the official form's own style sheet, the very one that draws the PDF."""
    return HttpResponse(STYLESHEET.read_bytes(), content_type="text/css; charset=utf-8")
