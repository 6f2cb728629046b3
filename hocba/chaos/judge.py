"""Judge what a run left behind: every promise by name, with what was found. Pure: facts in, findings out.

The tree is rebuilt here from the leaves by RFC 9162 as it is written there, with nothing of our own log's code.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

READ_LIMIT_SECONDS = 3.0
"""95 of 100 pages must come within this time while a timestamp authority is stuck."""

GROWTH = 1.3
"""By how much a pause must at least be longer than the one before; jitter makes up the rest."""

LONGEST_PAUSE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise: what was expected and what was found."""

    name: str
    expected: str
    found: str
    holds: bool


def judge(facts: dict[str, Any]) -> list[Finding]:
    """Return every finding, in the order of the report."""
    return [
        *_issued(facts),
        *_log(facts),
        *_delivered(facts),
        *_nothing_stuck(facts),
        *_files(facts),
        *_guards(facts),
        *_reading(facts),
        *_refused(facts),
        *_run(facts),
    ]


def _equal(name: str, expected: object, found: object) -> Finding:
    return Finding(name, str(expected), str(found), expected == found)


def _none(name: str, found: Iterable[object]) -> Finding:
    listed = list(found)
    told = "0" if not listed else f"{len(listed)}: {', '.join(map(str, listed[:3]))}"
    return Finding(name, "0", told, not listed)


def _doubled(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


# ---- Issued once ----------------------------------------------------------------------------------


def _issued(facts: dict[str, Any]) -> Iterator[Finding]:
    wanted = facts["transcripts_wanted"]
    states = Counter(row["state"] for row in facts["transcripts"])
    withdrawn = len(facts["withdrawn"])
    yield _equal("transcripts issued", wanted - withdrawn, states["ISSUED"])
    yield _equal("transcripts withdrawn by a person", withdrawn, states["WITHDRAWN"])
    yield _equal("versions, one a transcript", wanted, len(facts["versions"]))
    current = {row["current"] for row in facts["transcripts"]}
    yield _none("sealed documents of a version that is not current", _others(facts["sealed"], current))
    yield _equal("sealed documents", wanted, len(facts["sealed"]))
    yield _none("versions sealed twice", _doubled(row["version"] for row in facts["sealed"]))
    issue_leaves = [row for row in facts["leaves"] if row["event"] == "issue"]
    yield _equal("issue leaves", wanted, len(issue_leaves))
    yield _none("codes logged twice", _doubled(row["code_hash"] for row in issue_leaves))
    sealed = {(row["leaf"], row["code_hash"]) for row in facts["sealed"]}
    logged = {(row["index"], row["code_hash"]) for row in issue_leaves}
    yield _none("leaves without their document, documents without their leaf", sealed ^ logged)
    signed = Counter(row["version"] for row in facts["signatures"])
    yield _none("versions without exactly three signatures", [v for v, n in signed.items() if n != 3])
    yield _equal("look-up codes that the public finds", wanted, facts["look_up_entries"])


def _others(sealed: list[dict[str, Any]], current: set[int]) -> list[int]:
    return [row["version"] for row in sealed if row["version"] not in current]


# ---- The log --------------------------------------------------------------------------------------


def _log(facts: dict[str, Any]) -> Iterator[Finding]:
    leaves = sorted(facts["leaves"], key=lambda row: row["index"])
    yield _equal(
        "log: indexes without a gap", True, [one["index"] for one in leaves] == [*range(len(leaves))]
    )
    yield _equal("log: size of the head", len(leaves), facts["log_size"])
    entries = [bytes.fromhex(one["entry"]) for one in leaves]
    hashes = [_leaf_hash(entry) for entry in entries]
    wrong = [
        one["index"] for one, hash_ in zip(leaves, hashes, strict=True) if one["leaf_hash"] != hash_.hex()
    ]
    yield _none("log: leaf hashes that differ", wrong)
    nodes = _nodes(hashes)
    kept = {(one["level"], one["index"]): one["hash"] for one in facts["nodes"]}
    yield _none("log: stored nodes that differ from the tree", set(kept.items()) ^ set(nodes.items()))
    differing = [
        one["size"]
        for one in facts["checkpoints"]
        if one["size"] > len(hashes) or one["root"] != _root(hashes[: one["size"]]).hex()
    ]
    yield _none(f"log: of {len(facts['checkpoints'])} checkpoints, not of this tree", differing)
    yield _none("log: checkpoints badly signed", facts["checkpoints_unsigned"])
    yield _equal("log: newest checkpoint covers every issue", True, _covers(facts))
    proven = set(facts["proofs"])
    yield _none(
        "issued without a pinned proof", [r["leaf"] for r in facts["sealed"] if r["leaf"] not in proven]
    )


def _covers(facts: dict[str, Any]) -> bool:
    newest = max((one["size"] for one in facts["checkpoints"]), default=0)
    return all(row["leaf"] < newest for row in facts["sealed"])


def _leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def _root(hashes: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, over hashes of leaves."""
    if len(hashes) == 1:
        return hashes[0]
    if not hashes:
        return hashlib.sha256().digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(hashes[:split]) + _root(hashes[split:])).digest()


def _nodes(hashes: list[bytes]) -> dict[tuple[int, int], str]:
    """Return every complete node of the tree by level and index."""
    found: dict[tuple[int, int], str] = {}
    row, level = hashes, 0
    while row:
        found |= {(level, index): one.hex() for index, one in enumerate(row)}
        pairs = zip(row[::2], row[1::2], strict=False)
        row, level = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs], level + 1
    return found


# ---- Delivered once -------------------------------------------------------------------------------


def _delivered(facts: dict[str, Any]) -> Iterator[Finding]:
    wanted, withdrawn = facts["transcripts_wanted"], len(facts["withdrawn"])
    issues = [row for row in facts["deliveries"] if row["kind"] == "ISSUE"]
    takes_back = [row for row in facts["deliveries"] if row["kind"] == "WITHDRAWAL"]
    yield _equal("deliveries accepted", wanted, sum(row["state"] == "ACCEPTED" for row in issues))
    yield _equal("deliveries, one a transcript", wanted, len(issues))
    yield _none("leaves delivered twice", _doubled(row["leaf"] for row in facts["deliveries"]))
    yield _equal("withdrawals agreed", withdrawn, sum(row["state"] == "ACCEPTED" for row in takes_back))
    codes = {row["code"] for row in facts["sealed"]}
    documents = [row["code"] for row in facts["receiver"]["documents"]]
    yield _none("in the receiver's store and not issued, or issued and not there", codes ^ set(documents))
    yield _none("in the receiver's store twice", _doubled(documents))
    accepted = [
        row["code"] for row in facts["receiver"]["rows"] if row["accepted"] and row["kind"] == "ISSUE"
    ]
    yield _equal("rows that the receiver accepted", wanted, len(accepted))
    yield _none("codes that the receiver accepted twice", _doubled(accepted))
    yield _none("files that differ at the receiver", _differing(facts))
    ours = Counter(row["message_id"] for row in facts["packages"])
    theirs = Counter(row["message_id"] for row in facts["receiver"]["receptions"])
    yield _none("packages received that were never signed", set(theirs) - set(ours))
    yield _none("packages received twice", [one for one, count in theirs.items() if count > 1])
    gone = {row["code"] for row in facts["receiver"]["documents"] if row["withdrawn"]}
    yield _equal("withdrawn there", sorted(facts["withdrawn"]), sorted(gone))
    yield _equal("counters of the classes", wanted - withdrawn, facts["counted_delivered"])


def _differing(facts: dict[str, Any]) -> list[str]:
    ours = {row["code"]: row["xml"] for row in facts["sealed"]}
    return [r["code"] for r in facts["receiver"]["documents"] if ours.get(r["code"]) != r["sha256"]]


# ---- Nothing stuck --------------------------------------------------------------------------------


def _nothing_stuck(facts: dict[str, Any]) -> Iterator[Finding]:
    open_batches = [f"{b['id']} {b['state']} {b['why']}" for b in facts["batches"] if b["state"] != "DONE"]
    yield _none("batches that run or stand still", open_batches)
    yield _none("items not done", [f"{one['id']} {one['state']} {one['why']}" for one in facts["items"]])
    wrong = [b["id"] for b in facts["batches"] if b["done"] + b["failed"] != b["total"] or b["failed"]]
    yield _none("batches whose counters are wrong", wrong)
    yield _none("drafts of signatures left in finished items", facts["drafts_left"])
    owed = [r for r in facts["deliveries"] if r["state"] != "ACCEPTED"]
    yield _none("deliveries still open", [f"{r['leaf']} {r['state']} {r['answer_code']}" for r in owed])
    yield _none("rows that the receiver has not judged", facts["receiver"]["unjudged"])
    yield _none("advisory locks still held", facts["locks"])


# ---- Files ----------------------------------------------------------------------------------------


def _files(facts: dict[str, Any]) -> Iterator[Finding]:
    files = facts["files"]
    yield _equal(
        "files verified offline (XML, PDF, bundle)", 3 * facts["transcripts_wanted"], files["verified"]
    )
    yield _none("files that do not pass as they should", files["refused"])
    blobs = facts["blobs"]
    yield _none("blobs whose name is not their hash", blobs["broken"])
    yield _none("blobs that a row names and that are missing", blobs["missing"])
    yield Finding(
        "blobs that no row names (crash between store and commit)", "any", str(blobs["orphans"]), True
    )
    yield Finding("drafts of blobs left by killed writers", "any", str(blobs["drafts"]), True)


# ---- Trail and row-level security -----------------------------------------------------------------


def _guards(facts: dict[str, Any]) -> Iterator[Finding]:
    audit = facts["audit"]
    yield _none(f"of {audit['roots']} audit roots, not of their rows", audit["wrong"])
    yield _none("audit rows that should be settled and are not", audit["unsettled"])
    yield _none("audit stretches with a gap or an overlap", audit["gaps"])
    yield _equal("issues in the trail", facts["transcripts_wanted"] * 3, audit["signatures"])
    security = facts["security"]
    yield _none(f"of {security['tables']} guarded tables, readable without a scope", security["leaking"])
    yield _none("guarded tables that show another school", security["foreign"])


# ---- Reading --------------------------------------------------------------------------------------


def _reading(facts: dict[str, Any]) -> Iterator[Finding]:
    """Pages must come while anything but the web or its database is away."""
    reads = facts["reads"]
    unexplained = [
        f"{one['status']} {one['page']}" for one in reads if one["status"] != 200 and not one["excused"]
    ]
    yield _none(f"of {len(reads)} pages read, failed while web and database stood", unexplained)
    stuck = [one["seconds"] for one in reads if one["stuck"] and one["status"] == 200]
    yield _slowest("pages while TSA or OCSP was stuck", stuck)
    yield _slowest(
        "pages while they answered", [r["seconds"] for r in reads if not r["stuck"] and r["status"] == 200]
    )


def _slowest(name: str, seconds: list[float]) -> Finding:
    if not seconds:
        return Finding(f"{name}, p95", f"≤ {READ_LIMIT_SECONDS:g} s", "none read", True)
    p95 = sorted(seconds)[int(0.95 * (len(seconds) - 1))]
    told = f"{p95:.3f} s (n = {len(seconds)}, p50 {sorted(seconds)[len(seconds) // 2]:.3f} s)"
    return Finding(f"{name}, p95", f"≤ {READ_LIMIT_SECONDS:g} s", told, p95 <= READ_LIMIT_SECONDS)


# ---- One that is refused --------------------------------------------------------------------------


def _refused(facts: dict[str, Any]) -> Iterator[Finding]:
    diary = facts["diary"]
    refused = diary["refusals"]
    yield Finding("refused by the receiver, sent again later", "≥ 1", str(refused), bool(refused))
    before = diary.get("accepted_before_mending", 0)
    yield Finding("others accepted meanwhile", "≥ 1", str(before), before > 0)
    pauses = [pause for _attempt, pause in diary["pauses"]]
    told = " → ".join(f"{pause:.0f}" for pause in pauses) + " s"
    yield Finding("pauses for the school that the receiver did not know", "growing", told, _grow(pauses))


def _grow(pauses: list[float]) -> bool:
    capped = [pause for pause in pauses if pause < LONGEST_PAUSE_SECONDS]
    return len(pauses) > 1 and all(b >= GROWTH * a for a, b in pairwise(capped))


# ---- The run itself -------------------------------------------------------------------------------


def _run(facts: dict[str, Any]) -> Iterator[Finding]:
    kills = facts["kills"]
    yield Finding("kills", f"≥ {kills['wanted']}", str(kills["done"]), kills["done"] >= kills["wanted"])
    yield _none(
        "parts that ended although nobody struck them", [f"{k} {v}×" for k, v in kills["fell"].items()]
    )
    yield Finding(
        "the people were done in time", "yes", "yes" if facts["finished"] else "no", facts["finished"]
    )
