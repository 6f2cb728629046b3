"""The way in: a link or a code from a slip, then one page that confirms and opens.

The link holds the secret, so it only leads on: the form stands at an address without it, and the session keeps the
hash.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from hocba.kernel import clock
from hocba.kernel.errors import Conflict, Invalid
from hocba.logs import request_number
from schools import words
from schools.account_forms import CodeForm, ComingForm
from schools.actions import accepting, invitations
from schools.actions.accepting import Chosen, Comer
from schools.http import VisitorRequest
from schools.permissions import public

HELD = "invitation"
"""In the session: the hash of the invitation's secret."""


@public
@sensitive_variables()
@never_cache
@require_GET
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret out of the address, whatever it is, and lead on: no log, history or referrer gets it twice."""
    answer = redirect("schools:coming")
    request.session[HELD] = invitations.hash_of(getattr(request, "handed", secret))
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@public
@sensitive_variables()
@sensitive_post_parameters("code", "known", "new", "again")
@never_cache
@require_http_methods(["GET", "POST"])
def coming(request: VisitorRequest) -> HttpResponse:
    """Ask for a code; show whose invitation it is; open the account, join it, or take a new password."""
    now = clock.now()
    if request.method == "POST" and "code" in request.POST:
        return _code(request)
    held = request.session.get(HELD)
    row = accepting.waiting(held, now) if held else None
    if row is None:
        return _ask_code(request, CodeForm(), over=held is not None)
    joins = request.actor is not None and accepting.is_for_guardian(row)
    form = ComingForm(row, request.POST if request.method == "POST" else None, joins=joins)
    if request.method == "POST" and form.is_valid():
        comer = Comer(
            row.secret_hash, form.cleaned_data["known"], now, _address(request), request_number.get()
        )
        try:
            return _enter(request, row, comer, form.cleaned_data)
        except Invalid as wrong:
            for name, sentence in (wrong.fields or {NON_FIELD_ERRORS: wrong.sentence}).items():
                form.add_error(name, str(sentence))
        except Conflict as refused:
            form.add_error(None, str(refused.sentence))
    return render(
        request, "schools/coming.html", _facts(row, form, joins), status=422 if form.is_bound else 200
    )


def _code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask_code(request, form)
    hashed = invitations.hash_of(form.cleaned_data["code"])
    if accepting.waiting(hashed, clock.now()) is None:
        form.add_error("code", _("Mã chưa đúng, đã dùng, hoặc đã hết hạn. Xin xem lại, hoặc hỏi nhà trường."))
        return _ask_code(request, form)
    request.session[HELD] = hashed
    return redirect("schools:coming")


def _ask_code(request: HttpRequest, form: CodeForm, *, over: bool = False) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "schools/coming_code.html", {"form": form, "over": over}, status=status)


def _enter(request: VisitorRequest, row: Any, comer: Comer, stated: dict[str, Any]) -> HttpResponse:
    if accepting.is_recovery(row):
        account = accepting.recover(comer, password=stated["new"])
        messages.success(
            request, _("Đã đặt mật khẩu mới. Những nơi đang đăng nhập trước đây đã bị đăng xuất.")
        )
    elif request.actor is not None and accepting.is_for_guardian(row):
        pupil = accepting.join(comer, relation=stated.get("relation", ""), by=request.actor)
        del request.session[HELD]
        messages.success(request, _("Đã gắn em %(name)s vào tài khoản này.") % {"name": pupil.full_name})
        return redirect("front")
    else:
        names = ("username", "full_name", "relation", "email")
        chosen = Chosen(password=stated["new"], **{name: stated[name] for name in names if name in stated})
        account = accepting.accept(comer, chosen)
        messages.success(
            request, _("Đã mở tài khoản. Lần sau đăng nhập bằng tên %(name)s.") % {"name": account.username}
        )
    del request.session[HELD]
    login(request, account)
    return redirect("front")


def _facts(row: Any, form: ComingForm, joins: bool) -> dict[str, Any]:
    roles = list(row.person.memberships.filter(unit=row.unit)) if row.person is not None else []
    named = row.person or row.pupil
    return {
        "form": form,
        "kind": row.kind,
        "joins": joins,
        "school": row.unit.name,
        "name": named.full_name if named is not None else "",
        "username": row.person.account.username if accepting.is_recovery(row) and row.person else "",
        "roles": [words.role(one.role) for one in roles],
        "relation": row.relation,
        "until": row.expires_at,
    }


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
