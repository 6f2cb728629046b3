"""Who keeps a unit: the officers of an office, the first administrator and registrar of a school.

Named by the level above, with a password that is shown once. A school's further staff are its administrator's
matter. An account that reads results is never given a new password here: an overseer reads no result, and must
not come to one by way of somebody else's account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from schools import audit
from schools.actions import staffing
from schools.actors import READS_RESULTS, Actor
from schools.models import Account, Membership, Person, PersonKind, Unit
from schools.permissions import ROLE_GRANTS, Permission, Role, require, visible

OF_A_SCHOOL: Final = (Role.SCHOOL_ADMIN, Role.REGISTRAR)
OF_AN_OFFICE: Final = {"ministry": Role.MINISTRY, "department": Role.DEPARTMENT}
"""The role of an office's people by its level; every other office is a desk between Sở and school."""


@dataclass(frozen=True, slots=True)
class Named:
    """Who was named; `password` is empty for a person who has an account already."""

    person_id: int
    username: str
    password: str


def roles_for(unit: Unit) -> tuple[Role, ...]:
    """Return the roles that the level above gives out in `unit`."""
    if unit.level.is_school:
        return OF_A_SCHOOL
    return (OF_AN_OFFICE.get(unit.level_id, Role.SUBDEPARTMENT),)


@transaction.atomic
def name(
    unit: Unit, *, full_name: str, personal_number: str, role: Role, title: str, username: str, by: Actor
) -> Named:
    """Give a person a role of `roles_for(unit)` from today, with an account when there is none.

    A registrar reads results, so only a school that has no class yet is given its first one from above.
    Raises: NotPermitted; Conflict, in a closed unit or where a school has such a person already; Invalid.
    """
    unit = _locked(unit, by)
    if role not in roles_for(unit):
        raise Invalid(fields={"role": _("Vai trò này không cấp ở đây.")})
    if unit.closed_on is not None:
        raise Conflict(_("Đơn vị đã đóng; không cấp vai trò mới được."))
    lasting = Q(to_on__isnull=True) | Q(to_on__gte=by.today)
    held = Membership.objects.filter(lasting, unit=unit, role=role)
    if unit.level.is_school and held.exists():
        raise Conflict(
            _("Trường đã có người giữ vai trò này. Quản trị viên của trường cấp tiếp ở trang Nhân sự.")
        )
    if role is Role.REGISTRAR and unit.class_years.exists():
        raise Conflict(_("Trường đã có lớp. Vai trò học vụ do quản trị viên của trường cấp ở trang Nhân sự."))
    person = staffing.known_or_made(full_name, personal_number)
    if person.pk == by.person_id:
        raise NotPermitted(_("Không tự cấp vai trò cho chính mình; xin nhờ người quản trị khác."))
    if held.filter(person=person).exists():
        raise Conflict(_("Người này đang giữ vai trò ấy rồi."))
    Membership.objects.create(person=person, unit=unit, role=role, title=title, from_on=by.today)
    audit.record(by, "staff.appoint", unit_path=unit.path, subject=("person", person.pk), role=role.value)
    account = Account.objects.filter(person=person).first()
    if account is not None:
        return Named(person.pk, account.username, "")
    if not username:
        raise Invalid(fields={"username": _("Người này chưa có tài khoản. Hãy đặt tên đăng nhập.")})
    return Named(person.pk, username, staffing.opened(unit, person, username, by))


@transaction.atomic
def end(unit: Unit, membership_id: int, *, on: date, by: Actor, shown: str | None = None) -> Membership:
    """Let a role of `roles_for(unit)` end with the day `on`; `shown` is the mark of the end on the page.

    Raises: NotPermitted; NotFound; Invalid; Conflict.
    """
    unit = _locked(unit, by)
    rows = Membership.objects.select_for_update(no_key=True, of=("self",))
    held = rows.filter(unit=unit, pk=membership_id, role__in=roles_for(unit)).first()
    if held is None:
        raise NotFound
    staffing.finish(unit, held, on=on, by=by, shown=shown)
    return held


@transaction.atomic
def reset_password(unit: Unit, person_id: int, *, by: Actor, shown: str | None = None) -> str:
    """Give who keeps `unit` a temporary password and return it; it is kept nowhere.

    Raises: NotPermitted, for an account that reads results or works where `by` keeps no unit; NotFound.
    """
    unit = _locked(unit, by)
    lasting = Q(to_on__isnull=True) | Q(to_on__gte=by.today)
    roles = list(Membership.objects.filter(lasting, person=person_id).values_list("unit_id", "role"))
    if not any(where == unit.pk and Role(role) in roles_for(unit) for where, role in roles):
        raise NotFound
    if person_id == by.person_id:
        raise NotPermitted(_("Mật khẩu của chính mình thì tự đổi ở trang Đổi mật khẩu."))
    units = {where for where, _role in roles}
    if visible(by, Permission.UNIT_KEEP, Unit.objects.filter(pk__in=units)).count() != len(units):
        raise NotPermitted(_("Người này còn làm việc ở đơn vị khác; tài khoản do đơn vị cấp trên trông coi."))
    person = Person.objects.get(pk=person_id, kind=PersonKind.STAFF)
    if any(READS_RESULTS & ROLE_GRANTS[Role(role)] for _where, role in roles) or _stands_by_a_class(person):
        raise NotPermitted(
            _("Tài khoản này xem được kết quả học tập; chỉ quản trị viên của trường cấp lại mật khẩu được.")
        )
    account = Account.objects.select_for_update(no_key=True, of=("self",)).filter(person=person).first()
    if account is None:
        raise NotFound(_("Người này chưa có tài khoản."))
    return staffing.renewed(unit, account, by, shown)


@transaction.atomic
def rename(person: Person, *, full_name: str, by: Actor) -> None:
    """Put the name of one of the staff right. Raises: NotPermitted, for everybody but the operator's command."""
    if "" not in by.paths(Permission.UNIT_KEEP):
        raise NotPermitted(_("Họ tên trong hồ sơ nhân sự do lệnh của người vận hành sửa."))
    person.full_name = full_name
    person.name_fields()
    person.save(update_fields=["full_name", "sort_name", "search_name"])
    audit.record(by, "staff.rename", unit_path="", subject=("person", person.pk))


def _stands_by_a_class(person: Person) -> bool:
    return person.teachings.exists() or person.homeroom_classes.exists() or person.guardianships.exists()


def _locked(unit: Unit, by: Actor) -> Unit:
    require(by, Permission.UNIT_KEEP, unit)
    return Unit.objects.select_for_update(no_key=True, of=("self",)).select_related("level").get(pk=unit.pk)
