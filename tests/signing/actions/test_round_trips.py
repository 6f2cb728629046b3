"""How often a worker asks the database for one signature: a number, so that it cannot creep back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from schools import actors
from signing.actions import run
from signing.seal.trust import SignerRole
from tests.world import World

MESSAGES = {
    # hold the item and read its batch; scope, item, lock, intent; register; scope, lock, all writes; let go
    SignerRole.HOMEROOM: 10,
    SignerRole.LEADER: 10,
    # hold; scope, item, lock, intent; register; scope, sealed XML; pictures; register; scope, lock, writes up
    # to the log's head, leaf and document; let go
    SignerRole.SEAL: 15,
}
COMMITS = {SignerRole.HOMEROOM: 2, SignerRole.LEADER: 2, SignerRole.SEAL: 3}


class Counted:
    """What goes to the database while one item is worked."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.commits = 0

    def __call__(self, execute: Any, text: str, *rest: Any) -> Any:
        """Note a message and send it."""
        self.messages.append(text)
        return execute(text, *rest)


@contextmanager
def counted() -> Iterator[Counted]:
    """Count messages and commits of the block."""
    real, found = connection._commit, Counted()

    def commit() -> None:
        found.commits += 1
        real()

    connection._commit = commit
    try:
        with connection.execute_wrapper(found):
            yield found
    finally:
        connection._commit = real


def test_a_signature_asks_for_nothing_twice(world: World) -> None:
    """The second item of a task; its first one also reads the school and the certificate (2 messages)."""
    class_year = world.frozen_class(pupils=2)
    actors.system(world.now())  # whose row is read once a process
    for role in SignerRole:
        batch, desk = world.authorise(class_year, role), run.Desk()
        for extra, item in zip((2, 0), run.open_items(batch.pk), strict=True):
            with counted() as found:
                assert run.run_item(batch.pk, item, clock=world.now, desk=desk)

            assert len(found.messages) <= MESSAGES[role] + extra, "\n".join(found.messages)
            assert found.commits == COMMITS[role]
        batch.refresh_from_db()
        assert (batch.state, batch.done) == ("DONE", 2)
