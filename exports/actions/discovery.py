"""Find what is new: a cursor over the log, so that no second table has to be kept in step with the first."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from exports.actions import settling
from exports.models import CertificateDelivery, Delivery, Destination, Kind
from hocba.kernel.canonical import sha256_hex
from schools import scopes
from schools.actors import Actor
from schools.models import PATH_END, Unit
from signing.models import Authority, LogHead, LogLeaf, SealedDocument, Withdrawal
from signing.seal.trust import SignerRole

LEAVES_A_ROUND = 2000
ISSUED, WITHDRAWN = "issue", "withdraw"


@transaction.atomic
def discover(destination: Destination, *, by: Actor) -> int:
    """Owe the destination each newly logged issue and withdrawal beneath its path; return the leaves passed.

    The cursor moves in the same transaction, over indexes that the log gives out under one lock.
    """
    destination = Destination.objects.select_for_update().get(pk=destination.pk)
    size = LogHead.objects.get(pk=1).size
    passed = min(size - destination.next_index, LEAVES_A_ROUND)
    if passed <= 0:
        return 0
    end = destination.next_index + passed
    leaves = LogLeaf.objects.filter(
        index__gte=destination.next_index,
        index__lt=end,
        event__in=[ISSUED, WITHDRAWN],
        school_path__gte=destination.unit_path,
        school_path__lt=destination.unit_path + PATH_END,
    )
    by_school: dict[str, list[LogLeaf]] = {}
    for leaf in leaves:
        by_school.setdefault(leaf.school_path, []).append(leaf)
    for school in Unit.objects.filter(path__in=by_school):
        with scopes.system(school.path):
            _owe(destination, school, by_school[school.path], by)
    destination.next_index = end
    destination.save(update_fields=["next_index"])
    return passed


def _owe(destination: Destination, school: Unit, leaves: list[LogLeaf], by: Actor) -> None:
    issued = [leaf.index for leaf in leaves if leaf.event == ISSUED]
    classes = SealedDocument.objects.filter(leaf__in=issued).values_list("leaf_id", "class_year_id")
    # A destination that was opened later gets the packages which the school has signed already.
    signed = dict(
        Delivery.objects.filter(leaf__in=issued, package__isnull=False).values_list("leaf_id", "package_id")
    )
    Delivery.objects.bulk_create(
        [
            Delivery(
                destination=destination,
                leaf_id=leaf,
                school=school,
                class_year_id=class_year,
                package_id=signed.get(leaf),
                next_attempt_at=by.at,
            )
            for leaf, class_year in classes
        ],
        ignore_conflicts=True,
    )
    _owe_withdrawals(destination, school, [leaf.index for leaf in leaves if leaf.event == WITHDRAWN], by)


def _owe_withdrawals(destination: Destination, school: Unit, leaves: Iterable[int], by: Actor) -> None:
    rows = Withdrawal.objects.filter(leaf__in=list(leaves)).order_by("leaf_id")
    for leaf, issued in rows.values_list("leaf_id", "sealed__leaf_id"):
        original = Delivery.objects.filter(destination=destination, leaf=issued).first()
        if original is None:
            continue
        _row, made = Delivery.objects.get_or_create(
            destination=destination,
            leaf_id=leaf,
            defaults={
                "kind": Kind.WITHDRAWAL,
                "of": original,
                "school": school,
                "class_year_id": original.class_year_id,
                "next_attempt_at": by.at,
            },
        )
        if made:
            settling.withdrawn_meanwhile(original)


def owe_certificates(destination: Destination, *, by: Actor) -> int:
    """Owe the destination each approved seal certificate beneath its path; return how many."""
    rows = Authority.objects.filter(
        role=SignerRole.SEAL,
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
