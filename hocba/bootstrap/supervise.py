"""Child processes that never outlive their parent: started, awaited by their real condition, stopped."""

import contextlib
import ctypes
import os
import pwd
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from . import places

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02
OWN_PORTS, PORTS_TRIED = (20_000, 32_000), 20


class ChildFailed(RuntimeError):
    """A child ended, or did not become ready in time; the message carries the end of its log."""


@dataclass(frozen=True)
class Identity:
    """The user that a child runs as."""

    uid: int
    gid: int


def servant() -> Identity | None:
    """Return the powerless user for servers when we are root (PostgreSQL refuses root), else None."""
    if not places.is_root():
        return None
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid)


@dataclass
class Child:
    """One running child process."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    grace_seconds: float

    def is_running(self) -> bool:
        """Say whether the process still runs."""
        return self.process.poll() is None

    def last_lines(self, count: int = 12) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])

    def stop(self) -> None:
        """Ask it to end, wait `grace_seconds`, then end it and what it started by force."""
        if self.is_running():
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Starts children and stops them all, last first, when the `with` block is left, however it is left.

    SIGTERM and SIGHUP to the parent arrive in the block as KeyboardInterrupt, like ctrl-C. Should the parent
    be killed outright, the kernel sends each child its stop signal. Use it in the main thread.
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: list[Child] = []
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                self._before[number] = signal.signal(number, _interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop_all()
        finally:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def start(
        self,
        name: str,
        line: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        identity: Identity | None = None,
        directory: Path = places.ROOT,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace_seconds: float = 20,
        stdin: bytes | None = None,
    ) -> Child:
        """Start a child whose output goes to `<logs>/<name>.log`; `environment` is added to our own."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in line],
                env={**os.environ, **(environment or {})},
                cwd=directory,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(stop_signal),
                **as_user(identity),
            )
        if stdin is not None and process.stdin is not None:
            process.stdin.write(stdin)
            process.stdin.close()
        child = Child(name, process, log, stop_signal, grace_seconds)
        self.children.append(child)
        return child

    def wait_for(self, child: Child, is_ready: Callable[[], bool], *, within_seconds: float = 60) -> None:
        """Wait until `is_ready()` is true.

        Raises: ChildFailed, if the child ends before or the time is over.
        """
        deadline = time.monotonic() + within_seconds
        while not is_ready():
            if not child.is_running():
                raise ChildFailed(
                    f"{child.name} ended with {child.process.returncode}:\n{child.last_lines()}"
                )
            if time.monotonic() > deadline:
                raise ChildFailed(
                    f"{child.name} is not ready after {within_seconds:g} s:\n{child.last_lines()}"
                )
            time.sleep(POLL_SECONDS)

    def wait_for_port(self, child: Child, port: int, *, within_seconds: float = 60) -> None:
        """Wait until something listens on that loopback port. Raises: ChildFailed."""
        self.wait_for(child, lambda: listens(port), within_seconds=within_seconds)

    def wait_for_http(self, child: Child, url: str, *, within_seconds: float = 60) -> None:
        """Wait until the address answers with a success. Raises: ChildFailed."""
        self.wait_for(child, lambda: answers(url), within_seconds=within_seconds)

    def stop_all(self) -> None:
        """Stop every child, the last started first; a second interrupt does not cut this short."""
        handlers = {number: signal.signal(number, signal.SIG_IGN) for number in self._before}
        try:
            while self.children:
                self.children.pop().stop()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on just now.

    Below those that the system gives to outgoing connections, so that a server which is away for a moment finds
    its port again; one of the system's own choice when chance finds none there.
    """
    for port in random.sample(range(*OWN_PORTS), PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Say whether something accepts connections on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Say whether an HTTP address answers with 2xx or 3xx."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status) < 400
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def as_user(identity: Identity | None) -> dict[str, Any]:
    """Return the arguments with which `subprocess` starts a program as that user."""
    return {} if identity is None else {"user": identity.uid, "group": identity.gid, "extra_groups": []}


_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Return what a child calls before exec, so that the kernel sends it `number` when this process goes."""
    parent = os.getpid()

    def before_exec() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it went while we were being started
            os._exit(1)

    return before_exec
