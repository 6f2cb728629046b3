"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

A log signs with key type 0x01 over the note's text; a witness with 0x04 over the text and its own time.
Both are Ed25519.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signing.log.merkle import HASH_BYTES
from signing.log.text import Malformed, decimal, decode, encode

MAX_NOTE_BYTES = 64 * 1024
MAX_SIGNATURES = 64
_NAME = re.compile(r"[^\s+]{1,200}\Z")
_KEY_ID = re.compile(r"[0-9a-f]{8}\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class Untrusted(Exception):
    """No believed key signed the note, or one is said to have and did not; `code` tells which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KeyType(IntEnum):
    """The byte in front of the public key; it also separates the two uses of one name."""

    LOG = 1
    WITNESS = 4


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, written as name+id+base64(type ‖ key)."""

    name: str
    kind: KeyType
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that name the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Return whether the 64 bytes are this key's signature over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key written in `text`. Raises: Malformed."""
        name, key_id, material = _key_parts(text)
        key = cls(name, KeyType(material[0]), material[1:])
        if key.key_id.hex() != key_id:
            raise Malformed("key-id")
        return key


@dataclass(frozen=True, slots=True, repr=False)
class SignerKey:
    """A private key with its name; only logs, witnesses and tests hold one."""

    name: str
    kind: KeyType
    seed: bytes

    @classmethod
    def generate(cls, name: str, kind: KeyType) -> SignerKey:
        """Return a fresh key. Raises: Malformed, for a name with spaces or a plus sign."""
        if not _NAME.match(name):
            raise Malformed("key-name")
        return cls(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """Return the key written as PRIVATE+KEY+name+id+base64(type ‖ seed). Raises: Malformed."""
        head, mark, rest = text.partition("PRIVATE+KEY+")
        if head or not mark:
            raise Malformed("key-form")
        name, key_id, material = _key_parts(rest)
        key = cls(name, KeyType(material[0]), material[1:])
        if key.verifier.key_id.hex() != key_id:
            raise Malformed("key-id")
        return key

    def secret_text(self) -> str:
        """Return the private encoding, for a file that only its owner reads."""
        material = encode(bytes([self.kind]) + self.seed)
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{material}"

    @property
    def verifier(self) -> VerifierKey:
        """Return the public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature over `message`."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def _key_parts(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.match(parts[0]) or not _KEY_ID.match(parts[1]):
        raise Malformed("key-form")
    material = decode(parts[2], "key-material", length=33)
    if material[0] not in tuple(KeyType):
        raise Malformed("key-type")
    return parts[0], parts[1], material


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose, and the bytes after the key's id."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"— {self.name} {encode(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Return the signature on one line, without its newline. Raises: Malformed."""
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not _NAME.match(parts[1]):
            raise Malformed("signature-line")
        data = decode(parts[2], "signature-line")
        if len(data) <= 4:
            raise Malformed("signature-line")
        return cls(parts[1], data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """Text and the signatures under it, not yet believed."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Return the note as it is written."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Return the note. Raises: Malformed."""
        if len(data) > MAX_NOTE_BYTES:
            raise Malformed("note-size")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("note-encoding") from error
        text, blank, rest = whole.rpartition("\n\n")
        if _CONTROL.search(whole) or not blank or not text or not rest.endswith("\n"):
            raise Malformed("note-form")
        lines = rest[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise Malformed("note-form")
        return cls(text + "\n", tuple(map(Signature.parse, lines)))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states: this many leaves, this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return what a note's text states; extension lines are refused. Raises: Malformed."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not _NAME.match(lines[0]):
            raise Malformed("checkpoint-form")
        return cls(
            lines[0],
            decimal(lines[1], "checkpoint-size"),
            decode(lines[2], "checkpoint-root", length=HASH_BYTES),
        )


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness saw this checkpoint, consistent with all before, at this time (seconds since 1970)."""

    name: str
    seconds: int


def sign_checkpoint(checkpoint: Checkpoint, key: SignerKey) -> bytes:
    """Return the checkpoint as a note signed by the log. Raises: Malformed, when the key is another's."""
    if key.kind is not KeyType.LOG or key.name != checkpoint.origin:
        raise Malformed("key-name")
    text = checkpoint.text()
    return Note(text, (Signature(key.name, key.verifier.key_id, key.sign(text.encode())),)).encode()


def open_checkpoint(data: bytes, log_keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Note]:
    """Return the checkpoint when a believed log signed it under its own name.

    Raises: Malformed; Untrusted, with code `log-unknown` when none of the keys signed, `log-signature` when
    one that is named did not.
    """
    note = Note.parse(data)
    checkpoint = Checkpoint.parse(note.text)
    known = [key for key in log_keys if key.kind is KeyType.LOG and key.name == checkpoint.origin]
    signed = [(key, signature) for key in known for signature in note.signatures if _is_from(signature, key)]
    if not signed:
        raise Untrusted("log-unknown")
    message = note.text.encode()
    if not all(len(item.value) == 64 and key.accepts(item.value, message) for key, item in signed):
        raise Untrusted("log-signature")
    return checkpoint, note


def cosign(note: Note, key: SignerKey, seconds: int) -> Signature:
    """Return a witness's cosignature/v1 over the note's text at a time in seconds since 1970 (UTC)."""
    if key.kind is not KeyType.WITNESS:
        raise Malformed("key-type")
    value = seconds.to_bytes(8, "big") + key.sign(_cosigned(note.text, seconds))
    return Signature(key.name, key.verifier.key_id, value)


def cosignatures(note: Note, witness_keys: Iterable[VerifierKey]) -> tuple[Cosignature, ...]:
    """Return who of the believed witnesses cosigned, each once.

    Raises: Untrusted with code `witness-signature`, when one that is named did not.
    """
    seen: dict[str, Cosignature] = {}
    for key in witness_keys:
        for signature in note.signatures:
            if key.kind is KeyType.WITNESS and _is_from(signature, key):
                seen[key.name] = _checked_cosignature(note, key, signature)
    return tuple(seen.values())


def _checked_cosignature(note: Note, key: VerifierKey, signature: Signature) -> Cosignature:
    seconds = int.from_bytes(signature.value[:8], "big")
    message = _cosigned(note.text, seconds)
    if len(signature.value) != 72 or seconds >= 1 << 63 or not key.accepts(signature.value[8:], message):
        raise Untrusted("witness-signature")
    return Cosignature(key.name, seconds)


def _is_from(signature: Signature, key: VerifierKey) -> bool:
    return signature.name == key.name and signature.key_id == key.key_id


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
