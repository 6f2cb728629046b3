"""The world of signing for the tests of its pages."""

from tests.world import ground, world

__all__ = ["ground", "world"]
