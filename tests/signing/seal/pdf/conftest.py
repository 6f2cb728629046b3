"""One specimen world and one sealed transcript for all tests of the PDF."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from signing.seal.trust import Trust
from signing.seal.verdict import Verdict
from tests.signing.seal.pdf.world import World


@dataclass(frozen=True)
class Genuine:
    """A genuine file in all its stages, and whom a verifier believes."""

    world: World
    xml: bytes
    drawn: bytes
    sealed: bytes
    trust: Trust

    def verdict(self, pdf: bytes) -> Verdict:
        """Return the verdict on a file by this world's trust and clock."""
        from signing.seal.pdf.verify import verify_pdf

        return verify_pdf(pdf, self.trust, self.world.clock)


@pytest.fixture(scope="session")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Genuine:
    """A usual transcript: signed, sealed, drawn and sealed again as PDF."""
    world = World(tmp_path_factory.mktemp("pdf-pki"))
    xml = world.sealed_xml()
    drawn = world.drawn(xml)
    return Genuine(world, xml, drawn, world.seal(drawn), world.trust())
