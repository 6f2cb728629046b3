"""What one school is refused, or one package lacks, keeps no other one waiting."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from django.conf import settings

from exports.actions import partners
from exports.models import CertificateDelivery, Delivery, Destination, Package
from schools.models import Unit
from signing.models import Authority
from tests.exports.actions.partner import Partner
from tests.factories import a_school
from tests.world import World


def a_school_that_the_receiver_does_not_know(world: World) -> Unit:
    """Make a school beside ours whose seal is approved, and of which nobody told the receiver."""
    school = Unit.objects.get(pk=world.school.pk)
    above = school.parent
    assert above is not None
    code = a_school().code.replace("99", "98", 1)  # nobody else's
    school.pk, school.code, school.path = None, code, f"{above.path}{code}."
    school.save(force_insert=True)
    seal = Authority.objects.get(school=world.school, role="KY_PHAT_HANH")
    seal.pk, seal.school = None, school
    seal.save(force_insert=True)
    return school


def test_a_school_that_the_receiver_does_not_know_delays_no_other(world: World, partner: Partner) -> None:
    world.issue(world.frozen_class(pupils=1))
    unknown = a_school_that_the_receiver_does_not_know(world)

    partner.until(state="ACCEPTED")
    for _ in range(4):  # nothing else is due: only the unknown school is asked for
        partner.round()

    waits = CertificateDelivery.objects.get(authority__school=unknown)
    assert (waits.state, waits.answer_code) == ("WAITING", "UNIT_NOT_YOURS")
    assert waits.attempts >= 4
    destination = Destination.objects.get()
    assert (destination.failures, destination.pause_until) == (0, None)


def test_a_package_whose_bytes_are_gone_delays_no_other(world: World, partner: Partner) -> None:
    for _ in range(2):
        world.issue(world.frozen_class(pupils=1))
    partner.until(package__isnull=False)
    lost, whole = Package.objects.order_by("pk")
    digest = lost.content_sha256
    Path(settings.BLOB_ROOT, digest[:2], digest[2:4], digest).unlink()
    Delivery.objects.update(state="WAITING")

    for _ in range(3):
        partner.round()

    assert Delivery.objects.get(package=lost).answer_code == "blob-missing"
    assert Delivery.objects.get(package=whole).state in ("SENT", "ACCEPTED")
    destination = Destination.objects.get()
    assert (destination.failures, destination.pause_until) == (0, None)


def test_pauses_grow_and_no_two_are_alike() -> None:
    pauses = [partners.pause_after(attempt) for attempt in range(1, 12)]
    below_the_cap = [one for one in pauses if one < partners.LONGEST_PAUSE * 3 / 4]

    assert all(later > 1.3 * earlier for earlier, later in pairwise(below_the_cap))
    assert max(pauses) <= partners.LONGEST_PAUSE
    assert len({partners.pause_after(5) for _ in range(20)}) > 10
