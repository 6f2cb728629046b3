"""The pages of signing: sign, progress, document, certificates, verification; who may open which."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools import scopes
from schools.models import AuditEvent, Person
from schools.permissions import Role
from signing.actions import instruments
from signing.models import Authority, SealedDocument, SigningBatch, Withdrawal
from signing.seal.trust import SignerRole
from tests import factories
from tests.world import PIN, World

HOMEROOM, LEADER, SEAL = SignerRole


def signed_in(person: Person, **options: Any) -> Client:
    """Return the browser of a person."""
    client = Client(**options)
    account = getattr(person, "account", None) or factories.an_account(person)
    client.force_login(account)
    return client


def text(answer: Any) -> str:
    """Return what a page says, in one line."""
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_sign_page_says_what_who_and_how_many(world: World) -> None:
    class_year = world.frozen_class(pupils=3)
    one = class_year.enrolments.order_by("pk")[2]
    world.freeze(one, world.sheet(class_year), outcome="Chưa hoàn thành", promoted=False)

    page = text(signed_in(world.homeroom).get(reverse("signing:sign", args=[class_year.code, "gvcn"])))

    assert "Ký số (3)" in page
    assert "Chưa được lên lớp" in page
    body = page.split("<tbody")[1]
    assert body.index(one.pupil.full_name) < min(
        body.index(e.pupil.full_name) for e in class_year.enrolments.exclude(pk=one.pk)
    )
    assert "mất hiệu lực và phải ký lại" in page
    assert AuditEvent.objects.filter(action="batch.preview", count=3).exists()


def test_the_page_offers_a_pin_for_the_very_certificates_that_may_sign(world: World) -> None:
    """An entry of the register that has ended, or has not begun, is none: for the page and for the action."""
    class_year = world.frozen_class(pupils=1)
    client, address = signed_in(world.homeroom), reverse("signing:sign", args=[class_year.code, "gvcn"])
    assert 'id="id_pin"' in text(client.get(address))

    rows = Authority.objects.filter(role=HOMEROOM)
    now = world.now()
    for dates in ({"to_at": now - timedelta(minutes=1)}, {"from_at": now + timedelta(days=1), "to_at": None}):
        rows.update(**dates)
        assert 'id="id_pin"' not in text(client.get(address))
        assert client.post(address, {"pin": PIN}).status_code == 409
    assert not SigningBatch.objects.exists()


def test_a_pin_begins_a_batch_and_the_page_shows_its_progress(world: World) -> None:
    class_year = world.frozen_class(pupils=2)
    client = signed_in(world.homeroom)

    answer = client.post(reverse("signing:sign", args=[class_year.code, "gvcn"]), {"pin": PIN})

    batch = SigningBatch.objects.get()
    assert answer["Location"] == reverse("signing:batch", args=[batch.pk])
    page = text(client.get(answer["Location"]))
    assert "0/2" in page
    assert "việc vẫn tiếp tục" in page
    world.work(batch)
    part = client.get(answer["Location"], headers={"HX-Request": "true"})
    assert "2/2" in text(part)
    assert part["HX-Refresh"] == "true"
    assert "Đã ký xong toàn bộ" in text(client.get(answer["Location"]))


def test_the_pin_is_nowhere_but_with_the_agent(
    world: World, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    """Not in a log, an address, the session, a row, a page, nor in what the broker was sent."""
    secret = "8" * 3 + "1357913"
    class_year = world.frozen_class(pupils=1)
    client = signed_in(world.homeroom, raise_request_exception=False)
    address = reverse("signing:sign", args=[class_year.code, "gvcn"])
    with caplog.at_level(logging.DEBUG):
        wrong = client.post(address, {"pin": secret})
        settings.KEY_AGENT_URL = "http://127.0.0.1:9"
        instruments.forget()
        away = client.post(address, {"pin": secret})
        settings.KEY_AGENT_DIR = None  # a fault of ours: an error page
        instruments.forget()
        broken = client.post(address, {"pin": secret})
        settings.KEY_AGENT_URL = world.ground.agent.url
        settings.KEY_AGENT_DIR = str(world.ground.agent_home)
        instruments.forget()
        right = client.post(address, {"pin": PIN})

    assert [one.status_code for one in (wrong, away, broken, right)] == [422, 503, 500, 302]
    assert "Mã PIN không đúng" in text(wrong)
    said = "".join(one.content.decode() for one in (wrong, away, broken))
    said += caplog.text + right["Location"]
    said += "".join(str(one.get_decoded()) for one in Session.objects.all())
    said += "".join(str(row) for row in AuditEvent.objects.values())
    said += "".join(str(row) for row in SigningBatch.objects.values())
    assert secret not in said
    assert PIN not in said.replace(str(world.school.code), "")


def test_an_issued_transcript_is_shown_downloaded_and_withdrawn(world: World) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    client = signed_in(world.clerk)
    address = reverse("signing:document", args=[sealed.look_up_code])

    page = text(client.get(address))

    assert "Hợp lệ" in page
    assert "BỘ GIÁO DỤC VÀ ĐÀO TẠO" in page
    for kind, start in (("xml", b"<HOC_BA"), ("pdf", b"%PDF"), ("zip", b"PK")):
        file = client.get(reverse("signing:download", args=[sealed.look_up_code, kind]))
        assert file.content.startswith(start)
        assert str(sealed.look_up_code) in file["Content-Disposition"]
    assert client.post(address, {"reason": "Ghi sai họ tên học sinh"}).status_code == 422
    assert not Withdrawal.objects.exists()
    done = client.post(address, {"reason": "Ghi sai họ tên học sinh", "understood": "on"})
    assert done.status_code == 302
    gone = text(client.get(address))
    assert "Đã bị thu hồi" in gone
    assert "Ghi sai họ tên học sinh" in gone
    assert "Thu hồi học bạ này" not in gone
    file = client.get(reverse("signing:download", args=[sealed.look_up_code, "pdf"]))
    assert "DA-THU-HOI" in file["Content-Disposition"]


def test_a_stranger_verifies_files(world: World) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    blobs = instruments.blobs()
    pdf, xml = blobs.get(sealed.pdf_sha256), blobs.get(sealed.xml_sha256)
    files = [
        SimpleUploadedFile("hocba.pdf", pdf),
        SimpleUploadedFile("hocba.xml", xml.replace("Hoàn thành tốt".encode(), "Hoàn thành   ".encode())),
        SimpleUploadedFile("anh.png", b"\x89PNG not a transcript"),
    ]

    page = text(Client().post(reverse("signing:verify"), {"files": files}))

    parts = page.split('<article class="result">')[1:]
    assert "verdict--passed" in parts[0]
    assert "Học bạ này do" in parts[0]
    assert sealed.pupil.full_name in parts[0]
    assert "Không hợp lệ" in parts[1]
    assert "chưa được xác nhận là đúng" in parts[1]
    assert "Không hợp lệ" in parts[2]
    assert AuditEvent.objects.filter(action="verify.upload").count() == 3
    assert Client().post(reverse("signing:verify"), {}).status_code == 422


def test_a_code_tells_no_name_and_no_result(world: World) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    client = Client()
    from_qr = client.get(reverse("signing:verify"), {"ma": str(sealed.look_up_code)})
    assert from_qr["Location"] == reverse("signing:verify-code", args=[sealed.look_up_code])

    page = text(client.get(from_qr["Location"]))

    assert world.school.name in page
    assert "đang có giá trị" in page
    assert sealed.pupil.full_name not in page
    assert "Hoàn thành tốt" not in page
    unknown = client.get(reverse("signing:verify-code", args=[uuid4()]))
    assert unknown.status_code == 404
    assert "Không có học bạ nào mang mã này" in text(unknown)


def test_without_redis_verification_goes_on(world: World, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    assert Client().get(reverse("signing:verify-code", args=[uuid4()])).status_code == 404
    assert AuditEvent.objects.filter(action="throttle.open").exists()


def test_a_school_asks_and_the_department_decides(world: World) -> None:
    teacher = factories.a_teacher(world.school)
    issued = world.ground.pki.issue_person(teacher.full_name, teacher.personal_number)
    credential = world.ground.enrol(issued)
    clerk, officer = signed_in(world.clerk), signed_in(world.department)
    address = reverse("signing:certificates")

    assert clerk.post(address, {"role": "GVCN", "credential": credential}).status_code == 422
    picture = SimpleUploadedFile("chu-ky.png", b"not a picture")
    wish = {"role": "GVCN", "credential": credential, "person": teacher.pk, "image": picture}
    assert "Hình không dùng được" in text(clerk.post(address, wish))
    asked = clerk.post(address, {"role": "GVCN", "credential": credential, "person": teacher.pk})
    assert asked.status_code == 302
    entry = Authority.objects.get(person=teacher)
    assert "Chờ phê duyệt" in text(clerk.get(address))
    decide = reverse("signing:decide", args=[entry.pk])
    assert clerk.post(decide, {"decision": "approve"}).status_code == 403
    officer.post(decide, {"decision": "refuse", "reason": ""})
    entry.refresh_from_db()
    assert entry.state == "WAITING"
    officer.post(decide, {"decision": "approve"})
    entry.refresh_from_db()
    assert entry.state == "APPROVED"
    assert officer.post(decide, {"decision": "approve"}).status_code == 409
    other = factories.a_member(factories.a_department(), Role.DEPARTMENT)
    assert signed_in(other).post(decide, {"decision": "approve"}).status_code == 404


def test_the_log_and_the_trust_directory_are_public(world: World) -> None:
    world.issue(world.frozen_class(pupils=1))
    client = Client()

    assert "ban-mau.invalid/log" in text(client.get(reverse("signing:log")))
    note = client.get(reverse("signing:log-checkpoint")).content.decode()
    size = int(note.splitlines()[1])
    leaves = client.get(reverse("signing:log-leaves")).content.splitlines()
    assert len(leaves) == size
    index = next(number for number, leaf in enumerate(leaves) if b'"issue"' in leaf)
    assert b"tlog-proof" in client.get(reverse("signing:log-proof", args=[index])).content
    assert b'"signature"' in client.get(reverse("signing:trust-file", args=["authority.json"])).content
    for name in ("..%2Flog.key", "log.key", ".authority.json"):
        assert client.get(f"/tin-cay/{name}").status_code == 404


ROLES = ("homeroom", "principal", "clerk", "registrar", "school_admin", "department", "guardian", "stranger")
SIGN, ISSUED = "h", "hpcr"
"""Initials of who may open: homeroom, principal, clerk, registrar."""


def test_who_may_open_which_door(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    sealed = world.issue(class_year)[0]
    batch = SigningBatch.objects.filter(role="GVCN").get()
    neighbour = factories.a_clerk(factories.a_school())
    people = {
        "homeroom": world.homeroom,
        "principal": world.principal,
        "clerk": world.clerk,
        "registrar": factories.a_registrar(world.school),
        "school_admin": factories.a_school_admin(world.school),
        "department": world.department,
        "guardian": factories.a_guardian(sealed.pupil),
        "neighbour": neighbour,
    }
    readers = {"homeroom", "principal", "clerk", "registrar"}
    doors = {
        reverse("signing:sign", args=[class_year.code, "gvcn"]): {"homeroom"},
        reverse("signing:sign", args=[class_year.code, "cbql"]): {"principal"},
        reverse("signing:sign", args=[class_year.code, "kph"]): {"clerk"},
        reverse("signing:issued", args=[class_year.code]): readers,
        reverse("signing:batch", args=[batch.pk]): readers,
        reverse("signing:document", args=[sealed.look_up_code]): readers,
        reverse("signing:download", args=[sealed.look_up_code, "xml"]): readers,
        reverse("signing:certificates"): {
            *("homeroom", "principal", "clerk", "school_admin", "department", "neighbour"),
        },
    }

    opened = {}
    for name, person in people.items():
        client = signed_in(person)
        for address in doors:
            opened.setdefault(address, set())
            if client.get(address).status_code == 200:
                opened[address].add(name)

    assert opened == doors
    stranger = Client()
    assert {stranger.get(address).status_code for address in doors} == {302}
    assert class_year.code not in text(signed_in(neighbour).get(reverse("signing:certificates")))


@pytest.mark.parametrize("door", ["sign", "issued", "batch", "certificates"])
def test_queries_do_not_grow_with_the_class(world: World, door: str) -> None:
    counts = []
    for pupils in (1, 30):
        class_year = world.frozen_class(pupils=pupils)
        batch = world.authorise(class_year, HOMEROOM)
        with scopes.system(world.school.path):
            batch.items.update(state="FAILED", failure_code="moved-on")
        SigningBatch.objects.filter(pk=batch.pk).update(state="DONE", failed=pupils)
        if door == "certificates" and pupils > 1:
            for _more in range(10):
                world.signer(factories.a_teacher(world.school), HOMEROOM)
        client = signed_in(world.clerk if door == "certificates" else world.homeroom)
        address = {
            "sign": reverse("signing:sign", args=[class_year.code, "gvcn"]),
            "issued": reverse("signing:issued", args=[class_year.code]),
            "batch": reverse("signing:batch", args=[batch.pk]),
            "certificates": reverse("signing:certificates"),
        }[door]
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_api_says_what_the_page_says(world: World) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    pdf = SimpleUploadedFile("hocba.pdf", instruments.blobs().get(sealed.pdf_sha256))
    client = Client()

    (verdict,) = client.post("/api/v1/verify/", {"files": [pdf]}).json()
    standing = client.get(f"/api/v1/verify/{sealed.look_up_code}/").json()

    assert (verdict["indication"], verdict["status"]) == ("TOTAL-PASSED", "valid")
    assert (standing["status"], standing["school"]) == ("valid", world.school.name)
    assert client.get(f"/api/v1/verify/{uuid4()}/").status_code == 404
    assert SealedDocument.objects.count() == 0  # the row-level lock: outside a scope nothing is seen
