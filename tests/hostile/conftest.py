"""All hostile and all benign files, made once; a trust directory that approves every flawed signer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from signing.seal import signed_lists, trust_files
from tests.hostile.benign import VARIANTS as BENIGN
from tests.hostile.benign import Benign
from tests.hostile.families import FAMILIES
from tests.hostile.kit import AFTER, Kit
from tests.hostile.variant import Variant
from tests.hostile_pdf.child import Answer, answers
from tests.signing.bundles import ANCHORS
from tests.signing.seal.pdf.world import signer
from tests.signing.seal.xml.world import NOW, World

AT = AFTER + timedelta(days=300)
"""When everything is verified: years end, certificates end, what was issued stays."""


@dataclass(frozen=True)
class Corpus:
    """The files by name, and what the child process under the limits said of each."""

    directory: Path
    trust: Path
    kit: Kit
    hostile: dict[str, Variant]
    benign: dict[str, Benign]
    answers: dict[str, Answer]

    def path(self, name: str) -> Path:
        """Return where the file of that name lies."""
        return self.directory / f"{list(self.answers).index(name):04}"

    def data(self, name: str) -> bytes:
        """Return the bytes of a file."""
        return self.path(name).read_bytes()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Make all files, and have them judged in one process with 512 MB of address space."""
    folder = tmp_path_factory.mktemp("hostile")
    kit = Kit(World(folder / "pki"))
    hostile = {f"{family}: {one.name}": one for family, all_ in FAMILIES.items() for one in all_}
    benign = {f"benign: {one.name}": one for one in BENIGN}
    files = {name: one.make(kit) for name, one in (benign | hostile).items()}  # type: ignore[operator]
    trust = _trust(kit, folder / "trust")
    told = answers(folder / "files", files, trust, AT)
    return Corpus(folder / "files", trust, kit, hostile, benign, told)


def _trust(kit: Kit, directory: Path) -> Path:
    world, at = kit.world, NOW + timedelta(days=1)
    entries = list(kit.trust.authorities or ())
    authority = signed_lists.authority_list(entries, number=1, issued_at=at, scope="")
    status = signed_lists.status_list([], number=1, issued_at=at, scope="")
    trust_files.write_anchors(directory, ANCHORS, world.pki.public_files())
    trust_files.write_authority(directory, _signed(world, authority))
    trust_files.write_status(directory, _signed(world, status))
    return directory


def _signed(world: World, content: dict[str, object]) -> bytes:
    operator = world.pki.operator
    value = signer(operator)(hashlib.sha256(trust_files.to_sign(content)).digest())
    return trust_files.attach(content, operator.chain, value)
