"""What the doors' tests stand on."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.doors.ground import Ground, populated
from tests.world import World, ground, world

__all__ = ["ground", "world"]


@pytest.fixture
def full_ground(world: World) -> Ground:
    """A school in which each step of the road has a class."""
    return populated(world)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Hold back the log: thousands of refusals would be told twice."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
