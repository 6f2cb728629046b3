"""Take stock from outside: tables as the superuser sees them, files, the receiver's own database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from hocba.chaos import blobs, guards, reading, verifying
from hocba.chaos.ground import MARK, RECEIVER_SUPERUSER, SUPERUSER
from signing.log import notes
from signing.log.leaf import Leaf

QUESTIONS = {
    "transcripts": "SELECT id, state, current_id AS current FROM records_transcript",
    "versions": "SELECT id, transcript_id AS transcript FROM records_transcriptversion",
    "signatures": "SELECT version_id AS version, role FROM signing_signature",
    "sealed": """SELECT version_id AS version, leaf_id AS leaf, look_up_code::text AS code, code_hash,
                 xml_sha256 AS xml, pdf_sha256 AS pdf FROM signing_sealeddocument ORDER BY leaf_id""",
    "nodes": "SELECT level, index, encode(hash, 'hex') AS hash FROM signing_lognode",
    "batches": """SELECT id, role, state, total, done, failed, paused_reason AS why
                  FROM signing_signingbatch""",
    "items": "SELECT id, state, failure_code AS why FROM signing_signingitem WHERE state <> 'DONE'",
    "deliveries": """SELECT leaf_id AS leaf, kind, state, attempts, answer_code, package_id AS package
                     FROM exports_delivery""",
    "packages": """SELECT id, message_id::text AS message_id, kind, content_sha256 AS content, documents
                   FROM exports_package""",
}
LISTS = {
    "proofs": "SELECT leaf_id FROM signing_pinnedproof",
    "drafts_left": "SELECT id FROM signing_signingitem WHERE state = 'DONE' AND prepared_xml IS NOT NULL",
    "locks": "SELECT classid FROM pg_locks WHERE locktype = 'advisory'",
    "withdrawn_rows": """SELECT s.look_up_code::text FROM signing_withdrawal w
                         JOIN signing_sealeddocument s ON s.id = w.sealed_id""",
}
NUMBERS = {
    "log_size": "SELECT size FROM signing_loghead WHERE id = 1",
    "look_up_entries": "SELECT count(*) FROM records_lookupentry",
    "counted_delivered": "SELECT coalesce(sum(delivered), 0) FROM records_classprogress",
}
RECEIVED = {
    "documents": """SELECT look_up_code AS code, sha256, withdrawn_at IS NOT NULL AS withdrawn
                    FROM receiver_document""",
    "receptions": "SELECT message_id, transaction, list_sha256 AS list FROM receiver_reception",
    "rows": """SELECT r.look_up_code AS code, r.judged, r.error,
               CASE WHEN c.transaction = '1' THEN 'ISSUE' ELSE 'WITHDRAWAL' END AS kind,
               r.error = '' AND r.judged AS accepted
               FROM receiver_row r JOIN receiver_reception c ON c.id = r.reception_id""",
}


def main(transcripts: int, kills: int, *, finished: bool) -> int:
    """Write `facts.json` into the run's directory."""
    home = Path(os.environ[MARK])
    facts = stock(transcripts)
    blows = json.loads((home / "blows.json").read_text("utf-8"))
    struck = [one for one in blows["blows"] if not one["kind"].startswith("fault:")]
    facts |= {
        "finished": finished,
        "kills": {"wanted": kills, "done": len(struck), "fell": blows["fell"]},
        "diary": _written(home / "diary.json"),
        "reads": reading.judged(home / "reads.jsonl", blows),
    }
    (home / "facts.json").write_text(json.dumps(facts, default=str), "utf-8")
    return 0


def _written(file: Path) -> dict[str, Any]:
    if file.exists():
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found
    return {"troubles": {}, "pauses": [], "refusals": {}, "withdrawn": []}


def stock(transcripts: int) -> dict[str, Any]:
    """Return every fact that tables and files give."""
    facts: dict[str, Any] = {"transcripts_wanted": transcripts}
    with _looking(SUPERUSER) as ask:
        facts |= {name: ask(line) for name, line in QUESTIONS.items()}
        facts |= {name: [next(iter(row.values())) for row in ask(line)] for name, line in LISTS.items()}
        facts |= {name: int(next(iter(ask(line)[0].values()))) for name, line in NUMBERS.items()}
        facts["leaves"] = [_leaf(row) for row in ask("SELECT * FROM signing_logleaf ORDER BY index")]
        checkpoints = ask("SELECT size, root, note FROM signing_checkpoint ORDER BY size")
    facts["checkpoints"] = [{"size": one["size"], "root": one["root"]} for one in checkpoints]
    facts["checkpoints_unsigned"] = [one["size"] for one in checkpoints if not _is_signed(one["note"])]
    facts["withdrawn"] = facts.pop("withdrawn_rows")
    with _looking(RECEIVER_SUPERUSER) as ask:
        facts["receiver"] = {name: ask(line) for name, line in RECEIVED.items()}
    facts["receiver"]["unjudged"] = [row["code"] for row in facts["receiver"]["rows"] if not row["judged"]]
    facts["blobs"] = blobs.looked_through(facts)
    facts["files"] = verifying.verified(facts)
    facts["audit"] = guards.trail()
    facts["security"] = guards.row_security()
    return facts


@contextmanager
def _looking(variable: str) -> Iterator[Any]:
    with psycopg.connect(os.environ[variable], autocommit=True, row_factory=dict_row) as connection:
        yield lambda line: connection.execute(line).fetchall()


def _leaf(row: dict[str, Any]) -> dict[str, Any]:
    entry = bytes(row["entry"])
    return {
        "index": row["index"],
        "event": row["event"],
        "entry": entry.hex(),
        "leaf_hash": bytes(row["leaf_hash"]).hex(),
        "code_hash": Leaf.parse(entry).fields.get("code_hash", ""),
    }


def _is_signed(note: str) -> bool:
    key = notes.SignerKey.parse(Path(os.environ["LOG_KEY_FILE"]).read_text("ascii").strip())
    try:
        notes.open_checkpoint(note.encode(), [key.verifier])
    except (notes.Untrusted, notes.Malformed):
        return False
    return True
