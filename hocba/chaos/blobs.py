"""Every file of the stores: is its name its hash, does a row name it, did a killed writer leave a draft."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings


def looked_through(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what both stores hold, ours and the receiver's."""
    named = {row[kind] for row in facts["sealed"] for kind in ("xml", "pdf")}
    named |= {row["content"] for row in facts["packages"]}
    ours = _looked(Path(settings.BLOB_ROOT), named)
    named = {row["sha256"] for row in facts["receiver"]["documents"]}
    named |= {row["list"] for row in facts["receiver"]["receptions"]}
    theirs = _looked(Path(os.environ["RECEIVER_BLOB_DIR"]), named)
    return {
        "files": ours["files"] + theirs["files"],
        "broken": ours["broken"] + theirs["broken"],
        "missing": ours["missing"] + theirs["missing"],
        "orphans": ours["orphans"] + theirs["orphans"],
        "drafts": ours["drafts"] + theirs["drafts"],
    }


def _looked(root: Path, named: set[str]) -> dict[str, Any]:
    files = [path for path in root.rglob("*") if path.is_file()]
    whole = {path.name: path for path in files if not path.name.startswith(".")}
    return {
        "files": len(whole),
        "broken": [name for name, path in whole.items() if _hash(path) != name],
        "missing": sorted(named - set(whole)),
        "orphans": len(set(whole) - named),
        "drafts": len(files) - len(whole),
    }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
