"""How the log asks a witness to cosign its newest checkpoint."""

from __future__ import annotations

from collections.abc import Callable

import requests

from signing.log import merkle, notes
from signing.log.text import Malformed, decimal
from signing.witness.judgement import SIZE_TYPE, Request

SECONDS = 5.0


class NotWitnessed(Exception):
    """The witness did not cosign; `status` is its HTTP status, 0 when it gave no answer we understand."""

    def __init__(self, status: int) -> None:
        super().__init__(f"witness answered {status}")
        self.status = status


def ask(
    address: str,
    witness: notes.VerifierKey,
    checkpoint: bytes,
    prove: Callable[[int, int], tuple[bytes, ...]],
    *,
    old: int,
) -> notes.Signature:
    """Return the cosignature of the witness at `address` (a URL without the last part) on our checkpoint.

    `prove(old, new)` gives a consistency proof; `old` is the size it cosigned last, as far as we know. If it
    knows better it is asked once more from there. Raises: NotWitnessed.
    """
    note = notes.Note.parse(checkpoint)
    size = notes.Checkpoint.parse(note.text).size
    answer = _post(address, Request(old, prove(old, size), checkpoint))
    if answer.status_code == 409 and answer.headers.get("Content-Type") == SIZE_TYPE:
        known = _size(answer)
        if known != old and known <= size:
            answer = _post(address, Request(known, prove(known, size), checkpoint))
    if answer.status_code != 200:
        raise NotWitnessed(answer.status_code)
    return _cosignature(answer, note, witness)


def _size(answer: requests.Response) -> int:
    try:
        return decimal(answer.text.removesuffix("\n"), "size")
    except Malformed as error:
        raise NotWitnessed(0) from error


def _post(address: str, request: Request) -> requests.Response:
    try:
        return requests.post(f"{address.rstrip('/')}/add-checkpoint", data=request.encode(), timeout=SECONDS)
    except requests.RequestException as error:
        raise NotWitnessed(0) from error


def _cosignature(answer: requests.Response, note: notes.Note, witness: notes.VerifierKey) -> notes.Signature:
    try:
        lines = answer.content.decode("utf-8").removesuffix("\n").split("\n")
        for signature in map(notes.Signature.parse, lines):
            alone = notes.Note(note.text, (signature,))
            if notes.cosignatures(alone, [witness]):
                return signature
    except (UnicodeDecodeError, Malformed, notes.Untrusted) as error:
        raise NotWitnessed(0) from error
    raise NotWitnessed(0)


def consistency(nodes: merkle.NodeReader) -> Callable[[int, int], tuple[bytes, ...]]:
    """Return the `prove` of `ask` over stored nodes."""
    return lambda old, new: merkle.consistency_proof(old, new, nodes)
