"""Destinations: who keeps them, what is refused, where a secret may lie, what a try says, what the trail keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from exports.actions import accounts, destinations, partners
from exports.models import Destination
from hocba.bootstrap.supervise import free_port
from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from schools.models import AuditEvent, Person, Unit
from schools.permissions import Role
from tests import factories
from tests.exports import papers

pytestmark = pytest.mark.django_db

Enter = Callable[[Person | None], Client]
SECRET = "bản mẫu, không phải mật khẩu thật"
FACTS: dict[str, Any] = {
    "name": "Kho học bạ số của Bộ",
    "base_url": "https://kho.example.vn/hocba",
    "user_name": "99",
    "is_open": True,
}


class Gate:
    """A gate that knows one account: the answers of the Ministry's "get token", over real HTTP."""

    def __init__(self) -> None:
        self.mode = "right"
        self.asked: list[tuple[str, bytes]] = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                gate.asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = ANSWERS[gate.mode]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


ENVELOPE = (
    '{"MessageId":"","Error":"%s","ErrorDescription":"%s","ResponseCode":"%s","ResponseDescription":""%s}'
)
ANSWERS = {
    "right": (200, (ENVELOPE % ("", "", "00", ',"token":"mot-ma"')).encode()),
    "wrong": (401, (ENVELOPE % ("LOGIN_WRONG", "Sai", "99", "")).encode()),
    "strange": (403, (ENVELOPE % ("KHONG_RO", "<b>x</b>", "99", "")).encode()),
    "busy": (503, (ENVELOPE % ("", "", "99", "")).encode()),
    "website": (200, b"<html>Chao mung</html>"),
    "tokenless": (200, (ENVELOPE % ("", "", "00", "")).encode()),
}


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate of this test."""
    made = Gate()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def secrets(settings: Settings, tmp_path: Path) -> Path:
    """The directory of secrets, with that of one destination."""
    settings.DESTINATION_SECRETS = tmp_path
    settings.DESTINATION_ACCOUNTS = {}
    (tmp_path / "kho-bo.secret").write_text(SECRET + "\n", "utf-8")
    return tmp_path


def keeper(department: Unit, role: Role = Role.DEPARTMENT) -> Any:
    return factories.actor_of(factories.a_member(department, role))


def add(department: Unit, by: Any = None, code: str = "kho-bo", **facts: Any) -> Destination:
    return destinations.add(department, code=code, facts=FACTS | facts, by=by or keeper(department))


# ---- Actions -------------------------------------------------------------------------------------


def test_a_destination_is_owed_what_is_beneath_its_office_from_the_first_leaf_on() -> None:
    department = factories.a_department()

    made = add(department)

    made.refresh_from_db()
    assert (made.unit, made.unit_path, made.next_index, made.is_open) == (
        department,
        department.path,
        0,
        True,
    )
    row = AuditEvent.objects.get(action="destination.add")
    assert (row.unit_path, row.facts["stated"]["base_url"]) == (department.path, FACTS["base_url"])


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"code": "Kho Bộ"}, "code"),
        ({"code": "../etc"}, "code"),
        ({"name": ""}, "name"),
        ({"name": "Kho \u202e"}, "name"),
        ({"user_name": "a b"}, "user_name"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "kho.example.vn"}, "base_url"),
        ({"base_url": "ftp://kho.example.vn"}, "base_url"),
        ({"base_url": "file:///etc/passwd"}, "base_url"),
        ({"base_url": "https://99:mat-khau@kho.example.vn"}, "base_url"),
        ({"base_url": "https://kho.example.vn/?a=1"}, "base_url"),
        ({"base_url": "https://kho.example.vn/#a"}, "base_url"),
        ({"base_url": "https://kho.example.vn/ a"}, "base_url"),
        ({"base_url": "https://kho.example.vn:x/"}, "base_url"),
        ({"base_url": "https://" + "a" * 200}, "base_url"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(factories.a_department(), **facts)

    assert set(refused.value.fields) == {field}
    assert not Destination.objects.exists()


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://kho.example.vn/", True),
        ("http://kho.example.vn/", False),
        ("http://receiver:8090", True),
        ("https://localhost/", False),
        ("https://127.0.0.1/", False),
        ("https://[::1]/", False),
        ("https://169.254.169.254/latest", False),
        ("https://0.0.0.0/", False),
        ("https://10.20.30.40/", True),
    ],
)
def test_production_sends_an_account_only_over_tls_and_never_to_itself(
    settings: Settings, address: str, taken: bool
) -> None:
    settings.PRODUCTION, settings.DESTINATION_PLAIN_HOSTS = True, ["receiver"]

    fault = destinations._address_fault(address)

    assert (fault is None) is taken


def test_an_edit_tells_both_values_and_wakes_a_destination_that_rested() -> None:
    department = factories.a_department()
    by = keeper(department)
    row = add(department, by)
    Destination.objects.update(failures=5, pause_until=factories.AT)

    changed = destinations.edit(row, facts={"user_name": "99-moi", "is_open": False}, by=by)
    nothing = destinations.edit(row, facts={"user_name": "99-moi"}, by=by)

    row.refresh_from_db()
    assert (changed, nothing) == (("user_name", "is_open"), ())
    assert (row.user_name, row.is_open, row.failures, row.pause_until) == ("99-moi", False, 0, None)
    told = AuditEvent.objects.get(action="destination.edit").facts["changed"]
    assert told == {"user_name": ["99", "99-moi"], "is_open": [True, False]}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEPARTMENT, Role.MINISTRY, Role.SYSTEM}))
def test_nobody_else_keeps_a_destination(role: Role) -> None:
    department = factories.a_department()
    row, by = add(department), keeper(department, role)

    with pytest.raises(NotPermitted):
        add(department, by, "khac")
    with pytest.raises(NotPermitted):
        destinations.edit(row, facts={"base_url": "https://khac.example.vn"}, by=by)
    with pytest.raises(NotPermitted):
        destinations.try_connection(row, by=by)


def test_another_province_reaches_none_and_no_school_has_one() -> None:
    row, foreign = add(factories.a_department()), keeper(factories.a_department())
    school = factories.a_school()
    assert school.parent is not None

    with pytest.raises(NotPermitted):
        destinations.edit(row, facts={"name": "Khác"}, by=foreign)
    with pytest.raises(Conflict):
        add(school, keeper(school.parent), "truong")


def test_the_database_deletes_no_destination() -> None:
    row = add(factories.a_department())

    with pytest.raises(DatabaseError), transaction.atomic():
        Destination.objects.filter(pk=row.pk).delete()


# ---- Accounts ------------------------------------------------------------------------------------


def test_a_secret_comes_from_where_the_operator_said(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    row = add(factories.a_department())
    elsewhere = tmp_path / "o-cho-khac"
    elsewhere.write_text("từ tệp", "utf-8")
    monkeypatch.setenv("MAT_KHAU_MAU", "từ biến")

    found = [accounts.credentials(row).secret]
    for source in (f"file:{elsewhere}", "env:MAT_KHAU_MAU"):
        row.secret_source = source
        found.append(accounts.credentials(row).secret)

    assert found == [SECRET, "từ tệp", "từ biến"]
    assert SECRET not in repr(accounts.credentials(row))
    for source in ("file:/khong/co", "env:KHONG_CO"):
        row.secret_source = source
        with pytest.raises(accounts.AccountMissing, match="secret"):
            accounts.credentials(row)
    row.secret_source, row.user_name = "", ""
    with pytest.raises(accounts.AccountMissing, match="user"):
        accounts.credentials(row)


def test_a_changed_secret_counts_at_once(secrets: Path) -> None:
    row = add(factories.a_department())
    first = partners.client(row)

    (secrets / "kho-bo.secret").write_text("mật khẩu khác", "utf-8")

    assert partners.client(row) is not first
    (secrets / "kho-bo.secret").unlink()
    with pytest.raises(partners.Away, match="account-missing"):
        partners.client(row)


def test_no_page_says_where_a_secret_lies_or_what_it_is(enter: Enter, tmp_path: Path) -> None:
    department = factories.a_department()
    row = add(department)
    client = enter(factories.a_member(department, Role.DEPARTMENT))

    page = client.get("/noi-nhan/kho-bo/").content.decode()
    client.post("/noi-nhan/kho-bo/", FACTS | {"is_open": "1", "secret_source": "file:/etc/passwd"})

    row.refresh_from_db()
    assert "Máy chủ đang đọc được mật khẩu." in page and SECRET not in page and str(tmp_path) not in page
    assert row.secret_source == ""


# ---- The pages -----------------------------------------------------------------------------------

TRIES = [
    ("right", "Kết nối được: nơi nhận trả lời và nhận tài khoản này."),
    ("wrong", "không nhận tài khoản hoặc mật khẩu này"),
    ("strange", "từ chối, với mã KHONG_RO"),
    ("busy", "chưa trả lời được (http-503)"),
    ("website", "không theo quy cách của Bộ"),
    ("tokenless", "không theo quy cách của Bộ"),
]


@pytest.mark.parametrize(("mode", "sentence"), TRIES)
def test_trying_a_connection_asks_for_a_token_and_tells_the_answer(
    enter: Enter, gate: Gate, mode: str, sentence: str
) -> None:
    department = factories.a_department()
    gate.mode = mode
    add(department, base_url=gate.url)
    client = enter(factories.a_member(department, Role.DEPARTMENT))

    page = client.post("/noi-nhan/kho-bo/thu/", follow=True).content.decode()

    assert sentence in page
    assert [path for path, _body in gate.asked] == ["/api/lay-token"]
    assert SECRET.encode() not in gate.asked[0][1] and "<b>x" not in page
    assert AuditEvent.objects.get(action="destination.try").facts["code"]


def test_nobody_there_and_no_account_are_told_apart(enter: Enter, secrets: Path) -> None:
    department = factories.a_department()
    row = add(department, base_url=f"http://127.0.0.1:{free_port()}")
    client = enter(factories.a_member(department, Role.DEPARTMENT))

    away = client.post("/noi-nhan/kho-bo/thu/", follow=True).content.decode()
    (secrets / "kho-bo.secret").unlink()
    secretless = client.post("/noi-nhan/kho-bo/thu/", follow=True).content.decode()
    Destination.objects.filter(pk=row.pk).update(user_name="")
    userless = client.post("/noi-nhan/kho-bo/thu/", follow=True).content.decode()

    assert "Không mở được kết nối tới địa chỉ này." in away
    assert "Máy chủ chưa đọc được mật khẩu" in secretless and "kho-bo.secret" in secretless
    assert "Chưa có tài khoản giao dịch." in userless


def test_a_department_adds_edits_and_stops_a_destination(enter: Enter) -> None:
    department = factories.a_department()
    client = enter(factories.a_member(department, Role.DEPARTMENT))
    stated = FACTS | {"is_open": "1", "code": "kho-bo"}

    empty = client.get("/noi-nhan/").content.decode()
    wrong = client.post("/noi-nhan/", stated | {"base_url": "kho"})
    made = client.post("/noi-nhan/", stated, follow=True).content.decode()
    twice = client.post("/noi-nhan/", stated)
    client.post("/noi-nhan/kho-bo/", stated | {"is_open": "0"})
    listed = client.get("/noi-nhan/").content.decode()

    assert "Chưa có nơi nhận nào." in empty
    assert wrong.status_code == 422 and 'value="kho"' in wrong.content.decode()
    assert "Đã thêm nơi nhận." in made
    assert twice.status_code == 422 and "đã dùng cho một nơi nhận khác" in twice.content.decode()
    assert "Tạm dừng gửi" in listed and "https://kho.example.vn/hocba" in listed
    assert not Destination.objects.get().is_open


def test_doors_are_shut_to_others(enter: Enter) -> None:
    row = add(factories.a_department())
    foreign = enter(factories.a_member(factories.a_department(), Role.DEPARTMENT))
    clerk = enter(factories.a_clerk(factories.a_school()))

    assert foreign.get(f"/noi-nhan/{row.code}/").status_code == 404
    assert foreign.post(f"/noi-nhan/{row.code}/thu/").status_code == 404
    assert row.name not in foreign.get("/noi-nhan/").content.decode()
    assert clerk.get("/noi-nhan/").status_code == 403
    assert enter(None).get("/noi-nhan/").status_code == 302


@pytest.mark.parametrize("address", ["/noi-nhan/", "/noi-nhan/kho-0/"])
def test_queries_do_not_grow(enter: Enter, address: str) -> None:
    department = factories.a_department()
    client = enter(factories.a_member(department, Role.DEPARTMENT))
    class_year = papers.an_issued_class(2, school=factories.a_school(parent=department))
    by, counts, made = keeper(department), [], 0
    for wanted in (1, 30):
        for number in range(made, wanted):
            add(department, by, f"kho-{number}")
        made = wanted
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    papers.deliver(class_year, "REFUSED", "WAITING")

    assert counts[0] == counts[1] < 25
