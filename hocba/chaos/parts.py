"""Processes that are struck and come back: the same line, the same ports, and when each was away."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hocba.bootstrap.supervise import Child, ChildFailed, Supervisor


class Keeper(Supervisor):
    """A supervisor that remembers how each child was started, so that it can be started again."""

    def __init__(self, logs: Path) -> None:
        super().__init__(logs)
        self._lines: dict[int, tuple[tuple[Any, ...], dict[str, Any]]] = {}
        self._groups: list[int] = []

    def start(self, *line: Any, **options: Any) -> Child:
        """Start a child as `Supervisor.start` does. Raises: OSError."""
        child = super().start(*line, **options)
        self._lines[child.process.pid] = line, options
        self._groups.append(child.process.pid)
        return child

    def again(self, child: Child) -> Child:
        """Start the same program once more in place of one that has ended."""
        child.process.wait()
        place = self.children.index(child)
        line, options = self._lines[child.process.pid]
        fresh = self.start(*line, **options)
        self.children.remove(fresh)
        self.children[place] = fresh
        return fresh

    def stop_all(self) -> None:
        """Stop every child, and what outlived a child that was killed."""
        super().stop_all()
        for group in self._groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)


@dataclass
class Part:
    """A process of the registry that is struck and started again."""

    name: str
    keeper: Keeper
    child: Child
    is_ready: Callable[[], bool]
    back_at: float | None = None
    """Monotonic time at which it is to be started again, while it is away."""
    away: list[list[float]] = field(default_factory=list)
    """Seconds since 1970, from the blow until it answered again."""
    gone: bool = False

    def kill(self, *, group: bool = True, number: signal.Signals = signal.SIGKILL) -> int:
        """End it at once, with its children or without; return the process id that was struck."""
        pid = self.child.process.pid
        self.away.append([time.time(), float("inf")])
        self.gone = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if group:
                os.killpg(pid, number)
            else:
                self.child.process.send_signal(number)
        return pid

    def children(self) -> list[int]:
        """Return the process ids of its own children, in order."""
        try:
            text = Path(f"/proc/{self.child.process.pid}/task/{self.child.process.pid}/children").read_text()
        except OSError:
            return []
        return [int(one) for one in text.split()]

    def start(self) -> None:
        """Start it again; `settle` says when it answers."""
        self.child = self.keeper.again(self.child)
        self.back_at, self.gone = None, False

    def settle(self) -> None:
        """Note the moment at which it answers again."""
        if self.away and self.away[-1][1] == float("inf") and not self.gone and self.is_ready():
            self.away[-1][1] = time.time()

    def ended_by_itself(self) -> bool:
        """Say whether it has gone although nobody struck it."""
        return not self.gone and not self.child.is_running()

    def must_answer(self, within_seconds: float) -> None:
        """Wait until it answers. Raises: ChildFailed."""
        self.keeper.wait_for(self.child, self.is_ready, within_seconds=within_seconds)
        self.settle()


def stop(pid: int) -> None:
    """Freeze a process: it keeps its connections and answers nothing."""
    _signal(pid, signal.SIGSTOP)


def go_on(pid: int) -> None:
    """Let a frozen process go on."""
    _signal(pid, signal.SIGCONT)


def kill(pid: int) -> bool:
    """End one process at once; False when it has gone already."""
    return _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


__all__ = ["ChildFailed", "Keeper", "Part", "go_on", "kill", "stop"]
