"""The sweeper after a loss: at once enough, and not again and again for a batch that only waits its turn."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from celery import current_app

from signing import tasks
from signing.actions import run
from signing.seal.trust import SignerRole
from tests.world import World


def messages(queue: str = "celery") -> list[dict[str, object]]:
    """Take every message out of the broker and return the headers."""
    found = []
    with current_app.connection_or_acquire() as connection:
        waiting = connection.SimpleQueue(queue)
        with suppress(waiting.Empty):
            while True:
                message = waiting.get(block=False)
                message.ack()
                found.append(message.headers)
        waiting.close()
    return found


def test_a_forgotten_batch_is_found_once_a_stretch(world: World) -> None:
    batch = world.authorise(world.frozen_class(pupils=1), SignerRole.HOMEROOM)
    later = world.now() + timedelta(minutes=2)

    assert run.forgotten(later) == [batch.pk]
    assert run.forgotten(later + run.FORGOTTEN_AFTER / 2) == []
    assert run.forgotten(later + run.FORGOTTEN_AFTER * 2) == [batch.pk]


def test_what_waits_too_long_in_the_broker_is_dropped(world: World) -> None:
    batch = world.authorise(world.frozen_class(pupils=5), SignerRole.HOMEROOM)
    messages()

    tasks.run_batch(batch_id=batch.pk)

    chunks = [one for one in messages() if one["task"] == "signing.tasks.run_items"]
    assert len(chunks) >= 2
    assert all(one["expires"] for one in chunks)


def test_pauses_are_shorter_than_the_patience_of_the_sweeper() -> None:
    """Or a task that waits for the timestamp authority would be taken for a lost one, and doubled."""
    assert timedelta(seconds=tasks.LONGEST_PAUSE_SECONDS) < run.FORGOTTEN_AFTER
