"""Every issued file through `manage.py verify --offline`, as a stranger would."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from hocba.bootstrap import places
from hocba.demo.papers import Paper
from schools import scopes
from schools.models import Unit
from signing.models import PinnedProof, SealedDocument

FILES_A_CALL = 150


def verified(facts: dict[str, Any]) -> dict[str, Any]:
    """Return how many files pass, and which do not, or do not say that they were withdrawn."""
    withdrawn, good, bad = set(facts["withdrawn"]), 0, []
    with tempfile.TemporaryDirectory() as where:
        files = _written(Path(where))
        for start in range(0, len(files), FILES_A_CALL):
            for verdict in _asked(files[start : start + FILES_A_CALL]):
                name = Path(verdict["file"]).name
                told = verdict["status"] == ("withdrawn" if name.partition(".")[0] in withdrawn else "valid")
                if verdict["indication"] == "TOTAL-PASSED" and told:
                    good += 1
                else:
                    bad.append(f"{name} {verdict['indication']} {verdict['status']}")
    return {"verified": good, "refused": bad}


def _written(where: Path) -> list[Path]:
    """Write XML, PDF and bundle of every document that has a proof."""
    written = []
    with scopes.system(Unit.objects.filter(parent__isnull=True)[0].path):
        documents = list(SealedDocument.objects.order_by("leaf_id"))
    rows = PinnedProof.objects.filter(leaf__in=[row.leaf_id for row in documents])
    proofs = {one.leaf_id: one for one in rows.select_related("leaf", "trust_list")}
    for row in documents:
        if row.leaf_id not in proofs:
            continue
        for suffix, data in Paper(str(row.look_up_code), row, proofs[row.leaf_id]).files().items():
            path = where / f"{row.look_up_code}.{suffix}"
            path.write_bytes(data)
            written.append(path)
    return written


def _asked(files: list[Path]) -> list[dict[str, Any]]:
    line = [sys.executable, "manage.py", "verify", "--json", "--offline", "--trust", str(settings.TRUST_DIR)]
    done = subprocess.run(
        [*line, *map(str, files)], cwd=places.ROOT, capture_output=True, text=True, check=False
    )
    return [json.loads(one) for one in done.stdout.splitlines()]
