"""What outlives a test of signing: specimen PKI and key agent as processes, the trust directory, the log's key.

from tests.ground import ground  # noqa: F401     (a fixture, in a conftest)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from signing.agent.keyfiles import enrol
from signing.log.notes import KeyType, SignerKey
from signing.loopback import Child
from signing.seal.trust import AnchorRole
from signing.seal.trust_files import Anchors, write_anchors
from signing.specimen.faults import SERVICES
from signing.specimen.pki import PUBLIC_CAS, IssuedKey, SpecimenPki

PIN = "246810"
OPERATOR_PIN = "135791"
HTTP = urllib3.PoolManager(retries=False)


@dataclass
class Ground:
    """What outlives a test: the PKI's server, the agent, the trust directory, the log's key."""

    home: Path
    pki: SpecimenPki
    server: Child
    agent: Child
    log_key: SignerKey
    operator: str

    @property
    def agent_home(self) -> Path:
        """Return the agent's directory."""
        return self.home / "agent"

    def settings(self, trust: Path) -> dict[str, Any]:
        """Return the settings that lead to this ground."""
        return {
            "KEY_AGENT_URL": self.agent.url,
            "KEY_AGENT_DIR": str(self.agent_home),
            "TSA_URLS": list(self.pki.timestamp_urls),
            "PKI_ROUTES": {self.pki.base_url: self.server.url},
            "LOG_ORIGIN": self.log_key.name,
            "LOG_KEY_FILE": str(self.home / "log.key"),
            "OPERATOR_CREDENTIAL": self.operator,
            "OPERATOR_PIN_FILE": str(self.home / "operator.pin"),
            "TRUST_DIR": trust,
            "BLOB_ROOT": trust.parent / "blobs",
        }

    def write_trust(self, directory: Path) -> None:
        """Write a trust directory without lists."""
        anchors = Anchors(
            roots={
                AnchorRole.PERSON: [f"{name}.pem" for name in PUBLIC_CAS],
                AnchorRole.ORGANISATION: ["organisation-ca.pem"],
                AnchorRole.TIMESTAMP: ["tsa-ca.pem"],
                AnchorRole.OPERATOR: ["operator-ca.pem"],
            },
            intermediates=["root.pem"],
            logs=[str(self.log_key.verifier)],
            specimen=True,
        )
        write_anchors(directory, anchors, self.pki.public_files())

    def enrol(self, issued: IssuedKey, pin: str = PIN) -> str:
        """Put a key into the agent; return its credential."""
        return enrol(self.agent_home, issued.key, issued.chain, pin)

    def break_service(self, service: str, mode: str) -> None:
        """Switch a fault of the PKI's server on ("ok": off)."""
        body = json.dumps({"service": service, "mode": mode})
        assert HTTP.request("POST", f"{self.server.url}/control", body=body).status == 200

    def mend(self) -> None:
        """Switch all faults off."""
        for service in SERVICES:
            self.break_service(service, "ok")


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """PKI server and key agent of this test process, on free ports."""
    home = tmp_path_factory.mktemp("ground")
    pki = SpecimenPki.ensure(home / "pki", "http://127.0.0.1:9")
    log_key = SignerKey.generate("ban-mau.invalid/log", KeyType.LOG)
    (home / "log.key").write_text(log_key.secret_text(), "ascii")
    (home / "operator.pin").write_text(OPERATOR_PIN, "utf-8")
    operator = enrol(home / "agent", pki.operator.key, pki.operator.chain, OPERATOR_PIN)
    arguments = ["--directory", str(pki.directory), "--port", "0", "--faults"]
    with (
        Child("signing.specimen.server", arguments) as server,
        Child("signing.agent", ["--directory", str(home / "agent")]) as agent,
    ):
        yield Ground(home, pki, server, agent, log_key, operator)
