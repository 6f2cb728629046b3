"""The tree of units: add, edit, close with a day, open again, name further overseers. Nothing is deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from hocba.kernel.names import fold
from schools import audit, seen, texts
from schools.actors import Actor
from schools.models import PATH_END, Oversight, Unit, UnitLevel
from schools.permissions import Permission, may, require, visible

LEVELS: Final = (
    ("ministry", "Bộ", 0, False),
    ("department", "Sở", 10, False),
    ("subdepartment", "Phòng, xã, phường", 20, False),
    ("school", "Trường", 30, True),
)
"""Code, name, rank and whether it is a school: what a new registry begins with; more tiers are more rows."""

CODE_SHAPE: Final = re.compile(r"[A-Za-z0-9]{1,20}")
EDUCATION_LEVELS: Final = ("02", "03", "04")
"""MA_CAP_HOC of the national format: primary, lower and upper secondary."""

PLACE: Final = ("province_name", "district_name", "commune_name")
"""What the school's own administrator may put right too: a fact of geography, nobody's decision."""

FACTS: Final = ("name", *PLACE, "education_levels", "opened_on")
LONGEST: Final = {"name": 200, "province_name": 120, "district_name": 120, "commune_name": 120}


def make_levels() -> None:
    """Make the tiers of the tree that are not there yet."""
    for code, name, rank, is_school in LEVELS:
        stated = {"name": name, "rank": rank, "is_school": is_school}
        UnitLevel.objects.get_or_create(code=code, defaults=stated)


@transaction.atomic
def add(parent: Unit | None, *, code: str, level: str, facts: Mapping[str, Any], by: Actor) -> Unit:
    """Add a unit beneath `parent`; only the system adds a root.

    Raises: NotPermitted; Conflict, beneath a closed unit; Invalid with a sentence for each field.
    """
    if parent is None:
        _require_everywhere(by)
    else:
        require(by, Permission.UNIT_KEEP, parent)
        parent = (
            Unit.objects.select_for_update(no_key=True, of=("self",))
            .select_related("level")
            .get(pk=parent.pk)
        )
        if parent.closed_on is not None:
            raise Conflict(_("Đơn vị cấp trên đã đóng; không thêm đơn vị bên dưới được."))
    tier = _tier(parent, level)
    values, wrong = _checked(facts, tier)
    if not CODE_SHAPE.fullmatch(code):
        wrong["code"] = _("Mã đơn vị chỉ gồm chữ cái không dấu và chữ số, nhiều nhất 20 ký tự.")
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    path = f"{parent.path if parent else ''}{code}."
    unit = Unit(parent=parent, level=tier, code=code, path=path, search_name=fold(values["name"]), **values)
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError:
        taken = _("Mã này đã có đơn vị dùng. Mã không dùng lại, kể cả khi đơn vị cũ đã đóng.")
        raise Invalid(taken, fields={"code": taken}) from None
    audit.record(by, "unit.add", unit_path=unit.path, subject=("unit", code), level=tier.code, name=unit.name)
    return unit


@transaction.atomic
def edit(
    unit: Unit,
    *,
    facts: Mapping[str, Any],
    by: Actor,
    overseers: Iterable[str] | None = None,
    shown: str | None = None,
    beside: str | None = None,
) -> tuple[str, ...]:
    """Change what is stated of a unit and return the names of the fields that changed.

    `facts` may be part of FACTS; the code and the place in the tree stay for ever. What was frozen or issued
    keeps what it said. `overseers`: as in `oversee`, in the same transaction, when they are stated.
    `shown` is the mark of the unit on the page, `beside` that of its overseers.
    Raises: NotPermitted, also for who may only put the place right; Invalid; Conflict.
    """
    require(by, Permission.UNIT_EDIT, unit)
    unit = Unit.objects.select_for_update(no_key=True, of=("self",)).select_related("level").get(pk=unit.pk)
    before = {name: getattr(unit, name) for name in FACTS}
    values, wrong = _checked(before | dict(facts), unit.level)
    wrong = {name: sentence for name, sentence in wrong.items() if name in facts}
    changed = tuple(name for name in FACTS if name in facts and values[name] != before[name])
    if set(changed) - set(PLACE) and not may(by, Permission.UNIT_KEEP, unit):
        raise NotPermitted(_("Tên, cấp học và ngày thành lập của trường do cơ quan quản lý cấp trên sửa."))
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    if changed:
        theirs, yours = (", ".join(str(_plain(one[name])) for name in changed) for one in (before, values))
        seen.still(shown, standing(unit), theirs=theirs, yours=yours)
        for name in changed:
            setattr(unit, name, values[name])
        unit.search_name = fold(unit.name)
        unit.save(update_fields=[*changed, "search_name"])
        told = {name: [_plain(before[name]), _plain(values[name])] for name in changed}
        audit.record(by, "unit.edit", unit_path=unit.path, subject=("unit", unit.code), changed=told)
    if overseers is not None and oversee(unit, overseers=overseers, by=by, shown=beside):
        changed += ("overseers",)
    return changed


def standing(unit: Unit) -> dict[str, object]:
    """Return what pages show of a unit, for their mark."""
    return {name: getattr(unit, name) for name in (*FACTS, "closed_on")}


def overseen(unit: Unit, by: Actor) -> dict[str, object]:
    """Return which offices that `by` keeps oversee a unit beside its parent, for the mark of its page."""
    return {"overseers": sorted(_held(unit, by))}


def _held(unit: Unit, by: Actor) -> dict[str, Oversight]:
    offices = visible(by, Permission.UNIT_KEEP, Unit.objects.filter(level__is_school=False))
    lasting = Q(to_on__isnull=True) | Q(to_on__gt=by.today)
    rows = Oversight.objects.filter(lasting, unit=unit, overseer__in=offices)
    return {row.overseer.code: row for row in rows.select_related("overseer")}


@transaction.atomic
def close(unit: Unit, *, on: date, by: Actor, shown: str | None = None) -> None:
    """Let a unit end with the day `on`. It stays in the tree, and what it issued stays valid.

    Raises: NotPermitted, also for who keeps no unit above it; Conflict, while a unit beneath is open; Invalid, for
    a day before it began.
    """
    unit = _locked(unit, by, from_above=True)
    if unit.closed_on == on:
        return
    theirs = f"{unit.closed_on:%d/%m/%Y}" if unit.closed_on else unit.name
    seen.still(shown, standing(unit), theirs=theirs, yours=f"{on:%d/%m/%Y}")
    beneath = Unit.objects.filter(path__gt=unit.path, path__lt=unit.path + PATH_END, closed_on__isnull=True)
    if count := beneath.count():
        said = _("Còn %(count)s đơn vị bên dưới chưa đóng. Hãy đóng các đơn vị ấy trước.")
        raise Conflict(said % {"count": count})
    if unit.opened_on is not None and on < unit.opened_on:
        raise Invalid(fields={"on": _("Ngày đóng không thể trước ngày thành lập.")})
    unit.closed_on = on
    unit.save(update_fields=["closed_on"])
    audit.record(by, "unit.close", unit_path=unit.path, subject=("unit", unit.code), on=on.isoformat())


@transaction.atomic
def reopen(unit: Unit, *, by: Actor) -> None:
    """Take a closing back. Raises: NotPermitted; Conflict, while the unit above is closed."""
    unit = _locked(unit, by, from_above=True)
    if unit.parent is not None and unit.parent.closed_on is not None:
        raise Conflict(_("Đơn vị cấp trên đã đóng. Hãy mở lại đơn vị ấy trước."))
    if unit.closed_on is None:
        return
    unit.closed_on = None
    unit.save(update_fields=["closed_on"])
    audit.record(by, "unit.reopen", unit_path=unit.path, subject=("unit", unit.code))


@transaction.atomic
def oversee(unit: Unit, *, overseers: Iterable[str], by: Actor, shown: str | None = None) -> tuple[str, ...]:
    """Let exactly these offices (codes) oversee a school beside its parent; return the codes that changed.

    Who is new oversees from today, who is taken away until today. Only an office that `by` keeps too can be
    named or taken away: otherwise one province could open its schools to another's officers. `shown` is the mark of
    the offices on the page that `by` may name.
    Raises: NotPermitted; Invalid; Conflict.
    """
    unit = _locked(unit, by)
    offices = visible(by, Permission.UNIT_KEEP, Unit.objects.filter(level__is_school=False))
    asked = set(overseers)
    wanted = {one.code: one for one in offices.filter(code__in=asked)} if unit.level.is_school else {}
    if unknown := sorted(asked - set(wanted)):
        said = _("Không có cơ quan quản lý nào mang mã %(codes)s trong phạm vi của mình.")
        raise Invalid(fields={"overseers": said % {"codes": ", ".join(unknown)}})
    today, held = by.today, _held(unit, by)
    changed = tuple(sorted(wanted.keys() ^ held.keys()))
    if changed:
        theirs, yours = (_names(rows) for rows in ((row.overseer for row in held.values()), wanted.values()))
        seen.still(shown, {"overseers": sorted(held)}, theirs=theirs, yours=yours)
    for code in wanted.keys() - held.keys():
        Oversight.objects.update_or_create(
            unit=unit, overseer=wanted[code], from_on=today, defaults={"to_on": None}
        )
    for code in held.keys() - wanted.keys():
        Oversight.objects.filter(pk=held[code].pk).update(to_on=max(today, held[code].from_on))
    if changed:
        subject = ("unit", unit.code)
        audit.record(by, "unit.oversight", unit_path=unit.path, subject=subject, overseers=sorted(wanted))
    return changed


def _names(units: Iterable[Unit]) -> str:
    return ", ".join(sorted(one.name for one in units))


def _locked(unit: Unit, by: Actor, *, from_above: bool = False) -> Unit:
    require(by, Permission.UNIT_KEEP, unit)
    if from_above and (unit.parent is None or not may(by, Permission.UNIT_KEEP, unit.parent)):
        raise NotPermitted(_("Đơn vị của chính mình do cơ quan cấp trên đóng và mở lại."))
    rows = Unit.objects.select_for_update(no_key=True, of=("self",)).select_related("level", "parent")
    return rows.get(pk=unit.pk)


def _require_everywhere(by: Actor) -> None:
    if "" not in by.paths(Permission.UNIT_KEEP):
        raise NotPermitted(_("Đơn vị gốc chỉ lập được bằng lệnh của người vận hành."))


def _tier(parent: Unit | None, level: str) -> UnitLevel:
    tier = UnitLevel.objects.filter(code=level).first()
    if tier is None or (parent is not None and (parent.level.is_school or tier.rank <= parent.level.rank)):
        sentence = _("Cấp này không đặt dưới đơn vị cấp trên đã chọn được.")
        raise Invalid(sentence, fields={"level": sentence})
    return tier


def _checked(facts: Mapping[str, Any], tier: UnitLevel) -> tuple[dict[str, Any], dict[str, object]]:
    """Return the values as they are stored, and what is wrong with them by field."""
    values: dict[str, Any] = {name: texts.tidy(str(facts.get(name) or ""), lines=False) for name in LONGEST}
    levels = facts.get("education_levels") or []
    values["education_levels"] = sorted(set(levels)) if tier.is_school else []
    values["opened_on"] = facts.get("opened_on")
    wrong: dict[str, object] = {}
    if not values["name"]:
        wrong["name"] = _("Hãy ghi tên đơn vị.")
    for name, longest in LONGEST.items():
        if len(values[name]) > longest:
            wrong[name] = _("Dài quá %(longest)s chữ; hãy viết ngắn lại.") % {"longest": longest}
        elif refusal := texts.refusal(values[name]):
            wrong[name] = refusal
    if set(values["education_levels"]) - set(EDUCATION_LEVELS):
        wrong["education_levels"] = _(
            "Cấp học là 02 (tiểu học), 03 (trung học cơ sở) hoặc 04 (trung học phổ thông)."
        )
    if tier.is_school and not values["education_levels"]:
        wrong["education_levels"] = _("Hãy chọn ít nhất một cấp học.")
    return values, wrong


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
