"""Refusals become pages and problems; requests have a number, a limit and a language."""

import json
import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from hocba import logs, problems, web
from hocba.kernel import errors

CASES = [
    (errors.NotFound("Không có lớp này."), 404),
    (errors.NotPermitted("Cô không dạy lớp này."), 403),
    (errors.Invalid("Ngày sai.", fields={"born_on": "Ngày sinh ở tương lai."}), 422),
    (errors.RuleBroken("Chưa đủ điểm.", law="TT 27/2020, Điều 9", case_count=2), 409),
    (errors.Conflict("Người khác vừa lưu."), 409),
    (errors.Unavailable("Dịch vụ dấu thời gian chưa trả lời."), 503),
]
IDS = [type(error).__name__ for error, _status in CASES]


def failing(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    """Return a stack of the refusals' middleware around a view that raises."""

    def view(request: HttpRequest) -> HttpResponse:
        raise error

    middleware = web.Refusals(view)

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return middleware(request)
        except Exception as raised:
            response = middleware.process_exception(request, raised)
            if response is None:
                raise
            return response

    return answer


@pytest.mark.parametrize(("error", "status"), CASES, ids=IDS)
def test_a_refusal_becomes_a_page_with_its_sentence(error: errors.DomainError, status: int) -> None:
    response = failing(error)(RequestFactory().get("/lop/1/"))

    assert response.status_code == status
    assert str(error.sentence) in response.content.decode()


@pytest.mark.parametrize(("error", "status"), CASES, ids=IDS)
def test_a_refusal_becomes_a_problem_below_api(error: errors.DomainError, status: int) -> None:
    class Failing(APIView):
        authentication_classes = permission_classes = ()

        def get(self, request: HttpRequest) -> HttpResponse:
            raise error

    response = Failing.as_view()(APIRequestFactory().get("/api/v1/x"))
    response.render()
    problem = json.loads(response.content)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["detail"], problem["code"]) == (
        status,
        str(error.sentence),
        error.case,
    )
    assert problem.get("fields", {}) == getattr(error, "fields", {})
    assert problem.get("law") == getattr(error, "law", None)
    assert problem.get("facts", {}) == error.facts


def test_wrong_input_of_the_api_is_a_problem_with_its_fields() -> None:
    response = problems.api_refusal(ValidationError({"code": ["Bắt buộc."]}), {})

    assert response is not None
    assert (response.status_code, response.data["fields"]) == (422, {"code": ["Bắt buộc."]})


def test_an_error_of_ours_is_not_hidden_as_a_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())(RequestFactory().get("/"))
    assert problems.api_refusal(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 500, 503])
def test_every_error_page_has_the_number_to_quote(status: int) -> None:
    token = logs.request_number.set("abc123def456")
    try:
        response = web.refuse(RequestFactory().get("/"), status)
    finally:
        logs.request_number.reset(token)

    assert response.status_code == status
    assert "<code>abc123def456</code>" in response.content.decode()


def test_the_error_page_comes_when_the_sites_own_templates_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "GENERAL_PAGES", ())
    monkeypatch.setattr(web, "refuse", lambda *args, **kwargs: 1 / 0)

    response = web.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Hệ thống gặp lỗi" in response.content.decode()


@pytest.mark.django_db
def test_an_unknown_address_is_a_vietnamese_page_or_a_problem(client: Client) -> None:
    page, problem = client.get("/khong-co/"), client.get("/api/v1/khong-co/")

    assert (page.status_code, problem.status_code) == (404, 404)
    assert page["Content-Language"] == "vi"
    assert problem.json()["number"] == problem["X-Request-Id"]


@pytest.mark.django_db
def test_a_request_keeps_a_proxys_number_and_refuses_a_forged_one(client: Client) -> None:
    kept = client.get("/healthz", headers={"X-Request-Id": "proxy-0123456789"})
    forged = client.get("/healthz", headers={"X-Request-Id": "x\ny"})

    assert kept["X-Request-Id"] == "proxy-0123456789"
    assert re.fullmatch(r"[0-9a-f]{12}", forged["X-Request-Id"])


def test_a_body_above_the_limit_is_refused_unread(client: Client) -> None:
    response = client.post("/healthz", CONTENT_LENGTH=str(settings.LARGEST_UPLOAD_BYTES + 1))

    assert response.status_code == 413
    assert "10 MB" in response.content.decode()


@pytest.mark.django_db
def test_the_language_is_vietnamese_until_the_person_chooses(client: Client) -> None:
    before = client.get("/healthz", headers={"Accept-Language": "en"})
    client.post("/ngon-ngu/", {"language": "en", "next": "/healthz"})
    after = client.get("/healthz")

    assert (before["Content-Language"], after["Content-Language"]) == ("vi", "en")


def test_every_answer_has_the_strict_policy(client: Client) -> None:
    response = client.get("/healthz")
    directives = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))

    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert response["Referrer-Policy"] == "same-origin"
