"""Pages are tried as a browser sees them: with a signed-in client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from schools.models import Account, Person
from tests import factories


@pytest.fixture
def enter() -> Callable[[Person | None], Client]:
    """Return a client signed in as a person, or a stranger's."""

    def made(person: Person | None) -> Client:
        client = Client()
        if person is not None:
            account = Account.objects.filter(person=person).first() or factories.an_account(person)
            client.force_login(account)
        return client

    return made
