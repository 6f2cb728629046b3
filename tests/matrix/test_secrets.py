"""No secret stays behind: one pass with odd values through every door that takes one, then a walk over all traces."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings as live_settings
from django.test import Client
from django.urls import reverse

from hocba.kernel import clock
from schools.actions import invitations
from schools.models import Person
from schools.permissions import Role
from signing.models import SigningBatch
from signing.seal.trust import SignerRole
from tests import factories
from tests.exports import papers
from tests.matrix import state, walk
from tests.world import World, ground, image, world

__all__ = ["ground", "world"]

PIN, WRONG_PIN = "739150264817", "739150264999"
PASSWORD, WRONG_PASSWORD = "hoa-sim-tim-73915", "hoa-sim-trang-73915"
NEXT_PASSWORD, SECRET = "hoa-gao-do-73915", "cay-da-dau-lang-73915"
COMING_PASSWORD = "hoa-cuc-vang-73915"
MISPLACED = "hoa-mai-vang-73915"
SECRET_KEY = "khoa-cua-may-chu-73915-khong-co-gia-tri-ngoai-phep-thu"

WHERE_IT_LIVES = {
    ("session", "table django_session"),
    ("session", "table schools_signin"),
    ("session of the key agent", "table signing_signingbatch"),
    ("password in the field of the name", "answer 422 of /dang-nhap/"),
}
"""What must be kept to be recognised again, and a name given back to who typed it: these are found, nothing else."""

SERVER_LOGS = Path(os.environ["HOCBA_TEST_HOME"]) / "logs"
FAULT = """
    CREATE FUNCTION planted_fault() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'planted fault'; END $$;
    CREATE TRIGGER planted_fault BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION planted_fault()
"""


@contextmanager
def broken(table: str) -> Iterator[None]:
    """Let every write to a table fail: a mistake of ours in the midst of a request that holds a secret."""
    with state.owner() as link:
        link.execute(FAULT.format(table=table))
        try:
            yield
        finally:
            link.execute("DROP FUNCTION planted_fault CASCADE")


@dataclass
class Browser:
    """Somebody's browser that keeps every answer: address, status, headers and body."""

    strict: bool = False
    answers: list[walk.Content] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Open it; errors come as pages, as people get them."""
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=self.strict)

    def get(self, address: str) -> int:
        """Open a page."""
        return self._kept(address, self.client.get(address))

    def send(self, address: str, **typed: str) -> int:
        """Send a form."""
        return self._kept(address, self.client.post(address, typed))

    def _kept(self, address: str, answer: Any) -> int:
        headers = {name: value for name, value in answer.items() if name != "Set-Cookie"}
        told = f"{address} {headers}".encode() + b"".join(answer)
        self.answers.append((f"answer {answer.status_code} of {address}", told))
        if "sessionid" in self.client.cookies:
            self.sessions.add(self.client.cookies["sessionid"].value)
        return int(answer.status_code)


class Gate(BaseHTTPRequestHandler):
    """A destination that knows nobody; it keeps what it was sent."""

    bodies: list[bytes]

    def do_POST(self) -> None:
        """Refuse."""
        type(self).bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: its log is not ours."""


@contextmanager
def a_gate() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a destination and what it was sent."""
    Gate.bodies = []
    with HTTPServer(("127.0.0.1", 0), Gate) as server:
        running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        running.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", Gate.bodies
        finally:
            server.shutdown()
            running.join()


def a_signer(world: World) -> Person:
    """Return the homeroom teacher, whose key has the odd PIN and whose account the odd password."""
    person = factories.a_teacher(world.school)
    issued = world.ground.pki.issue_person(person.full_name, person.personal_number)
    asker = factories.a_clerk(world.school)
    credential = world.ground.enrol(issued, PIN)
    world.approved(SignerRole.HOMEROOM, credential, person, asker, image("signature.svg"))
    factories.an_account(person, "co-giao", PASSWORD)
    world.__dict__["homeroom"] = person
    return person


# ---- The pass ------------------------------------------------------------------------------------


def sign_in_and_sign(world: World, browser: Browser) -> SigningBatch:
    """Sign in, authorise a batch, change the password: each right, wrong, and while something breaks."""
    door = reverse("schools:sign-in")
    assert browser.send(door, username="co-giao", password=WRONG_PASSWORD) == 422
    assert browser.send(door, username=MISPLACED, password=PASSWORD) == 422, "typed into the wrong field"
    assert browser.send(door, username="co-giao", password="") == 422
    with broken("django_session"):
        assert browser.send(door, username="co-giao", password=PASSWORD) == 500
    assert browser.send(door, username="co-giao", password=PASSWORD) == 302

    with broken("django_session"):
        assert browser.send(reverse("schools:work-in"), unit=str(world.school.pk)) == 400
    sign = reverse("signing:sign", args=[world.frozen_class(pupils=1).code, "gvcn"])
    assert browser.send(sign, pin=WRONG_PIN) == 422
    with broken("signing_signingbatch"):
        assert browser.send(sign, pin=PIN) == 500
    with broken("schools_auditevent"):
        assert browser.send(sign, pin=WRONG_PIN) == 500
    assert browser.send(sign, pin=PIN) == 302
    assert browser.send(sign, pin=PIN) == 302, "the running batch"
    batch = SigningBatch.objects.get()
    assert browser.get(reverse("signing:batch", args=[batch.pk])) == 200

    page, both = reverse("schools:password"), {"new": NEXT_PASSWORD, "again": NEXT_PASSWORD}
    assert browser.send(page, old=WRONG_PASSWORD, **both) == 422
    assert browser.send(page, old=PASSWORD, new=NEXT_PASSWORD, again=WRONG_PASSWORD) == 422
    with broken("schools_account"):
        assert browser.send(page, old=PASSWORD, **both) == 500
    assert browser.send(page, old=PASSWORD, **both) == 302
    assert browser.get("/") in (200, 302)
    return batch


def forge(browser: Browser) -> None:
    """Send secrets without the form's token: refused before any view."""
    assert browser.send(reverse("schools:sign-in"), username="co-giao", password=PASSWORD) == 403
    assert browser.send("/khong-co/", pin=PIN) in (403, 404)


def authorise_packages(world: World, browser: Browser) -> None:
    """Give a PIN for packages where none waits."""
    browser.client.force_login(factories.an_account(world.clerk))
    assert browser.send(reverse("exports:authorise"), school=world.school.code, pin=PIN) == 422


def come_in(world: World, browser: Browser, secret: str, known: str) -> None:
    """Follow an invitation's link, type its code, choose a password: right, wrong, and while something breaks."""
    link, page = f"/moi/{secret}", reverse("schools:coming")
    assert browser._kept("the link", browser.client.get(link)) == 302
    chosen = {"username": "co-giao-moi", "new": COMING_PASSWORD, "again": COMING_PASSWORD}
    assert browser.send(page, known="0000", **chosen) == 422
    with broken("schools_account"):
        assert browser.send(page, known=known, **chosen) == 500
    with broken("django_session"):
        assert browser.send(page, code=secret) in (302, 400, 500)
    assert browser.send(page, code=secret) == 302
    assert browser.send(page, known=known, **chosen) == 302


def try_destination(browser: Browser) -> None:
    """Let the server use a destination's secret: refused there, and broken here."""
    with a_gate() as (address, sent):
        row = papers.a_destination()
        row.base_url, row.user_name, row.unit = address, "tai-khoan-mau", factories.the_ministry()
        row.save()
        browser.client.force_login(
            factories.an_account(factories.a_member(factories.the_ministry(), Role.MINISTRY))
        )
        attempt = reverse("exports:destination-try", args=[row.code])
        assert browser.send(attempt) == 302
        with broken("schools_auditevent"):
            assert browser.send(attempt) == 500
        assert browser.get(reverse("exports:destination", args=[row.code])) == 200
    password = hashlib.sha256(SECRET.encode()).hexdigest().encode()
    assert [password in one for one in sent] == [True, True], "the secret was really used"


# ---- The walk ------------------------------------------------------------------------------------


def secrets_of(world: World, batch: SigningBatch, browsers: list[Browser]) -> dict[str, str]:
    """Return every value that must have stayed where it belongs, by name."""
    values = {
        "password": PASSWORD,
        "wrong password": WRONG_PASSWORD,
        "next password": NEXT_PASSWORD,
        "password in the field of the name": MISPLACED,
        "PIN": PIN,
        "wrong PIN": WRONG_PIN,
        "secret of the destination": SECRET,
        "its hash": hashlib.sha256(SECRET.encode()).hexdigest(),
        "secret key": SECRET_KEY,
        "token of the key agent": (world.ground.agent_home / "token").read_text("ascii").strip(),
        "session of the key agent": batch.key_session,
        "password of the database": live_settings.DATABASES["default"]["PASSWORD"],
        "password of its owner": (live_settings.DATABASE_OWNER or {})["PASSWORD"],
    }
    sessions = sorted(set().union(*(one.sessions for one in browsers)))
    values |= {"session" if n == 0 else f"session {n}": one for n, one in enumerate(sessions)}
    assert [name for name, value in values.items() if len(value) < 12] == []
    return values


def traces(world: World) -> Iterator[walk.Content]:
    """Yield what lies outside this process."""
    yield from walk.tables()
    yield from walk.broker()
    yield from walk.command_lines()
    yield from walk.files("file of", Path(live_settings.BLOB_ROOT))
    yield from walk.files("file of", Path(live_settings.TRUST_DIR))
    yield from walk.files("file of the agent", world.ground.agent_home, without="token")
    yield from walk.files("log of a server", SERVER_LOGS)


def test_no_secret_stays_in_a_log_task_table_address_or_page(
    world: World, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SECRET_KEY, settings.DEBUG = SECRET_KEY, False
    settings.DESTINATION_SECRETS = tmp_path
    (tmp_path / "ministry.secret").write_text(SECRET, "utf-8")
    caplog.set_level(logging.DEBUG)
    a_signer(world)
    browsers = [Browser(), Browser(strict=True), Browser(), Browser(), Browser()]
    teacher, admin = factories.a_teacher(world.school), factories.a_school_admin(world.school)
    invitation = invitations.invite(
        world.school, teacher.pk, by=factories.actor_of(admin, clock.now())
    ).secret

    with walk.messages() as sent, walk.reports() as reports:
        batch = sign_in_and_sign(world, browsers[0])
        forge(browsers[1])
        authorise_packages(world, browsers[2])
        try_destination(browsers[3])
        come_in(world, browsers[4], invitation, teacher.personal_number[-4:])
        assert browsers[3].get("/metrics") == 200
    values = secrets_of(world, batch, browsers)
    values |= {"password of who came in": COMING_PASSWORD, "invitation": invitation}
    values |= {"invitation without groups": invitation.replace("-", "")}
    world.work(batch)
    assert batch.state == "DONE"

    seen = [*sent, *reports, *walk.logged(caplog.records), *traces(world)]
    seen += [answer for one in browsers for answer in one.answers]
    there = walk.found(seen, values)
    assert {(name.rstrip(" 0123456789"), place) for name, place in there} == WHERE_IT_LIVES
    assert_the_walk_went_everywhere(seen, batch)

    logging.getLogger("planted").warning("PIN %s", PIN)  # what the walk is for, it must also find
    assert walk.found(walk.logged(caplog.records), values) == {("PIN", "log planted")}


def assert_the_walk_went_everywhere(seen: list[walk.Content], batch: SigningBatch) -> None:
    """A walk past closed doors would find nothing either: it must have read what is known to be there."""
    known = {
        ("table schools_account", b"co-giao"),
        ("table signing_signingbatch", str(batch.key_session).encode()),
        ("task signing.tasks.run_batch", f"'batch_id': {batch.pk}".encode()),
        ("log django.request", b"planted fault"),
        ("command line", b"signing.agent"),
    }
    if SERVER_LOGS.is_dir():  # not where the servers are somebody else's
        known.add(("log of a server postgres.log", b"planted fault"))
    assert {
        one for one in known if not any(one[0] == place and one[1] in text for place, text in seen)
    } == set()
    kinds = {place.split(" ")[0] for place, _text in seen}
    assert kinds == {"table", "decoded", "broker", "task", "log", "answer", "command", "file", "report"}
    assert (
        len([place for place, text in seen if place.startswith("report") and b"planted fault" in text]) >= 5
    )
    assert current_app.conf.result_backend is None, "no answer of a task is kept anywhere"
    pages = [place for place, _text in seen if place.startswith("answer 500")]
    assert len(pages) == 6


@pytest.mark.parametrize("name", ["plain", "addressed", "hexadecimal", "packed", "in JSON in Base64"])
def test_the_walk_knows_a_value_in_disguise(name: str) -> None:
    value = "hoa sim/tím+73915"
    plain = value.encode()
    hidden = {
        "plain": plain,
        "addressed": quote(value, safe="").encode(),
        "hexadecimal": b"\\x00" + plain.hex().encode(),
        "packed": b"AA" + base64.b64encode(b"x" + plain + b"yz"),
        "in JSON in Base64": base64.b64encode(json.dumps({"pin": value}, ensure_ascii=False).encode()),
    }[name]

    assert walk.found([("here", b"before " + hidden + b" after")], {"it": value}) == {("it", "here")}
    assert walk.found([("here", b"before after")], {"it": value}) == set()
