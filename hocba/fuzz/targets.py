"""What is fuzzed: each target reads bytes, says what became of them, and never raises for what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exports.ministry import content
from records.management.commands.assess import answer_line
from signing.log import notes, proof
from signing.log.notes import VerifierKey
from signing.log.text import Malformed
from signing.seal import container, verify
from signing.seal.trust import Trust
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Verdict


class Believed(Exception):
    """A changed file was believed: the worst that can be found."""


class Unexpected(Exception):
    """A verifier met something that it does not know and fell back on its last resort."""


@dataclass(frozen=True)
class Ground:
    """Whom to believe, when, and the genuine files by kind."""

    trust: Trust
    at: datetime
    genuine: dict[str, tuple[bytes, ...]]


LAST_RESORTS = ("pdf.unexpected", "file.verifier-broken")
"""Codes that a verifier gives when it has met what it does not know."""

Target = Callable[[bytes, Ground], str]


def ground(trust: Path, at: datetime, genuine: dict[str, tuple[bytes, ...]]) -> Ground:
    """Return the ground of a run. Raises: TrustBroken."""
    return Ground(load_trust(trust), at, genuine)


def _judged(data: bytes, on: Ground) -> Verdict:
    verdict = verify.verify_file(data, on.trust, on.at)
    lost = [reason for reason in verdict.reasons if reason.code in LAST_RESORTS]
    if lost:
        raise Unexpected(str(lost))
    return verdict


def file(data: bytes, on: Ground) -> str:
    """Verify an XML or a PDF: one that passes is a genuine one, byte for byte."""
    verdict = _judged(data, on)
    if verdict.indication is Indication.PASSED and not any(data in files for files in on.genuine.values()):
        raise Believed("a changed file passed")
    return verdict.indication.value


def bundle(data: bytes, on: Ground) -> str:
    """Verify a bundle: one that passes has the parts of a genuine one; its frame may be another program's."""
    verdict = _judged(data, on)
    passed = verdict.indication is Indication.PASSED
    if passed and (not data.startswith(b"PK") or _meaning(data) not in map(_meaning, on.genuine["bundle"])):
        raise Believed("a changed bundle passed")
    return verdict.indication.value


def _meaning(data: bytes) -> tuple[object, ...]:
    """Return what a bundle says: its parts, but of the proof only what a log signed, not who else signed it.

    Lines of witnesses that a verifier does not know are passed over, as C2SP's signed notes want it.
    """
    parts = container.read(data)
    said = proof.Proof.parse(parts.pop(container.PROOF))
    manifest = json.loads(parts.pop(container.MANIFEST))
    del manifest["files"][container.PROOF]
    return parts, manifest, said.index, said.path, notes.Note.parse(said.checkpoint).text


def packed_content(data: bytes, on: Ground) -> str:
    """Decode the `content` of a delivery as the Ministry's receiver does."""
    try:
        content.decode(data.decode("utf-8", errors="surrogateescape"))
    except content.ContentError as error:
        return error.fault.value
    return "read"


def line(data: bytes, on: Ground) -> str:
    """Judge one line of `assess`."""
    return "error" if b'"error"' in str(answer_line(data)).encode(errors="replace") else "judged"


def note(data: bytes, on: Ground) -> str:
    """Open a checkpoint: only a genuine text may be believed."""
    try:
        point, _ = notes.open_checkpoint(data, tuple(map(VerifierKey.parse, on.trust.log_keys)))
    except (notes.Untrusted, Malformed) as error:
        return type(error).__name__
    if not any(point.text() in one.decode() for one in on.genuine["note"]):
        raise Believed("another checkpoint was believed")
    return "believed"


def tlog_proof(data: bytes, on: Ground) -> str:
    """Read a log proof."""
    try:
        found = proof.Proof.parse(data)
    except (proof.BadProof, Malformed) as error:
        return error.code
    return "same" if found.encode() == data else _raise(Believed("two spellings of one proof"))


def _raise(error: Exception) -> str:
    raise error


TARGETS: dict[str, Target] = {
    "xml": file,
    "pdf": file,
    "bundle": bundle,
    "content": packed_content,
    "assess": line,
    "note": note,
    "proof": tlog_proof,
}
