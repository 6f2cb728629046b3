"""Write the operator's plan: one transaction, run again as often as one likes. Nothing is doubled or deleted.

A name or a day that the file states otherwise is changed, with both values in the trail. What people have changed
since and the file does not state (who keeps a unit today, whether a destination rests) stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from exports.actions import destinations
from exports.models import Destination
from hocba.establish.plan import DestinationPlan, OfficePlan, PersonPlan, Plan, YearPlan
from hocba.establish.reading import Faulty, bare
from hocba.kernel.errors import DomainError, Invalid
from schools import actors
from schools.actions import keepers, units, years
from schools.actors import Actor
from schools.models import Account, Membership, Person, PersonKind, Unit

KEYS = {"province_name": "province", "base_url": "address", "user_name": "user"}
"""What actions call a field and the file calls otherwise."""


@dataclass(frozen=True, slots=True)
class Login:
    """A new account; the password is told once and kept nowhere."""

    unit: str
    full_name: str
    username: str
    password: str = field(repr=False)


@dataclass(slots=True)
class Report:
    """What was done, one line each, and the new accounts."""

    lines: list[str] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)


@transaction.atomic
def establish(plan: Plan, *, at: datetime) -> Report:
    """Make or change what the plan states. Raises: Faulty; then nothing at all was written."""
    by, report = actors.system(at), Report()
    units.make_levels()
    root = _office(plan.ministry, None, by, report)
    offices = {root.code: root}
    for department in plan.departments:
        offices[department.code] = _office(department, root, by, report)
    for year in plan.years:
        _year(year, by, report)
    for destination in plan.destinations:
        _destination(destination, offices[destination.unit], by, report)
    return report


def _office(plan: OfficePlan, parent: Unit | None, by: Actor, report: Report) -> Unit:
    facts: dict[str, object] = {"name": plan.name}
    if plan.province_name:
        facts["province_name"] = plan.province_name
    unit = Unit.objects.select_related("level", "parent").filter(code=plan.code).first()
    with _told(plan.where):
        if unit is None:
            _refuse_second_root(plan, parent)
            unit = units.add(parent, code=plan.code, level=plan.level, facts=facts, by=by)
            report.lines.append(_("%(name)s (%(code)s): đã lập") % {"name": plan.name, "code": plan.code})
        else:
            if unit.parent != parent or unit.level_id != plan.level:
                sentence = _("mã %(code)s đang là một đơn vị khác trong hệ thống") % {"code": plan.code}
                raise Invalid(fields={"code": sentence})
            changed = units.edit(unit, facts=facts, by=by)
            told = _("đã sửa") if changed else _("đã có, không đổi")
            report.lines.append(f"{plan.name} ({plan.code}): {told}")
    if plan.administrator is not None:
        with _told(f"{plan.where}.administrator"):
            _administrator(plan.administrator, unit, by, report)
    return unit


def _refuse_second_root(plan: OfficePlan, parent: Unit | None) -> None:
    root = Unit.objects.filter(parent__isnull=True).first() if parent is None else None
    if root is not None:
        sentence = _("hệ thống đã có đơn vị gốc mang mã %(code)s") % {"code": root.code}
        raise Invalid(fields={"code": sentence})


def _administrator(plan: PersonPlan, unit: Unit, by: Actor, report: Report) -> None:
    (role,) = keepers.roles_for(unit)
    person = Person.objects.filter(personal_number=plan.personal_number).first()
    renamed = person is not None and _renamed(person, plan, by)
    held = Membership.objects.filter(person=person, unit=unit, role=role).order_by("-from_on").first()
    if person is not None and held is not None:  # also a role that has ended: who left is not taken on again
        told = _("đã sửa họ tên") if renamed else _("đã có, không đổi")
        if held.to_on is not None and held.to_on < by.today:
            told = _("vai trò đã kết thúc, không cấp lại")
        report.lines.append(f"  {plan.full_name} – {unit.name}: {told}")
        return
    named = keepers.name(
        unit,
        full_name=plan.full_name,
        personal_number=plan.personal_number,
        role=role,
        title=plan.title,
        username=plan.username,
        by=by,
    )
    if named.password:
        report.logins.append(Login(unit.name, plan.full_name, named.username, named.password))
    report.lines.append(f"  {plan.full_name} – {unit.name}: " + _("đã cấp vai trò"))


def _renamed(person: Person, plan: PersonPlan, by: Actor) -> bool:
    """Put the name right where number and account are the same: then it is the same person, written better."""
    if person.full_name == plan.full_name:
        return False
    account = Account.objects.filter(person=person).first()
    if person.kind != PersonKind.STAFF or account is None or account.username != plan.username:
        return False  # `keepers.name` refuses the number
    keepers.rename(person, full_name=plan.full_name, by=by)
    return True


def _year(plan: YearPlan, by: Actor, report: Report) -> None:
    with _told(plan.where):
        year, changed = years.keep(plan.code, days=plan.days, by=by)
    told = _("đã có, không đổi")
    if changed:
        told = _("đã mở") if changed == years.DAYS else _("đã sửa mốc thời gian")
    report.lines.append(_("Năm học %(year)s: ") % {"year": year.label} + told)


def _destination(plan: DestinationPlan, unit: Unit, by: Actor, report: Report) -> None:
    facts: dict[str, object] = {"name": plan.name, "base_url": plan.base_url, "user_name": plan.user_name}
    if plan.is_open is not None:
        facts["is_open"] = plan.is_open
    found = Destination.objects.filter(pk=plan.code).first()
    with _told(plan.where):
        if found is None:
            destinations.add(unit, code=plan.code, facts=facts, secret_source=plan.secret_source, by=by)
            told = _("đã thêm")
        else:
            if found.unit_path != unit.path:
                raise Invalid(fields={"unit": _("nơi nhận này đang thuộc một đơn vị khác")})
            changed = destinations.edit(found, facts=facts, secret_source=plan.secret_source, by=by)
            told = _("đã sửa") if changed else _("đã có, không đổi")
    report.lines.append(_("Nơi nhận %(name)s: ") % {"name": plan.name} + told)


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn a refusal of an action into sentences that name the place in the file."""
    table = bare(where)
    try:
        yield
    except Invalid as wrong:
        found = wrong.fields or {"": wrong.sentence}
        raise Faulty(
            [
                f"[{table}] {KEYS.get(name, name)}: {sentence}".replace("] :", "]:")
                for name, sentence in found.items()
            ]
        ) from wrong
    except DomainError as refused:
        raise Faulty([f"[{table}]: {refused.sentence}"]) from refused
