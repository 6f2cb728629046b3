"""The servers of one bench run, in a directory of their own that is removed afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hocba.bootstrap import places
from hocba.bootstrap.supervise import ChildFailed, free_port
from hocba.demo import processes
from hocba.demo.processes import Demo, Places

GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
"""Addresses of real servers, which a bench must never fill with its class."""


@contextmanager
def running() -> Iterator[Demo]:
    """Start database, broker, specimen PKI and key agent; migrate; stop and remove everything at the end.

    Raises: ChildFailed.
    """
    home = places.server_home(f"bench-{os.getpid()}")
    for name in GIVEN:
        os.environ.pop(name, None)
    try:
        with processes.running(Places(home, home / "papers"), port=free_port()) as demo:
            migrate = demo.in_the_back("migrate", "manage.py", "migrate", "--skip-checks", "--verbosity", "0")
            demo.finished(migrate)
            yield demo
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure(demo: Demo, file: Path, wanted: Mapping[str, int]) -> None:
    """Measure in one process beside the servers; its table goes to this terminal. Raises: ChildFailed."""
    times = [f"{name}={n}" for name, n in wanted.items()]
    line = [sys.executable, "-m", "hocba.bench", str(file), *times]
    done = subprocess.run(  # our own interpreter and our own module
        line, env={**os.environ, **demo.environment}, cwd=places.ROOT, check=False
    )
    if done.returncode != 0:
        raise ChildFailed(f"`{' '.join(line[1:])}` ended with {done.returncode}")
