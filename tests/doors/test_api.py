"""The API against its own description (schemathesis), as nobody and as each kind of person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote_from_bytes

import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.doors import judge, values
from tests.doors.ground import STRANGER, Ground
from tests.doors.sending import stranger_address, taken_back

WHO = (STRANGER, "principal", "department", "guardian", "homeroom")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6


def from_everywhere(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Our WSGI application, each request from an address that has asked nothing yet."""
    application = get_wsgi_application()
    return application(environment | {"REMOTE_ADDR": stranger_address()}, start)


def cases(operation: Any) -> list[Any]:
    """Return bounded, always the same examples of one operation: some that fit and some that do not."""
    found: list[Any] = []
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            found.append(case)

        collect()
    return found


def test_the_api_is_as_it_says(full_ground: Ground, quiet: None) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", from_everywhere)
    problems: set[str] = set()
    count = 0
    for one in schema.get_all_operations():
        operation = one.ok()
        examples = cases(operation)
        for who in WHO:
            cookies = {name: morsel.value for name, morsel in full_ground.client(who).cookies.items()}
            for case in examples:
                count += 1
                answer = case.call(cookies=cookies)
                try:
                    case.validate_response(answer, checks=CHECKS)
                except FailureGroup as failures:
                    problems |= {
                        f"{who} {operation.label}: {answer.status_code} {one}" for one in failures.exceptions
                    }
                if "X-Request-Id" not in answer.headers and "x-request-id" not in answer.headers:
                    problems.add(f"{who} {operation.label}: no number")

    sealed = str(full_ground.words["hoc-ba/#code"][0])
    for path, case in (
        ("/api/v1/verify/", {"body": {"files": [b"<a/>", b"%PDF-1.7"]}, "media_type": "multipart/form-data"}),
        ("/api/v1/verify/{code}/", {"path_parameters": {"code": sealed}}),
    ):
        operation = schema[path]["POST" if "body" in case else "GET"]
        operation.Case(**case).call_and_validate(checks=CHECKS)

    print(count)  # noqa: T201 - recorded in the report of a run by hand
    assert problems == set()
    assert count > 300


TEXTS = ("\ud800", "\udc00\ud800", "a\x00b", "Nguye\u0302\u0303n", "\u202egnp")
BODIES = (
    *(json.dumps({"files": text, "q": text}) for text in TEXTS),
    '{"files": "\ud800',
    "[" * 100_000,
    "NaN",
    "",
)
HOSTILE = (
    "nul",
    "half a pair",
    "not utf-8",
    "nfd",
    "right to left",
    "isolates",
    "sql quote",
    "element",
    "huge",
)


def test_no_text_in_json_or_query_breaks_an_endpoint(full_ground: Ground, quiet: None) -> None:
    """No endpoint takes text in a body: whoever adds one that does has to try its fields here."""
    client = full_ground.client("department")
    schema = client.get("/api/schema/?format=json").json()
    described = [(path, told) for path, verbs in schema["paths"].items() for told in verbs.values()]
    kinds = {kind for _path, told in described for kind in told.get("requestBody", {}).get("content", {})}
    assert kinds == {"multipart/form-data"}
    problems = []
    for path, told in described:
        address = re.sub(r"{(\w+)}", lambda named: str(full_ground.words.get(named[1], [1])[0]), path)
        asked = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
        with taken_back(client):
            answers = [client.get(f"{address}?{query(asked, name)}") for name in HOSTILE if asked]
            answers += [sent(client, verb, address, body) for body in BODIES for verb in ("post", "put")]
        for answer in answers:
            problems += [f"{path}: {what}" for what in judge.faults(answer)]
            if answer.status_code >= 400 and answer["Content-Type"] != "application/problem+json":
                problems.append(f"{path}: answered {answer.status_code} as {answer['Content-Type']}")
    assert problems == []


def query(names: list[str], value: str) -> str:
    """Return a query in which every parameter has one hostile value."""
    return "&".join(f"{name}={quote_from_bytes(values.encoded(values.ALL[value]))}" for name in names)


def sent(client: Any, verb: str, address: str, body: str) -> Any:
    """Send JSON, or what says it is JSON, from an address that has asked nothing yet."""
    raw = body.encode("utf-8", "surrogatepass")
    return getattr(client, verb)(
        address, raw, content_type="application/json", REMOTE_ADDR=stranger_address()
    )
