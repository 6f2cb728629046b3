"""PostgreSQL is gone: the real web process says so in Vietnamese, lives, and is not ready."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from hocba.bootstrap.supervise import Supervisor, free_port

HTTP = urllib3.PoolManager(retries=False)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address and log of a web process whose database nobody answers at."""
    port, logs = free_port(), tmp_path_factory.mktemp("logs")
    away = {"DATABASE_URL": f"postgresql://hocba_app@127.0.0.1:{free_port()}/hocba?connect_timeout=2"}
    with Supervisor(logs) as supervisor:
        line = [sys.executable, "-m", "gunicorn", "--config", "python:hocba.serving.config", "--workers", "1"]
        line += ["--bind", f"127.0.0.1:{port}", "hocba.wsgi:application"]
        child = supervisor.start("web", line, environment=dict(os.environ) | away)
        supervisor.wait_for_http(child, f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", child.log


def test_it_lives_and_is_not_ready(web: tuple[str, Path]) -> None:
    address, _log = web

    ready = HTTP.request("GET", f"{address}/readyz")

    assert HTTP.request("GET", f"{address}/healthz").status == 200
    assert (ready.status, json.loads(ready.data)["database"]) == (503, "down")


@pytest.mark.parametrize("path", ["/", "/lop/", "/dang-nhap/", "/xac-thuc/", "/tra-cuu/", "/khong-co/"])
def test_every_page_is_one_that_needs_no_query(web: tuple[str, Path], path: str) -> None:
    address, log = web

    answer = HTTP.request(
        "GET", address + path, headers={"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}
    )

    text = answer.data.decode()
    number = re.search(r"<code>(\w+)</code>", text)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "Hệ thống đang bận" in text
    assert "Traceback" not in text
    assert number is not None
    assert number[1] == answer.headers["X-Request-Id"]
    assert f'"request": "{number[1]}"' in log.read_text("utf-8")


def test_a_program_gets_a_problem(web: tuple[str, Path]) -> None:
    address, _log = web

    answer = HTTP.request(
        "GET", f"{address}/api/v1/units/", headers={"Cookie": "sessionid=abcdefghijklmnopqrst"}
    )

    problem = json.loads(answer.data)
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert (problem["status"], problem["number"]) == (503, answer.headers["X-Request-Id"])
