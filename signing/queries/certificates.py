"""The authority register as schools and departments look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Prefetch, Q

from schools import scopes
from schools.actors import Actor
from schools.models import Membership, Person, Unit
from schools.permissions import Permission, may, one, visible
from signing.models import Authority, Ending, Signature
from signing.seal.trust import SignerRole


@dataclass(frozen=True, slots=True)
class SignedInClass:
    """What an entry signed in one class: `issued` that still count, and `begun` that are not issued yet."""

    code: str
    name: str
    school_year: str
    issued: int
    begun: int


@dataclass(frozen=True, slots=True)
class Signed:
    """What an entry signed from a moment on, class by class."""

    classes: tuple[SignedInClass, ...]

    @property
    def issued(self) -> int:
        """Return how many issued transcripts, not withdrawn, bear such a signature."""
        return sum(one.issued for one in self.classes)

    @property
    def begun(self) -> int:
        """Return how many transcripts on their way bear such a signature."""
        return sum(one.begun for one in self.classes)

    @property
    def total(self) -> int:
        """Return how many transcripts in all."""
        return self.issued + self.begun


def register(by: Actor) -> list[Authority]:
    """Return the entries that `by` may see from the working unit: what waits first, then the newest."""
    rows = visible(by.here, Permission.CERTIFICATE_VIEW, Authority.objects.all())
    rows = rows.select_related("school", "person", "certificate", "decided_by", "requested_by")
    rows = rows.defer("signature_image", "certificate__der", "certificate__chain_der")
    rows = rows.prefetch_related(
        Prefetch("endings", Ending.objects.select_related("ended_by").order_by("pk"))
    )
    order = {Authority.State.WAITING.value: 0}
    return sorted(rows.order_by("-requested_at", "-pk")[:500], key=lambda row: order.get(row.state, 1))


def entry(by: Actor, number: int, permission: Permission) -> Authority:
    """Return one entry. Raises: NotFound."""
    return one(by, permission, Authority.objects.select_related("school", "certificate", "person"), pk=number)


def in_force(by: Actor, school_id: int, role: SignerRole) -> Authority | None:
    """Return the approved entry with which `by` may sign there now: a person's own, or the school's seal."""
    now = Q(from_at__lte=by.at) & (Q(to_at__isnull=True) | Q(to_at__gt=by.at))
    rows = Authority.objects.filter(
        now,
        school=school_id,
        role=role,
        state=Authority.State.APPROVED,
        certificate__not_before__lte=by.at,
        certificate__not_after__gt=by.at,
    )
    if role is not SignerRole.SEAL:
        rows = rows.filter(person=by.person_id)
    return rows.select_related("certificate", "school", "person").order_by("-from_at").first()


def may_decide(by: Actor, rows: list[Authority]) -> set[int]:
    """Return which of the entries this person may approve or refuse."""
    waiting = [row.pk for row in rows if row.state == Authority.State.WAITING]
    decidable = visible(by, Permission.CERTIFICATE_APPROVE, Authority.objects.filter(pk__in=waiting))
    return set(decidable.values_list("pk", flat=True))


def may_end(by: Actor, rows: list[Authority]) -> set[int]:
    """Return which of the entries this person may end, or read of how they ended: of their school, or their own."""
    ever = [row.pk for row in rows if row.state in (Authority.State.APPROVED, Authority.State.ENDED)]
    endable = visible(by, Permission.CERTIFICATE_END, Authority.objects.filter(pk__in=ever))
    return set(endable.values_list("pk", flat=True))


def approves(by: Actor, entry: Authority) -> bool:
    """Return whether this person decides about an entry: only they may end it from an earlier moment."""
    return may(by, Permission.CERTIFICATE_APPROVE, entry)


def reads_transcripts(by: Actor, entry: Authority) -> bool:
    """Return whether this person may open the transcripts of the entry's school."""
    return may(by, Permission.TRANSCRIPT_VIEW, entry.school)


def ended_before(rows: list[Authority]) -> dict[int, Ending]:
    """Return, for entries that wait, the last end of the same certificate anywhere: who decides must know of it."""
    waiting = {row.certificate_id: row.pk for row in rows if row.state == Authority.State.WAITING}
    if not waiting:
        return {}
    endings = Ending.objects.filter(authority__certificate__in=list(waiting)).order_by("pk")
    return {waiting[one.authority.certificate_id]: one for one in endings.select_related("authority")}


def signed_from(authority: Authority, moment: datetime) -> Signed:
    """Return what an entry signed at or after `moment`: numbers only, so that an overseer may be told them.

    A seal counts by the time of its record, which lies after that of the PDF's own seal.
    """
    made = "signed_at" if authority.role == SignerRole.SEAL.value else "stamped_at"
    with scopes.system(authority.school.path):
        rows = Signature.objects.filter(
            certificate=authority.certificate_id,
            role=authority.role,
            school_path=authority.school.path,
            **{f"{made}__gte": moment},
        )
        transcript = "version__transcript"
        issued = Q(version__sealed__isnull=False, version__sealed__withdrawal__isnull=True)
        begun = Q(version__sealed__isnull=True, version=F(f"{transcript}__current"))
        where = (f"{transcript}__class_year__{name}" for name in ("code", "name", "school_year"))
        counted = rows.values_list(*where).annotate(
            issued=Count("pk", filter=issued), begun=Count("pk", filter=begun)
        )
        found = [SignedInClass(*one) for one in counted.order_by(f"{transcript}__class_year__code")]
    return Signed(tuple(one for one in found if one.issued or one.begun))


def schools_to_ask_for(by: Actor) -> list[Unit]:
    """Return the schools for which this person may ask from the working unit."""
    rows = visible(by.here, Permission.CERTIFICATE_REQUEST, Unit.objects.filter(level__is_school=True))
    return list(rows.order_by("path")[:50])


def signers_of(by: Actor, schools: list[Unit]) -> list[tuple[Person, str]]:
    """Return the staff of these schools, with their titles, who may be given a certificate."""
    if not all(may(by, Permission.CERTIFICATE_REQUEST, school) for school in schools[:1]):
        return []
    in_force = Q(from_on__lte=by.today) & (Q(to_on__isnull=True) | Q(to_on__gte=by.today))
    rows = Membership.objects.filter(in_force, unit__in=schools, role__in=["principal", "subject_teacher"])
    found = rows.select_related("person").order_by("role", "person__sort_name")
    return list({row.person_id: (row.person, row.title) for row in found}.values())
