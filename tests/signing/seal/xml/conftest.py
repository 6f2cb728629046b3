"""One specimen world for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.signing.seal.xml.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world") / "pki")


@pytest.fixture(scope="session")
def genuine(world: World) -> bytes:
    return world.sealed("3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c")
