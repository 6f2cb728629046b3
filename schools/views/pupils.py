"""A pupil's file: read by those who teach the child, edited by the registrar."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hocba.kernel.errors import Conflict, Invalid
from schools.actions import pupils as actions
from schools.forms import PupilForm
from schools.http import ActingRequest
from schools.permissions import Permission, needs
from schools.queries import pupils
from schools.queries.pupils import PupilFile

GROUPS = (
    (
        gettext_lazy("Theo giấy khai sinh"),
        ("full_name", "gender", "born_on", "personal_number", "birth_place", "home_town"),
    ),
    (gettext_lazy("Nơi ở, dân tộc, quốc tịch"), ("residence", "ethnicity", "nationality")),
    (gettext_lazy("Gia đình"), ("father_name", "mother_name", "guardian_name")),
    (gettext_lazy("Sổ sách nhà trường"), ("register_number",)),
)


@needs(Permission.PUPIL_VIEW)
@require_http_methods(["GET", "POST"])
def pupil(request: ActingRequest, pupil: int) -> HttpResponse:
    """Show the file; save it when the registrar sends it."""
    file = pupils.pupil_file(request.actor, pupil)
    stated = {name: getattr(file.pupil, name) for name in actions.FIELDS}
    form = PupilForm(request.POST or None, initial=stated | {"version": file.pupil.version})
    refused: Conflict | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _pupil, changed = actions.edit(
                file.pupil, data=form.cleaned_data, version=form.cleaned_data["version"], by=request.actor
            )
        except Invalid as wrong:
            for name, sentence in wrong.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        except Conflict as conflict:
            refused = conflict
        else:
            return _saved(request, file, changed)
    return _show(request, file, form, refused)


def _saved(request: ActingRequest, file: PupilFile, changed: bool) -> HttpResponse:
    time = localtime(request.actor.at).strftime("%H:%M")
    sentence = _("Đã lưu hồ sơ lúc %(time)s.") if changed else _("Không có gì thay đổi.")
    messages.success(request, sentence % {"time": time})
    return redirect("schools:pupil", file.pupil.pk)


def _show(request: ActingRequest, file: PupilFile, form: PupilForm, refused: Conflict | None) -> HttpResponse:
    stale: Any = refused.facts.get("version") if refused is not None else None
    cells: Any = refused.facts.get("cells", []) if refused is not None else []
    context = {
        "file": file,
        "form": form,
        "groups": [(heading, [form[name] for name in names]) for heading, names in GROUPS],
        "facts": [(heading, [_fact(form, name) for name in names]) for heading, names in GROUPS],
        "row_version": stale if stale is not None else file.pupil.version,
        "refused": refused,
        "clashes": [cell | {"label": form.fields[cell["field"]].label} for cell in cells],
        "dirty": form.is_bound,
    }
    status = 409 if refused is not None else 422 if form.is_bound else 200
    return render(request, "schools/pupil.html", context, status=status)


def _fact(form: PupilForm, name: str) -> dict[str, Any]:
    value = form.initial.get(name)
    if name == "born_on" and value:
        value = value.strftime("%d/%m/%Y")
    if name == "gender" and value:
        value = dict(form.fields["gender"].choices).get(value, value)  # type: ignore[attr-defined]
    return {"label": form.fields[name].label, "value": value}
