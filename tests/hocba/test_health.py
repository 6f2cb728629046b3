"""Alive, ready, measured, described."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from hocba.bootstrap.supervise import free_port


def test_alive_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_when_all_parts_work(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (
        200,
        {"database": "ok", "clock": "ok", "broker": "ok", "storage": "ok"},
    )


@pytest.mark.django_db
def test_ready_names_the_part_that_is_down(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    (tmp_path / "file").touch()
    settings.BLOB_ROOT = tmp_path / "file"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "clock": "ok", "broker": "down", "storage": "down"}


def test_metrics_count_answers_by_address_name(client: Client) -> None:
    def answers() -> float:
        text = client.get("/metrics").content.decode()
        start = 'hocba_http_answers_total{address="healthz",method="GET",status="200"} '
        return sum(float(line.removeprefix(start)) for line in text.splitlines() if line.startswith(start))

    before = answers()
    client.get("/healthz")

    assert answers() == before + 1


@pytest.mark.django_db
def test_the_api_describes_itself_without_other_hosts(client: Client) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/json"})
    page = client.get("/api/docs/")

    assert schema.json()["openapi"].startswith("3.")
    assert b"://" not in page.content
    assert b"<style" not in page.content
