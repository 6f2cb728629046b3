"""A key agent, a real process on loopback, with two persons' keys in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from signing.agent.keyfiles import enrol
from signing.loopback import Child
from signing.seal.keys import AgentKeys
from signing.specimen.pki import IssuedKey, SpecimenPki

PIN = "246810"


@dataclass(frozen=True)
class Enrolled:
    """One key in the agent."""

    credential: str
    issued: IssuedKey


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SpecimenPki:
    """A fresh specimen PKI; its server is not needed here."""
    return SpecimenPki.ensure(tmp_path_factory.mktemp("agent") / "pki")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The agent's directory."""
    return tmp_path / "agent"


@pytest.fixture
def elliptic(pki: SpecimenPki, directory: Path) -> Enrolled:
    """A person with a P-256 key."""
    issued = pki.issue_person("Hoàng Thị Mẫu", "001090000011")
    return Enrolled(enrol(directory, issued.key, issued.chain, PIN), issued)


@pytest.fixture
def classic(pki: SpecimenPki, directory: Path) -> Enrolled:
    """A person with an RSA key, as on a USB token."""
    issued = pki.issue_person("Ngô Văn Mẫu", "001090000012", rsa_bits=2048)
    return Enrolled(enrol(directory, issued.key, issued.chain, PIN), issued)


@pytest.fixture
def agent(directory: Path) -> Iterator[Child]:
    """The running agent."""
    with Child("signing.agent", ["--directory", str(directory)]) as child:
        yield child


@pytest.fixture
def keys(agent: Child, directory: Path) -> AgentKeys:
    """The client that knows its token."""
    return AgentKeys.from_directory(agent.url, directory, timeout=5.0)
