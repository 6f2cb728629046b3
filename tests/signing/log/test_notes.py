"""Signed notes, checkpoints, cosignatures: what is written is read, and nothing else is."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.log import notes
from signing.log.notes import Checkpoint, KeyType, Malformed, SignerKey, Untrusted, VerifierKey

LOG = SignerKey("log.example/specimen", KeyType.LOG, bytes(range(32)))
WITNESS = SignerKey("witness.example/specimen", KeyType.WITNESS, bytes(range(32, 64)))
POINT = Checkpoint("log.example/specimen", 42, bytes(32))


def test_keys_travel_as_text() -> None:
    for key in (LOG, WITNESS, SignerKey.generate("a/b", KeyType.LOG)):
        assert SignerKey.parse(key.secret_text()) == key
        assert VerifierKey.parse(str(key.verifier)) == key.verifier
        assert "PRIVATE" not in str(key.verifier)
        assert key.secret_text() not in repr(key)
    assert str(LOG.verifier) == "log.example/specimen+98ca80cf+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    assert LOG.verifier.key_id != VerifierKey(LOG.name, KeyType.WITNESS, LOG.verifier.public).key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "na me+00000000+AAAA",
        "+00000000+AAAA",
        str(LOG.verifier).replace("log.example", "lag.example"),
        str(LOG.verifier)[:-4],
        str(LOG.verifier) + "=",
        str(LOG.verifier) + "\n",
        "log.example/specimen+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    ],
)
def test_a_key_that_is_no_key(text: str) -> None:
    with pytest.raises(Malformed):
        VerifierKey.parse(text)
    with pytest.raises(Malformed):
        SignerKey.parse("PRIVATE+KEY+" + text)


def test_a_checkpoint_is_believed_only_from_its_log() -> None:
    data = notes.sign_checkpoint(POINT, LOG)
    opened, note = notes.open_checkpoint(data, [LOG.verifier])
    assert opened == POINT
    assert note.encode() == data
    with pytest.raises(Untrusted, match="log-unknown"):
        notes.open_checkpoint(data, [])
    with pytest.raises(Untrusted, match="log-unknown"):
        notes.open_checkpoint(data, [SignerKey(LOG.name, KeyType.LOG, bytes(32)).verifier])
    with pytest.raises(Untrusted, match="log-unknown"):
        notes.open_checkpoint(data, [WITNESS.verifier])
    with pytest.raises(Malformed, match="key-name"):
        notes.sign_checkpoint(Checkpoint("other.example", 1, bytes(32)), LOG)
    with pytest.raises(Malformed, match="key-name"):
        notes.sign_checkpoint(POINT, WITNESS)


def test_a_key_of_another_log_does_not_count() -> None:
    other = SignerKey.generate("other.example/log", KeyType.LOG)
    text = POINT.text()
    signature = notes.Signature(other.name, other.verifier.key_id, other.sign(text.encode()))
    data = notes.Note(text, (signature,)).encode()
    with pytest.raises(Untrusted, match="log-unknown"):
        notes.open_checkpoint(data, [other.verifier, LOG.verifier])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(notes.sign_checkpoint(POINT, LOG)) * 8 - 1))
def test_a_flipped_bit_is_refused(bit: int) -> None:
    data = bytearray(notes.sign_checkpoint(POINT, LOG))
    data[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises((Malformed, Untrusted)):
        notes.open_checkpoint(bytes(data), [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "log.example\n042\n" + "A" * 43 + "=\n",
        "log.example\n42\n" + "A" * 42 + "B=\n",
        "log.example\n42\n" + "A" * 43 + "=\nextension\n",
        "log.example\n-1\n" + "A" * 43 + "=\n",
        "log.example\n٤٢\n" + "A" * 43 + "=\n",
        "log example\n42\n" + "A" * 43 + "=\n",
        "log.example\n42\n",
        "\n42\n" + "A" * 43 + "=\n",
    ],
)
def test_a_checkpoint_has_one_spelling(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_witnesses_cosign_with_their_time() -> None:
    _, note = notes.open_checkpoint(notes.sign_checkpoint(POINT, LOG), [LOG.verifier])
    line = notes.cosign(note, WITNESS, 1_700_000_000)
    both = notes.Note.parse(notes.Note(note.text, (*note.signatures, line)).encode())
    assert len(both.signatures) == 2
    assert notes.cosignatures(both, [WITNESS.verifier]) == (notes.Cosignature(WITNESS.name, 1_700_000_000),)
    assert notes.cosignatures(both, []) == ()
    assert notes.open_checkpoint(both.encode(), [LOG.verifier])[0] == POINT
    later = notes.Signature(line.name, line.key_id, (1_700_000_001).to_bytes(8, "big") + line.value[8:])
    with pytest.raises(Untrusted, match="witness-signature"):
        notes.cosignatures(notes.Note(note.text, (later,)), [WITNESS.verifier])
    with pytest.raises(Malformed, match="key-type"):
        notes.cosign(note, LOG, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(),
        "text\r\n\n— name AAAAAAAA\n".encode(),
        "text\n\n— na me AAAAAAAA\n".encode(),
        b"\xff\n\n\xe2\x80\x94 name AAAAAAAA\n",
        b"x" * (notes.MAX_NOTE_BYTES + 1),
    ],
)
def test_a_note_that_is_no_note(data: bytes) -> None:
    with pytest.raises(Malformed):
        notes.Note.parse(data)
