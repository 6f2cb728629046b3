"""Slips of a whole class, and the end of a guardianship."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Invalid, NotFound
from schools import audit, seen
from schools.actions import invitations
from schools.actions.invitations import Made
from schools.actors import Actor
from schools.models import ClassYear, Guardianship, Invitation, InvitationKind, Pupil
from schools.permissions import Permission, require


@transaction.atomic
def of_class(class_year: ClassYear, *, by: Actor, shown: str | None = None) -> list[Made]:
    """Make a slip for each pupil of a class whose family cannot sign in yet; slips that wait there are void.

    `shown` is the mark of the slips on the page. A pupil without birth date and number is left out.
    Raises: NotPermitted; Conflict, when somebody printed meanwhile; Invalid, when there is nobody.
    """
    require(by, Permission.FAMILY_INVITE, class_year)
    rows = Pupil.objects.select_for_update(no_key=True, of=("self",)).filter(
        enrolments__class_year=class_year, enrolments__left_on=None
    )
    pupils = sorted(rows.order_by("pk"), key=lambda one: (bytes(one.sort_name), one.pk))
    told = _("phiếu mới của lớp")
    seen.still(shown, standing(pupils, by), theirs=told, yours=told)
    in_force = Guardianship.objects.filter(guardian__account__isnull=False, from_on__lte=by.today)
    reached = {
        one.pupil_id
        for one in in_force.filter(pupil__in=pupils)
        if one.to_on is None or one.to_on >= by.today
    }
    lacking = [
        one for one in pupils if one.pk not in reached and (one.born_on is not None or one.personal_number)
    ]
    if not lacking:
        raise Invalid(_("Gia đình của mọi em trong lớp đã có tài khoản."))
    return [invitations.slip(one, relation="", from_on=by.today, by=by) for one in lacking]


def standing(pupils: list[Pupil], by: Actor) -> dict[str, object]:
    """Return what the page shows of slips that wait, for its mark."""
    rows = Invitation.objects.filter(pupil__in=pupils, used_at=None, withdrawn_at=None, expires_at__gt=by.at)
    rows = rows.exclude(kind=InvitationKind.RECOVERY)
    return {"open": sorted(rows.values_list("pk", flat=True))}


@transaction.atomic
def end_guardianship(
    pupil: Pupil, number: int, *, on: date, by: Actor, shown: str | None = None
) -> Guardianship:
    """Let somebody answer for a pupil until the end of the day `on`; the family's pages close with it.

    Raises: NotPermitted; NotFound; Invalid; Conflict, when it got another end meanwhile.
    """
    unit = invitations.school_of(pupil, by)
    rows = Guardianship.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=number, pupil=pupil).first()
    if row is None:
        raise NotFound
    if row.to_on == on:
        return row
    theirs = f"{row.to_on:%d/%m/%Y}" if row.to_on else ""
    seen.still(shown, {"to_on": row.to_on}, theirs=theirs, yours=f"{on:%d/%m/%Y}")
    if on < row.from_on:
        raise Invalid(fields={"on": _("Ngày cuối phải sau ngày đầu.")})
    row.to_on = on
    row.save(update_fields=["to_on"])
    subject, day = ("guardianship", row.pk), on.isoformat()
    audit.record(by, "guardianship.end", unit_path=unit.path, subject=subject, pupil_id=pupil.pk, on=day)
    return row
