"""Each refusal as a person and as a program reads it: a sentence, a number, no query; real ones from real doors."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from hocba import logs, problems, web

STATUSES = (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503)
VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


@pytest.fixture
def number() -> str:
    """The number of the request that is being answered."""
    logs.request_number.set("abc123def456")
    return "abc123def456"


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES)
def test_a_page_says_what_and_has_the_number_without_a_query(status: int, number: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = web.refuse(RequestFactory().get("/lop/"), status)

    text = page.content.decode()
    words = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
    assert page.status_code == status
    assert len(asked) == 0
    assert f"<code>{number}</code>" in text
    assert len(VIETNAMESE.findall(words)) > 20
    if status not in web.OWN_PAGE:
        assert problems.sentence_for(status) in text
    assert page.get("Retry-After") == {429: "60", 503: "30"}.get(status)


@pytest.mark.parametrize("status", STATUSES)
def test_a_program_reads_the_same_as_a_problem(status: int, number: str) -> None:
    answer = web.refuse(RequestFactory().get("/api/v1/units/"), status)

    problem = json.loads(answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["number"]) == (status, number)
    assert problem["detail"] == problems.sentence_for(status)
    assert answer.get("Retry-After") == {429: "60", 503: "30"}.get(status)


HERE, THERE = "http://testserver", "http://elsewhere.example"
CAME_FROM = [
    ("GET", f"{HERE}/lop/?diem=CN#x", "/lop/?diem=CN"),
    ("POST", f"{HERE}/dang-nhap/", "/dang-nhap/"),
    ("GET", f"{HERE}/dang-nhap/", ""),
    ("GET", f"{THERE}/lop/", ""),
    ("GET", f"{HERE}@elsewhere.example/", ""),
    ("GET", f"{HERE}//elsewhere.example/", ""),
    ("GET", "javascript://testserver/%0aalert(1)", ""),
    ("GET", f"{HERE}/\xff<script>", ""),
    ("GET", "http://[", ""),
    ("GET", "", ""),
]


@pytest.mark.parametrize(("method", "referer", "back"), CAME_FROM)
def test_the_way_back_leads_to_a_page_of_ours(method: str, referer: str, back: str) -> None:
    asked = RequestFactory().generic(method, "/dang-nhap/", HTTP_REFERER=referer, HTTP_HOST="testserver")

    text = web.refuse(asked, 403).content.decode()

    assert web.way_back(asked) == back
    assert ("Quay lại trang trước" in text) is bool(back)
    assert (f'href="{back}"' in text) or not back


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"), [("get", "/xac-thuc/?ma=%01"), ("get", "/x/"), ("put", "/dang-nhap/")]
)
def test_whoever_refuses_says_it_in_the_chosen_language(client: Client, method: str, path: str) -> None:
    client.cookies["django_language"] = "en"

    text = getattr(client, method)(path).content.decode()

    assert '<html lang="en">' in text
    assert "Error code" in text


def test_sentences_differ_from_one_another() -> None:
    sentences = [problems.sentence_for(status) for status in STATUSES]

    assert len(set(sentences)) == len(sentences)


@pytest.mark.django_db
def test_real_doors_refuse_with_the_number_of_the_head(caplog: pytest.LogCaptureFixture) -> None:
    strict, client = Client(enforce_csrf_checks=True), Client(raise_request_exception=False)
    answers = {
        400: client.get("/lop/%00/"),
        403: strict.post("/dang-nhap/", {"username": "a", "password": "b"}),
        404: client.get("/khong-co/"),
        405: client.put("/dang-nhap/"),
        413: client.post("/dang-nhap/", "a=1&" * 5000, content_type="application/x-www-form-urlencoded"),
        415: client.post("/api/v1/verify/", b"<a/>", content_type="text/xml"),
    }

    for status, answer in answers.items():
        assert answer.status_code == status, answer.content
        assert answer["X-Request-Id"] in answer.content.decode()
        logged = [record for record in caplog.records if getattr(record, "status_code", None) == status]
        assert logged, status
    assert answers[405]["Allow"] == "GET, POST"
    assert answers[415]["Content-Type"] == "application/problem+json"
