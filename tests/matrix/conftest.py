"""The country of a module: built once, real commits; the database is emptied at the module's end."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.matrix.country import Country, built
from tests.world import Ground, ground  # noqa: F401 the fixture


@pytest.fixture(scope="module")
def country(
    ground: Ground,  # noqa: F811
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Country]:
    """Two provinces, three schools, one person for each role."""
    trust = tmp_path_factory.mktemp("country") / "trust"
    with django_db_blocker.unblock(), built(ground, trust) as made:
        yield made
