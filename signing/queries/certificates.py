"""The authority register as schools and departments look at it."""

from __future__ import annotations

from django.db.models import Q

from schools.actors import Actor
from schools.models import Membership, Person, Unit
from schools.permissions import Permission, may, one, visible
from signing.models import Authority
from signing.seal.trust import SignerRole


def register(by: Actor) -> list[Authority]:
    """Return the entries that `by` may see from the working unit: what waits first, then the newest."""
    rows = visible(by.here, Permission.CERTIFICATE_VIEW, Authority.objects.all())
    rows = rows.select_related("school", "person", "certificate", "decided_by").defer("signature_image")
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
