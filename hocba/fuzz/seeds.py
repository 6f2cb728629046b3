"""The genuine files that are changed: sealed XML, PDF and bundles of a directory, and what lies within them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from exports.ministry import content
from records.rules import curriculum
from signing.log.proof import Proof
from signing.seal import container

KINDS = ("xml", "pdf", "bundle", "content", "assess", "note", "proof")
MOST = 3
"""Files of one kind: more only make the start slower."""


def genuine(directory: Path) -> dict[str, tuple[bytes, ...]]:
    """Return the genuine inputs by kind. Raises: FileNotFoundError, when a kind of file is not there."""
    files = {
        kind: _files(directory, ending)
        for kind, ending in (("xml", "xml"), ("pdf", "pdf"), ("bundle", "zip"))
    }
    missing = [kind for kind, found in files.items() if not found]
    if missing:
        raise FileNotFoundError(", ".join(missing))
    proofs = tuple(container.read(one)[container.PROOF] for one in files["bundle"])
    lists = tuple(b"<DANH_SACH_HOC_BA>" + one + b"</DANH_SACH_HOC_BA>" for one in files["xml"])
    return files | {
        "content": tuple(content.encode(one).encode("ascii") for one in lists),
        "assess": tuple(_lines()),
        "note": tuple(Proof.parse(one).checkpoint for one in proofs),
        "proof": proofs,
    }


def _files(directory: Path, ending: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(directory.glob(f"*.{ending}"))[:MOST])


def _lines() -> Iterator[bytes]:
    """Yield one year of good results for each grade."""
    for grade in (1, 3, 5):
        subjects = {
            one.name: {"muc": "T"} | ({"diem": 9} if curriculum.is_tested(one, grade) else {})
            for one in curriculum.subjects(grade)
        }
        inputs = {"grade": grade, "subjects": subjects, "pc": {"Yêu nước": "T"}, "nl": {"Ngôn ngữ": "Đ"}}
        case = {"case_id": str(grade), "kind": "primary_year", "inputs": inputs}
        yield json.dumps(case, ensure_ascii=False).encode()
