"""A school that signs, and a real receiver over HTTP with its own database, approving by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exports.actions.partner import Partner
from tests.exports.receiver.conftest import database
from tests.exports.receiver.road import SECRET, Receiver
from tests.world import Ground, World, ground, world

__all__ = ["ground", "world"]


@pytest.fixture(scope="session")
def gate(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """The receiver program with the trust of this ground; schools are added to it by each test."""
    directory = tmp_path_factory.mktemp("gate")
    ground.write_trust(directory / "trust")
    receiver = Receiver(directory, database("gate"), directory / "trust")
    done = receiver.run("migrate")
    assert done.returncode == 0, done.stderr
    receiver.serve()
    yield receiver
    receiver.stop()


@pytest.fixture
def partner(world: World, gate: Receiver, settings: Any, tmp_path: Path) -> Iterator[Partner]:
    """The destination of this world's school, with a door before the receiver that can be shut."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET, "utf-8")
    made = Partner(world, gate)
    settings.DESTINATION_ACCOUNTS = {"ministry": {"user": made.account, "secret_file": str(secret)}}
    yield made
    made.close()
