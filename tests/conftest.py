"""Common ground of all tests: servers, database roles, loopback only.

The servers start when this file is loaded, that is before Django reads its settings; workers of pytest-xdist
find them in their environment.
"""

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import django
import pytest
from hypothesis import settings as hypothesis_settings

from tests import servers

# One machine is slower than another, and the gate must say the same thing twice; by hand, examples are fresh.
hypothesis_settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("gate" if os.environ.get("CI") else "house")

servers.start()
os.environ["DJANGO_SETTINGS_MODULE"] = "hocba.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the test
django.setup()

from django.test import TransactionTestCase  # noqa: E402

from hocba import messages  # noqa: E402
from tests import database  # noqa: E402

NO_OTHER_HOST = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers with the run."""
    servers.stop()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse every address that is not this machine's, before the first test."""
    messages.compile_catalogues()
    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            raise AssertionError(f"A test may reach this machine only, not {address[0]}")
        real_connect(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The test database of this worker; migrated by the owner, used by the application role."""
    original = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = lambda self: database.flush()  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        made = database.made(request.config.option.verbose)
        made.__enter__()
    yield
    with django_db_blocker.unblock():
        made.__exit__(None, None, None)
    TransactionTestCase._fixture_teardown = original  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def base_url() -> str:
    """No common address: each test takes its own from `live_server`.

    Stands in front of pytest-base-url's fixture, whose shape this pytest warns of, and warnings are errors.
    """
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, which finds no host but this machine."""
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    return browser_type_launch_args | {
        "executable_path": program,
        "args": [
            "--no-sandbox",
            f"--host-resolver-rules={NO_OTHER_HOST}",
        ],
    }
