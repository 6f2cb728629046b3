"""What strangers and schools upload, at the doors themselves: nothing is opened, fetched or kept, and each is told."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from signing.models import Authority
from tests import factories
from tests.doors import judge
from tests.doors.bodies import BOUNDARY, part
from tests.doors.hostile_files import GOOD_PICTURE, MEGABYTE, files, pictures
from tests.doors.sending import stranger_address
from tests.doors.test_parts_away import NUMBER
from tests.doors.test_refusals import VIETNAMESE
from tests.world import World

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
END = f"--{BOUNDARY}--\r\n".encode()
MOST = 10
"""Files at once."""
NAMES = {
    "nul": b"a\x00.xml", "right to left": "hoc\u202elmx.exe".encode(), "long": b"a" * 600 + b".xml",
    "path": b"../../etc/passwd", "windows path": rb"C:\\x\\y.xml", "element": b"<x-hb7 onhb7=1>.xml",
    "not utf-8": b"\xff\xfe.xml", "header": b"a%0d%0aX-Hb7: 1.xml", "only dots": b"..", "emoji": "💯.pdf".encode(),
}  # fmt: skip


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An address of this machine at which nobody may have called by the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def sent(client: Client, path: str, parts: list[tuple[bytes, bytes]]) -> Any:
    """Post files (name, content) as a browser does."""
    body = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\n%b\r\n'
        % (BOUNDARY.encode(), name, data)
        for name, data in parts
    )
    return client.generic("POST", path, body + END, content_type=MULTIPART, REMOTE_ADDR=stranger_address())


def tens(parts: list[tuple[bytes, bytes]]) -> Iterator[list[tuple[bytes, bytes]]]:
    """Yield as many at once as may be sent."""
    for start in range(0, len(parts), MOST):
        yield parts[start : start + MOST]


@pytest.mark.django_db
def test_no_file_is_more_than_a_file_that_does_not_pass(client: Client, elsewhere: str) -> None:
    parts = [(name.replace(" ", "-").encode(), data) for name, data in files(elsewhere).items()]
    verdicts: dict[str, Any] = {}
    for some in tens(parts):
        page, answer = sent(client, "/xac-thuc/", some), sent(client, "/api/v1/verify/", some)
        assert (page.status_code, answer.status_code) == (200, 200)
        assert not [*judge.faults(page), *judge.faults(answer)]
        assert page["X-Request-Id"] in page.content.decode()
        assert page.content.decode().count('<article class="result">') == len(some)
        for one in answer.json():
            verdicts[one["file"]] = one
            for sentence in one["reasons"]:
                assert VIETNAMESE.search(sentence), sentence
    assert len(verdicts) == len(parts)
    assert [name for name, one in verdicts.items() if one["indication"] == "TOTAL-PASSED"] == []
    assert [name for name, one in verdicts.items() if not one["reasons"]] == []
    told = {name: " ".join(one["reasons"]) for name, one in verdicts.items()}
    assert all(
        "phần mà chữ ký không bảo vệ" in told[name]
        for name in told
        if "entity" in name and name[:3] not in ("utf", "zip")
    )
    assert set(judge.written()) == set()


@pytest.mark.django_db
def test_no_name_of_a_file_is_more_than_words(client: Client) -> None:
    answer = sent(client, "/xac-thuc/", [(name, b"<a/>") for name in NAMES.values()])

    assert answer.status_code == 200
    assert not list(judge.faults(answer))
    text = answer.content.decode()
    endless = sent(client, "/xac-thuc/", [(b"a" * 9000, b"<a/>")])
    assert (endless.status_code, len(NUMBER.findall(endless.content.decode()))) == (400, 1)
    assert not re.search("[\x00\u202e]", text)
    assert "a" * 300 not in text
    assert (
        text.count('<article class="result">') == len(NAMES) - 2
    )  # ".." and "\\" at the end name nothing: such a part is no file


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "status", "told"),
    [
        ([], 422, "ít nhất một tệp"),
        ([(b"a.xml", b"<a/>")] * (MOST + 1), 422, "nhiều nhất 10 tệp"),
        ([(b"a.xml", b" " * (10 * MEGABYTE + 1))], 422, "lớn hơn 10 MB"),
        ([(b"a.xml", b" " * (12 * MEGABYTE))], 413, "tối đa 10 MB"),
    ],
    ids=["none", "too many", "over 10 MB", "12 MB"],
)
def test_too_much_and_nothing_are_sentences_with_a_number(
    client: Client, parts: list[tuple[bytes, bytes]], status: int, told: str
) -> None:
    page, answer = sent(client, "/xac-thuc/", parts), sent(client, "/api/v1/verify/", parts)

    assert (page.status_code, told in page.content.decode()) == (status, True)
    assert NUMBER.findall(page.content.decode()) == [page["X-Request-Id"]]
    if status != 422 or len(parts) != 1:
        assert answer.status_code == status
        assert answer.json()["number"] == answer["X-Request-Id"]
    else:
        assert "10 MB" in answer.json()[0]["reasons"][0]


def test_no_picture_of_a_signature_is_more_than_outlines(world: World, elsewhere: str, quiet: None) -> None:
    client, clerk = Client(raise_request_exception=False), world.clerk
    client.force_login(getattr(clerk, "account", None) or factories.an_account(clerk))
    issued = world.ground.pki.issue_organisation(world.school.name, world.school.code)
    fields = {"role": "KY_PHAT_HANH", "person": "", "credential": world.ground.enrol(issued)}
    plain = b"".join(part(name, value.encode()) for name, value in fields.items())
    before = Authority.objects.count()

    def asked(picture: bytes) -> Any:
        body = plain + part("image", picture, '; filename="a.png"') + END
        return client.generic("POST", "/chung-thu/", body, content_type=MULTIPART)

    wrong = []
    for name, picture in pictures(elsewhere).items():
        answer = asked(picture)
        text = answer.content.decode()
        if answer.status_code != 422 or "Hình không dùng được" not in text or list(judge.faults(answer)):
            wrong.append((name, answer.status_code))
    assert wrong == []
    assert Authority.objects.count() == before
    assert asked(GOOD_PICTURE).status_code == 302
    assert Authority.objects.count() == before + 1
