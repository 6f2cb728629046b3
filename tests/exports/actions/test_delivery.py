"""From a sealed class to the receiver's answer, over real HTTP, with real keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from exports import tasks
from exports.actions import authorising
from exports.models import CertificateDelivery, Delivery, Destination, Kind, Package
from exports.queries import waiting
from hocba.kernel import clock
from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from records.models import ClassProgress
from schools import scopes
from schools.models import AuditEvent
from signing.actions import instruments, withdrawals
from signing.models import SealedDocument, SigningBatch
from tests import factories
from tests.exports.actions.partner import Partner
from tests.world import PIN, World

ACCEPTED = {"state": "ACCEPTED"}


def test_a_class_is_registered_packed_sent_and_accepted(world: World, partner: Partner) -> None:
    class_year = world.frozen_class(pupils=2)
    world.issue(class_year)

    partner.until(**ACCEPTED)

    assert list(CertificateDelivery.objects.values_list("state", flat=True)) == ["APPROVED"]
    package = Package.objects.get()
    assert (package.documents, package.kind) == (2, Kind.ISSUE)
    assert set(Delivery.objects.values_list("package", "attempts", "answer_code")) == {(package.pk, 1, "")}
    assert ClassProgress.objects.get(class_year=class_year).delivered == 2
    batch = SigningBatch.objects.get(role="KY_PHAT_HANH")
    assert batch.key_session_ends_at <= clock.now(), "the seal's session is closed with the last package"


def test_what_is_delivered_is_not_sent_again(world: World, partner: Partner) -> None:
    world.issue(world.frozen_class(pupils=1))
    partner.until(**ACCEPTED)
    before = list(partner.door.seen)

    partner.round()

    assert partner.door.seen == before
    assert Package.objects.count() == 1


def test_nobody_there_means_growing_pauses_and_nothing_lost(world: World, partner: Partner) -> None:
    world.issue(world.frozen_class(pupils=1))
    partner.door.shut = True
    pauses = []
    for _ in range(4):
        Destination.objects.update(pause_until=None)
        partner.round()
        row = CertificateDelivery.objects.get()
        pauses.append(row.next_attempt_at - clock.now())

    assert sorted(pauses) == pauses and pauses[0].seconds < pauses[-1].seconds
    destination = Destination.objects.get()
    assert destination.failures == 4 and destination.pause_until > clock.now()
    assert CertificateDelivery.objects.get().answer_code == "ConnectionError"

    seen = len(partner.door.seen)
    CertificateDelivery.objects.update(next_attempt_at=clock.now())
    partner.door.shut = False
    tasks.deliver()
    assert len(partner.door.seen) == seen, "a paused destination is left alone"

    partner.until(**ACCEPTED)
    destination.refresh_from_db()
    assert (destination.failures, destination.pause_until) == (0, None)


def test_a_crash_between_sending_and_the_answer_delivers_once(world: World, partner: Partner) -> None:
    world.issue(world.frozen_class(pupils=1))
    partner.door.swallow = "gui-hoc-ba"
    partner.until(answer_code="ConnectionError")
    assert Delivery.objects.get().state == "WAITING"

    partner.until(**ACCEPTED)

    assert [path for path in partner.door.seen if "gui-hoc-ba" in path] == ["/api/gui-hoc-ba"] * 2
    assert Package.objects.count() == 1
    assert ClassProgress.objects.get().delivered == 1


def test_one_refused_row_never_blocks_the_next(world: World, partner: Partner) -> None:
    """The receiver holds another file under the first one's code, so it must refuse that row."""
    (earlier,) = world.issue(world.frozen_class(pupils=1))
    partner.until(**ACCEPTED)
    first, second = world.issue(world.frozen_class(pupils=2))
    _occupy(partner, earlier, first)

    partner.until(answered_at__isnull=False)

    refused = Delivery.objects.get(leaf=first.leaf_id)
    assert (refused.state, refused.answer_code, refused.answer_field) == (
        "REFUSED",
        "ROW_DUPLICATE",
        "MA_TRA_CUU_UUID",
    )
    assert "đã" in refused.answer_text
    assert Delivery.objects.get(leaf=second.leaf_id).state == "ACCEPTED"
    assert ClassProgress.objects.get(class_year=first.class_year_id).delivered == 1

    with scopes.of(clerk := world.actor(world.clerk)):
        assert authorising.send_again(first.class_year, by=clerk) == 1
    assert waiting.groups(clock.now())[0].documents == 1


def test_an_ended_session_asks_the_clerk_again(world: World, partner: Partner) -> None:
    class_year = world.frozen_class(pupils=1)
    world.issue(class_year)
    instruments.keys().close(SigningBatch.objects.get(role="KY_PHAT_HANH").key_session)
    partner.round()
    assert Package.objects.count() == 0
    (group,) = waiting.groups(clock.now())
    assert waiting.open_sessions(group, clock.now()) == []

    clerk = world.actor(world.clerk)
    with pytest.raises(NotPermitted):
        authorising.authorise(world.school, pin=PIN, by=world.actor(world.principal))
    with pytest.raises(Invalid) as wrong:
        authorising.authorise(world.school, pin="000000", by=clerk)
    assert "pin" in wrong.value.fields
    with scopes.of(clerk):
        authorising.authorise(world.school, pin=PIN, by=clerk)
    partner.until(**ACCEPTED)

    assert Package.objects.get().authorised_by == world.clerk
    with pytest.raises(Conflict):
        authorising.authorise(world.school, pin=PIN, by=clerk)


def test_a_withdrawal_of_what_was_delivered_follows_it(world: World, partner: Partner) -> None:
    class_year = world.frozen_class(pupils=1)
    (sealed,) = world.issue(class_year)
    partner.until(**ACCEPTED)
    _withdraw(world, sealed)

    partner.round()
    owed = Delivery.objects.get(kind=Kind.WITHDRAWAL)
    assert (owed.state, owed.of.leaf_id) == ("WAITING", sealed.leaf_id)
    assert ClassProgress.objects.get().delivered == 0

    clerk = world.actor(world.clerk)
    with scopes.of(clerk):
        authorising.authorise(world.school, pin=PIN, by=clerk)
    partner.until(**ACCEPTED)
    assert Package.objects.get(kind=Kind.WITHDRAWAL).documents == 1
    assert "/api/kiem-tra-thu-hoi" in partner.door.seen


def test_what_is_withdrawn_before_it_was_packed_is_never_sent(world: World, partner: Partner) -> None:
    class_year = world.frozen_class(pupils=1)
    (sealed,) = world.issue(class_year)
    instruments.keys().close(SigningBatch.objects.get(role="KY_PHAT_HANH").key_session)
    partner.round()
    _withdraw(world, sealed)

    partner.round()

    assert set(Delivery.objects.values_list("kind", "state")) == {("ISSUE", "VOID"), ("WITHDRAWAL", "VOID")}
    assert waiting.groups(clock.now()) == []


def test_a_refused_account_marks_no_transcript_refused(
    world: World, partner: Partner, settings: Any, tmp_path: Path
) -> None:
    world.issue(world.frozen_class(pupils=1))
    wrong = tmp_path / "wrong"
    wrong.write_text("not the secret", "utf-8")
    right = settings.DESTINATION_ACCOUNTS
    settings.DESTINATION_ACCOUNTS = {"ministry": {"user": partner.account, "secret_file": str(wrong)}}

    partner.round()

    assert CertificateDelivery.objects.values_list("state", "answer_code").get() == ("WAITING", "LOGIN_WRONG")
    assert Destination.objects.get().failures == 1
    settings.DESTINATION_ACCOUNTS = {}
    partner.round()
    assert CertificateDelivery.objects.get().answer_code == "account-missing"
    settings.DESTINATION_ACCOUNTS = right
    partner.until(**ACCEPTED)


def test_what_the_receiver_never_got_is_sent_again(world: World, partner: Partner) -> None:
    world.issue(world.frozen_class(pupils=1))
    partner.round()
    assert CertificateDelivery.objects.get().state == "SENT" and Package.objects.count() == 1
    Delivery.objects.update(state="SENT")

    partner.until(**ACCEPTED)

    about = [path for path in partner.door.seen if path in ("/api/gui-hoc-ba", "/api/kiem-tra-tiep-nhan")]
    assert about[:2] == ["/api/kiem-tra-tiep-nhan", "/api/gui-hoc-ba"]


def test_a_destination_opened_later_gets_the_same_packages(
    world: World, partner: Partner, settings: Any
) -> None:
    world.issue(world.frozen_class(pupils=1))
    partner.until(**ACCEPTED)
    settings.DESTINATION_ACCOUNTS |= {"gate": settings.DESTINATION_ACCOUNTS["ministry"]}
    first = Destination.objects.get()
    Destination.objects.create(
        code="gate", name="Cổng của Sở", base_url=partner.door.url, unit_path=first.unit_path
    )

    partner.until(**ACCEPTED)

    assert Delivery.objects.count() == 2
    assert Package.objects.count() == 1
    assert ClassProgress.objects.get().delivered == 1


def test_the_clerk_types_the_pin_at_the_door(world: World, partner: Partner) -> None:
    world.issue(world.frozen_class(pupils=1))
    instruments.keys().close(SigningBatch.objects.get(role="KY_PHAT_HANH").key_session)
    partner.round()
    client = Client()
    client.force_login(factories.an_account(world.clerk))
    asked = {"school": world.school.code}

    empty = client.post(reverse("exports:authorise"), asked)
    wrong = client.post(reverse("exports:authorise"), asked | {"pin": "000000"})
    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert "Mã PIN không đúng. Còn" in wrong.content.decode() and "000000" not in wrong.content.decode()
    assert AuditEvent.objects.filter(action="pin.wrong-pin").count() == 1
    right = client.post(reverse("exports:authorise"), asked | {"pin": PIN}, follow=True)
    assert "Đã nhận mã PIN" in right.content.decode()
    assert 'name="pin"' not in right.content.decode()

    partner.until(**ACCEPTED)
    page = client.get(reverse("exports:deliveries")).content.decode()
    assert "Không còn gì" in page and "Đã được duyệt" in page
    assert AuditEvent.objects.get(action="packages.authorise").count == 1


def _withdraw(world: World, sealed: SealedDocument) -> None:
    clerk = world.actor(world.clerk)
    with scopes.of(clerk):
        withdrawals.withdraw(sealed, reason="Ghi nhầm ngày sinh của em", by=clerk)


def _occupy(partner: Partner, earlier: SealedDocument, later: SealedDocument) -> None:
    """In the receiver's own database, let the file that it holds already stand under another code."""
    with psycopg.connect(partner.gate.environment["RECEIVER_DATABASE_URL"], autocommit=True) as there:
        done = there.execute(
            "UPDATE receiver_document SET look_up_code = %s WHERE look_up_code = %s",
            [str(later.look_up_code), str(earlier.look_up_code)],
        )
        assert done.rowcount == 1
