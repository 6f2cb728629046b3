"""Fixtures of the look's tests."""

import pytest


@pytest.fixture(scope="session")
def base_url() -> str:
    """No common address: each test takes its own from `live_server`.

    Stands in front of pytest-base-url's fixture, whose shape this pytest warns of, and warnings are errors.
    """
    return ""
