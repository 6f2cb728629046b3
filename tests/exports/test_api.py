"""The REST API: what each person gets, page by page; refusals as problems; a description without a warning."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exports.api import InOrder
from schools.models import AuditEvent, Person
from schools.permissions import Role
from tests import factories
from tests.exports import papers

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(factories.an_account(person))
    return client


def results(client: Client, address: str) -> list[dict[str, Any]]:
    """Return all rows, following the cursor."""
    rows: list[dict[str, Any]] = []
    following: str | None = f"/api/v1/{address}"
    while following:
        page = client.get(following).json()
        rows += page["results"]
        following = page["next"]
    return rows


def test_a_clerk_gets_units_classes_and_transcripts_of_the_school() -> None:
    class_year = papers.an_issued_class(pupils=3)
    papers.an_issued_class(pupils=1)
    clerk = signed_in(factories.a_clerk(class_year.school))

    assert [row["code"] for row in results(clerk, "units/")] == [class_year.school.code]
    (one,) = results(clerk, "classes/")
    assert (one["code"], one["progress"]["issued"]) == (class_year.code, 3)
    rows = results(clerk, f"transcripts/?class_code={class_year.code}")
    assert len(rows) == 3 and {row["standing"] for row in rows} == {"valid"}
    detail = clerk.get(f"/api/v1/transcripts/{rows[0]['look_up_code']}/").json()
    assert detail == rows[0]
    assert detail["files"]["pdf"] == f"http://testserver/hoc-ba/{detail['look_up_code']}/pdf"
    assert AuditEvent.objects.filter(action="api.read").count() == 3
    assert AuditEvent.objects.get(action="transcript.view").pupil_id is not None


def test_pages_follow_by_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    class_year = papers.an_issued_class(pupils=5)
    monkeypatch.setattr(InOrder, "page_size", 2)
    clerk = signed_in(factories.a_clerk(class_year.school))

    first = clerk.get("/api/v1/transcripts/").json()

    assert len(first["results"]) == 2 and "cursor=" in first["next"]
    codes = [row["look_up_code"] for row in results(clerk, "transcripts/")]
    assert len(codes) == len(set(codes)) == 5


def test_a_guardian_gets_its_own_child_and_the_department_counters_only() -> None:
    class_year = papers.an_issued_class(pupils=2)
    mine = class_year.enrolments.order_by("number")[0].pupil
    guardian = signed_in(factories.a_guardian(mine))
    assert class_year.school.parent is not None
    officer = signed_in(factories.a_member(class_year.school.parent, Role.DEPARTMENT))

    (row,) = results(guardian, "transcripts/")
    assert row["pupil_code"] == mine.code
    assert row["files"]["xml"] == f"http://testserver/con-em/{mine.pk}/{row['look_up_code']}.xml"
    assert guardian.get("/api/v1/units/").status_code == 403
    assert results(officer, "transcripts/") == []
    assert results(officer, "classes/")[0]["progress"]["issued"] == 2
    other = papers.an_issued_class(pupils=1)
    assert officer.get(f"/api/v1/classes/{other.code}/").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("units/KHONG-CO/", 404),
        ("transcripts/3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c/", 404),
        ("units/?cursor=x", 404),
    ],
)
def test_refusals_are_problems(address: str, status: int) -> None:
    clerk = signed_in(factories.a_clerk(factories.a_school()))

    answer = clerk.get(f"/api/v1/{address}")

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status and answer.json()["detail"]
    assert Client().get("/api/v1/classes/").status_code == 401


@pytest.mark.parametrize("address", ["units/", "classes/", "transcripts/"])
def test_queries_do_not_grow(address: str) -> None:
    counts = []
    for number in (1, 30):
        class_year = papers.an_issued_class(pupils=number)
        for _ in range(number):
            factories.a_class_year(0, school=class_year.school)
        unit = class_year.school
        client = signed_in(factories.a_clerk(unit))
        client.get(f"/api/v1/{address}")
        with CaptureQueriesContext(connection) as caught:
            client.get(f"/api/v1/{address}")
        counts.append(len(caught))

    assert counts[0] == counts[1] and counts[0] <= 15, counts


def test_the_description_has_no_warning() -> None:
    """Made in a process of its own: that is how warnings are counted."""
    line = [
        sys.executable,
        "manage.py",
        "spectacular",
        "--validate",
        "--fail-on-warn",
        "--format",
        "openapi-json",
    ]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    paths = json.loads(done.stdout)["paths"]
    assert {"/api/v1/units/", "/api/v1/classes/", "/api/v1/transcripts/{code}/"} <= set(paths)
