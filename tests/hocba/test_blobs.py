"""The store of files: written once, whole or not at all; what a killed writer leaves goes after a day."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hocba.kernel import clock
from hocba.kernel.blobs import HASHED_AGAIN, BlobMissing, FileBlobs

KILLED = """
import os, sys
from pathlib import Path
from hocba.kernel.blobs import FileBlobs
os.fsync = lambda file: os._exit(9)
FileBlobs(Path(sys.argv[1])).put(b"half")
"""


def test_a_blob_is_kept_once_and_read_back_whole(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)

    digest = blobs.put(b"content")

    assert blobs.put(b"content") == digest
    assert blobs.get(digest) == b"content"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]


def test_a_blob_that_is_gone_or_damaged_is_missing(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = blobs.put(b"content")
    (path,) = (path for path in tmp_path.rglob(digest))

    path.chmod(0o644)
    path.write_bytes(b"another")
    with pytest.raises(BlobMissing):
        blobs.get(digest)
    path.unlink()
    with pytest.raises(BlobMissing):
        blobs.get(digest)


def test_a_killed_writers_draft_is_no_blob_and_goes_after_a_day(tmp_path: Path) -> None:
    blobs, now = FileBlobs(tmp_path), clock.now()
    whole = blobs.put(b"content")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env=os.environ | {"PYTHONPATH": "."}
    )
    drafts = [path for path in tmp_path.rglob(".*") if path.is_file()]

    assert (killed.returncode, len(drafts)) == (9, 1)
    assert blobs.clear_drafts(now + timedelta(hours=23)) == 0
    assert blobs.clear_drafts(now + timedelta(hours=25)) == 1
    assert blobs.clear_drafts(now + timedelta(hours=25)) == 0
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [whole]


@pytest.mark.parametrize("how", ["written over", "replaced", "cut"])
def test_a_file_that_anybody_touched_is_hashed_again(tmp_path: Path, how: str) -> None:
    store = FileBlobs(tmp_path)
    digest = store.put(b"genuine bytes")
    (path,) = (path for path in tmp_path.rglob(digest))
    before = path.stat()
    assert [store.get_again(digest) for _ in range(3)] == [b"genuine bytes"] * 3

    if how == "replaced":
        path.unlink()
    else:
        path.chmod(0o644)
    path.write_bytes(b"genuine byte" if how == "cut" else b"painted bytes")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # whoever does it hides it as well as he can
    for _ in range(2):
        with pytest.raises(BlobMissing):
            store.get_again(digest)
    path.unlink()
    with pytest.raises(BlobMissing):
        store.get_again(digest)


def test_a_file_that_nobody_touched_is_hashed_at_each_hundredth_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileBlobs(tmp_path)
    digest, hashes = store.put(b"bytes"), hashlib.sha256
    hashed: list[bytes] = []

    def noted(data: bytes) -> Any:
        hashed.append(data)
        return hashes(data)

    monkeypatch.setattr(hashlib, "sha256", noted)
    for _ in range(HASHED_AGAIN + 2):
        store.get_again(digest)
    assert len(hashed) == 2
