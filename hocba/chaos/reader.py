"""Somebody who only reads: opens pages the whole time and notes how long each took, and what came instead."""

from __future__ import annotations

import json
import time
from pathlib import Path

from hocba.chaos.visitor import Trouble, Visitor
from hocba.demo import people
from hocba.demo.tree import FIRST

READER = "phohieutruong"
"""Of the school with the most classes; signs nothing."""
PAGES = ("/lop/", "/xac-thuc/", "/gui-so/", f"/gui-so/truong/{FIRST}/", "/nhat-ky-minh-bach/")
PAUSE_SECONDS = 0.4


def main(address: str, file: Path) -> int:
    """Read until this process is ended; one line a page."""
    visitor = Visitor(address, READER, people.PASSWORD)
    with file.open("a", encoding="utf-8", buffering=1) as notes:
        while True:
            for page in PAGES:
                notes.write(json.dumps(_read(visitor, page)) + "\n")
                time.sleep(PAUSE_SECONDS)


def _read(visitor: Visitor, page: str) -> dict[str, object]:
    begun, at = time.monotonic(), time.time()
    status = 200
    try:
        visitor.read(page)
    except Trouble as trouble:
        status = trouble.status
    return {"at": at, "page": page, "seconds": round(time.monotonic() - begun, 4), "status": status}
