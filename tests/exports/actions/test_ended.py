"""Delivery follows the end of a seal's certificate: no session of it packs, nothing of it is registered or kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exports.actions import discovery, ended, registering
from exports.models import CertificateDelivery, Delivery, PackagingSession
from exports.queries import waiting
from schools import actors
from signing.actions import endings, instruments, key_sessions
from signing.models import Authority, SigningBatch
from signing.seal.keys import ECDSA_P256_SHA256, SessionExpired
from tests import factories
from tests.exports import papers
from tests.world import PIN, World

BY_AT = papers.NOW + timedelta(minutes=1)


def stopped(entry: Authority) -> None:
    endings.end(entry, reason="LOST", by=factories.actor_of(factories.a_principal(entry.school), BY_AT))


@pytest.mark.django_db
def test_a_session_of_an_ended_seal_packs_nothing() -> None:
    class_year = papers.an_issued_class(1)
    batch = SigningBatch.objects.get(class_year=class_year)
    SigningBatch.objects.update(key_session="mau", key_session_ends_at=papers.FOR_EVER)
    papers.a_destination()
    discovery.discover(papers.a_destination(), by=actors.system(papers.NOW))
    PackagingSession.objects.create(
        school=class_year.school,
        authority=batch.authority,
        key_session="mau",
        ends_at=papers.FOR_EVER,
        authorised_at=papers.NOW,
        authorised_by=batch.authorised_by,
    )
    (group,) = waiting.groups(papers.NOW)
    assert len(waiting.open_sessions(group, papers.NOW)) == 2
    assert waiting.without_session([group], papers.NOW) == []

    stopped(batch.authority)

    assert waiting.open_sessions(group, papers.NOW) == []
    assert waiting.without_session([group], papers.NOW) == [group]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("registered", "signed_at", "kept"),
    [
        ("APPROVED", papers.NOW, True),  # signed before the end, and known there: it goes as it is
        ("APPROVED", BY_AT + timedelta(minutes=1), False),
        ("WAITING", papers.NOW, False),
        ("SENT", papers.NOW, False),
    ],
)
def test_a_package_that_nobody_will_take_is_let_go(registered: str, signed_at: Any, kept: bool) -> None:
    class_year = papers.an_issued_class(1)
    destination = papers.a_destination()
    by = actors.system(papers.NOW)
    discovery.owe_certificates(destination, by=by)
    discovery.discover(destination, by=by)
    entry = SigningBatch.objects.get(class_year=class_year).authority
    CertificateDelivery.objects.update(state=registered)
    package = papers.a_package(class_year, signed_at=signed_at)
    Delivery.objects.update(package=package, attempts=3)
    stopped(entry)

    ended.follow(by=actors.system(BY_AT))

    (row,) = Delivery.objects.values_list("package_id", "attempts", "state")
    assert row == ((package.pk, 3, "WAITING") if kept else (None, 0, "WAITING"))
    registration = CertificateDelivery.objects.get()
    assert registration.state == ("REFUSED" if registered == "WAITING" else registered)
    due = registering.due(destination, by=actors.system(papers.FOR_EVER))
    assert due == ([registration.pk] if registered == "SENT" else [])
    assert discovery.owe_certificates(destination, by=by) == 0


def test_the_clerks_own_session_is_closed(world: World) -> None:
    world.clerk  # noqa: B018 - the seal is approved
    entry = Authority.objects.get(role="KY_PHAT_HANH")
    by = world.actor(world.clerk)
    opened = key_sessions.open_session(entry, signatures=2, purpose="DANH_SACH", pin=PIN)
    session = PackagingSession.objects.create(
        school=world.school,
        authority=entry,
        key_session=opened.id,
        ends_at=opened.expires_at,
        authorised_at=by.at,
        authorised_by=world.clerk,
    )
    endings.end(entry, reason="REPLACED", by=by)

    ended.follow(by=actors.system(world.now()))

    session.refresh_from_db()
    assert session.ends_at <= world.now()
    with pytest.raises(SessionExpired):
        instruments.keys().sign(opened.id, [b"0" * 32], ECDSA_P256_SHA256)
