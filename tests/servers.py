"""The servers of one test run: started by the first process, used by its workers, stopped at its end."""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hocba.bootstrap import servers

ALREADY_RUNNING = "HOCBA_TEST_HOME"

_running = ExitStack()


def start() -> None:
    """Start PostgreSQL and Valkey and put their addresses into the environment, unless a parent has."""
    if os.environ.get(ALREADY_RUNNING):
        return
    home = Path(tempfile.mkdtemp(prefix="hocba-test-"))
    _running.callback(shutil.rmtree, home, ignore_errors=True)
    addresses = _running.enter_context(servers.running(home, lasting=False))
    os.environ.update(addresses.environment())
    (home / "static").mkdir()  # WhiteNoise warns of a missing one
    os.environ.update(
        {
            ALREADY_RUNNING: str(home),
            "HOCBA_ENVIRONMENT": "test",
            "HOCBA_BLOBS": str(home / "blobs"),
            "HOCBA_TRUST": str(home / "trust"),
            "HOCBA_STATIC": str(home / "static"),
        }
    )
    atexit.register(stop)


def stop() -> None:
    """Stop what `start` started here; a second call does nothing."""
    _running.close()
