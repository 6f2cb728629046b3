"""The file `proof.tlog-proof` (c2sp.org/tlog-proof@v1): one leaf's place in the log, checkable offline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from signing.log import merkle, notes
from signing.log.text import Malformed, decimal, decode, encode

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES = 128 * 1024
MAX_PATH = 63


class BadProof(Exception):
    """The proof does not prove that the leaf is in a log we believe; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Proof:
    """Index of the leaf, its path from the sibling upwards, and the signed checkpoint verbatim."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the file."""
        lines = [HEADER, f"index {self.index}", *map(encode, self.path), "", ""]
        return "\n".join(lines).encode("ascii") + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Return the proof; an `extra` line is refused, ours never has one. Raises: Malformed."""
        if len(data) > MAX_PROOF_BYTES:
            raise Malformed("proof-size")
        head, blank, checkpoint = data.partition(b"\n\n")
        try:
            first, *rest = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("proof-form") from error
        if first != HEADER or not blank or not rest or not rest[0].startswith("index "):
            raise Malformed("proof-form")
        if len(rest) - 1 > MAX_PATH:
            raise Malformed("proof-size")
        path = tuple(decode(line, "proof-path", length=merkle.HASH_BYTES) for line in rest[1:])
        return cls(decimal(rest[0].removeprefix("index "), "proof-index"), path, checkpoint)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a good proof shows."""

    index: int
    checkpoint: notes.Checkpoint
    cosigned: tuple[notes.Cosignature, ...]


def verify(
    data: bytes,
    entry: bytes,
    log_keys: Sequence[notes.VerifierKey],
    witness_keys: Iterable[notes.VerifierKey] = (),
) -> Proven:
    """Return what the proof shows of `entry` (the leaf's bytes, not its hash).

    Raises: BadProof, with the code of what does not hold.
    """
    try:
        proof = Proof.parse(data)
        checkpoint, note = notes.open_checkpoint(proof.checkpoint, log_keys)
        cosigned = notes.cosignatures(note, witness_keys)
    except (Malformed, notes.Untrusted) as error:
        raise BadProof(error.code) from error
    leaf = merkle.leaf_hash(entry)
    if not merkle.verify_inclusion(proof.index, checkpoint.size, leaf, proof.path, checkpoint.root):
        raise BadProof("not-included")
    return Proven(proof.index, checkpoint, cosigned)
