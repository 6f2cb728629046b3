"""One specimen PKI and its server, a real process on loopback, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from signing.loopback import Child
from signing.specimen.pki import SpecimenPki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SpecimenPki:
    """A fresh specimen PKI."""
    return SpecimenPki.ensure(tmp_path_factory.mktemp("specimen") / "pki")


@pytest.fixture(scope="session")
def server(pki: SpecimenPki) -> Iterator[Child]:
    """Its server on a free port, fault switches on."""
    arguments = ["--directory", str(pki.directory), "--port", "0", "--faults"]
    with Child("signing.specimen.server", arguments) as child:
        yield child


@pytest.fixture
def trust_pem(pki: SpecimenPki, tmp_path: Path) -> Path:
    """A directory with the PEM files of the trust directory."""
    for name, data in pki.public_files().items():
        (tmp_path / name).write_bytes(data)
    return tmp_path
