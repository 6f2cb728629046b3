"""Where things lie on this machine."""

import hashlib
import os
import stat
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
LOCK = ROOT / "requirements.lock"
PRIVATE_HOME_REFUGE = Path("/var/lib/hocba-demo")


def var() -> Path:
    """Return the directory for all that the commands write into the checkout (`HOCBA_VAR` moves it)."""
    return Path(os.environ.get("HOCBA_VAR") or ROOT / "var")


def is_root() -> bool:
    """Say whether this process runs as root, where PostgreSQL refuses to run."""
    return os.geteuid() == 0


def others_can_reach(path: Path) -> bool:
    """Say whether another user may walk down to `path` (each existing directory on the way has o+x)."""
    ways = [path, *path.parents]
    return all(way.stat().st_mode & stat.S_IXOTH for way in ways if way.is_dir())


def refuge() -> Path:
    """Return this checkout's directory outside a private home."""
    return PRIVATE_HOME_REFUGE / hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]


def server_home(purpose: str) -> Path:
    """Return where the embedded servers of one purpose ("demo") keep their data between two starts."""
    if is_root() and not others_can_reach(var().parent):
        return refuge() / purpose
    return var() / "servers" / purpose
