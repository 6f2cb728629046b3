"""What the doors' tests stand on."""

from __future__ import annotations

import pytest

from tests.doors.ground import Ground, populated
from tests.world import World, ground, world

__all__ = ["ground", "world"]


@pytest.fixture
def full_ground(world: World) -> Ground:
    """A school in which each step of the road has a class."""
    return populated(world)
