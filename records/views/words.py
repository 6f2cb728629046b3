"""Words and addresses that several pages of this app share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.national.missing import Mender, Source
from records.queries.classes import ClassInside, ClassLine, Waiting, Work
from records.queries.fixes import PAPER, Fix, Held
from schools.actors import Actor
from schools.permissions import Permission as P

POINTS = {
    "GHK1": gettext_lazy("Giữa học kì I"),
    "CHK1": gettext_lazy("Cuối học kì I"),
    "GHK2": gettext_lazy("Giữa học kì II"),
    "CN": gettext_lazy("Cuối năm học"),
}
SOURCES = {
    Source.PUPIL_FILE: gettext_lazy("Hồ sơ học sinh"),
    Source.RESULTS: gettext_lazy("Kết quả môn học"),
    Source.HOMEROOM_RECORD: gettext_lazy("Phẩm chất, năng lực, nhận xét"),
    Source.ISSUE_SHEET: gettext_lazy("Tờ phát hành"),
    Source.SCHOOL: gettext_lazy("Thông tin nhà trường"),
    Source.SYSTEM: gettext_lazy("Hệ thống"),
}
MENDERS = {
    Mender.REGISTRAR: gettext_lazy("học vụ"),
    Mender.SUBJECT_TEACHER: gettext_lazy("giáo viên bộ môn"),
    Mender.HOMEROOM_TEACHER: gettext_lazy("giáo viên chủ nhiệm"),
    Mender.PRINCIPAL: gettext_lazy("hiệu trưởng"),
    Mender.SCHOOL_ADMIN: gettext_lazy("quản trị viên nhà trường"),
    Mender.OPERATOR: gettext_lazy("người vận hành hệ thống"),
}
SIGNING = {Work.SIGN_HOMEROOM, Work.SIGN_LEADER, Work.SEAL}


def address(name: str, *args: object) -> str:
    """Return the address of a page, "" while that page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def work_label(waiting: Waiting) -> str:
    """Return what waits for this person, as a button says it."""
    words = {"count": waiting.count, "subject": waiting.subject.label if waiting.subject else ""}
    return {
        Work.ENTER: _("Nhập %(subject)s: còn %(count)s em"),
        Work.CONFIRM: _("Xác nhận hoàn thành: còn %(count)s em"),
        Work.FREEZE: _("Chốt dữ liệu để ký: %(count)s em"),
        Work.SIGN_HOMEROOM: _("Ký số cả lớp (%(count)s)"),
        Work.SIGN_LEADER: _("Ký số (%(count)s)"),
        Work.SEAL: _("Ký số phát hành (%(count)s)"),
        Work.NOTHING: _("Không có việc chờ"),
    }[waiting.work] % words


def work_url(waiting: Waiting, code: str) -> str:
    """Return where that work is done."""
    if waiting.subject is not None:
        return address("records:subject", code, waiting.subject.subject_code)
    if waiting.work in SIGNING:
        return address("signing:sign", code, waiting.work.value)
    names = {Work.CONFIRM: "records:confirm", Work.FREEZE: "records:sheet"}
    return address(names[waiting.work], code) if waiting.work in names else ""


def steps(inside: ClassInside) -> list[dict[str, Any]]:
    """Return the way of a class as the steps component wants it."""
    progress, code = inside.progress, inside.class_year.code
    confirm = address("records:confirm", code) if P.TRANSCRIPT_VIEW in inside.rights else ""
    sheet = address("records:sheet", code) if P.SHEET_MAKE in inside.rights else ""
    counted = [
        (_("Xác nhận hoàn thành"), progress.confirmed, confirm),
        (_("Chốt dữ liệu"), progress.frozen, sheet),
        (_("GVCN ký số"), progress.homeroom_signed, _sign(inside, P.SIGN_HOMEROOM, "gvcn")),
        (_("Hiệu trưởng ký số"), progress.principal_signed, _sign(inside, P.SIGN_LEADER, "cbql")),
        (_("Phát hành"), progress.issued, _sign(inside, P.SEAL, "kph")),
    ]
    made: list[dict[str, Any]] = []
    reached = False
    for label, done, url in counted:
        state = "done" if inside.count and done >= inside.count else "todo" if reached else "current"
        reached = reached or state == "current"
        made.append({"label": label, "state": state, "done": done, "total": inside.count, "url": url})
    return made


def _sign(inside: ClassInside, permission: P, role: str) -> str:
    return address("signing:sign", inside.class_year.code, role) if permission in inside.rights else ""


def class_place(class_year: Any) -> str:
    """Return where one works: class, school, year."""
    return f"{_('Lớp')} {class_year.name} · {class_year.school.name} · {class_year.school_year.label}"


def school_place(class_year: Any) -> str:
    """Return school and year, under a heading that names the class already."""
    return f"{class_year.school.name} · {class_year.school_year.label}"


def fix_items(
    held: Iterable[Held], class_year: Any, rights: frozenset[P], taught: Iterable[str], by: Actor
) -> list[dict[str, Any]]:
    """Return held pupils as the fix list wants them: one line for each pupil, source and mender."""
    own = set(taught)
    items = []
    for pupil in held:
        groups: dict[tuple[Source, Mender, str], list[Fix]] = {}
        for fix in pupil.fixes:
            groups.setdefault((fix.source, fix.mender, fix.subject_code), []).append(fix)
        for (source, mender, subject), fixes in groups.items():
            what = ", ".join(_fix_words(fix) for fix in fixes)
            items.append(
                {
                    "what": f"{pupil.name}: {what}",
                    "where": _where(source, fixes),
                    "who": MENDERS[mender],
                    "url": _fix_url(
                        pupil, (source, mender, subject), fixes[0].kind, class_year, rights, own, by
                    ),
                }
            )
    return items


def _fix_words(fix: Fix) -> str:
    if fix.kind == "decision-awaited":
        return _("chưa hoàn thành chương trình, chờ hiệu trưởng quyết định lên lớp")
    if fix.kind == "elsewhere":
        return _("học bạ năm này đã lập ở lớp khác")
    label = f"{fix.row} – {fix.label.lower()}" if fix.row else fix.label
    if fix.kind == "unfit-text":
        return _("%(label)s có ký tự ẩn hoặc quá dài") % {"label": label}
    if fix.kind == "not-accepted":
        return _("%(label)s chưa đúng quy cách của Bộ") % {"label": label}
    return label


def _where(source: Source, fixes: list[Fix]) -> str:
    where = str(SOURCES[source])
    if any(fix.province == PAPER for fix in fixes):
        return where + " · " + _("theo quy định của Sở, em này dùng học bạ giấy")
    return where


def _fix_url(
    pupil: Held,
    what: tuple[Source, Mender, str],
    kind: str,
    class_year: Any,
    rights: frozenset[P],
    own: set[str],
    by: Actor,
) -> str:
    """Return where this very person can mend it, "" when it is somebody else's."""
    (source, mender, subject), code = what, class_year.code
    if kind == "decision-awaited":
        open_to = P.DECISION_RECORD in rights
        return address("records:pupil-year", code, pupil.enrolment_id) if open_to else ""
    if source is Source.PUPIL_FILE:
        return address("schools:pupil", pupil.pupil_id) if by.paths(P.PUPIL_EDIT) else ""
    if source is Source.SCHOOL and mender is Mender.SCHOOL_ADMIN:
        edits = any(class_year.school.path.startswith(path) for path in by.paths(P.UNIT_EDIT))
        return address("schools:unit-edit", class_year.school.code) if edits else ""
    if source is Source.HOMEROOM_RECORD and P.HOMEROOM_ENTER in rights:
        return address("records:homeroom-pupil", code, pupil.enrolment_id)
    if source is Source.RESULTS and subject in own:
        return address("records:subject", code, subject)
    return ""


def say_saved(request: HttpRequest, by: Actor, what: str) -> None:
    """Tell what was saved, and when: people distrust what disappears."""
    time = localtime(by.at).strftime("%H:%M")
    messages.success(request, _("Đã lưu lúc %(time)s: %(what)s.") % {"time": time, "what": what})


def progress_cells(line: ClassLine) -> list[dict[str, Any]]:
    """Return the counts of a class for the table of classes."""
    progress = line.progress
    return [
        {"done": done, "total": line.pupils}
        for done in (progress.confirmed, progress.frozen, progress.homeroom_signed, progress.issued)
    ]
