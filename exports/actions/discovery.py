"""Find what is new: a cursor over the log, so that no second table has to be kept in step with the first."""

from __future__ import annotations

from django.db import transaction

from exports.models import CertificateDelivery, Delivery, Destination
from hocba.kernel.canonical import sha256_hex
from schools import scopes
from schools.actors import Actor
from schools.models import PATH_END, Unit
from signing.models import Authority, LogHead, LogLeaf, SealedDocument

LEAVES_A_ROUND = 2000
ISSUED = "issue"


@transaction.atomic
def discover(destination: Destination, *, by: Actor) -> int:
    """Owe the destination each newly logged transcript beneath its path; return how many.

    The cursor moves in the same transaction, over indexes that the log gives out under one lock.
    """
    destination = Destination.objects.select_for_update().get(pk=destination.pk)
    size = LogHead.objects.get(pk=1).size
    end = min(size, destination.next_index + LEAVES_A_ROUND)
    if end == destination.next_index:
        return 0
    leaves = LogLeaf.objects.filter(
        index__gte=destination.next_index,
        index__lt=end,
        event=ISSUED,
        school_path__gte=destination.unit_path,
        school_path__lt=destination.unit_path + PATH_END,
    )
    owed = _owed(destination, list(leaves), by)
    Delivery.objects.bulk_create(owed, ignore_conflicts=True)
    destination.next_index = end
    destination.save(update_fields=["next_index"])
    return len(owed)


def _owed(destination: Destination, leaves: list[LogLeaf], by: Actor) -> list[Delivery]:
    schools = {
        unit.path: unit for unit in Unit.objects.filter(path__in={leaf.school_path for leaf in leaves})
    }
    classes = {}
    for path in schools:
        with scopes.system(path):
            rows = SealedDocument.objects.filter(
                leaf__in=[leaf for leaf in leaves if leaf.school_path == path]
            )
            classes.update(dict(rows.values_list("leaf_id", "class_year_id")))
    return [
        Delivery(
            destination=destination,
            leaf=leaf,
            school=schools[leaf.school_path],
            class_year_id=classes.get(leaf.index),
            next_attempt_at=by.at,
        )
        for leaf in leaves
    ]


def owe_certificates(destination: Destination, *, by: Actor) -> int:
    """Owe the destination each approved seal certificate beneath its path; return how many."""
    rows = Authority.objects.filter(
        role="KY_PHAT_HANH",
        state=Authority.State.APPROVED,
        school__path__gte=destination.unit_path,
        school__path__lt=destination.unit_path + PATH_END,
    ).exclude(deliveries__destination=destination)
    made = [
        CertificateDelivery(
            destination=destination,
            authority=row,
            message_id=_message_id(destination, row),
            next_attempt_at=by.at,
        )
        for row in rows.select_related("certificate")
    ]
    CertificateDelivery.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _message_id(destination: Destination, row: Authority) -> str:
    """Return the one number of this registration, the same after any crash."""
    return sha256_hex(f"{destination.pk}|{row.certificate.sha256}|{row.pk}".encode())[:32]
