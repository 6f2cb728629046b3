"""The family look-up without account: four answers, one transcript."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from exports.actions import looking_up
from exports.forms import LookUpForm
from exports.queries import families
from exports.queries.families import Year
from exports.views.families import TYPES, as_file, told
from hocba.kernel.errors import Conflict, NotFound
from schools.permissions import public
from signing.views.verify import asker

FORM_FIELDS = {"code": "look_up_code"}


@public
@never_cache
@sensitive_post_parameters("code", "full_name", "born_on", "personal_number")
@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for code, name, birth date and personal number; tell the transcript when all of them fit."""
    form = LookUpForm(request.POST if request.method == "POST" else None, initial=_given(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "exports/look_up.html", {"form": form}, status=422 if form.is_bound else 200)
    asked = looking_up.Asked(
        **{FORM_FIELDS.get(name, name): value for name, value in form.cleaned_data.items()}
    )
    try:
        sealed = looking_up.open_by_family(asked, asker=asker(request))
    except NotFound as refused:
        form.add_error(None, str(refused.sentence))
        return render(request, "exports/look_up.html", {"form": form}, status=422)
    except Conflict as often:
        form.add_error(None, str(often.sentence))
        return render(request, "exports/look_up.html", {"form": form}, status=429)
    ticket = looking_up.ticket(sealed)

    def address(_year: Year, kind: str) -> str:
        return reverse("exports:look-up-file", args=[ticket, kind])

    context = {"name": sealed.pupil.full_name, "year": told(families.year_of(sealed), address)}
    return render(request, "exports/looked_up.html", context)


def _given(request: HttpRequest) -> dict[str, str]:
    """Return the code that a link brought along; nothing else ever stands in an address."""
    return {"code": request.GET.get("ma", "")[:40]}


@public
@never_cache
@require_GET
def download(request: HttpRequest, ticket: str, kind: str) -> HttpResponse:
    """Give one of the files to whoever looked it up a moment ago."""
    if kind not in TYPES:
        raise Http404
    return as_file(*looking_up.file_of_ticket(ticket, kind, asker=asker(request)), kind)
