"""Verification in a process of its own, with a limit on time and memory: for files from strangers.

One worker checks many files; when a file makes it too slow, too large or break, it is ended and the next file
gets a new one. Parent and worker speak length-prefixed JSON over pipes; the worker knows no Django, no
database and no network, only the trust directory.
"""

from __future__ import annotations

import json
import os
import resource
import select
import struct
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from signing.seal import verify, wire
from signing.seal.trust import Trust
from signing.seal.trust_files import ANCHORS, AUTHORITY, STATUS, TrustBroken, load_trust
from signing.seal.verdict import Reason, Verdict, with_reasons
from signing.seal.verdict import SubIndication as Sub

SECONDS = 3.5
"""Longest time for one file; with the worker's start it stays below the five seconds that are promised."""

START_SECONDS = 30.0
"""Longest time for a worker to start; no stranger's byte is read in it."""

MEMORY_BYTES = 448 * 1024 * 1024
"""Address space of the worker; with the parent it stays below the 512 MB that are promised."""

_LENGTH = struct.Struct(">I")
_ROOT = Path(__file__).resolve().parents[1]


class _WorkerGone(Exception):
    """The worker ended without an answer."""


class _TooSlow(Exception):
    """No answer within the limit."""


class Sandbox:
    """Verifies files one after the other in a limited process; close it, or use it as a context."""

    def __init__(
        self, trust: Path | None, *, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._trust = trust
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, if there is one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    pipe.close()

    def verify(self, data: bytes, at: datetime) -> Verdict:
        """Return the verdict, or an open one when a limit was hit; never raises for what is in the file."""
        kind, _ = verify.sniff(data)
        if len(data) > verify.MAX_BYTES:
            return verify.refused(kind, "file.too-large")
        try:
            answer = self._ask(data, at)
            return wire.from_wire(answer["verdict"])
        except _TooSlow:
            self.close()
            return verify.undecided(kind, "file.time-limit", seconds=self._seconds)
        except (_WorkerGone, KeyError, TypeError, ValueError):
            memory = self._ended_for_memory()
            self.close()
            code = "file.memory-limit" if memory else "file.verifier-broken"
            return verify.undecided(kind, code, megabytes=self._memory_bytes >> 20)

    def _ended_for_memory(self) -> bool:
        worker = self._worker
        return worker is not None and worker.poll() is not None and worker.returncode == _OUT_OF_MEMORY

    def _ask(self, data: bytes, at: datetime) -> dict[str, Any]:
        worker = self._started()
        deadline = time.monotonic() + self._seconds
        assert worker.stdin is not None and worker.stdout is not None  # both are pipes
        head = json.dumps({"at": at.isoformat(), "length": len(data)}).encode()
        _send(worker.stdin, _LENGTH.pack(len(head)) + head + data, deadline)
        return _receive(worker.stdout, deadline)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            trust = [] if self._trust is None else [str(self._trust.resolve())]
            worker = subprocess.Popen(  # our own module, no shell
                [sys.executable, "-m", "signing.sandbox", str(self._memory_bytes), *trust],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env={name: value for name, value in os.environ.items() if not _is_secret(name)},
            )
            self._worker = worker
            assert worker.stdout is not None and worker.stdin is not None  # both are pipes
            os.set_blocking(worker.stdin.fileno(), False)
            _receive(worker.stdout, time.monotonic() + START_SECONDS)
        return self._worker


def _is_secret(name: str) -> bool:
    """Return whether a variable is none of the worker's business: addresses with passwords, tokens, keys."""
    return name.endswith(("_URL", "_TOKEN", "_KEY", "_PASSWORD", "_SECRET", "_CREDENTIAL"))


def _send(pipe: IO[bytes], data: bytes, deadline: float) -> None:
    rest = memoryview(data)
    while rest:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([], [pipe], [], left)[1]:
            raise _TooSlow
        try:
            rest = rest[os.write(pipe.fileno(), rest[:65536]) :]
        except BrokenPipeError as error:
            raise _WorkerGone from error


def _receive(pipe: IO[bytes], deadline: float) -> dict[str, Any]:
    length = _LENGTH.unpack(_exactly(pipe, _LENGTH.size, deadline))[0]
    answer = json.loads(_exactly(pipe, length, deadline))
    if not isinstance(answer, dict):
        raise TypeError("an object")
    return answer


def _exactly(pipe: IO[bytes], count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise _TooSlow
        piece = os.read(pipe.fileno(), min(count - len(data), 1 << 20))
        if not piece:
            raise _WorkerGone
        data += piece
    return bytes(data)


# --- The worker --------------------------------------------------------------------------------

_OUT_OF_MEMORY = 77
"""Exit code that says: the limit on memory was hit."""


def _work(memory_bytes: int, directory: Path | None) -> None:
    """Answer files on stdin until it ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not mix with the answers
    store = TrustStore(directory)
    _warm_up(store)
    _answer(sink, {"ready": True})
    while head := source.read(_LENGTH.size):
        request = json.loads(source.read(_LENGTH.unpack(head)[0]))
        data = source.read(request["length"])
        verdict = store.verify(data, datetime.fromisoformat(request["at"]))
        _answer(sink, {"verdict": wire.to_wire(verdict)})


def _warm_up(store: TrustStore) -> None:
    """Load what the first file would have to wait for."""
    from signing.seal import bundle  # noqa: F401

    store.current()


def _answer(sink: IO[bytes], answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    sink.write(_LENGTH.pack(len(body)) + body)
    sink.flush()


class TrustStore:
    """The trust directory, read again whenever one of its lists has changed on disk."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._stamp: object = None
        self._found: tuple[Trust, tuple[Reason, ...]] = (Trust(roots={}), ())

    def current(self) -> tuple[Trust, tuple[Reason, ...]]:
        """Return what to believe, and the findings when the directory gives nothing to believe."""
        stamp = self._stamps()
        if self._stamp is None or stamp != self._stamp:
            self._found, self._stamp = _load(self._directory), stamp
        return self._found

    def _stamps(self) -> tuple[object, ...]:
        if self._directory is None:
            return ("none",)
        stamps: list[object] = []
        for name in (ANCHORS, AUTHORITY, STATUS):
            try:
                found = (self._directory / name).stat()
            except OSError:
                stamps.append(name)
            else:
                stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
        return tuple(stamps)

    def verify(self, data: bytes, at: datetime) -> Verdict:
        """Return the verdict in this process, without limits."""
        trust, problems = self.current()
        verdict = verify.verify_file(data, trust, at)
        return with_reasons(verdict, problems, first=True) if problems else verdict


def _load(directory: Path | None) -> tuple[Trust, tuple[Reason, ...]]:
    """Return the trust; what is broken is not believed at all, not even in part."""
    sub = Sub.NO_CERTIFICATE_CHAIN_FOUND
    if directory is None or not (directory / ANCHORS).exists():
        return Trust(roots={}), (Reason.unknown(sub, "signers", "trust.absent"),)
    try:
        return load_trust(directory), ()
    except TrustBroken as error:
        return Trust(roots={}), (Reason.unknown(sub, "signers", error.code, **error.facts),)


if __name__ == "__main__":
    try:
        _work(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
