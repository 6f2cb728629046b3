"""The store of files: written once, whole or not at all; what a killed writer leaves goes after a day."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from hocba.kernel import clock
from hocba.kernel.blobs import BlobMissing, FileBlobs

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
