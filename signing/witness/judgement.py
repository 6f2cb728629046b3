"""What a witness answers to `add-checkpoint`: pure, bytes in, answer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signing.log import merkle, notes
from signing.log.text import Malformed, decimal, decode, encode

MAX_REQUEST_BYTES = 128 * 1024
MAX_PROOF_LINES = 63
SIZE_TYPE = "text/x.tlog.size"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint cosigned for one log."""

    size: int = 0
    root: bytes = merkle.EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer, and what must be remembered on disk before it is sent (None: nothing)."""

    status: int
    body: bytes = b""
    content_type: str = PLAIN
    origin: str = ""
    remember: Seen | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An `add-checkpoint` body: the size the client thinks we saw, the proof from there, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the body."""
        return "\n".join([f"old {self.old}", *map(encode, self.proof), "", ""]).encode() + self.checkpoint

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Return what the body says. Raises: Malformed."""
        head, blank, checkpoint = body.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("request-form") from error
        if not blank or not first.startswith("old ") or len(lines) > MAX_PROOF_LINES:
            raise Malformed("request-form")
        proof = tuple(decode(line, "request-proof", length=merkle.HASH_BYTES) for line in lines)
        return cls(decimal(first.removeprefix("old "), "request-old"), proof, checkpoint)


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness's key and the logs whose checkpoints it looks at."""

    key: notes.SignerKey
    logs: Sequence[notes.VerifierKey]

    def origin_of(self, body: bytes) -> str:
        """Return the origin the request speaks of, "" when it cannot be read (nothing is believed yet)."""
        try:
            note = notes.Note.parse(Request.parse(body).checkpoint)
            return notes.Checkpoint.parse(note.text).origin
        except Malformed:
            return ""

    def judge(self, body: bytes, seen: Seen, seconds: int) -> Answer:
        """Return the answer to a request, given what was seen of that origin and the seconds since 1970.

        The caller holds a lock from reading `seen` until `remember` is on disk.
        """
        try:
            request = Request.parse(body)
            origin = notes.Checkpoint.parse(notes.Note.parse(request.checkpoint).text).origin
            if not any(key.name == origin for key in self.logs):
                return Answer(404)
            checkpoint, note = notes.open_checkpoint(request.checkpoint, self.logs)
        except Malformed:
            return Answer(400)
        except notes.Untrusted:
            return Answer(403)
        refusal = _refusal(request, checkpoint, seen)
        if refusal is not None:
            return refusal
        line = str(notes.cosign(note, self.key, seconds)).encode()
        remember = Seen(checkpoint.size, checkpoint.root)
        return Answer(200, line, origin=checkpoint.origin, remember=remember)


def _refusal(request: Request, checkpoint: notes.Checkpoint, seen: Seen) -> Answer | None:
    if request.old > checkpoint.size:
        return Answer(400)
    conflict = Answer(409, f"{seen.size}\n".encode(), SIZE_TYPE)
    if request.old != seen.size:
        return conflict
    if request.old == checkpoint.size and checkpoint.root != seen.root:
        return conflict
    if not merkle.verify_consistency(request.old, checkpoint.size, seen.root, checkpoint.root, request.proof):
        return Answer(422)
    return None
