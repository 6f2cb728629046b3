"""One-time ways in, as they are used: by a stranger who opens an account, by who has one, by who forgot a password."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound
from schools import actors, audit
from schools.actions import devices, tries
from schools.actors import Actor
from schools.models import Account, Guardianship, Invitation, InvitationKind, Person, PersonKind, Pupil

DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
"""How a birth date is typed."""
TOO_OFTEN = _("Đã nhập sai nhiều lần. Xin chờ 15 phút rồi thử lại, hoặc hỏi nhà trường.")
OVER = _("Lời mời hoặc phiếu này không còn dùng được. Xin nhà trường cấp lại.")


@dataclass(frozen=True, slots=True)
class Comer:
    """Who comes with an invitation: its hash, what confirms the person, the address that is counted, the time."""

    secret_hash: str
    known: str
    at: datetime
    address: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chooses for a new account; name and relation for a guardian."""

    username: str
    password: str
    full_name: str = ""
    relation: str = ""
    email: str = ""


def waiting(secret_hash: str, at: datetime) -> Invitation | None:
    """Return the invitation that waits under this hash; None when it is used, expired, withdrawn or unknown."""
    rows = Invitation.objects.select_related("unit", "person", "pupil")
    return rows.filter(secret_hash=secret_hash, used_at=None, withdrawn_at=None, expires_at__gt=at).first()


def is_recovery(row: Invitation) -> bool:
    """Say whether it gives a new password to an account that is there."""
    return row.kind == InvitationKind.RECOVERY


def is_for_guardian(row: Invitation) -> bool:
    """Say whether it lets somebody answer for a pupil."""
    return row.kind == InvitationKind.GUARDIAN


def accept(comer: Comer, chosen: Chosen) -> Account:
    """Open the account that the invitation promises, and use it up.

    The caller answers a refusal and does not fail, or the count of wrong tries is rolled back with it.
    Raises: Conflict (over, or tried too often); Invalid.
    """
    with _held(comer) as row:
        if row.kind == InvitationKind.RECOVERY:
            raise Conflict(OVER)
        person = _person_for(row, chosen)
        account = _opened(person, chosen)
        if row.kind == InvitationKind.GUARDIAN:
            _stand_beside(row, person, row.relation or chosen.relation, comer.at)
        _use_up(row, person, "invitation.accept", comer)
    return account


def join(comer: Comer, *, relation: str, by: Actor) -> Pupil:
    """Join a pupil to the account of who is signed in. Raises: as `accept`; Conflict, when it is joined already."""
    with _held(comer) as row:
        pupil = row.pupil
        if row.kind != InvitationKind.GUARDIAN or pupil is None or by.person.kind == PersonKind.PUPIL:
            raise Conflict(_("Phiếu này không gắn được với tài khoản đang dùng."))
        _stand_beside(row, by.person, row.relation or relation, comer.at)
        _use_up(row, by.person, "invitation.join", comer)
    return pupil


def recover(comer: Comer, *, password: str) -> Account:
    """Give an account the password that its owner chooses; every session of it ends. Raises: as `accept`."""
    with _held(comer) as row:
        if row.kind != InvitationKind.RECOVERY or row.person is None:
            raise Conflict(OVER)
        rows = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
        account = rows.filter(person=row.person, is_active=True).first()
        if account is None:
            raise Conflict(OVER)
        _strong(password, account)
        account.set_password(password)
        account.password_is_temporary = False
        tries.forgive(account)
        account.save()
        devices.ended_all(account)
        _use_up(row, row.person, "invitation.recover", comer)
    return account


# ---- What confirms -------------------------------------------------------------------------------


@contextmanager
def _held(comer: Comer) -> Iterator[Invitation]:
    """Hold the invitation, confirmed and locked; failures are counted outside what is rolled back.

    Raises: Conflict; Invalid for `known`.
    """
    refused_before(comer)
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("unit", "person", "pupil").filter(secret_hash=comer.secret_hash)
    with transaction.atomic():
        row = rows.first()
        fits = row is None or confirms(row, comer.known, comer.at)
        if not fits:
            tries.note("invitation", comer.secret_hash, tries.INVITATION, comer.at)
            tries.note("address", comer.address, tries.ADDRESS, comer.at)
    if not fits:
        raise Invalid(fields={"known": _("Chưa đúng. Xin xem lại bốn số cuối hoặc ngày sinh.")})
    with transaction.atomic():
        row = rows.filter(used_at=None, withdrawn_at=None, expires_at__gt=comer.at).first()
        if row is None:
            raise Conflict(OVER)
        yield row


def refused_before(comer: Comer) -> None:
    """Refuse while a pause lasts. Raises: Conflict."""
    counts = (tries.of("invitation", comer.secret_hash), tries.of("address", comer.address))
    if any(tries.is_paused(one, comer.at) for one in counts):
        raise Conflict(TOO_OFTEN, code="too-often")


def confirms(row: Invitation, known: str, at: datetime) -> bool:
    """Say whether what was typed are the last four digits of a number, or a birth date, that belongs to the slip."""
    typed = known.strip()
    numbers, days = _facts(row, at)
    ends = [hmac.compare_digest(one[-4:].encode(), typed.encode()) for one in numbers]
    return any(ends) or _day(typed) in days


def _facts(row: Invitation, at: datetime) -> tuple[list[str], set[date]]:
    pupils = [row.pupil] if row.pupil is not None else []
    numbers = [row.person.personal_number] if row.person is not None else []
    if row.person is not None and row.person.kind != PersonKind.STAFF:
        today = at.date()
        answers = row.person.guardianships.select_related("pupil").filter(from_on__lte=today)
        pupils += [one.pupil for one in answers if one.to_on is None or one.to_on >= today]
        pupils += list(Pupil.objects.filter(person=row.person))
    numbers += [one.personal_number for one in pupils]
    return [one for one in numbers if one], {one.born_on for one in pupils if one.born_on is not None}


def _day(typed: str) -> date | None:
    for shape in DAYS:
        try:
            return datetime.strptime(typed, shape).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


# ---- What is made --------------------------------------------------------------------------------


def _person_for(row: Invitation, chosen: Chosen) -> Person:
    if row.kind == InvitationKind.STAFF and row.person is not None:
        return Person.objects.select_for_update(no_key=True).get(pk=row.person.pk)
    pupil = Pupil.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pupil_id or 0)
    if row.kind == InvitationKind.PUPIL:
        if pupil.person_id is not None:
            raise Conflict(OVER)
        person = Person(kind=PersonKind.PUPIL, full_name=pupil.full_name, email=chosen.email)
        person.name_fields()
        person.save()
        pupil.person = person
        pupil.save(update_fields=["person"])
        return person
    if not chosen.full_name:
        raise Invalid(fields={"full_name": _("Hãy ghi họ và tên của quý phụ huynh.")})
    person = Person(kind=PersonKind.GUARDIAN, full_name=chosen.full_name, email=chosen.email)
    person.name_fields()
    person.save()
    return person


def _opened(person: Person, chosen: Chosen) -> Account:
    if Account.objects.filter(person=person).exists():
        raise Conflict(OVER)
    _strong(chosen.password, Account(username=chosen.username, person=person))
    try:
        with transaction.atomic():
            return Account.objects.create_user(chosen.username, person, chosen.password)
    except IntegrityError:
        taken = _("Tên đăng nhập này đã có người dùng. Xin chọn tên khác.")
        raise Invalid(fields={"username": taken}) from None


def _strong(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise Invalid(fields={"new": " ".join(weak.messages)}) from None


def _stand_beside(row: Invitation, person: Person, relation: str, at: datetime) -> None:
    if not relation:
        raise Invalid(fields={"relation": _("Hãy chọn quan hệ với em.")})
    today = actors.of(person, at).today
    held = list(Guardianship.objects.filter(guardian=person, pupil=row.pupil))
    from_on = row.from_on or today
    if any(one.from_on == from_on for one in held):  # ended, and begins anew
        from_on = today
    if any(one.to_on is None or one.to_on >= from_on for one in held):
        raise Conflict(_("Em đã được gắn với tài khoản này rồi."))
    if row.pupil is None:
        raise NotFound
    Guardianship.objects.create(
        guardian=person, pupil=row.pupil, relation=relation, from_on=from_on, to_on=row.to_on
    )


def _use_up(row: Invitation, person: Person, action: str, comer: Comer) -> None:
    row.used_at, row.used_by = comer.at, person
    row.save(update_fields=["used_at", "used_by"])
    by = actors.of(person, comer.at, request_id=comer.request_id)
    subject = ("invitation", row.pk)
    audit.record(by, action, unit_path=row.unit.path, subject=subject, pupil_id=row.pupil_id)
