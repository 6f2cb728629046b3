"""The family's pages: the children, one child's years, its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exports.queries import families
from exports.queries.families import Look, Year
from exports.views import words
from schools import words as trail_words
from schools.http import ActingRequest
from schools.permissions import Permission as P
from schools.permissions import Relation, needs
from signing.actions import openings
from signing.queries import documents

TYPES = {"pdf": "application/pdf", "xml": "application/xml", "zip": "application/zip"}
LABELS = {
    "pdf": gettext_lazy("Tải bản in (PDF)"),
    "xml": gettext_lazy("Tải bản dữ liệu (XML)"),
    "zip": gettext_lazy("Tải gói đầy đủ (ZIP)"),
}


@needs(P.CHILD_VIEW)
@never_cache
@require_GET
def children(request: ActingRequest) -> HttpResponse:
    """List the children of this person; a pupil finds itself."""
    found = families.children(request.actor)
    context = {
        "own": Relation.PUPIL in request.actor.family,
        "children": [
            {
                "name": child.pupil.full_name,
                "url": reverse("exports:child", args=[child.pupil.pk]),
                "place": _place(child.enrolment),
                "documents": child.documents,
            }
            for child in found
        ],
    }
    return render(request, "exports/children.html", context)


def _place(enrolment: Any) -> str:
    if enrolment is None:
        return ""
    class_year = enrolment.class_year
    return f"{_('Lớp')} {class_year.name} · {class_year.school.name} · {enrolment.school_year.label}"


@needs(P.CHILD_VIEW)
@never_cache
@require_GET
def child(request: ActingRequest, pupil: int) -> HttpResponse:
    """Tell one child's years in words, with files and who looked."""
    found = families.story(request.actor, pupil)

    def address(year: Year, kind: str) -> str:
        return reverse("exports:child-file", args=[pupil, year.sealed.look_up_code, kind])

    context = {
        "name": found.pupil.full_name,
        "years": [told(year, address) for year in found.years],
        "underway": [_underway(one) for one in found.underway],
        "looks": [_look(one) for one in found.looks],
    }
    return render(request, "exports/child.html", context)


def told(year: Year, address: Any) -> dict[str, Any]:
    """Return one issued year as the template tells it; `address(year, kind)` gives the address of a file."""
    data, sealed = year.data, year.sealed
    summary = data.summary
    withdrawn = year.withdrawal
    return {
        "title": f"{_('Lớp')} {data.general.class_name} · {_('năm học')} {sealed.class_year.school_year.label}",
        "school": data.general.school_name,
        "standing": year.standing,
        "is_withdrawn": withdrawn is not None,
        "withdrawn_on": words.time(withdrawn.withdrawn_at)[6:] if withdrawn else "",
        "withdrawn_reason": withdrawn.reason if withdrawn else "",
        "outcome": summary.outcome,
        "section_6": summary.section_6,
        "rewards": [text for text in (summary.reward, summary.special_reward) if text],
        "homeroom_comment": summary.homeroom_comment,
        "teacher": data.general.homeroom_teacher_name,
        "explanation": year.explanation,
        "subjects": [
            {"name": row.name, "level": level, "mark": row.mark, "comment": row.comment}
            for row, level in year.subjects
        ],
        "competences": year.competences,
        "qualities": year.qualities,
        "absences": _absences(data.general),
        "code": str(sealed.look_up_code),
        "issued_on": data.general.issued_on,
        "files": [
            {"label": label, "url": address(year, kind), "kind": kind} for kind, label in LABELS.items()
        ],
        "verify_url": words.address("signing:verify-code", sealed.look_up_code),
    }


def _absences(general: Any) -> str:
    facts = {"excused": general.excused_absences or 0, "unexcused": general.unexcused_absences or 0}
    return _("Nghỉ có phép %(excused)s buổi, không phép %(unexcused)s buổi") % facts


def _underway(row: Any) -> dict[str, str]:
    class_year = row.class_year
    return {
        "title": f"{_('Lớp')} {class_year.name} · {class_year.school.name} · {row.school_year.label}",
        "text": _("Nhà trường đang hoàn thiện. Học bạ hiện ở đây khi đã được ký và phát hành."),
    }


def _look(look: Look) -> dict[str, Any]:
    return {
        "name": look.name,
        "role": trail_words.role(look.role) if look.role else "",
        "action": trail_words.action(look.action),
        "at": words.time(look.at),
        "times": look.times,
    }


@needs(P.CHILD_VIEW)
@never_cache
@require_GET
def download(request: ActingRequest, pupil: int, code: UUID, kind: str) -> HttpResponse:
    """Give the family one of the files of its own child."""
    if kind not in TYPES:
        raise Http404
    sealed = documents.document(request.actor, code, P.CHILD_VIEW)
    if sealed.pupil_id != pupil:
        raise Http404
    return as_file(*openings.file_of(sealed, kind, by=request.actor), kind)


def as_file(data: bytes, name: str, kind: str) -> HttpResponse:
    """Return a download that no cache keeps."""
    answer = HttpResponse(data, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
