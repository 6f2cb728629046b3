"""Signed-in clients for the pages of records."""

from collections.abc import Callable

import pytest
from django.test import Client

from schools.models import Person
from tests import factories as make


@pytest.fixture
def at_door() -> Callable[[Person], Client]:
    """Return a browser in which that person is signed in."""

    def open_door(person: Person) -> Client:
        client = Client()
        client.force_login(getattr(person, "account", None) or make.an_account(person))
        return client

    return open_door
