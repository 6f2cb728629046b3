"""Data directories of embedded servers: one user at a time, secrets kept beside the data."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import places


class AlreadyRunning(RuntimeError):
    """Another process runs servers in the same data directory."""


def known() -> list[Path]:
    """Return every data directory that this checkout has made so far."""
    tops = (places.var() / "servers", places.refuge())
    return [home for top in tops if top.is_dir() for home in top.iterdir() if (home / "lock").exists()]


def is_in_use(home: Path) -> bool:
    """Say whether a running process holds the directory."""
    try:
        with held(home):
            return False
    except AlreadyRunning:
        return True


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the directory for this process; the lock goes with the process, however it ends.

    Raises: AlreadyRunning, if another process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"hocba already runs with its data in {home}; stop it first.") from None
        yield


def secret(home: Path, name: str) -> str:
    """Return a random password that stays the same for this directory; readable by its owner only."""
    path = home / "secrets.json"
    known_secrets: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in known_secrets:
        known_secrets[name] = secrets.token_urlsafe(24)
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            json.dump(known_secrets, handle)
        fresh.replace(path)
    return known_secrets[name]
