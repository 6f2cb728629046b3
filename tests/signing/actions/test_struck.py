"""What a code says after a certificate was ended from before it signed: the same as the verdict on the files."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.urls import reverse

from exports.actions import looking_up
from schools import actors, scopes
from signing.actions import openings, register, withdrawals
from signing.models import SealedDocument
from signing.seal.verdict import Indication
from tests import factories
from tests.signing.actions.test_endings import HOMEROOM, SEAL, ended, now_ended, verdicts
from tests.world import World


def said(sealed: SealedDocument) -> tuple[str, bool]:
    """Return what the API and the page behind the QR square say of a code: the standing, and whether it counts."""
    stranger = Client(REMOTE_ADDR=f"10.1.{sealed.pk % 250}.7")
    api = stranger.get(reverse("api-verify-code", args=[sealed.look_up_code])).json()
    page = stranger.get(reverse("signing:verify-code", args=[sealed.look_up_code])).content.decode()
    assert ("khi chứng thư của người ký đã bị ngừng" in page) is (api["status"] == "signer_ended")
    file = stranger.get(reverse("exports:look-up-file", args=[looking_up.ticket(sealed), "pdf"]))
    named = openings.SUFFIX[api["status"].upper()]
    assert f"hocba-{sealed.look_up_code}{named}.pdf" in file["Content-Disposition"]
    with scopes.system(sealed.school_path):
        assert openings.file_of(sealed, "xml", by=actors.system(sealed.sealed_at))[1].endswith(f"{named}.xml")
    return api["status"], "Học bạ đang có giá trị." in page


def test_a_code_says_what_the_files_say_whoever_of_the_three_it_was(world: World) -> None:
    first, second = world.issue(world.frozen_class(pupils=2))
    before = second.sealed_at - timedelta(hours=1)
    authority = now_ended(world, HOMEROOM, world.clerk)
    assert [said(first), said(second)] == [("valid", True)] * 2

    ended(authority, world.department, world.now(), since=before, told=2)
    assert [said(first), said(second)] == [("signer_ended", False)] * 2
    with scopes.of(by := world.actor(world.principal)):
        withdrawals.withdraw(first, reason="Ghi sai ngày sinh của học sinh.", by=by)
    assert said(first) == ("withdrawn", False)

    asked = factories.actor_of(world.clerk, world.now())
    with transaction.atomic():
        again = register.request(
            world.school, role=HOMEROOM, credential=authority.credential, person=authority.person, by=asked
        )
        register.approve(again, since=authority.from_at, by=world.actor(world.department))
    world.publish()
    assert [one.indication for one in verdicts(world, second)[:2]] == [Indication.PASSED] * 2
    assert [said(first), said(second)] == [("withdrawn", False), ("valid", True)]

    now_ended(world, SEAL, world.department, since=before, told=1)
    world.publish()
    assert [one.indication for one in verdicts(world, second)[:2]] == [Indication.FAILED] * 2
    assert [said(first), said(second)] == [("withdrawn", False), ("signer_ended", False)]
