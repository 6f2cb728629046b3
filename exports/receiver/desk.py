"""A page for people: what is registered and received; in desk mode, what waits for a decision.

Whoever comes by sees counts. Rows name pupils, so they are shown, and decided, behind the desk's secret.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exports.ministry.messages import SubmissionState, Transaction, WithdrawalState
from exports.receiver import certificates, sentences, worker
from exports.receiver.models import Certificate, Document, Reception, Refusal, Row, Unit
from exports.receiver.trust import TrustMissing, trusted
from hocba.kernel import clock

_STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
_LISTED = 50
_SHORTEST_SECRET = 12
_KEY = "desk"


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show counts, and behind the secret the newest registrations, receptions, refusals and what waits."""
    is_open = _is_open(request)
    context = {
        "mode": _("Kho học bạ số (Bộ)")
        if settings.RECEIVER_MODE == "warehouse"
        else _("Cổng tiếp nhận (Sở)"),
        "by_desk": settings.RECEIVER_APPROVE == "desk",
        "counts": _counts(),
        "is_open": is_open,
        "may_open": len(settings.RECEIVER_DESK_SECRET) >= _SHORTEST_SECRET,
        "trust": _trust(),
        "wrong": request.GET.get("sai") == "1",
    }
    if is_open:
        context |= _lists()
    return _private(render(request, "receiver/desk.html", context))


def _trust() -> str:
    try:
        return "specimen" if trusted().specimen else "real"
    except TrustMissing:
        return "missing"


def _counts() -> list[tuple[str, int]]:
    submitted = Row.objects.filter(reception__transaction=Transaction.SUBMIT).aggregate(
        all=Count("pk"),
        approved=Count("pk", filter=Q(state=SubmissionState.APPROVED)),
        refused=Count("pk", filter=Q(state=SubmissionState.REFUSED)),
        waiting=Count("pk", filter=Q(judged=False)),
    )
    return [
        (_("Đơn vị"), Unit.objects.count()),
        (_("Chứng thư số đã phê duyệt"), Certificate.objects.filter(state="APPROVED").count()),
        (_("Gói đã nhận"), Reception.objects.count()),
        (_("Học bạ đã nhận"), submitted["all"]),
        (_("Đã tiếp nhận vào kho"), submitted["approved"]),
        (_("Bị từ chối"), submitted["refused"]),
        (_("Đang chờ kiểm tra"), submitted["waiting"]),
        (_("Đã thu hồi"), Document.objects.exclude(withdrawn_at=None).count()),
    ]


def _lists() -> dict[str, object]:
    receptions = Reception.objects.select_related("unit").annotate(
        total=Count("rows"),
        good=Count("rows", filter=Q(rows__judged=True, rows__error="")),
        bad=Count("rows", filter=Q(rows__judged=True) & ~Q(rows__error="")),
    )
    waiting = Row.objects.filter(judged=True, state=WithdrawalState.WAITING, reception__transaction="5")
    return {
        "certificates": Certificate.objects.select_related("unit").order_by("-pk")[:_LISTED],
        "receptions": receptions.order_by("-pk")[:_LISTED],
        "withdrawals": waiting.select_related("reception__unit").order_by("pk")[:_LISTED],
        "refusals": [
            (one, sentences.of_request(one.error, one.field))
            for one in Refusal.objects.select_related("account").order_by("-pk")[:_LISTED]
        ],
    }


@require_GET
def reception_page(request: HttpRequest, reception_id: int) -> HttpResponse:
    """Show the rows of one reception, the refused ones first."""
    if not _is_open(request):
        return HttpResponseRedirect("/")
    found = get_object_or_404(Reception.objects.select_related("unit"), pk=reception_id)
    rows = found.rows.order_by("judged", "state", "position")
    return _private(render(request, "receiver/reception.html", {"reception": found, "rows": rows}))


@require_POST
def open_desk(request: HttpRequest) -> HttpResponse:
    """Open the desk to who knows its secret."""
    given = hashlib.sha256(request.POST.get("secret", "").encode("utf-8", "replace")).digest()
    expected = hashlib.sha256(settings.RECEIVER_DESK_SECRET.encode()).digest()
    right = len(settings.RECEIVER_DESK_SECRET) >= _SHORTEST_SECRET and hmac.compare_digest(given, expected)
    if not right:
        return HttpResponseRedirect("/?sai=1")
    request.session.cycle_key()
    request.session[_KEY] = _seal()
    return HttpResponseRedirect("/")


@require_POST
def close_desk(request: HttpRequest) -> HttpResponse:
    """Close the desk."""
    request.session.flush()
    return HttpResponseRedirect("/")


def _is_open(request: HttpRequest) -> bool:
    given = request.session.get(_KEY)
    return isinstance(given, str) and hmac.compare_digest(given, _seal())


def _seal() -> str:
    """What a session carries: it ends when the secret is changed."""
    return hmac.new(
        settings.SECRET_KEY.encode(), settings.RECEIVER_DESK_SECRET.encode(), hashlib.sha256
    ).hexdigest()


@require_POST
def decide_certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Approve or refuse a certificate that waits."""
    if _is_open(request):
        certificates.decide(certificate_id, approve=request.POST.get("quyet_dinh") == "1", at=clock.now())
    return HttpResponseRedirect("/")


@require_POST
def decide_withdrawal(request: HttpRequest, row_id: int) -> HttpResponse:
    """Agree to or refuse a withdrawal that waits."""
    if not _is_open(request):
        return HttpResponseRedirect("/")
    at = clock.now()
    with transaction.atomic():
        row = (
            Row.objects.select_for_update()
            .filter(pk=row_id, state=WithdrawalState.WAITING, judged=True)
            .first()
        )
        if row is not None and request.POST.get("quyet_dinh") == "1":
            row.state = WithdrawalState.AGREED
            worker.withdraw(row.look_up_code, at)
        elif row is not None:
            row.state, row.error, row.field = WithdrawalState.REFUSED, "ROW_REFUSED", "MA_TRA_CUU_UUID"
            row.description = sentences.of_row("ROW_REFUSED")
        if row is not None:
            row.decided_at = at
            row.save()
    return HttpResponseRedirect("/")


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """The page's style sheet."""
    return HttpResponse(_STYLE, content_type="text/css; charset=utf-8")


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive, and the database answers; otherwise 503 by the door."""
    worker.thread.nudge()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
