"""The world of signing for the tests of its actions."""

from tests.world import ground, world

__all__ = ["ground", "world"]
