"""Words about what is missing, what to read again and what was sent back, for several pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from records.desk_forms import CELLS, KINDS
from records.queries import returns
from records.queries.desk import Lack
from records.queries.doubts import Doubtful
from records.queries.phrases import Offer
from records.rules import remarks
from records.rules.phrasebook import COMMENT_KINDS
from records.rules.remarks import Doubt
from records.rules.returns import Answer
from schools.actors import Actor

MOST_NAMES = 3
"""Of pupils in one sentence."""
ANSWERS = {
    Answer.CHANGED: gettext_lazy("Đã sửa"),
    Answer.KEPT: gettext_lazy("Đã xem, giữ nguyên"),
    Answer.TAKEN_BACK: gettext_lazy("Người trả đã rút lại"),
}


def cell_words(cell: str) -> str:
    """Return what a cell is called inside a sentence."""
    return str(CELLS[cell]).lower()


def own_words(lack: Lack) -> str:
    """Return what the homeroom teacher still owes of a pupil."""
    said = {
        "qualities": ngettext("%(n)s phẩm chất", "%(n)s phẩm chất", lack.count),
        "competences": ngettext("%(n)s năng lực", "%(n)s năng lực", lack.count),
        "comments": ngettext("%(n)s nhận xét", "%(n)s nhận xét", lack.count),
        "body": _("chuyên cần, chiều cao hoặc cân nặng"),
    }[lack.what]
    return said % {"n": lack.count}


def doubts(found: Iterable[Doubtful], code: str, point: str) -> list[dict[str, Any]]:
    """Return comments to be read again as sentences with their address; notes, nothing that holds anybody up."""
    return [{"text": _doubt(one), "url": _doubt_url(one, code, point)} for one in found]


def _doubt(one: Doubtful) -> str:
    label = KINDS[one.about] if one.about in COMMENT_KINDS else one.label
    first = one.pupils[0].pupil.full_name
    if one.doubt is Doubt.OTHER_NAME:
        return _("%(what)s của em %(name)s có tên em khác: %(other)s.") % {
            "what": label,
            "name": first,
            "other": one.other,
        }
    names = ", ".join(each.pupil.full_name for each in one.pupils[:MOST_NAMES])
    if len(one.pupils) > MOST_NAMES:
        names += "…"
    text = ngettext(
        "%(what)s: một nhận xét đang dùng cho %(n)s em (%(names)s).",
        "%(what)s: một nhận xét đang dùng cho %(n)s em (%(names)s).",
        one.count,
    )
    return text % {"what": label, "n": one.count, "names": names}


def _doubt_url(one: Doubtful, code: str, point: str) -> str:
    if one.about in COMMENT_KINDS:
        where = reverse("records:homeroom-pupil", args=[code, one.pupils[0].pk])
    else:
        where = reverse("records:subject", args=[code, one.about])
    return f"{where}?diem={point}"


def waiting_returns(by: Actor) -> list[dict[str, Any]]:
    """Return the cells that wait for this person, each with the address where it is answered."""
    return [
        {
            "class_name": row.class_year.name,
            "label": _("%(subject)s – %(cell)s của em %(name)s")
            % {"subject": label, "cell": cell_words(row.cell), "name": row.pupil.full_name},
            "reason": row.reason,
            "who": row.asked_by.full_name,
            "url": cell_url(row.class_year.code, row.subject_code, row.enrolment_id, row.point),
        }
        for row, label in returns.waiting_for(by)
    ]


def cell_url(code: str, subject_code: str, enrolment: int, point: str) -> str:
    """Return where one pupil's cells of a subject are sent back and answered."""
    return f"{reverse('records:cell-returns', args=[code, subject_code, enrolment])}?diem={point}"


def phrase_groups(offers: Iterable[Offer], full_name: str = "") -> list[dict[str, Any]]:
    """Return phrases by level, as `records/phrases.html` wants them; with the pupil's name, when there is one."""
    made: dict[str, list[dict[str, str]]] = {}
    for offer in offers:
        text = remarks.filled(offer.text, full_name) if full_name else offer.text
        made.setdefault(offer.level, []).append({"text": text, "phrase": offer.text})
    return [{"level": level, "phrases": phrases} for level, phrases in made.items()]
