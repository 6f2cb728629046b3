"""One-time ways in, as they are made and withdrawn: only a hash of the secret stays here.

Making one again voids the one before. Whoever prints reads the secret once; an e-mail's is drawn by the task that
sends it, so that it stands in no message of the broker.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from schools import audit, seen
from schools.actions import staffing
from schools.actors import Actor
from schools.later import later
from schools.models import Account, Invitation, InvitationKind, Person, PersonKind, Pupil, Unit
from schools.permissions import Permission, may, require

GROUPS, GROUP = 5, 4
"""Twenty letters of 31: 99 bits, which nobody guesses."""
_SHAPE = re.compile(rf"[{staffing.LETTERS}]{{{GROUPS * GROUP}}}")


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation with its secret, in groups to be read: shown once; "" when it goes by e-mail."""

    invitation: Invitation
    secret: str

    @property
    def address(self) -> str:
        """Return the address that opens it."""
        return f"{settings.PUBLIC_ADDRESS}/moi/{self.secret}"


def hash_of(typed: str) -> str:
    """Return the hash of a secret as typed or scanned, "" for what cannot be one."""
    plain = "".join(one for one in typed.casefold() if one.isalnum())
    return sha256(plain.encode()).hexdigest() if _SHAPE.fullmatch(plain) else ""


def drawn() -> tuple[str, str]:
    """Return a new secret and its hash."""
    groups = (
        "".join(secrets.choice(staffing.LETTERS) for _place in range(GROUP)) for _group in range(GROUPS)
    )
    secret = "-".join(groups)
    return secret, hash_of(secret)


# ---- Staff ---------------------------------------------------------------------------------------


def standing(rows: list[Invitation]) -> dict[str, object]:
    """Return what the page shows of invitations that are not used, for its mark."""
    return {"open": sorted(row.pk for row in rows if row.used_at is None and row.withdrawn_at is None)}


@transaction.atomic
def invite(unit: Unit, person_id: int, *, email: str = "", by: Actor, shown: str | None = None) -> Made:
    """Invite one of the staff who has no account; by e-mail when one is given, else to be printed.

    Raises: NotPermitted; NotFound; Conflict, when there is an account; Invalid, without a personal number.
    """
    require(by, Permission.STAFF_INVITE, unit)
    person = staffing.reached(unit, person_id, by)
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if Account.objects.filter(person=person).exists():
        raise Conflict(_("Người này đã có tài khoản."))
    if not person.personal_number:
        raise Invalid(fields={"email": _("Hồ sơ chưa có số định danh nên chưa mời được.")})
    if email and email != person.email:
        person.email = email
        person.save(update_fields=["email"])
    earlier = list(Invitation.objects.filter(kind=InvitationKind.STAFF, person=person))
    told = _("lời mời mới")
    seen.still(shown, standing(earlier), theirs=told, yours=told)
    made = make(InvitationKind.STAFF, unit, person=person, by=by)
    if email:
        later("schools.tasks.mail_invitation", invitation_id=made.invitation.pk)
        return Made(made.invitation, "")
    return made


@transaction.atomic
def recover_staff(unit: Unit, person_id: int, *, by: Actor, shown: str | None = None) -> Made:
    """Make a recovery slip for one of the staff; the account goes on until it is used.

    Raises: NotPermitted; NotFound; Conflict.
    """
    require(by, Permission.STAFF_INVITE, unit)
    return recovery(unit, staffing.reached(unit, person_id, by), by=by, shown=shown)


def recovery(unit: Unit, person: Person, *, by: Actor, shown: str | None = None) -> Made:
    """Make a recovery slip; whether `by` may is asked before. Raises: NotFound; Conflict."""
    account = Account.objects.select_for_update(no_key=True, of=("self",)).filter(person=person).first()
    if account is None:
        raise NotFound(_("Người này chưa có tài khoản."))
    earlier = list(Invitation.objects.filter(kind=InvitationKind.RECOVERY, person=person))
    told = _("phiếu mới")
    seen.still(shown, standing(earlier), theirs=told, yours=told)
    return make(InvitationKind.RECOVERY, unit, person=person, by=by)


# ---- Families ------------------------------------------------------------------------------------


def recover_family(pupil: Pupil, person_id: int, *, by: Actor, shown: str | None = None) -> Made:
    """Make a recovery slip for a guardian of a pupil, or for the pupil.

    Only where every child of the account is this office's: a slip from one school opens no child of another.
    Raises: NotPermitted; NotFound; Conflict.
    """
    with transaction.atomic():
        unit = school_of(pupil, by)
        person = Person.objects.filter(pk=person_id).exclude(pk=by.person_id).first()
        children = _children(person, by.today) if person is not None else []
        if person is None or pupil not in children:
            raise NotFound
        if person.kind == PersonKind.STAFF or not all(_keeps(one, by) for one in children):
            raise NotPermitted(
                _(
                    "Tài khoản này còn dùng ở nơi khác; xin người quản trị của nơi ấy, hoặc cấp phiếu mới cho em."
                )
            )
        return recovery(unit, person, by=by, shown=shown)


def _children(person: Person, today: date) -> list[Pupil]:
    answers = person.guardianships.select_related("pupil").filter(from_on__lte=today)
    found = [one.pupil for one in answers if one.to_on is None or one.to_on >= today]
    own = Pupil.objects.filter(person=person).first()
    return [*found, own] if own is not None else found


def school_of(pupil: Pupil, by: Actor) -> Unit:
    """Return the school in which the pupil learns now and `by` keeps families: never one that the pupil has left.

    Raises: NotPermitted; NotFound.
    """
    require(by, Permission.FAMILY_INVITE, pupil)
    school = _newest_school(pupil)
    if school is None or not may(by, Permission.FAMILY_INVITE, school):
        raise NotFound
    return school


def _newest_school(pupil: Pupil) -> Unit | None:
    rows = pupil.enrolments.select_related("class_year__school").order_by(
        "-school_year_id", "-arrived_on", "-pk"
    )
    newest = rows.first()
    return newest.class_year.school if newest is not None and newest.left_on is None else None


def _keeps(pupil: Pupil, by: Actor) -> bool:
    school = _newest_school(pupil)
    return school is not None and may(by, Permission.FAMILY_INVITE, school)


@transaction.atomic
def slip(
    pupil: Pupil,
    *,
    relation: str,
    from_on: date,
    to_on: date | None = None,
    by: Actor,
    shown: str | None = None,
) -> Made:
    """Make the slip of one guardian-to-be, in that relation. Raises: NotPermitted; NotFound; Invalid; Conflict."""
    unit = school_of(pupil, by)
    held = Pupil.objects.select_for_update(no_key=True, of=("self",)).get(pk=pupil.pk)
    if to_on is not None and to_on < from_on:
        raise Invalid(fields={"to_on": _("Ngày cuối phải sau ngày đầu.")})
    _can_confirm(held)
    rows = list(Invitation.objects.filter(kind=InvitationKind.GUARDIAN, pupil=held))
    told = _("phiếu mới")
    seen.still(shown, standing(rows), theirs=told, yours=told)
    return make(
        InvitationKind.GUARDIAN, unit, pupil=held, relation=relation, from_on=from_on, to_on=to_on, by=by
    )


@transaction.atomic
def pupil_slip(pupil: Pupil, *, by: Actor) -> Made:
    """Make the slip for the pupil's own account. Raises: NotPermitted; NotFound; Invalid, below the age; Conflict."""
    unit = school_of(pupil, by)
    held = Pupil.objects.select_for_update(no_key=True, of=("self",)).get(pk=pupil.pk)
    if not held.is_aged(settings.PUPIL_ACCOUNT_AGE, by.today):
        raise Invalid(
            _("Em chưa đủ %(age)s tuổi để có tài khoản riêng.") % {"age": settings.PUPIL_ACCOUNT_AGE}
        )
    if held.person_id is not None:
        raise Conflict(_("Em đã có tài khoản riêng."))
    return make(InvitationKind.PUPIL, unit, pupil=held, by=by)


def _can_confirm(pupil: Pupil) -> None:
    if not pupil.personal_number and pupil.born_on is None:
        raise Invalid(_("Hồ sơ của em chưa có ngày sinh hoặc số định danh nên chưa in được phiếu."))


# ---- Both ----------------------------------------------------------------------------------------


def make(kind: InvitationKind, unit: Unit, *, by: Actor, **facts: object) -> Made:
    """Void the unused ones of this person, or of this pupil and relation, and make a new one.

    Whether `by` may is asked before, and the person's or pupil's row is locked.
    """
    named = {name: facts[name] for name in ("person", "pupil", "relation") if name in facts}
    Invitation.objects.filter(kind=kind, used_at=None, withdrawn_at=None, **named).update(withdrawn_at=by.at)
    secret, hashed = drawn()
    row = Invitation.objects.create(
        kind=kind,
        unit=unit,
        secret_hash=hashed,
        made_by=by.person,
        made_at=by.at,
        expires_at=by.at + timedelta(days=settings.INVITATION_DAYS),
        **facts,
    )
    audit.record(
        by,
        "invitation.make",
        unit_path=unit.path,
        subject=("invitation", row.pk),
        pupil_id=row.pupil_id,
        kind=kind.value,
    )
    return Made(row, secret)


@transaction.atomic
def withdraw(invitation_id: int, *, by: Actor) -> Invitation:
    """Void an unused invitation. Raises: NotFound; Conflict, when it was used meanwhile."""
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("unit", "person")
    found = rows.filter(pk=invitation_id).first()
    if found is None or not may(by, needed(found), found):
        raise NotFound
    if found.used_at is not None:
        raise Conflict(_("Phiếu này đã được dùng rồi nên không hủy được."))
    if found.withdrawn_at is None:
        found.withdrawn_at = by.at
        found.save(update_fields=["withdrawn_at"])
        subject, pupil = ("invitation", found.pk), found.pupil_id
        audit.record(by, "invitation.withdraw", unit_path=found.unit.path, subject=subject, pupil_id=pupil)
    return found


def needed(row: Invitation) -> Permission:
    """Return what is needed to make, and to void, such an invitation."""
    of_staff = row.person is not None and row.person.kind == PersonKind.STAFF
    return Permission.STAFF_INVITE if of_staff else Permission.FAMILY_INVITE
