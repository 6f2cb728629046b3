"""`manage.py clean`: remove what the other commands made, and nothing else."""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from . import homes, places

CACHES = (".pytest_cache", ".ruff_cache", ".mypy_cache", ".import_linter_cache", ".hypothesis", "staticfiles")


def main(arguments: list[str]) -> int:
    """Remove data, packages and caches, return the exit code; `--keep-packages` leaves `.venv`, `.tools`."""
    in_use = [home for home in homes.known() if homes.is_in_use(home)]
    if in_use:
        print(f"Something still runs in {in_use[0]}; stop it first, nothing was removed.", file=sys.stderr)
        return 1
    for path in made(keep_packages="--keep-packages" in arguments):
        if path.name != "__pycache__":
            print(f"Removing {path}")
        shutil.rmtree(path)
    with contextlib.suppress(OSError):  # absent, or another checkout's data are in it
        places.PRIVATE_HOME_REFUGE.rmdir()
    return 0


def made(*, keep_packages: bool) -> list[Path]:
    """Return the existing directories that the commands made, the interpreter's own last."""
    paths = [places.var(), places.refuge(), *(places.ROOT / name for name in CACHES)]
    paths += abandoned_test_runs()
    paths += [path for path in places.ROOT.rglob("__pycache__") if places.VENV not in path.parents]
    if not keep_packages:
        paths += [places.TOOLS, places.VENV]
    return [path for path in paths if path.is_dir()]


def abandoned_test_runs() -> list[Path]:
    """Return what test runs that were killed outright left in the temporary directory."""
    found = Path(tempfile.gettempdir()).glob("hocba-test-*")
    return [path for path in found if path.stat().st_uid == os.geteuid() and not homes.is_in_use(path)]
