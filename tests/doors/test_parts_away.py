"""A part is gone, full or wrong: a sentence, a number to quote, nothing half-written, and it goes on afterwards."""

from __future__ import annotations

import re
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from hocba.bootstrap.supervise import free_port
from hocba.kernel import clock
from hocba.kernel.errors import Unavailable
from schools import scopes
from signing.actions import instruments, run
from signing.models import SealedDocument, Signature, SigningBatch
from signing.queries import documents
from signing.seal.evidence import TimestampUnavailable
from signing.seal.trust import SignerRole
from tests import factories
from tests.doors.sending import SENSIBLE, stranger_address
from tests.world import PIN, World

HOMEROOM, LEADER, SEAL = SignerRole
NUMBER = re.compile(r'class="errorid">[^<]*<code>([0-9a-f]{12})</code>')


def browser(person: Any) -> Client:
    """Return the browser of a person."""
    client = Client(raise_request_exception=False)
    client.force_login(getattr(person, "account", None) or factories.an_account(person))
    return client


def quoted(answer: Any, caplog: pytest.LogCaptureFixture) -> str:
    """Return the number on a page, which is the one in the head and in the log."""
    (number,) = NUMBER.findall(answer.content.decode())
    assert number == answer["X-Request-Id"]
    logged = [record for record in caplog.records if getattr(record, "status_code", 0) == answer.status_code]
    assert logged
    return str(number)


# ---- Valkey ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_valkey_people_work_and_guessing_stays_shut(world: World, settings: Any) -> None:
    class_year = world.class_year(pupils=1)
    sealed_code = "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    account = factories.an_account(factories.a_registrar(world.school))
    stranger, client = Client(raise_request_exception=False), Client(raise_request_exception=False)

    entered = client.post("/dang-nhap/", {"username": account.username, "password": factories.PASSWORD})
    page = client.get(reverse("records:class", args=[class_year.code]))
    pupil = class_year.enrolments.get().pupil
    saved = client.post(
        reverse("schools:pupil", args=[pupil.pk]),
        {"version": 1, "full_name": "Trần Thị Bình", "gender": "NU"},
    )
    checked = stranger.post("/xac-thuc/", {"files": SimpleUploadedFile("a.xml", b"<a/>")})
    asked = stranger.get(f"/xac-thuc/{sealed_code}")
    opened = stranger.post("/tra-cuu/", _five_fields(stranger.get("/tra-cuu/"), sealed_code))
    ready = stranger.get("/readyz")

    assert (entered.status_code, page.status_code, saved.status_code) == (302, 200, 302)
    assert (checked.status_code, asked.status_code) == (200, 404)
    assert opened.status_code in (422, 429, 503)  # the one-time code cannot be used up: nothing is opened
    assert "Chưa" in opened.content.decode() or "chưa" in opened.content.decode()
    assert (ready.status_code, ready.json()["broker"]) == (503, "down")


def _five_fields(page: Any, code: str) -> dict[str, str]:
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()))
    return hidden | {name: SENSIBLE[name] for name in ("full_name", "personal_number", "born_on", "confirmation")} | {
        "code": code, "confirmed": "on",
    }  # fmt: skip


# ---- Files -----------------------------------------------------------------------------------------


@contextmanager
def no_room(most_bytes: int) -> Iterator[None]:
    """Let no file grow beyond a size: the kernel refuses the rest of a write, as a full disk does."""
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_issues_nothing_and_the_batch_goes_on_when_there_is_room(world: World) -> None:
    class_year = world.frozen_class(pupils=2)
    for role in (HOMEROOM, LEADER):
        world.sign(class_year, role)
    batch = world.authorise(class_year, SEAL)
    items = run.open_items(batch.pk)

    with no_room(60_000), pytest.raises(Unavailable) as refused:
        run.run_item(batch.pk, items[0], clock=clock.now)
    page = browser(world.clerk).get(reverse("signing:batch", args=[batch.pk])).content.decode()

    assert refused.value.case == "storage-full"
    assert "Kho lưu tệp đã đầy" in page
    batch.refresh_from_db()
    assert (batch.state, batch.done, SealedDocument.objects.count()) == ("RUNNING", 0, 0)
    kept = [path for path in Path(instruments.blobs().root).rglob("*") if path.is_file()]  # type: ignore[attr-defined]
    assert all(not path.name.startswith(".") for path in kept)
    assert world.work(batch).state == "DONE"
    with scopes.system(world.school.path):
        assert SealedDocument.objects.count() == 2


@pytest.mark.parametrize("harm", ["missing", "damaged", "a directory"])
def test_a_file_that_is_not_sound_is_never_given_out(
    world: World, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    path = documents.blobs()._path(sealed.xml_sha256)  # type: ignore[attr-defined]
    whole = path.read_bytes()
    path.unlink()
    if harm == "damaged":
        path.write_bytes(whole.replace(b"T", b"H", 1))
    elif harm == "a directory":
        path.mkdir()
    client = browser(world.clerk)

    page = client.get(reverse("signing:document", args=[sealed.look_up_code]))
    file = client.get(reverse("signing:download", args=[sealed.look_up_code, "xml"]))

    for answer in (page, file):
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "nguyên vẹn" in answer.content.decode()
        assert quoted(answer, caplog)
        assert whole[:200] not in answer.content
    assert any("No sound file" in record.message and record.levelname == "ERROR" for record in caplog.records)


# ---- Clock -----------------------------------------------------------------------------------------


MINUTES, DAY = timedelta(minutes=5), timedelta(days=1)


@pytest.mark.parametrize(
    ("role", "wrong_by"), [(HOMEROOM, MINUTES), (HOMEROOM, -DAY), (SEAL, -MINUTES), (SEAL, DAY)]
)
def test_with_a_wrong_clock_nothing_is_signed_and_the_page_says_why(
    world: World, role: SignerRole, wrong_by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one clock of the application jumps after somebody has authorised; those of the authorities are right."""
    class_year, right = world.frozen_class(pupils=1), clock.now
    world.clerk  # noqa: B018 - the school's seal is approved
    for before in list(SignerRole)[: list(SignerRole).index(role)]:
        world.sign(class_year, before)
    batch = world.authorise(class_year, role)
    (item,) = run.open_items(batch.pk)
    monkeypatch.setattr(clock, "now", lambda: right() + wrong_by)
    instruments.forget()

    with pytest.raises(TimestampUnavailable) as refused:
        run.run_item(batch.pk, item, clock=clock.now)
    assert refused.value.case == "clock-wrong"
    answer = browser(batch.authorised_by).get(reverse("signing:batch", args=[batch.pk]))
    assert "Đồng hồ của máy chủ lệch" in answer.content.decode()
    assert answer["X-Request-Id"]
    with scopes.system(world.school.path):
        assert not SealedDocument.objects.exists()
        assert not Signature.objects.filter(role=role.value).exists()
        assert not batch.items.exclude(failure_code="").exists()
    assert SigningBatch.objects.get(pk=batch.pk).done == 0

    monkeypatch.setattr(clock, "now", right)
    instruments.forget()
    assert world.work(batch).state == "DONE"
    with scopes.system(world.school.path):
        (made,) = Signature.objects.filter(role=role.value)
    assert abs(made.claimed_at - right()) < timedelta(minutes=2)


@pytest.mark.django_db
def test_ready_says_that_the_clocks_differ(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: wrong)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["clock"]) == (503, "down")


# ---- PostgreSQL --------------------------------------------------------------------------------------


def test_a_table_that_does_not_answer_in_time_is_a_page_that_says_so(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    client = browser(world.clerk)
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '300ms'")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE schools_classyear IN ACCESS EXCLUSIVE MODE")
            page, problem = client.get("/lop/"), client.get("/api/v1/classes/")
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")

    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "Hệ thống đang bận" in page.content.decode()
    assert quoted(page, caplog)
    assert (problem.status_code, problem["Content-Type"], problem["Retry-After"]) == (
        503,
        "application/problem+json",
        "30",
    )
    assert problem.json()["number"] == problem["X-Request-Id"]
    assert client.get("/lop/").status_code == 200


def test_a_wrong_pin_and_a_key_agent_that_is_gone_are_sentences(world: World, settings: Any) -> None:
    class_year = world.frozen_class(pupils=1)
    settings.KEY_AGENT_URL = f"http://127.0.0.1:{free_port()}"
    instruments.forget()

    answer = browser(world.homeroom).post(
        reverse("signing:sign", args=[class_year.code, "gvcn"]), {"pin": PIN}, REMOTE_ADDR=stranger_address()
    )

    assert answer.status_code == 503
    assert "Thiết bị giữ khóa ký chưa trả lời" in answer.content.decode()
    assert SigningBatch.objects.count() == 0
