"""Destinations as those who keep them see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from exports.models import Delivery, Destination
from hocba.kernel.errors import NotFound
from schools.actors import Actor
from schools.models import Unit
from schools.permissions import ROLE_GRANTS, Permission, one, visible


@dataclass(frozen=True, slots=True)
class Line:
    """A destination with how many deliveries it still waits for, and how many it refused."""

    destination: Destination
    waiting: int
    refused: int


def of_keeper(actor: Actor) -> list[Line]:
    """Return the destinations that `actor` keeps."""
    rows = visible(actor.here, Permission.DESTINATION_KEEP, Destination.objects.select_related("unit"))
    return _lines(list(rows.order_by("unit_path", "code")))


def line(actor: Actor, code: str) -> Line:
    """Return one destination. Raises: NotFound."""
    return _lines([find(actor, code)])[0]


def find(actor: Actor, code: str) -> Destination:
    """Return the row of one destination. Raises: NotFound."""
    rows = Destination.objects.select_related("unit")
    return one(actor, Permission.DESTINATION_KEEP, rows, pk=code)


def office(actor: Actor) -> Unit:
    """Return the office for which this person adds a destination: where the right is held. Raises: NotFound."""
    for grant in actor.here.grants:
        if Permission.DESTINATION_KEEP in ROLE_GRANTS[grant.role]:
            units = Unit.objects.select_related("level")
            return one(actor, Permission.DESTINATION_KEEP, units, pk=grant.unit_id)
    raise NotFound


def _lines(rows: list[Destination]) -> list[Line]:
    state = Delivery.State
    # What was accepted is counted nowhere here: after some years that is nearly the whole table.
    open_rows = Delivery.objects.filter(
        destination__in=rows, state__in=[state.WAITING, state.SENT, state.REFUSED]
    )
    counted = open_rows.values("destination").annotate(
        refused=Count("pk", filter=Q(state=state.REFUSED)),
        waiting=Count("pk", filter=~Q(state=state.REFUSED)),
    )
    counts = {one["destination"]: (one["waiting"], one["refused"]) for one in counted}
    return [Line(row, *counts.get(row.pk, (0, 0))) for row in rows]
