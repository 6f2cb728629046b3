"""One transcript issued whole: sealed XML and PDF, logged, witnessed, bundled, a trust directory beside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from hocba.kernel.canonical import code_hash, code_salt, sha256_hex
from signing.log import leaf, merkle, notes
from signing.log.notes import KeyType, SignerKey
from signing.log.proof import Proof
from signing.seal import bundle, signed_lists, trust_files
from signing.seal.trust import AnchorRole, AuthorityEntry, SignerRole, StatusEntry
from signing.seal.trust_files import Anchors
from signing.seal.xml import data_region
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.world import MOMENT, World, signer

LOG = SignerKey("log.example/specimen", KeyType.LOG, bytes(range(32)))
WITNESS = SignerKey("witness.example/specimen", KeyType.WITNESS, bytes(range(32, 64)))
SCHOOL = sample.COMMON["MA_TRUONG"]
ANCHORS = Anchors(
    {
        AnchorRole.PERSON: ("public-ca-1.pem", "public-ca-2.pem"),
        AnchorRole.ORGANISATION: ("organisation-ca.pem",),
        AnchorRole.TIMESTAMP: ("tsa-ca.pem",),
        AnchorRole.OPERATOR: ("operator-ca.pem",),
    },
    ("root.pem", "tsa-1.pem", "tsa-2.pem"),
    (str(LOG.verifier),),
    (str(WITNESS.verifier),),
    specimen=True,
)


class Rows(dict[tuple[int, int], bytes]):
    """Nodes in memory."""

    def node(self, level: int, index: int) -> bytes:
        """Return a node."""
        return self[level, index]


@dataclass
class Issued:
    """What the registry holds of one issued transcript."""

    world: World
    xml: bytes
    pdf: bytes
    directory: Path
    number: int = 0
    before: tuple[bytes, ...] = field(default=(b"an earlier entry", b"another"))

    @property
    def leaf(self) -> leaf.Leaf:
        """The leaf that binds both files."""
        return leaf.issue(
            at=self.world.clock,
            school=SCHOOL,
            code_hash=code_hash(sample.UUID, code_salt(data_region(self.xml))),
            xml_sha256=sha256_hex(self.xml),
            pdf_sha256=sha256_hex(self.pdf),
            template="primary/1",
        )

    def proof(self, *entries: bytes, key: SignerKey = LOG, index: int = 2) -> bytes:
        """Return the proof of one of the entries (the leaf when none are given), cosigned."""
        rows = Rows()
        leaves = [merkle.leaf_hash(entry) for entry in (*self.before, *(entries or (self.leaf.encode(),)))]
        frontier, made = merkle.Frontier().extend(leaves)
        rows.update({(node.level, node.index): node.hash for node in made})
        point = notes.Checkpoint(key.name, frontier.size, frontier.root())
        note = notes.Note.parse(notes.sign_checkpoint(point, key))
        cosigned = notes.Note(note.text, (*note.signatures, notes.cosign(note, WITNESS, 1_800_000_000)))
        return Proof(index, merkle.inclusion_proof(index, frontier.size, rows), cosigned.encode()).encode()

    def signed(self, content: dict[str, object]) -> bytes:
        """Return a list signed by the operator."""
        operator = self.world.pki.operator
        value = signer(operator)(hashlib.sha256(trust_files.to_sign(content)).digest())
        return trust_files.attach(content, operator.chain, value)

    def authority(self, *, days: int = 0, scope: str = SCHOOL, without: Iterable[SignerRole] = ()) -> bytes:
        """Return the register of this school's three signers."""
        world, since = self.world, MOMENT - timedelta(days=30)
        keys = {
            SignerRole.HOMEROOM: world.homeroom,
            SignerRole.LEADER: world.leader,
            SignerRole.SEAL: world.school,
        }
        entries = [
            AuthorityEntry(SCHOOL, role, key.certificate.fingerprint(hashes.SHA256()).hex(), since, None)
            for role, key in keys.items()
            if role not in without
        ]
        at = world.clock + timedelta(days=days)
        return self.signed(signed_lists.authority_list(entries, number=1, issued_at=at, scope=scope))

    def status(self, *entries: StatusEntry, days: int = 0, scope: str = SCHOOL) -> bytes:
        """Return the list of withdrawals."""
        at = self.world.clock + timedelta(days=days)
        return self.signed(signed_lists.status_list(entries, number=1, issued_at=at, scope=scope))

    def build(self, **changes: object) -> bytes:
        """Return the bundle, with other parts where given."""
        parts: dict[str, object] = {
            "xml": self.xml,
            "pdf": self.pdf,
            "proof": self.proof(),
            "authority": self.authority(),
            "status": self.status(),
            "leaf": self.leaf,
            "look_up_code": sample.UUID,
        }
        return bundle.build(**(parts | changes))  # type: ignore[arg-type]


def issue(directory: Path) -> Issued:
    """Issue one transcript; the trust directory holds the whole registry's lists."""
    world = World(directory / "pki")
    sealed = world.sealed_xml()
    issued = Issued(world, sealed, world.seal(world.drawn(sealed)), directory / "trust")
    trust_files.write_anchors(issued.directory, ANCHORS, world.pki.public_files())
    trust_files.write_authority(issued.directory, issued.authority(scope=""))
    trust_files.write_status(issued.directory, issued.status(scope=""))
    return issued
