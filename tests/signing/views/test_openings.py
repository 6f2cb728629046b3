"""The five fields at both doors: what opens a transcript, what the confirmation code asks, who is counted where."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from hocba.kernel import clock
from schools.actions import confirmation
from schools.models import AuditEvent
from signing.actions import guesses
from signing.models import LookUpAttempt
from tests.confirming import confirmed, wrong_digits
from tests.world import World

OPENED = "Hoàn thành tốt"
NO_MATCH = "Không tìm thấy học bạ nào khớp"


@dataclass(frozen=True)
class Door:
    """A page that opens a transcript: where it is, where it sends its form, and what is right."""

    page: str
    action: str
    right: dict[str, str]

    def shown(self, client: Client) -> dict[str, str]:
        """Open the page and return the right answers, its confirmation code among them."""
        return self.right | confirmed(client.get(self.page))


@pytest.fixture
def doors(world: World) -> tuple[Door, Door]:
    """The door of whoever holds a paper, and the door of the family, for one transcript."""
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    code = sealed.look_up_code
    particulars = {
        "full_name": f"  {sealed.pupil.full_name.upper()} ",
        "born_on": sealed.pupil.born_on.strftime("%d/%m/%Y"),
        "personal_number": sealed.pupil.personal_number,
    }
    paper = reverse("signing:verify-code", args=[code])
    family = reverse("exports:look-up")
    return (
        Door(paper, reverse("signing:verify-particulars", args=[code]), particulars | {"confirmed": "on"}),
        Door(family, family, particulars | {"code": str(code)}),
    )


def stranger() -> Client:
    """Return a browser at an address of its own."""
    return Client(REMOTE_ADDR=f"10.{uuid4().int % 2**24}")


def said(answer: Any) -> str:
    """Return what a page says."""
    return html.unescape(answer.content.decode())


def test_five_fields_open_and_four_do_not(doors: tuple[Door, Door]) -> None:
    for door in doors:
        for left_out in (*door.right, "confirmation", "challenge"):
            client = stranger()
            some = door.shown(client)
            del some[left_out]
            answer = client.post(door.action, some)
            assert answer.status_code == 422, left_out
            assert OPENED not in said(answer)

        client = stranger()
        answer = client.post(door.action, door.shown(client))
        assert answer.status_code == 200
        assert OPENED in said(answer)

    assert AuditEvent.objects.filter(action="verify.open", pupil_id__isnull=False).count() == len(doors)


def test_a_wrong_code_is_said_and_another_is_asked(doors: tuple[Door, Door]) -> None:
    for door in doors:
        client = stranger()
        first = door.shown(client)
        answer = client.post(door.action, wrong_digits(first))

        assert answer.status_code == 422
        assert "Mã xác nhận chưa đúng" in said(answer)
        assert NO_MATCH not in said(answer)
        assert f'value="{first["personal_number"]}"' in said(answer)
        assert f'value="{first["confirmation"]}"' not in said(answer)
        fresh = confirmed(answer)
        assert fresh["challenge"] != first["challenge"]
        again = client.post(door.action, first)
        assert "hết hạn hoặc đã dùng" in said(again), "a question is good for one try, also for a wrong one"
        assert OPENED in said(client.post(door.action, first | fresh))

    assert LookUpAttempt.objects.filter(count__gt=0).count() == 0


def test_a_code_opens_once(doors: tuple[Door, Door]) -> None:
    for door in doors:
        client = stranger()
        answers = door.shown(client)
        assert OPENED in said(client.post(door.action, answers))

        again = client.post(door.action, answers)
        assert again.status_code == 422
        assert OPENED not in said(again)
        assert "hết hạn hoặc đã dùng" in said(again)


def test_a_code_is_good_for_ten_minutes_and_ours_only(doors: tuple[Door, Door], settings: Any) -> None:
    def answered(door: Door, question: confirmation.Question) -> str:
        given = {"challenge": question.token, "confirmation": question.digits}
        return said(stranger().post(door.action, door.right | given))

    for door in doors:
        now = clock.now()
        old = confirmation.ask(now - timedelta(minutes=10, seconds=1))
        assert "hết hạn hoặc đã dùng" in answered(door, old)
        assert OPENED in answered(door, confirmation.ask(now - timedelta(minutes=9)))

        ours, settings.SECRET_KEY = settings.SECRET_KEY, "somebody else's"
        forged = confirmation.ask(now)
        settings.SECRET_KEY = ours
        assert "hết hạn hoặc đã dùng" in answered(door, forged)


def test_another_field_that_is_wrong_leaves_the_question(doors: tuple[Door, Door]) -> None:
    for door in doors:
        client = stranger()
        first = door.shown(client)
        answer = client.post(door.action, first | {"born_on": "31/02/2016"})

        assert "Ngày sinh viết ngày/tháng/năm" in said(answer)
        assert confirmed(answer) == {name: first[name] for name in ("challenge", "confirmation")}
        assert f'value="{first["confirmation"]}"' in said(answer)
        assert OPENED in said(client.post(door.action, first))


def test_a_person_may_ask_for_another_code_and_keeps_what_was_typed(doors: tuple[Door, Door]) -> None:
    for door in doors:
        client = stranger()
        first = door.shown(client)
        answer = client.post(door.action, first | {"another": "1", "full_name": ""})

        assert answer.status_code == 200
        assert "field--wrong" not in said(answer)
        assert f'value="{first["personal_number"]}"' in said(answer)
        assert confirmed(answer)["challenge"] != first["challenge"]
        assert OPENED in said(client.post(door.action, first | confirmed(answer)))


def test_who_guesses_at_one_door_is_counted_at_the_other(doors: tuple[Door, Door]) -> None:
    paper, family = doors
    for number, door in enumerate((paper, family, paper, family, paper)):
        client = stranger()
        guess = door.shown(client) | {"personal_number": f"09999999999{number}"}
        assert NO_MATCH in said(client.post(door.action, guess))

    for door in doors:
        client = stranger()
        answer = client.post(door.action, door.shown(client))
        assert answer.status_code == 429
        assert "chờ một giờ" in said(answer)
        assert OPENED not in said(answer)


def test_wrong_codes_shut_no_transcript(doors: tuple[Door, Door]) -> None:
    for door in doors:
        for _try in range(guesses.FAILURES_A_CODE + 1):
            client = stranger()
            client.post(door.action, wrong_digits(door.shown(client)))

        client = stranger()
        assert OPENED in said(client.post(door.action, door.shown(client)))


def test_without_redis_nothing_is_opened_and_the_page_says_so(
    doors: tuple[Door, Door], settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    for door in doors:
        client = stranger()
        answers = door.shown(client)
        answer = client.post(door.action, answers)

        assert answer.status_code == 503
        assert OPENED not in said(answer)
        assert "chưa kiểm tra được mã xác nhận" in said(answer)
        assert f'value="{answers["personal_number"]}"' in said(answer)
    assert LookUpAttempt.objects.count() == 0
