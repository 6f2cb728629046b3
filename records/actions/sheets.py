"""The issue sheet of a class: date, place, signing leader and homeroom teacher, which are all signed data."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Invalid
from records.actions import classes
from records.models import IssueSheet
from schools import audit, seen, texts
from schools.actors import Actor
from schools.models import ClassYear, Membership, Person
from schools.permissions import Permission, Role, require

LONGEST_PLACE = 120


@transaction.atomic
def make(
    class_year: ClassYear,
    *,
    issue_on: date,
    place: str,
    leader: Person,
    by: Actor,
    shown: str | None = None,
) -> IssueSheet:
    """Make a new sheet; the class is frozen with it afterwards. The same again is not doubled.

    `shown` is the mark of the sheet on the page.

    Raises: NotPermitted; Invalid, when the leader is no principal of the school now, when a title or a
    personal number is missing, without homeroom teacher or place, or for a date before the school year;
    Conflict, when somebody else made a sheet meanwhile.
    """
    require(by, Permission.SHEET_MAKE, class_year)
    class_year = classes.lock(class_year)
    place = texts.tidy(place, lines=False)
    title = _title(class_year, leader, by)
    wrong = _wrong(class_year, issue_on, place, leader, title)
    homeroom = class_year.homeroom_teacher
    if wrong or homeroom is None:
        raise Invalid(_("Chưa lập được tờ phát hành. Xin xem lại những chỗ sau."), fields=wrong)
    stated = {
        "issue_on": issue_on,
        "place": place,
        "leader_id": leader.pk,
        "leader_title": title,
        "homeroom_teacher_id": homeroom.pk,
    }
    last = IssueSheet.objects.filter(class_year=class_year).order_by("-made_at", "-pk").first()
    if last is not None and all(getattr(last, name) == value for name, value in stated.items()):
        return last
    theirs = _told(last.issue_on, last.place, last.leader) if last else ""
    seen.still(shown, standing(last), theirs=theirs, yours=_told(issue_on, place, leader))
    sheet = IssueSheet.objects.create(class_year=class_year, made_at=by.at, made_by=by.person, **stated)
    _record(sheet, class_year, by)
    return sheet


def _record(sheet: IssueSheet, class_year: ClassYear, by: Actor) -> None:
    audit.record(
        by,
        "sheet.make",
        unit_path=class_year.school.path,
        subject=("sheet", sheet.pk),
        class_code=class_year.code,
        issue_on=sheet.issue_on.isoformat(),
        leader=sheet.leader_id,
    )


def standing(last: IssueSheet | None) -> dict[str, object]:
    """Return what the page shows of the class's last sheet, for its mark."""
    return {"sheet": last.pk if last else None}


def _told(issue_on: date, place: str, leader: Person) -> str:
    return f"{issue_on:%d/%m/%Y}, {place}, {leader.full_name}"


def _title(class_year: ClassYear, leader: Person, by: Actor) -> str | None:
    """Return the title under which the leader signs; None when they are no principal of the school now."""
    in_force = Q(from_on__lte=by.today) & (Q(to_on__isnull=True) | Q(to_on__gte=by.today))
    held = Membership.objects.filter(
        in_force, person=leader, unit=class_year.school_id, role=Role.PRINCIPAL
    ).order_by("from_on")
    titles = list(held.values_list("title", flat=True))
    return titles[-1].strip() if titles else None


def _wrong(
    class_year: ClassYear, issue_on: date, place: str, leader: Person, title: str | None
) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if issue_on < class_year.school_year.starts_on:
        wrong["issue_on"] = _("Ngày phát hành phải sau ngày bắt đầu năm học.")
    if not place or len(place) > LONGEST_PLACE:
        wrong["place"] = _("Hãy ghi địa danh phát hành, ví dụ tên xã hoặc phường.")
    elif refusal := texts.refusal(place):
        wrong["place"] = refusal
    if title is None:
        wrong["leader"] = _("Người ký phải đang là hiệu trưởng hoặc phó hiệu trưởng của trường.")
    elif not title:
        wrong["leader"] = _("Người ký chưa có chức danh. Hãy nhờ quản trị viên bổ sung ở mục Nhân sự.")
    elif not leader.personal_number:
        wrong["leader"] = _("Người ký chưa có số định danh cá nhân. Hãy bổ sung ở mục Nhân sự.")
    homeroom = class_year.homeroom_teacher
    if homeroom is None:
        wrong["homeroom"] = _("Lớp chưa có giáo viên chủ nhiệm.")
    elif not homeroom.personal_number:
        wrong["homeroom"] = _("Giáo viên chủ nhiệm chưa có số định danh cá nhân. Hãy bổ sung ở mục Nhân sự.")
    return wrong
