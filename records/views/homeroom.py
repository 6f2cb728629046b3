"""The homeroom teacher's form of one pupil; the class as a whole is on the desk (`desk`)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid
from records.actions import homeroom as actions
from records.forms import HomeroomForm
from records.queries import entry, phrases
from records.queries.entry import HomeroomRow
from records.rules.phrasebook import COMMENT_KINDS
from records.views import notes, words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import may, needs


@needs(P.TRANSCRIPT_VIEW)
@require_http_methods(["GET", "POST"])
def pupil(request: ActingRequest, code: str, enrolment: int) -> HttpResponse:
    """Show and save one pupil's record; the second button goes on to the next pupil."""
    point = request.GET.get("diem", "CN")
    point = point if point in words.POINTS else "CN"
    row = entry.homeroom_pupil(request.actor, code, enrolment, point)
    form = HomeroomForm(row.enrolment.class_year.grade, request.POST or None, initial=_initial(row))
    refused: Conflict | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _record, changed = actions.save(
                row.enrolment,
                point=point,
                data=form.entry(),
                version=form.cleaned_data["version"],
                by=request.actor,
            )
        except Invalid as wrong:
            for name, sentence in wrong.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        except Conflict as conflict:
            refused = conflict
        else:
            return _saved(request, row, point, changed)
    return _show(request, row, form, point, refused)


def _saved(request: ActingRequest, row: HomeroomRow, point: str, changed: bool) -> HttpResponse:
    name, code = row.enrolment.pupil.full_name, row.enrolment.class_year.code
    words.say_saved(
        request, request.actor, _("em %(name)s") % {"name": name} if changed else _("không có gì thay đổi")
    )
    after = entry.neighbours(request.actor, row.enrolment)[1]
    if "next" in request.POST and after is not None:
        return redirect(f"{reverse('records:homeroom-pupil', args=[code, after.pk])}?diem={point}")
    if "next" in request.POST:
        return redirect(f"{reverse('records:homeroom', args=[code])}?diem={point}")
    return redirect(f"{reverse('records:homeroom-pupil', args=[code, row.enrolment.pk])}?diem={point}")


def _show(
    request: ActingRequest, row: HomeroomRow, form: HomeroomForm, point: str, refused: Conflict | None
) -> HttpResponse:
    before, after = entry.neighbours(request.actor, row.enrolment)
    stale: Any = refused.facts.get("version") if refused is not None else None
    context = {
        "row": row,
        "form": form,
        "place": words.class_place(row.enrolment.class_year),
        "point": point,
        "point_label": words.POINTS[point],
        "before": before,
        "after": after,
        "refused": refused,
        "clashes": _clashes(form, refused),
        "row_version": stale if stale is not None else (row.record.version if row.record else 0),
        "may_save": row.is_open and may(request.actor, P.HOMEROOM_ENTER, row.enrolment),
        "dirty": form.is_bound,
        "phrases": _phrases(request, row),
    }
    status = 409 if refused is not None else 422 if form.is_bound else 200
    return render(request, "records/homeroom_pupil.html", context, status=status)


def _phrases(request: ActingRequest, row: HomeroomRow) -> dict[str, list[dict[str, Any]]]:
    """Return the phrases for each comment, by its kind, with this pupil's name in them."""
    offers = phrases.for_homeroom(request.actor)
    name = row.enrolment.pupil.full_name
    return {
        kind: notes.phrase_groups((one for one in offers if one.about == kind), name)
        for kind in COMMENT_KINDS
    }


def _initial(row: HomeroomRow) -> dict[str, Any]:
    record = row.record
    if record is None:
        return {"version": 0}
    plain = {name: getattr(record, name) for name in actions.HomeroomEntry.__dataclass_fields__}
    traits = {f"trait-{code}": level for code, level in {**record.qualities, **record.competences}.items()}
    return plain | traits | {"version": record.version}


def _clashes(form: HomeroomForm, refused: Conflict | None) -> list[dict[str, Any]]:
    cells: Any = refused.facts.get("cells", []) if refused is not None else []
    labels = {name: field.label for name, field in form.fields.items()} | {
        "qualities": _("Phẩm chất"),
        "competences": _("Năng lực"),
    }
    return [
        {"label": labels.get(cell["field"], cell["field"]), "theirs": cell["theirs"], "yours": cell["yours"]}
        for cell in cells
    ]
