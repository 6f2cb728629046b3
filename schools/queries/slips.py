"""Families of a class as who prints slips sees them: guardians from–to, and the slips that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, Q

from hocba.kernel.errors import NotFound
from schools import seen
from schools.actors import Actor
from schools.models import ClassYear, Enrolment, Guardianship, Invitation, InvitationKind, Pupil
from schools.permissions import Permission, one, visible

P = Permission


@dataclass(frozen=True, slots=True)
class GuardianLine:
    """Somebody who answers for a pupil; `is_over`: ended before today."""

    number: int
    person_id: int
    full_name: str
    relation: str
    from_on: date
    to_on: date | None
    is_over: bool
    username: str
    mark: str


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A slip of a pupil with its state: "waiting", "used", "expired" or "withdrawn"."""

    number: int
    kind: str
    relation: str
    made_at: datetime
    expires_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Family:
    """A pupil with guardians and slips, the newest first."""

    pupil: Pupil
    guardians: tuple[GuardianLine, ...]
    slips: tuple[SlipLine, ...]
    may_have_own: bool
    own_username: str
    mark: str

    @property
    def has_account(self) -> bool:
        """Say whether somebody at home can sign in."""
        return any(one.username and not one.is_over for one in self.guardians)

    @property
    def waiting(self) -> int:
        """Return how many slips wait."""
        return sum(one.state == "waiting" for one in self.slips)


def classes(by: Actor) -> list[ClassYear]:
    """Return the classes of the newest year of the working unit, with how many pupils and families with an account."""
    rows = visible(by.here, P.FAMILY_INVITE, ClassYear.objects.all())
    newest = rows.order_by("-school_year_id").values_list("school_year_id", flat=True).first()
    here = Q(enrolments__left_on=None)
    answers = Q(enrolments__pupil__guardianships__guardian__account__isnull=False)
    counted = rows.filter(school_year_id=newest).annotate(
        pupils=Count("enrolments__pupil", filter=here, distinct=True),
        reached=Count("enrolments__pupil", filter=here & answers, distinct=True),
    )
    return list(counted.select_related("school", "school_year").order_by("grade", "name"))


def class_of(by: Actor, code: str) -> ClassYear:
    """Return a class of whose families this person takes care. Raises: NotFound."""
    return one(by, P.FAMILY_INVITE, ClassYear.objects.select_related("school", "school_year"), code=code)


def families(by: Actor, class_year: ClassYear) -> list[Family]:
    """Return the families of a class in the order of names: the same number of queries for any class."""
    rows = Enrolment.objects.filter(class_year=class_year, left_on=None).order_by(
        "pupil__sort_name", "pupil_id"
    )
    pupils = Pupil.objects.select_related("person__account").prefetch_related(*_parts())
    found = rows.prefetch_related(Prefetch("pupil", queryset=pupils))
    return [_family(row.pupil, by) for row in found]


def family(by: Actor, class_year: ClassYear, pupil_id: int) -> Family:
    """Return one family of the class. Raises: NotFound."""
    rows = Pupil.objects.select_related("person__account").prefetch_related(*_parts())
    found = rows.filter(enrolments__class_year=class_year, enrolments__left_on=None, pk=pupil_id).first()
    if found is None:
        raise NotFound
    return _family(found, by)


def mark_of(found: list[Family]) -> str:
    """Return the mark of a class's slips that wait."""
    return seen.mark(standing_of(found))


def standing_of(found: list[Family]) -> dict[str, object]:
    """Return what the page shows of slips, for its mark."""
    return {"open": sorted(slip.number for one in found for slip in one.slips if slip.state == "waiting")}


def _parts() -> tuple[Prefetch[Any, Any, Any], Prefetch[Any, Any, Any]]:
    guardians = Guardianship.objects.select_related("guardian__account").order_by("from_on", "pk")
    slips = Invitation.objects.order_by("-pk")
    return Prefetch("guardianships", queryset=guardians), Prefetch("invitations", queryset=slips)


def _family(pupil: Pupil, by: Actor) -> Family:
    slips = [
        SlipLine(one.pk, one.kind, one.relation, one.made_at, one.expires_at, one.state_at(by.at))
        for one in pupil.invitations.all()
        if one.kind != InvitationKind.RECOVERY
    ]
    account = getattr(pupil.person, "account", None)
    return Family(
        pupil,
        tuple(_guardian(one, by.today) for one in pupil.guardianships.all()),
        tuple(slips),
        pupil.is_aged(settings.PUPIL_ACCOUNT_AGE, by.today),
        account.username if account else "",
        seen.mark(
            {
                "open": sorted(
                    one.pk
                    for one in pupil.invitations.all()
                    if one.kind == InvitationKind.GUARDIAN
                    and one.used_at is None
                    and one.withdrawn_at is None
                )
            }
        ),
    )


def _guardian(row: Guardianship, today: date) -> GuardianLine:
    account = getattr(row.guardian, "account", None)
    return GuardianLine(
        row.pk,
        row.guardian_id,
        row.guardian.full_name,
        row.relation,
        row.from_on,
        row.to_on,
        row.to_on is not None and row.to_on < today,
        account.username if account else "",
        seen.mark({"to_on": row.to_on}),
    )
