"""What an attacker outside has: a genuine transcript in all its stages, and the specimen keys of its signers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from signing.seal import signed_lists, trust_files
from signing.seal.pdf import seal as room
from signing.seal.trust import AuthorityEntry, SignerRole
from signing.specimen.pki import PUBLIC_CAS, IssuedKey, SpecimenPki
from signing.specimen.profiles import INTERMEDIATE, TIMESTAMPER, TLS
from tests.signing.bundles import SCHOOL, Issued, issue
from tests.signing.seal.pdf.world import MOMENT, World

NAME, CODE = "Trường Tiểu học Hoa Sen", "99000101"


@dataclass
class Ground:
    """One issued transcript with its trust directory; further seals are approved there but flawed."""

    issued: Issued
    drawn: bytes
    flawed: dict[str, IssuedKey] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.issued.world

    @property
    def xml(self) -> bytes:
        return self.issued.xml

    @property
    def sealed(self) -> bytes:
        return self.issued.pdf

    @cached_property
    def certified(self) -> bytes:
        """The genuine file without validation data and document timestamp."""
        ends = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", self.sealed)]
        return self.sealed[: ends[1]]

    @cached_property
    def stranger(self) -> SpecimenPki:
        """Somebody else's PKI, which nobody trusts."""
        return SpecimenPki.ensure(self.issued.directory.parent / "stranger", now=MOMENT - timedelta(days=3))

    def archived(self, certified: bytes, key: IssuedKey | None = None) -> bytes:
        """Return a certified file with validation data and a document timestamp by the clock of the world."""
        by = key or self.world.school
        evidence = self.world.evidence(by)
        return room._archive(certified, self.world.stamp, by.chain, evidence, room.TOKEN_ROOM)


@dataclass(frozen=True)
class Variant:
    """One attacked file; `codes` are the reasons of which at least one must be given."""

    family: str
    name: str
    make: Callable[[Ground], bytes]
    codes: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"{self.family}: {self.name}"


def family(name: str, *rows: tuple[str, Callable[[Ground], bytes], str]) -> list[Variant]:
    """Return the variants of one family; the codes of a row stand in one string."""
    return [Variant(name, label, make, tuple(codes.split())) for label, make, codes in rows]


def ground(directory: Path) -> Ground:
    """Issue one transcript, and seals of the same school that are approved and still must not seal."""
    issued = issue(directory)
    made = Ground(issued, issued.world.drawn(issued.xml))
    pki, start = issued.world.pki, MOMENT - timedelta(days=2)
    made.flawed = {
        "expired": pki.issue_organisation(NAME, CODE, not_before=MOMENT - timedelta(days=400), days=300),
        "not yet valid": pki.issue_organisation(NAME, CODE, not_before=MOMENT + timedelta(days=30)),
        "revoked": pki.issue_organisation(NAME, CODE, not_before=start),
        "TLS": pki.issue_organisation(NAME, CODE, not_before=start, profile=TLS),
        "CA": pki.issue_organisation(NAME, CODE, not_before=start, profile=INTERMEDIATE),
        "timestamper": pki.issue_organisation(NAME, CODE, not_before=start, profile=TIMESTAMPER),
        "short RSA": pki.issue_organisation(NAME, CODE, not_before=start, rsa_bits=1024),
        "persons' CA": pki.issue_organisation(NAME, CODE, PUBLIC_CAS[0], not_before=start),
        "RSA": pki.issue_organisation(NAME, CODE, not_before=start, rsa_bits=2048),
    }
    pki.revoke(made.flawed["revoked"].certificate, MOMENT - timedelta(days=1))
    since = MOMENT - timedelta(days=30)
    keys = [(SignerRole.SEAL, one) for one in (issued.world.school, *made.flawed.values())]
    keys += [(SignerRole.HOMEROOM, issued.world.homeroom), (SignerRole.LEADER, issued.world.leader)]
    entries = [
        AuthorityEntry(SCHOOL, role, key.certificate.fingerprint(hashes.SHA256()).hex(), since, None)
        for role, key in keys
    ]
    listed = signed_lists.authority_list(entries, number=1, issued_at=issued.world.clock, scope="")
    trust_files.write_authority(issued.directory, issued.signed(listed))
    return made
