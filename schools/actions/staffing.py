"""Staff and their accounts: appoint, end a role, open an account, give a temporary password, unlock."""

from __future__ import annotations

import secrets
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from schools import audit, seen
from schools.actions import tries
from schools.actors import Actor
from schools.models import Account, Membership, Person, PersonKind, Unit
from schools.permissions import Permission, Role, one, require, visible

AT_A_SCHOOL = (Role.TEACHER, Role.PRINCIPAL, Role.CLERK, Role.REGISTRAR, Role.SCHOOL_ADMIN)
"""What a school's administrator may give out; roles of the offices above come with the tree itself."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of temporary passwords: none that is read for another (i, l, o, 0, 1)."""


@transaction.atomic
def appoint(
    unit: Unit, *, full_name: str, personal_number: str, role: Role, title: str, from_on: date, by: Actor
) -> Membership:
    """Give a person a role in a school from a day on; the person is made when the number is not known.

    Raises: NotPermitted; Invalid, for a role that no school has or a number that stands for another name.
    """
    require(by, Permission.STAFF_EDIT, unit)
    if not unit.level.is_school or role not in AT_A_SCHOOL:
        raise Invalid(fields={"role": _("Vai trò này không do nhà trường cấp.")})
    if unit.closed_on is not None and from_on > unit.closed_on:
        raise Invalid(fields={"from_on": _("Trường đã đóng từ trước ngày này.")})
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)  # one appointment at a time
    person = known_or_made(full_name, personal_number)
    if person.pk == by.person_id:
        raise NotPermitted(_("Không tự cấp vai trò cho chính mình; xin nhờ người quản trị khác."))
    held = Membership.objects.filter(person=person, unit=unit, role=role)
    if held.filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on)).exists():
        raise Conflict(_("Người này đang giữ vai trò ấy rồi."))
    made = Membership.objects.create(person=person, unit=unit, role=role, title=title, from_on=from_on)
    audit.record(by, "staff.appoint", unit_path=unit.path, subject=("person", person.pk), role=role.value)
    return made


def known_or_made(full_name: str, personal_number: str) -> Person:
    """Return the person of that number, made when it is new. Raises: Invalid, when it stands for another name."""
    found = Person.objects.filter(personal_number=personal_number).first()
    if found is None:
        person = Person(kind=PersonKind.STAFF, full_name=full_name, personal_number=personal_number)
        person.name_fields()
        try:
            with transaction.atomic():
                person.save()
        except (
            IntegrityError
        ):  # somebody else wrote the same number meanwhile: theirs is judged like any other
            found = Person.objects.get(personal_number=personal_number)
        else:
            return person
    if found.kind == PersonKind.PUPIL or found.full_name != full_name:
        sentence = _("Số định danh này đã có, nhưng với họ tên khác. Xin kiểm tra lại cả hai.")
        raise Invalid(fields={"personal_number": sentence})
    if found.kind != PersonKind.STAFF:  # a parent who comes to teach
        found.kind = PersonKind.STAFF
        found.save(update_fields=["kind"])
    return found


@transaction.atomic
def end_role(unit: Unit, membership_id: int, *, on: date, by: Actor, shown: str | None = None) -> Membership:
    """Let a role end with the day `on`; `shown` is the mark of the end on the page.

    Raises: NotPermitted; NotFound; Invalid, for a day before it began; Conflict, when it got another end meanwhile.
    """
    require(by, Permission.STAFF_EDIT, unit)
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(unit=unit, pk=membership_id)
    held = rows.first()
    if held is None:
        raise NotFound
    finish(unit, held, on=on, by=by, shown=shown)
    return held


def standing(to_on: date | None) -> dict[str, object]:
    """Return what the page shows of a role's end, for its mark."""
    return {"to_on": to_on}


def finish(unit: Unit, held: Membership, *, on: date, by: Actor, shown: str | None = None) -> None:
    """Let a locked role end with the day `on`; whether `by` may is asked before.

    Raises: NotPermitted; Invalid; Conflict.
    """
    if held.person_id == by.person_id:
        raise NotPermitted(_("Không tự kết thúc vai trò của chính mình; xin nhờ người quản trị khác."))
    if held.to_on == on:
        return
    theirs = f"{held.to_on:%d/%m/%Y}" if held.to_on else ""
    seen.still(shown, standing(held.to_on), theirs=theirs, yours=f"{on:%d/%m/%Y}")
    if on < held.from_on or (held.to_on is not None and held.to_on < on):
        sentence = _("Ngày kết thúc phải nằm trong thời gian giữ vai trò.")
        raise Invalid(fields={"on": sentence})
    held.to_on = on
    held.save(update_fields=["to_on"])
    subject = ("person", held.person_id)
    audit.record(by, "staff.end", unit_path=unit.path, subject=subject, role=held.role, on=on.isoformat())


@transaction.atomic
def open_account(unit: Unit, person_id: int, *, username: str, by: Actor) -> str:
    """Open an account for one of the staff and return its temporary password, which is kept nowhere.

    Raises: NotPermitted; NotFound; Conflict, when there is one; Invalid, when the name is taken.
    """
    return opened(unit, reached(unit, person_id, by), username, by)


def opened(unit: Unit, person: Person, username: str, by: Actor) -> str:
    """Open an account and return its temporary password; whether `by` may is asked before.

    Raises: Conflict, Invalid.
    """
    if Account.objects.filter(person=person).exists():
        raise Conflict(_("Người này đã có tài khoản."))
    password = temporary_password()
    try:
        with transaction.atomic():
            account = Account.objects.create_user(username, person, password, password_is_temporary=True)
    except IntegrityError:
        sentence = _("Tên đăng nhập này đã có người dùng. Xin chọn tên khác.")
        raise Invalid(fields={"username": sentence}) from None
    audit.record(by, "account.open", unit_path=unit.path, subject=("account", account.pk))
    return password


@transaction.atomic
def reset_password(unit: Unit, person_id: int, *, by: Actor, shown: str | None = None) -> str:
    """Give a temporary password, which ends every session of the account; return it. Kept nowhere.

    `shown` is the mark of the account on the page: the form sent twice does not void the password just told.
    Raises: NotPermitted; NotFound; Conflict.
    """
    return renewed(unit, _account_of(unit, person_id, by), by, shown)


def account_standing(password_hash: str) -> dict[str, object]:
    """Return what marks the state of an account's password."""
    return {"password": password_hash}


def renewed(unit: Unit, account: Account, by: Actor, shown: str | None = None) -> str:
    """Give a locked account a temporary password and return it; whether `by` may is asked before.

    Raises: Conflict.
    """
    told = _("mật khẩu tạm mới")
    seen.still(shown, account_standing(account.password), theirs=told, yours=told)
    password = temporary_password()
    account.set_password(password)
    account.password_is_temporary = True
    tries.forgive(account)
    account.save(
        update_fields=["password", "password_is_temporary", "failed_attempts", "locked_until", "locks"]
    )
    audit.record(by, "account.reset", unit_path=unit.path, subject=("account", account.pk))
    return password


@transaction.atomic
def unlock(unit: Unit, person_id: int, *, by: Actor) -> None:
    """Let an account in again before its pause is over. Raises: NotPermitted; NotFound."""
    account = _account_of(unit, person_id, by)
    tries.forgive(account)
    account.save(update_fields=["failed_attempts", "locked_until", "locks"])
    audit.record(by, "account.unlock", unit_path=unit.path, subject=("account", account.pk))


@transaction.atomic
def change_own_password(*, old: str, new: str, by: Actor) -> Account:
    """Let a person choose a password. Raises: Invalid, when the old one is wrong or the new one is weak."""
    rows = Account.objects.select_for_update(no_key=True, of=("self",))
    account = rows.filter(person=by.person_id).first()
    if account is None:
        raise NotFound
    if not account.check_password(old):
        raise Invalid(fields={"old": _("Mật khẩu đang dùng chưa đúng.")})
    if old == new:
        raise Invalid(fields={"new": _("Mật khẩu mới phải khác mật khẩu đang dùng.")})
    try:
        validate_password(new, account)
    except ValidationError as weak:
        raise Invalid(fields={"new": " ".join(weak.messages)}) from None
    account.set_password(new)
    account.password_is_temporary = False
    account.save(update_fields=["password", "password_is_temporary"])
    audit.record(by, "account.password", unit_path=by.home_path, subject=("account", account.pk))
    return account


def _account_of(unit: Unit, person_id: int, by: Actor) -> Account:
    person = reached(unit, person_id, by)
    account = Account.objects.select_for_update(no_key=True, of=("self",)).filter(person=person).first()
    if account is None:
        raise NotFound(_("Người này chưa có tài khoản."))
    return account


def reached(unit: Unit, person_id: int, by: Actor) -> Person:
    """Return a person of the unit whose every role in force lies where `by` may keep the staff.

    Otherwise whoever administers one school could appoint the principal of another, give that account a
    password, and be that principal.
    """
    require(by, Permission.STAFF_EDIT, unit)
    person = one(by, Permission.STAFF_EDIT, Person.objects.filter(kind=PersonKind.STAFF), pk=person_id)
    if person.pk == by.person_id:
        raise NotPermitted(_("Mật khẩu của chính mình thì tự đổi ở trang Đổi mật khẩu."))
    open_end = Q(to_on__isnull=True) | Q(to_on__gte=by.today)
    units = set(Membership.objects.filter(open_end, person=person).values_list("unit_id", flat=True))
    reached = set(
        visible(by, Permission.STAFF_EDIT, Unit.objects.filter(pk__in=units)).values_list("pk", flat=True)
    )
    if unit.pk not in units:
        raise NotFound
    if units - reached:
        raise NotPermitted(_("Người này còn làm việc ở đơn vị khác; tài khoản do đơn vị cấp trên trông coi."))
    return person


def temporary_password() -> str:
    """Return a password to be read out or printed once: twelve letters and digits that are not mistaken."""
    groups = ("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(3))
    return "-".join(groups)
