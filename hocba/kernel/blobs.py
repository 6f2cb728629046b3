"""Blobs by content hash, write-once: the file's name is the SHA-256 of what is in it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from hocba.kernel.canonical import sha256_hex

DRAFTS = "drafts"
"""Where files lie while they are written; a blob's folder has two letters, so no name meets another."""
DRAFT_LIFE = timedelta(days=1)
"""Beyond it nobody writes any more: the writer was killed."""


class BlobMissing(Exception):
    """No blob of that hash is stored, or what is stored no longer has that hash."""


class BlobStore(Protocol):
    """Where bytes of legal value are kept."""

    def put(self, data: bytes) -> str:
        """Store `data`, idempotently, read it back, and return its SHA-256 in hexadecimal."""

    def get(self, digest: str) -> bytes:
        """Return the bytes of that hash. Raises: BlobMissing."""

    def clear_drafts(self, at: datetime) -> int:
        """Delete what writers who were killed left unfinished a day before `at` (aware); return how many."""


class FileBlobs:
    """A directory of read-only files, two levels deep by the first four digits of the hash."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest[2:4] / digest

    def put(self, data: bytes) -> str:
        """Write with exclusive create and fsync; a second put of the same bytes changes nothing.

        Raises: OSError, when the disk refuses; nothing is left half-written under the final name.
        """
        digest = sha256_hex(data)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)
        self.get(digest)
        return digest

    def _write(self, path: Path, data: bytes) -> None:
        draft = self.root / DRAFTS / f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}"
        draft.parent.mkdir(exist_ok=True)
        try:
            with open(draft, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o444)
            with suppress(FileExistsError):  # the same bytes by another road; the name vouches for them
                os.link(draft, path)
            directory = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        finally:
            draft.unlink(missing_ok=True)

    def get(self, digest: str) -> bytes:
        """Return the bytes, checked against their name. Raises: BlobMissing."""
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissing(digest) from error
        if sha256_hex(data) != digest:
            raise BlobMissing(digest)
        return data

    def clear_drafts(self, at: datetime) -> int:
        """Look at one folder, however many blobs there are. Raises: OSError."""
        cleared = 0
        for draft in (self.root / DRAFTS).glob(".*"):
            with suppress(FileNotFoundError):  # another sweeper was here
                if draft.stat().st_mtime < (at - DRAFT_LIFE).timestamp():
                    draft.unlink()
                    cleared += 1
        return cleared
