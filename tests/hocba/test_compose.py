"""docker-compose.yml by its structure: no engine is at hand to start it, so what can be read is read."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin import beat, worker
from django.conf import settings
from django.core.management import get_commands
from gunicorn.config import Config

from exports.receiver import __main__ as receiver
from signing.agent import server as agent

ROOT = Path(settings.BASE_DIR)
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "ports", "profiles",
    "read_only", "restart", "secrets", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
OURS = ("migrate", "web", "worker", "beat", "agent", "receiver")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside a container, of what the test compares
CELERY = {"worker": worker.worker, "beat": beat.beat}
REGISTRY = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


def test_it_has_the_services_and_only_known_keys(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "valkey", *OURS}
    assert {key for key in compose if not key.startswith("x-")} == {"services", "volumes", "secrets"}
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
        name
        for name, one in compose["services"].items()
        if "DATABASE_OWNER_URL" in one.get("environment", {})
    }

    assert knowing - {"postgres"} == {"migrate"}


def test_no_secret_has_a_value_or_a_default(compose: dict[str, Any]) -> None:
    """A service that is not asked for may lack its passwords, and does not start, or sends no mail, without them."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", text)
    on_request = {"RECEIVER_PASSWORD", "RECEIVER_SECRET_KEY", "RECEIVER_DESK_SECRET", "HOCBA_MAIL_PASSWORD"}

    assert secrets
    wrong = [name for name, rest in secrets if not rest.startswith(":?") and name not in on_request]
    assert wrong == []
    assert [(name, rest) for name, rest in secrets if name in on_request and rest != ":-"] == []


# ---- Variables -----------------------------------------------------------------------------------

GIVEN = {
    "HOCBA_ENVIRONMENT": REGISTRY,
    "HOCBA_SECRET_KEY": REGISTRY,
    "HOCBA_HOSTS": REGISTRY,
    "HOCBA_ORIGINS": REGISTRY,
    "HOCBA_PUBLIC_ADDRESS": REGISTRY,
    "HOCBA_BEHIND_TLS_PROXY": REGISTRY,
    "HOCBA_DATABASE_ON_THIS_HOST": REGISTRY,
    "HOCBA_TRUST": REGISTRY,
    "DATABASE_URL": REGISTRY,
    "DATABASE_OWNER_URL": ("migrate",),
    "REDIS_URL": REGISTRY,
    "TSA_URLS": REGISTRY,
    "LOG_ORIGIN": REGISTRY,
    "KEY_AGENT_URL": ("web", "worker"),
    "KEY_AGENT_DIR": ("web", "worker"),
    "DESTINATION_SECRETS": ("web", "worker"),
    "DESTINATION_PLAIN_HOSTS": ("web", "worker"),
    "MINISTRY_USER": ("web", "worker"),
    "MINISTRY_SECRET_FILE": ("web", "worker"),
    "LOG_KEY_FILE": ("worker",),
    "HOCBA_MAIL_HOST": ("worker",),
    "HOCBA_MAIL_PORT": ("worker",),
    "HOCBA_MAIL_USER": ("worker",),
    "HOCBA_MAIL_PASSWORD": ("worker",),
    "HOCBA_MAIL_FROM": ("worker",),
    "OPERATOR_CREDENTIAL": ("worker",),
    "OPERATOR_PIN_FILE": ("worker",),
}
"""Every variable of the registry's settings and the services that are given it; no other service is."""

LEFT_OUT = {
    "HOCBA_DEBUG": "production refuses it",
    "HOCBA_LOG_LEVEL": "INFO is right",
    "HOCBA_VAR": "the image sets it",
    "HOCBA_SESSION_HOURS": "ten is right",
    "HOCBA_SESSION_IDLE_HOURS": "two are right",
    "HOCBA_INVITATION_DAYS": "fourteen are right",
    "HOCBA_PUPIL_ACCOUNT_AGE": "fourteen is right",
    "HOCBA_STATIC": "the image sets it and fills it",
    "HOCBA_BLOBS": "below HOCBA_VAR, which is a volume",
    "PKI_ROUTES": "for specimens and inside mirrors; empty is right",
    "RECEIVER_URL": "the demo's",
}


def read_by(*files: str) -> set[str]:
    """Return every variable that these settings ask for."""
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in files)
    return set(re.findall(r'(?:environ\.get\(|environ\[|words\(|flag\()"([A-Z][A-Z0-9_]+)"', text))


def test_every_variable_that_the_settings_read_is_decided_about() -> None:
    read = read_by("hocba/settings.py", "hocba/bootstrap/places.py")

    assert len(read) > 25
    assert read == GIVEN.keys() | LEFT_OUT.keys()
    assert not GIVEN.keys() & LEFT_OUT.keys()


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_each_service_is_given_what_it_needs_and_nobody_more(compose: dict[str, Any], name: str) -> None:
    given = {one for one in OURS if name in compose["services"][one].get("environment", {})}

    assert given - {"receiver"} == set(GIVEN[name])


def test_the_receiver_and_the_database_are_given_what_they_need(compose: dict[str, Any]) -> None:
    settings_of_it = (ROOT / "exports/receiver/settings.py").read_text(encoding="utf-8")
    required = set(re.findall(r'os\.environ\["(\w+)"\]', settings_of_it))
    given = set(compose["services"]["receiver"]["environment"])
    script = (ROOT / "deploy" / "postgres-roles.sh").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", script))

    assert required | {"RECEIVER_BLOB_DIR", "TRUST_DIR", "RECEIVER_HOSTS", "RECEIVER_DESK_SECRET"} <= given
    assert given <= read_by("exports/receiver/settings.py")
    assert asked and asked <= set(compose["services"]["postgres"]["environment"])


def test_every_variable_is_one_that_the_settings_read(compose: dict[str, Any]) -> None:
    read = read_by("hocba/settings.py", "hocba/bootstrap/places.py")
    ours = {name for key in REGISTRY for name in compose["services"][key]["environment"]}

    assert ours - read == set()


# ---- Places --------------------------------------------------------------------------------------


def image_environment() -> dict[str, str]:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:ENV|   ) ?([A-Z_]+)=(\S+)", image, flags=re.MULTILINE))


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    return image_environment() | service.get("environment", {})


def mounts(service: dict[str, Any]) -> dict[str, bool]:
    """Return the places of a service that are not the image's, and whether it may write there."""
    found = dict.fromkeys(service.get("tmpfs", []), True)
    for volume in service.get("volumes", []):
        _source, target, *mode = volume.split(":")
        found[target] = mode != ["ro"]
    for secret in service.get("secrets", []):
        target = secret["target"] if isinstance(secret, dict) else f"/run/secrets/{secret}"
        found[target] = False
    return found


def is_writable(service: dict[str, Any], place: str) -> bool:
    within = [target for target in mounts(service) if (place + "/").startswith(target + "/")]
    return bool(within) and mounts(service)[max(within, key=len)]


WRITES = [
    ("web", "HOCBA_VAR"),
    ("worker", "HOCBA_VAR"),
    ("worker", "HOCBA_TRUST"),
    ("receiver", "RECEIVER_BLOB_DIR"),
    *((name, "XDG_CACHE_HOME") for name in OURS),
]
"""Who writes into the place that a variable names: blobs, the signed lists, received lists, font caches."""


@pytest.mark.parametrize(("name", "variable"), WRITES)
def test_what_is_written_lies_where_it_may_be(compose: dict[str, Any], name: str, variable: str) -> None:
    service = compose["services"][name]

    assert service["read_only"] is True
    assert is_writable(service, environment_of(service)[variable])


def test_beat_and_agent_write_where_they_may(compose: dict[str, Any]) -> None:
    places = {
        name: re.search(pattern, " ".join(compose["services"][name]["command"]))
        for name, pattern in (("beat", r"--schedule=(\S+)"), ("agent", r"--directory=(\S+)"))
    }

    assert [name for name, one in places.items() if not is_writable(compose["services"][name], one[1])] == []  # type: ignore[index]


def test_nobody_but_the_worker_writes_the_trust_directory(compose: dict[str, Any]) -> None:
    writers = {name for name in OURS if is_writable(compose["services"][name], "/srv/trust")}

    assert writers == {"worker"}


FILES = [
    (name, variable)
    for variable in ("LOG_KEY_FILE", "OPERATOR_PIN_FILE", "MINISTRY_SECRET_FILE", "DESTINATION_SECRETS")
    for name in GIVEN[variable]
]


@pytest.mark.parametrize(("name", "variable"), FILES)
def test_what_is_read_from_outside_is_mounted_and_read_only(
    compose: dict[str, Any], name: str, variable: str
) -> None:
    service = compose["services"][name]
    place = service["environment"][variable]

    assert any((place + "/").startswith(target + "/") for target in mounts(service))
    assert not is_writable(service, place)


def test_the_token_of_the_agent_is_one_file_on_both_sides_and_its_keys_on_one(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    token = {name: target for name in OURS for target in mounts(services[name]) if target.endswith("/token")}

    assert token == {"web": "/run/agent/token", "worker": "/run/agent/token", "agent": "/var/lib/agent/token"}
    assert {services[one]["environment"]["KEY_AGENT_DIR"] for one in ("web", "worker")} == {"/run/agent"}
    assert [name for name in OURS if "/var/lib/agent" in mounts(services[name])] == ["agent"]
    assert {one for service in services.values() for one in names_of(service)} == set(compose["secrets"])


def names_of(service: dict[str, Any]) -> list[str]:
    return [one["source"] if isinstance(one, dict) else one for one in service.get("secrets", [])]


def test_a_volume_begins_as_a_directory_of_the_image_that_its_user_owns(compose: dict[str, Any]) -> None:
    """A new volume takes owner and mode from the image; without the directory it would belong to root."""
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    owned = re.search(r"chown hocba ((?:/\S+ ?)+)", image)
    assert owned is not None
    targets = {
        volume.split(":")[1]
        for name in OURS
        for volume in compose["services"][name].get("volumes", [])
        if not volume.startswith(".")
    }

    assert targets and targets <= set(owned[1].split())
    assert all(target in image.split("chown")[0] for target in targets)


# ---- Commands ------------------------------------------------------------------------------------


def command_of(service: dict[str, Any]) -> list[list[str]]:
    """Return the programs that a service starts; the image's own where it names none."""
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    line = service.get("command") or json.loads(re.findall(r"^CMD (.*)$", image, flags=re.MULTILINE)[0])
    if line[:2] == ["sh", "-c"]:
        return [shlex.split(part.removeprefix("exec ")) for part in line[2].split(" && ")]
    return [line]


@pytest.mark.parametrize("name", OURS)
def test_the_commands_exist_and_take_their_options(compose: dict[str, Any], name: str) -> None:
    for line in command_of(compose["services"][name]):
        match line:
            case ["python", "manage.py", command, *_options]:
                assert command in get_commands()
            case ["python", "-m", "exports.receiver", *options]:
                assert receiver._parser().parse_args(options).command in {"migrate", "serve"}
            case ["python", "-m", "signing.agent", *options]:
                parsed = agent.parser().parse_args(options)
                assert (parsed.bind, parsed.name, parsed.port) == (EVERYWHERE, ["agent"], 8070)
            case ["celery", "--app=hocba.celery", "worker" | "beat" as role, *options]:
                known = {one for option in CELERY[role].params for one in option.opts}
                assert {option.partition("=")[0] for option in options} <= known
            case ["gunicorn", *options]:
                configured = Config()
                parsed = configured.parser().parse_args(options)
                assert parsed.args == ["hocba.wsgi:application"] or parsed.args == ["hocba.wsgi"]
            case _:
                raise AssertionError(f"unknown: {line}")


def test_what_is_on_request_is_needed_by_nobody_else(compose: dict[str, Any]) -> None:
    services = compose["services"]
    on_request = {name for name, one in services.items() if "profiles" in one}

    assert on_request == {"agent", "receiver"}
    assert not {needed for one in services.values() for needed in one.get("depends_on", {})} & on_request


def test_readers_are_told_that_nobody_has_built_it() -> None:
    for page in ("Dockerfile", "docker-compose.yml", "README.md", "docs/deployment.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert re.search(r"not (been )?built", text, flags=re.IGNORECASE), page


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
