"""The family look-up without account: five fields, one transcript."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from exports.actions import looking_up
from exports.forms import LookUpForm
from exports.queries import families
from exports.queries.families import Year
from exports.views.families import TYPES, as_file, told
from schools.permissions import public
from schools.strangers import commits_alone
from signing.views.verify import ANOTHER, REFUSALS, asker, status_of


@public
@never_cache
@sensitive_variables()
@sensitive_post_parameters("code", "full_name", "born_on", "personal_number", "confirmation")
@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for the five fields; tell the transcript when all of them fit."""
    who = asker(request)
    if request.method != "POST":
        return _form(request, LookUpForm(at=who.at, initial=_given(request)))
    if ANOTHER in request.POST:
        return _form(request, LookUpForm.with_another_question(request.POST, at=who.at))
    form = LookUpForm(request.POST, at=who.at)
    if not form.is_valid():
        return _form(request, form, 422)
    try:
        sealed = looking_up.open_by_family(form.given(form.cleaned_data["code"]), asker=who)
    except REFUSALS as refused:
        form.refuse(refused)
        return _form(request, form, status_of(refused))
    ticket = looking_up.ticket(sealed)

    def address(_year: Year, kind: str) -> str:
        return reverse("exports:look-up-file", args=[ticket, kind])

    context = {"name": sealed.pupil.full_name, "year": told(families.year_of(sealed), address)}
    return render(request, "exports/looked_up.html", context)


def _form(request: HttpRequest, form: LookUpForm, status: int = 200) -> HttpResponse:
    return render(request, "exports/look_up.html", {"form": form}, status=status)


def _given(request: HttpRequest) -> dict[str, str]:
    """Return the code that a link brought along; nothing else ever stands in an address."""
    return {"code": request.GET.get("ma", "")[:40]}


@commits_alone
@never_cache
@require_GET
def download(request: HttpRequest, ticket: str, kind: str) -> HttpResponse:
    """Give one of the files to whoever looked it up a moment ago."""
    if kind not in TYPES:
        raise Http404
    return as_file(*looking_up.file_of_ticket(ticket, kind, asker=asker(request)), kind)
