"""A specimen PKI with its server process for the evidence clients; faults are mended after each test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from signing.loopback import Child
from signing.seal.evidence import EvidenceCollector, RevocationClient, TimestampClient
from signing.specimen.faults import SERVICES
from signing.specimen.pki import TIMESTAMP_AUTHORITIES, SpecimenPki

HTTP = urllib3.PoolManager(retries=False)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SpecimenPki:
    """A fresh specimen PKI whose certificates name a port that nobody listens on."""
    return SpecimenPki.ensure(tmp_path_factory.mktemp("evidence") / "pki", "http://127.0.0.1:9")


@pytest.fixture(scope="session")
def running(pki: SpecimenPki) -> Iterator[Child]:
    """Its server on a free port, fault switches on."""
    arguments = ["--directory", str(pki.directory), "--port", "0", "--faults"]
    with Child("signing.specimen.server", arguments) as child:
        yield child


class Switches:
    """The server's fault switches and request counts."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, service: str, mode: str) -> None:
        """Set the mode of one service."""
        body = json.dumps({"service": service, "mode": mode})
        assert HTTP.request("POST", f"{self._url}/control", body=body).status == 200

    def requests(self, service: str) -> int:
        """Return how many requests a service has had."""
        state: dict[str, Any] = HTTP.request("POST", f"{self._url}/control", body=b"{}").json()
        return int(state[service]["requests"])


@pytest.fixture
def switch(running: Child) -> Iterator[Switches]:
    """The fault switches; everything works again afterwards."""
    switches = Switches(running.url)
    yield switches
    for service in SERVICES:
        switches(service, "ok")


@pytest.fixture
def routes(pki: SpecimenPki, running: Child) -> dict[str, str]:
    """From the address in the certificates to where the server really is."""
    return {pki.base_url: running.url}


@pytest.fixture
def now() -> datetime:
    """The time of this test."""
    return datetime.now(UTC)


@pytest.fixture
def revocation(routes: dict[str, str]) -> RevocationClient:
    """A client with an empty cache."""
    return RevocationClient(timeout=2.0, routes=routes)


@pytest.fixture
def collector(pki: SpecimenPki, revocation: RevocationClient) -> EvidenceCollector:
    """A collector that knows the specimen CAs."""
    return EvidenceCollector(revocation, [authority.certificate for authority in pki.authorities()])


@pytest.fixture
def stamps(pki: SpecimenPki, running: Child) -> Callable[..., TimestampClient]:
    """Makes a timestamp client, with other anchors, clock or time-out where a test wants them."""

    def make(**changes: Any) -> TimestampClient:
        settings: dict[str, Any] = {
            "anchors": [pki.authority("tsa-ca").certificate],
            "clock": lambda: datetime.now(UTC),
            "timeout": 2.0,
            **changes,
        }
        urls = [f"{running.url}/tsa/{name}" for name in TIMESTAMP_AUTHORITIES]
        return TimestampClient(settings.pop("urls", urls), **settings)

    return make
