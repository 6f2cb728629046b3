"""The proof file: whole, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.log import merkle, notes, proof
from signing.log.notes import KeyType, Malformed, SignerKey
from signing.log.proof import BadProof, Proof

LOG = SignerKey("log.example/specimen", KeyType.LOG, bytes(range(32)))
WITNESS = SignerKey("witness.example/specimen", KeyType.WITNESS, bytes(range(32, 64)))
ENTRIES = [f"entry {number}".encode() for number in range(11)]


class Rows(dict[tuple[int, int], bytes]):
    def node(self, level: int, index: int) -> bytes:
        return self[level, index]


def made(index: int, size: int = 11) -> bytes:
    rows = Rows()
    frontier, nodes = merkle.Frontier().extend(map(merkle.leaf_hash, ENTRIES[:size]))
    rows.update({(node.level, node.index): node.hash for node in nodes})
    point = notes.sign_checkpoint(notes.Checkpoint(LOG.name, size, frontier.root()), LOG)
    note = notes.Note.parse(point)
    cosigned = notes.Note(note.text, (*note.signatures, notes.cosign(note, WITNESS, 1_700_000_000))).encode()
    return Proof(index, merkle.inclusion_proof(index, size, rows), cosigned).encode()


@pytest.mark.parametrize("index", range(11))
def test_a_leaf_is_proven(index: int) -> None:
    data = made(index)
    assert Proof.parse(data).encode() == data
    proven = proof.verify(data, ENTRIES[index], [LOG.verifier], [WITNESS.verifier])
    assert (proven.index, proven.checkpoint.size) == (index, 11)
    assert [item.name for item in proven.cosigned] == [WITNESS.name]
    with pytest.raises(BadProof, match="not-included"):
        proof.verify(data, ENTRIES[index - 1], [LOG.verifier])


def test_the_only_leaf_has_an_empty_path() -> None:
    assert proof.verify(made(0, 1), ENTRIES[0], [LOG.verifier]).checkpoint.size == 1


def test_another_log_proves_nothing() -> None:
    stranger = SignerKey.generate(LOG.name, KeyType.LOG)
    with pytest.raises(BadProof, match="log-unknown"):
        proof.verify(made(3), ENTRIES[3], [stranger.verifier])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(made(3)) * 8 - 1))
def test_a_flipped_bit_is_refused(bit: int) -> None:
    data = bytearray(made(3))
    data[bit // 8] ^= 1 << (bit % 8)
    with_witness = [WITNESS.verifier]
    try:
        proven = proof.verify(bytes(data), ENTRIES[3], [LOG.verifier], with_witness)
    except BadProof:
        return
    # Only the witness's name or key id may be damaged without loss: it is then a stranger, and not counted.
    assert proven.cosigned == ()
    assert proven.checkpoint.size == 11


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"tlog-proof@v1", b"tlog-proof@v2"),
        lambda data: data.replace(b"index 3", b"index 03"),
        lambda data: data.replace(b"index 3", b"extra AAAA\nindex 3"),
        lambda data: data.replace(b"\n\n", b"\n", 1),
        lambda data: data.replace(b"index 3\n", b"index 3\n" + b"A" * 43 + b"=\n" * 64),
        lambda data: data + b"x" * proof.MAX_PROOF_BYTES,
        lambda data: b"",
        lambda data: b"\xff" + data,
    ],
)
def test_a_proof_that_is_none(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Malformed):
        Proof.parse(change(made(3)))
