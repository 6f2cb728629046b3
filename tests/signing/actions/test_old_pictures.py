"""A picture approved before today's limits: its transcript is not sealed, says why, and is sealed with another one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from schools import scopes
from signing.models import Authority, SealedDocument
from signing.seal.pdf import images
from signing.seal.trust import SignerRole
from tests import factories
from tests.doors.hostile_files import SVG, png
from tests.world import World, image

HOMEROOM, LEADER, SEAL = SignerRole
USES = SVG % b'<g id="a"><path d="M0 0h9"/></g><use href="#a"/>'
WIDE = png(2_600, 2_000, bytes(2_601 * 2_000))


@pytest.mark.parametrize(("role", "picture"), [(SEAL, USES), (HOMEROOM, WIDE)], ids=["use", "over 4 MP"])
def test_a_picture_that_is_refused_today_stops_its_transcript_with_a_sentence(
    world: World, role: SignerRole, picture: bytes
) -> None:
    class_year = world.frozen_class(pupils=1)
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    rows = Authority.objects.filter(school=world.school, role=role.value)
    rows.update(signature_image=picture)
    assert len(picture) < images.MAX_BYTES

    batch = world.sign(class_year, SEAL)
    assert world.failures(batch) == [("bad-image", {})]
    client = Client()
    client.force_login(getattr(world.clerk, "account", None) or factories.an_account(world.clerk))
    page = client.get(reverse("signing:batch", args=[batch.pk])).content.decode()
    assert "Hình chữ ký hoặc con dấu không dùng được. Hãy đăng ký lại hình PNG khác." in page
    with scopes.system(world.school.path):
        assert not SealedDocument.objects.exists()

    rows.update(signature_image=image("seal.svg"))
    assert world.sign(class_year, SEAL).state == "DONE"
    with scopes.system(world.school.path):
        assert SealedDocument.objects.count() == 1
