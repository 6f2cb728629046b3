"""docker-compose.yml by its structure: no engine is at hand to start it, so what can be read is read."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "ports", "read_only",
    "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


def test_it_has_the_services_and_only_known_keys(compose: dict[str, Any]) -> None:
    names = {"postgres", "valkey", "migrate", "web", "worker", "beat", "receiver"}

    assert set(compose["services"]) == names
    assert {key for key in compose if not key.startswith("x-")} == {"services", "volumes"}
    assert {key for service in compose["services"].values() for key in service} <= SERVICE_KEYS


def test_every_dependency_and_volume_is_declared(compose: dict[str, Any]) -> None:
    services = compose["services"]
    needed = {name for service in services.values() for name in service.get("depends_on", {})}
    volumes = {
        volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])
    }

    assert needed <= set(services)
    assert {volume for volume in volumes if not volume.startswith(".")} == set(compose["volumes"])
    assert [
        name
        for service in services.values()
        for name, asked in service.get("depends_on", {}).items()
        if asked["condition"] == "service_healthy" and "healthcheck" not in services[name]
    ] == []


def test_only_the_migration_knows_the_owner(compose: dict[str, Any]) -> None:
    knowing = {
        name for name, one in compose["services"].items() if "DATABASE_OWNER_URL" in one["environment"]
    }

    assert knowing - {"postgres"} == {"migrate"}


def test_no_secret_has_a_value_or_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", text)

    assert secrets
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []


def test_every_variable_is_one_that_the_settings_read(compose: dict[str, Any]) -> None:
    files = ("hocba/settings.py", "hocba/bootstrap/places.py", "exports/receiver/settings.py")
    read = "".join((ROOT / name).read_text(encoding="utf-8") for name in files)
    ours = {
        name
        for key in ("web", "worker", "beat", "migrate", "receiver")
        for name in compose["services"][key]["environment"]
    }

    assert {name for name in ours if f'"{name}"' not in read} == set()


def test_the_roles_script_is_valid_and_makes_a_powerless_application() -> None:
    script = ROOT / "deploy" / "postgres-roles.sh"
    checked = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, check=False)
    line = next(line for line in script.read_text(encoding="utf-8").splitlines() if "ROLE hocba_app" in line)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert os.access(script, os.X_OK)
    assert {"NOSUPERUSER", "NOBYPASSRLS", "NOCREATEDB", "NOCREATEROLE"} <= set(re.findall(r"\w+", line))


def test_the_image_installs_what_drawing_needs() -> None:
    from hocba.bootstrap import native

    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert [one.package for one in native.DRAWING if one.package not in image] == []
    assert "--require-hashes -r /tmp/requirements.lock" in image
    assert "\nUSER hocba\n" in image
