"""The desk decides where a person must; killed workers lose nothing; the tables have their migrations."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
import requests

from exports.ministry.client import Retryable
from exports.ministry.messages import Response
from tests.exports.receiver.road import (
    DESK_SECRET,
    ROOT,
    SENDER,
    Receiver,
    World,
    new_id,
    result,
    withdrawal_result,
)
from tests.exports.receiver.test_receiver_road import withdrawal


class Desk:
    """A person's browser at the desk, without scripts."""

    def __init__(self, receiver: Receiver) -> None:
        self.url = receiver.url
        self.session = requests.Session()

    def page(self, path: str = "/") -> str:
        """Return a page's text."""
        response = self.session.get(self.url + path, timeout=10)
        assert response.status_code == 200
        return response.text

    def press(self, action: str, **fields: str) -> requests.Response:
        """Send a form with the token of the page."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page())
        assert token
        return self.session.post(
            self.url + action,
            data={"csrfmiddlewaretoken": token[1], **fields},
            headers={"Referer": self.url},
            timeout=10,
        )

    def actions(self) -> list[str]:
        """Return the addresses of the decisions on the page."""
        return re.findall(r'action="(/(?:chung-thu-so|thu-hoi)/\d+/)"', self.page())


@pytest.fixture(scope="module")
def by_desk(make_receiver: Callable[..., Receiver]) -> Receiver:
    """A Sở's gate where a person approves."""
    receiver = make_receiver("desk", RECEIVER_APPROVE="desk", RECEIVER_MODE="gate")
    receiver.serve()
    return receiver


def test_certificate_and_withdrawal_wait_for_the_desk(by_desk: Receiver, world: World) -> None:
    client, desk = by_desk.client(), Desk(by_desk)
    registered, sent, asked = new_id(), new_id(), new_id()
    client.register_certificate(SENDER, world.registration(), registered)
    waiting = client.check_certificate(SENDER, registered)

    assert desk.press("/mo/", secret=DESK_SECRET).status_code == 200
    (decision,) = desk.actions()
    desk.press(decision, quyet_dinh="1")
    approved = client.check_certificate(SENDER, registered)

    assert waiting.response is Response.WORKING
    assert "trang_thai_phe_duyet" not in waiting.facts
    assert approved.facts["trang_thai_phe_duyet"] == 1

    first, second = world.sealed(), world.sealed()
    client.submit(SENDER, world.package([first, second]), sent)
    assert [row.state for row in result(client, SENDER, sent).rows()] == [1, 1]
    client.withdraw(SENDER, world.package([withdrawal(first), withdrawal(second)]), asked)
    assert [row.state for row in withdrawal_result(client, SENDER, asked).rows()] == [1, 1]
    agree, refuse = desk.actions()
    desk.press(agree, quyet_dinh="1")
    desk.press(refuse, quyet_dinh="0")
    rows = client.check_withdrawal(SENDER, asked).rows()

    assert [(row.state, row.error) for row in rows] == [(2, ""), (3, "ROW_REFUSED")]
    assert desk.actions() == []
    assert "Nguyễn Thị Ánh Dương" in desk.page("/goi/1/")


def test_refused_certificate_is_told(by_desk: Receiver, world: World) -> None:
    client, desk, message = by_desk.client(), Desk(by_desk), new_id()
    client.register_certificate(SENDER, world.registration(world.stranger), message)
    desk.press("/mo/", secret=DESK_SECRET)

    desk.press(desk.actions()[0], quyet_dinh="0")
    told = client.check_certificate(SENDER, message)

    assert told.facts["trang_thai_phe_duyet"] == 0
    assert told.facts["error_description"] == "Cấp quản lý đã từ chối chứng thư số này."


def test_passers_by_see_counts_and_decide_nothing(by_desk: Receiver, world: World) -> None:
    client, stranger, message = by_desk.client(), Desk(by_desk), new_id()
    client.register_certificate(SENDER, world.registration(world.stranger), message)

    page = stranger.page()
    wrong = stranger.press("/mo/", secret="không phải")
    inside = stranger.session.get(f"{by_desk.url}/goi/1/", timeout=10)
    for number in range(1, 9):
        stranger.press(f"/chung-thu-so/{number}/", quyet_dinh="1")
        stranger.press(f"/thu-hoi/{number}/", quyet_dinh="1")

    assert "Cổng tiếp nhận (Sở)" in page
    assert "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ" in page
    assert "Học bạ đã nhận" in page
    assert world.registration().serial_number not in page
    assert "Nguyễn" not in page
    assert "Mật khẩu không đúng" in wrong.text
    assert "Nguyễn" not in inside.text
    assert client.check_certificate(SENDER, message).response is Response.WORKING


def test_form_without_its_token_is_refused(by_desk: Receiver) -> None:
    answer = requests.post(f"{by_desk.url}/mo/", data={"secret": DESK_SECRET}, timeout=10)

    assert answer.status_code == 403


def test_page_has_no_script_and_says_so_to_the_browser(by_desk: Receiver) -> None:
    response = requests.get(by_desk.url, timeout=10)

    assert "<script" not in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert requests.get(f"{by_desk.url}/style.css", timeout=10).headers["Content-Type"].startswith("text/css")


def test_rows_wait_for_a_worker_and_a_killed_one_loses_none(
    make_receiver: Callable[..., Receiver], world: World
) -> None:
    receiver = make_receiver("killed", RECEIVER_WORKER="off")
    receiver.serve()
    client, message = receiver.client(), new_id()
    client.register_certificate(SENDER, world.registration(), new_id())
    documents = [world.sealed() for _ in range(12)]
    client.submit(SENDER, world.package(documents), message)

    waiting = client.check_submission(SENDER, message)
    first = receiver.start("work")
    while not any(row.state for row in client.check_submission(SENDER, message).rows()):
        assert first.poll() is None
    first.kill()
    left = client.check_submission(SENDER, message).rows()
    receiver.start("work")
    rows = result(client, SENDER, message).rows()

    assert waiting.response is Response.WORKING
    assert [row.state for row in waiting.rows()] == [None] * 12
    assert None in [row.state for row in left]
    assert [(row.state, row.error) for row in rows] == [(1, "")] * 12
    assert len({row.look_up_code for row in rows}) == 12


def test_trust_that_is_gone_makes_rows_wait_and_nothing_fail(
    make_receiver: Callable[..., Receiver], world: World
) -> None:
    receiver = make_receiver("trustless", RECEIVER_WORKER="off")
    receiver.serve()
    client, message = receiver.client(), new_id()
    client.register_certificate(SENDER, world.registration(), new_id())
    client.submit(SENDER, world.package([world.sealed()]), message)
    anchors = receiver.directory / "trust" / "anchors.json"
    kept = anchors.read_bytes()

    anchors.unlink()
    receiver.start("work")
    while "TrustMissing" not in receiver.log():
        assert client.check_submission(SENDER, message).rows()[0].state is None
    assert "Chưa đọc được danh sách tin cậy" in Desk(receiver).page()
    anchors.write_bytes(kept)

    assert result(client, SENDER, message).rows()[0].state == 1


def test_production_believes_no_specimen_anchor(make_receiver: Callable[..., Receiver], world: World) -> None:
    receiver = make_receiver("production", HOCBA_ENVIRONMENT="production")
    receiver.serve()

    with pytest.raises(Retryable) as caught:
        receiver.client().register_certificate(SENDER, world.registration(), new_id())

    assert caught.value.reason == "http-503"
    assert "production refuses specimen anchors" in receiver.log()


def test_every_model_change_of_the_receiver_has_its_migration(by_desk: Receiver) -> None:
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]

    done = subprocess.run(
        command, env=by_desk.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "No changes detected\n")


def test_unit_below_an_unknown_one_is_refused(by_desk: Receiver) -> None:
    done = by_desk.run("add-unit", "99000999", "Trường Bản Mẫu", "", "--parent", "nowhere")

    assert done.returncode == 1
    assert done.stderr == "Chưa có đơn vị cấp trên có mã nowhere.\n"
