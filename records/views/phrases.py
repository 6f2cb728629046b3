"""The bank of phrases: everything one may use, with a form to add; one phrase to change or retire."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid, NotFound
from records.actions import phrases as actions
from records.desk_forms import PhraseForm, about_choices
from records.queries import phrases
from records.rules import phrasebook
from records.views import words
from schools import seen
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import may, needs


@needs(P.PHRASE_VIEW)
@require_http_methods(["GET", "POST"])
def bank(request: ActingRequest) -> HttpResponse:
    """Show the phrases of one kind or subject, and add one."""
    by, school = request.actor, phrases.school_of(request.actor)
    if school is None:
        raise NotFound(_("Kho nhận xét là của từng trường. Hãy chọn trường đang làm việc."))
    about = request.GET.get("loai", phrasebook.ANY_SUBJECT)
    about = about if about in phrasebook.abouts() else phrasebook.ANY_SUBJECT
    keeps = may(by, P.PHRASE_KEEP, school)
    form = PhraseForm(keeps, request.POST or None, initial={"about": about, "level": "T"})
    refused: Conflict | None = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.add(
                school,
                about=data["about"],
                level=data["level"],
                text=data["text"],
                is_shared=bool(data.get("is_shared")),
                by=by,
            )
        except Invalid as wrong:
            _beside(form, wrong)
        except Conflict as conflict:
            refused = conflict
        else:
            words.say_saved(request, by, _("một mẫu nhận xét"))
            return redirect(f"{request.path}?loai={made.about}")
    return _show_bank(request, form, about, refused)


def _show_bank(
    request: ActingRequest, form: PhraseForm, about: str, refused: Conflict | None
) -> HttpResponse:
    offers = phrases.offers(request.actor, (about,))
    options = [{"value": code, "label": label, "selected": code == about} for code, label in about_choices()]
    context = {
        "groups": [
            {"level": level, "offers": list(some)} for level, some in groupby(offers, lambda one: one.level)
        ],
        "about_label": dict(about_choices())[about],
        "form": form,
        "refused": refused,
        "context_bar": [{"name": "loai", "label": _("Dùng cho"), "options": options}],
    }
    status = 409 if refused is not None else 422 if form.is_bound else 200
    return render(request, "records/phrase_bank.html", context, status=status)


@needs(P.PHRASE_VIEW)
@require_http_methods(["GET", "POST"])
def phrase(request: ActingRequest, number: int) -> HttpResponse:
    """Change one phrase, or retire it."""
    row = phrases.find(request.actor, number)
    posted = request.POST if request.method == "POST" else None
    retiring = posted is not None and posted.get("task") == "retire"
    form = PhraseForm(False, None if retiring else posted, initial=actions.shown(row))
    refused: Conflict | None = None
    try:
        if retiring or (form.is_bound and form.is_valid()):
            _change(request, row, form, retiring)
            return redirect(f"{words.address('records:phrases')}?loai={row.about}")
    except Invalid as wrong:
        _beside(form, wrong)
    except Conflict as conflict:
        refused = conflict
    context = {
        "row": row,
        "form": form,
        "refused": refused,
        "page_mark": seen.carried(request.POST.get("page"), actions.shown(row)),
        "may_change": row.owner_id == request.actor.person_id or may(request.actor, P.PHRASE_KEEP, row),
    }
    status = 409 if refused is not None else 422 if form.is_bound else 200
    return render(request, "records/phrase.html", context, status=status)


def _change(request: ActingRequest, row: Any, form: PhraseForm, retiring: bool) -> None:
    if retiring:
        actions.retire(row, by=request.actor)
        words.say_saved(request, request.actor, _("đã ngừng dùng một mẫu nhận xét"))
        return
    data = form.cleaned_data
    actions.edit(
        row,
        about=data["about"],
        level=data["level"],
        text=data["text"],
        by=request.actor,
        page=request.POST.get("page"),
    )
    words.say_saved(request, request.actor, _("một mẫu nhận xét"))


def _beside(form: PhraseForm, wrong: Invalid) -> None:
    for name, sentence in wrong.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
