"""Blobs by content hash, write-once: the file's name is the SHA-256 of what is in it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Protocol

from hocba.kernel.canonical import sha256_hex

DRAFTS = "drafts"
"""Where files lie while they are written; a blob's folder has two letters, so no name meets another."""
DRAFT_LIFE = timedelta(days=1)
"""Beyond it nobody writes any more: the writer was killed."""


HASHED_AGAIN = 100
"""Readings of a file that nobody has touched since it was hashed, until it is hashed again."""
MOST_REMEMBERED = 20_000
_Marks = tuple[int, int, int, int, int]


class BlobMissing(Exception):
    """No blob of that hash is stored, or what is stored no longer has that hash."""


class BlobStore(Protocol):
    """Where bytes of legal value are kept."""

    def put(self, data: bytes) -> str:
        """Store `data`, idempotently, read it back, and return its SHA-256 in hexadecimal."""

    def get(self, digest: str) -> bytes:
        """Return the bytes of that hash. Raises: BlobMissing."""

    def get_again(self, digest: str) -> bytes:
        """Return the same for who reads it again and again. Raises: BlobMissing."""

    def clear_drafts(self, at: datetime) -> int:
        """Delete what writers who were killed left unfinished a day before `at` (aware); return how many."""


def _marks(file: FileIO) -> _Marks:
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class FileBlobs:
    """A directory of read-only files, two levels deep by the first four digits of the hash."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._sound: dict[str, tuple[_Marks, int]] = {}

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

    def get_again(self, digest: str) -> bytes:
        """Return the bytes as `get` does, without hashing again what this process has hashed. Raises: BlobMissing.

        Only while nobody has written, replaced or touched the file since (inode, size, times of content and of state
        are the same before and after it is read), and not at each `HASHED_AGAIN`th reading.
        """
        try:
            with open(self._path(digest), "rb", buffering=0) as file:
                marks, data, after = _marks(file), file.readall(), _marks(file)
        except FileNotFoundError as error:
            raise BlobMissing(digest) from error
        known, trusted = self._sound.pop(digest, (None, 0))
        if known == marks == after and trusted > 0:
            self._sound[digest] = (marks, trusted - 1)
            return data
        if sha256_hex(data) != digest:
            raise BlobMissing(digest)
        if len(self._sound) >= MOST_REMEMBERED:
            self._sound.clear()
        if marks == after:
            self._sound[digest] = (marks, HASHED_AGAIN)
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
