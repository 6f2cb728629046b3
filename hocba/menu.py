"""The menu at the left: what each person may open, in the order of the year's work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from schools import words
from schools.actors import Actor
from schools.models import PersonKind
from schools.permissions import Permission, holds


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu: its words, the name of its address, the permission that shows it."""

    label: object
    url_name: str
    permission: Permission


ENTRIES = (
    Entry(_("Con em của tôi"), "exports:children", Permission.CHILD_VIEW),
    Entry(_("Lớp học"), "records:classes", Permission.CLASS_VIEW),
    Entry(_("Nhập danh sách"), "records:rosters", Permission.ROSTER_KEEP),
    Entry(_("Kho nhận xét"), "records:phrases", Permission.PHRASE_VIEW),
    Entry(_("Tiến độ"), "exports:standing", Permission.STANDING_VIEW),
    Entry(_("Gửi Sở, Bộ"), "exports:deliveries", Permission.DELIVERY_VIEW),
    Entry(_("Chứng thư số"), "signing:certificates", Permission.CERTIFICATE_VIEW),
    Entry(_("Nơi nhận"), "exports:destinations", Permission.DESTINATION_KEEP),
    Entry(_("Đơn vị"), "schools:units", Permission.UNIT_EDIT),
    Entry(_("Nhân sự"), "schools:staff", Permission.STAFF_VIEW),
    Entry(_("Phiếu gia đình"), "schools:slips", Permission.FAMILY_INVITE),
    Entry(_("Nhật ký"), "schools:trail", Permission.TRAIL_VIEW),
)


def entries(actor: Actor) -> list[dict[str, Any]]:
    """Return the lines that `actor` may open, as the menu component wants them."""
    lines = []
    for entry in ENTRIES:
        if not holds(actor, entry.permission):
            continue
        try:
            label = entry.label
            if entry.url_name == "exports:children" and actor.person.kind == PersonKind.PUPIL:
                label = _("Học bạ của em")
            lines.append({"label": label, "url": reverse(entry.url_name)})
        except NoReverseMatch:
            continue
    return lines


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what `base.html` shows around every page."""
    facts: dict[str, Any] = {"specimen": settings.SPECIMEN, "version": settings.VERSION}
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return facts
    menu = entries(actor.here)
    for line in menu:
        line["current"] = request.path.startswith(line["url"])
    role = words.ROLES[actor.grants[0].role] if actor.grants else _("Gia đình")
    title = actor.grants[0].title if actor.grants else ""
    facts |= {"menu": menu, "actor_name": actor.person.full_name, "role_label": title or role}
    return facts | {"working_units": actor.units if len(actor.units) > 1 else ()}
