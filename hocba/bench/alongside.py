"""Workers and web beside the measuring process, started as the demo starts them; stopped with the block."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hocba.bootstrap.supervise import Child, Supervisor, free_port

WEB_PROCESSES = 2
"""As the demo has."""


@contextmanager
def workers(count: int) -> Iterator[Child]:
    """Run Celery with beat and `count` processes for tasks. Raises: ChildFailed."""
    with Supervisor(_home() / "logs") as supervisor:
        schedule = _home() / f"beat-{count}"
        line = [
            sys.executable, "-m", "celery", "-A", "hocba.celery", "worker", "--beat", "--schedule", str(schedule),
            "--concurrency", str(count), "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        child = supervisor.start("bench-workers", line, stop_signal=signal.SIGQUIT)
        supervisor.wait_for(child, lambda: len(children(child.process.pid)) > count)
        yield child


@contextmanager
def web(application: str) -> Iterator[tuple[Child, int]]:
    """Run gunicorn as the demo does; give it and its port. Raises: ChildFailed."""
    with Supervisor(_home() / "logs") as supervisor:
        port = free_port()
        line = [
            sys.executable, "-m", "gunicorn", "--config", "python:hocba.serving.config", "--workers",
            str(WEB_PROCESSES), "--bind", f"127.0.0.1:{port}", "--log-level", "warning", application,
        ]  # fmt: skip
        child = supervisor.start("bench-web", line)
        supervisor.wait_for_http(child, f"http://127.0.0.1:{port}/healthz")
        yield child, port


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in threads for one in (task / "children").read_text().split()]
    except OSError:
        return []  # it ended while we looked


def cpu_of_children(child: Child) -> float:
    """Return the CPU seconds so far of the processes that `child` has started, to the nanosecond (Linux)."""
    total = 0
    for pid in children(child.process.pid):
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def _home() -> Path:
    return Path(os.environ["HOCBA_DEMO_HOME"])
