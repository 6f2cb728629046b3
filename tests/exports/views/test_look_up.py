"""The family look-up: five fields open one transcript; every mistake gets the same sentence; guessing is slow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schools.models import AuditEvent
from signing.actions import leftovers
from signing.models import LookUpAttempt
from tests.confirming import confirmed
from tests.exports.actions.conftest import ground, world
from tests.world import World

__all__ = ["ground", "world"]

SENTENCE = "Không tìm thấy học bạ nào khớp với cả mã tra cứu, họ tên, ngày sinh và số định danh đã nhập."


@pytest.fixture
def answers(world: World) -> dict[str, str]:
    """What the family of an issued transcript knows."""
    class_year = world.frozen_class(pupils=1)
    (sealed,) = world.issue(class_year)
    pupil = class_year.enrolments.get().pupil
    return {
        "code": str(sealed.look_up_code),
        "full_name": pupil.full_name,
        "born_on": pupil.born_on.strftime("%d/%m/%Y"),
        "personal_number": pupil.personal_number,
    }


def ask(given: dict[str, str], **changes: str) -> Any:
    client = Client(REMOTE_ADDR=changes.pop("at", "127.0.0.1"))
    page = reverse("exports:look-up")
    return client.post(page, given | changes | confirmed(client.get(page)))


def test_all_five_fields_open_the_story_and_its_files(answers: dict[str, str]) -> None:
    spaced = " ".join(answers["personal_number"][i : i + 3] for i in (0, 3, 6, 9))
    page = ask(answers, personal_number=spaced, code=answers["code"].replace("-", ""))

    told = page.content.decode()
    assert page.status_code == 200 and "Tải bản in (PDF)" in told and answers["full_name"] in told
    assert page["Cache-Control"].startswith("max-age=0") and "no-store" in page["Cache-Control"]
    addresses = [part.split('"')[0] for part in told.split('href="')[1:] if part.startswith("/tra-cuu/tep/")]
    assert [address.rpartition(".")[2] for address in addresses] == ["pdf", "xml", "zip"]
    assert not any(answers[name] in address for address in addresses for name in ("code", "personal_number"))
    for address, head in zip(addresses, (b"%PDF", b"<HOC_BA", b"PK"), strict=True):
        assert Client().get(address).content.startswith(head)
    trail = AuditEvent.objects.filter(pupil_id__isnull=False, action__startswith="verify.open")
    assert trail.count() == 1
    assert AuditEvent.objects.filter(action="transcript.download-pdf", actor_role="system").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"},
        {"full_name": "Người Khác"},
        {"born_on": "01/01/2001"},
        {"personal_number": "099999999999"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_answer_is_never_named(answers: dict[str, str], wrong: dict[str, str]) -> None:
    page = ask(answers, **wrong)

    assert page.status_code == 422
    assert SENTENCE in page.content.decode()
    assert page.content.decode().count("field--wrong") == 0
    assert LookUpAttempt.objects.get().count == 1


def test_a_code_is_shut_after_five_failures_from_anywhere(answers: dict[str, str]) -> None:
    for number in range(5):
        ask(answers, personal_number=f"09999999999{number}", at=f"10.0.0.{number}")
    right = ask(answers, at="10.0.0.9")

    assert right.status_code == 429
    assert "chờ một giờ" in right.content.decode()
    kept = LookUpAttempt.objects.get()
    assert answers["code"] not in kept.key
    assert leftovers.clear(kept.hour + timedelta(hours=2)) == (0, 0)
    assert leftovers.clear(kept.hour + timedelta(hours=3)) == (1, 0)


def test_a_ticket_that_is_over_or_forged_opens_nothing(answers: dict[str, str], settings: Any) -> None:
    told = ask(answers).content.decode()
    address = "/tra-cuu/tep/" + told.split("/tra-cuu/tep/")[1].split('"')[0]
    forged = address.replace("/tep/", "/tep/x")
    settings.SECRET_KEY = "another key"

    assert Client().get(forged).status_code == 404
    assert Client().get(address).status_code == 404


def test_a_family_downloads_its_own_child_only(world: World) -> None:
    from tests import factories

    class_year = world.frozen_class(pupils=2)
    mine, other = world.issue(class_year)
    guardian = factories.a_guardian(mine.pupil)
    client = Client()
    client.force_login(factories.an_account(guardian))

    for kind, head in (("pdf", b"%PDF"), ("xml", b"<HOC_BA"), ("zip", b"PK")):
        answer = client.get(reverse("exports:child-file", args=[mine.pupil_id, mine.look_up_code, kind]))
        assert answer.content.startswith(head)
    for pupil, code in ((mine.pupil_id, other.look_up_code), (other.pupil_id, other.look_up_code)):
        assert client.get(reverse("exports:child-file", args=[pupil, code, "pdf"])).status_code == 404
    assert client.get(f"/con-em/{mine.pupil_id}/{mine.look_up_code}.exe").status_code == 404
