"""Native libraries and programs that no Python package brings, per command."""

import ctypes.util
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import places

FONT_DIRECTORIES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")


@dataclass(frozen=True)
class Native:
    """One Debian package and how to see that what it brings is there already."""

    package: str
    is_there: Callable[[], bool]


def _library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name, path=_search_path()) for name in names)


def _search_path() -> str:
    return os.environ.get("PATH", "") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def _font(file_name: str, least_revision: float) -> Callable[[], bool]:
    def is_there() -> bool:
        found = (path for top in FONT_DIRECTORIES for path in top.rglob(file_name))
        return any(font_revision(path) >= least_revision for path in found)

    return is_there


def font_revision(path: Path) -> float:
    """Return a TrueType file's revision; Debian 12 still has an old Liberation without Vietnamese letters."""
    with path.open("rb") as font:
        tables = struct.unpack(">4xH6x", font.read(12))[0]
        for _ in range(tables):
            tag, offset = struct.unpack(">4s4xI4x", font.read(16))
            if tag == b"head":
                font.seek(offset + 4)
                return float(struct.unpack(">i", font.read(4))[0]) / 65536
    return 0.0


DRAWING = (
    Native("libpango-1.0-0", _library("pango-1.0")),
    Native("libpangoft2-1.0-0", _library("pangoft2-1.0")),
    Native("libharfbuzz-subset0", _library("harfbuzz-subset")),
    Native("fonts-liberation2", _font("LiberationSerif-Regular.ttf", 2.0)),
    Native("fonts-dejavu-core", _font("DejaVuSans.ttf", 2.0)),
)
"""What WeasyPrint needs to draw a transcript."""

XMLSEC1 = Native("xmlsec1", _program("xmlsec1"))
TESTING = (
    *DRAWING,
    Native("chromium", _program("chromium", "chromium-browser", "google-chrome")),
    Native("libatomic1", _library("atomic")),  # the Node.js inside Playwright is linked with it
    XMLSEC1,
    Native("openjdk-17-jdk-headless", _program("javac")),
    Native("poppler-utils", _program("pdfsig")),
)
"""The browser and the independent verifiers that the tests call."""

NEEDS: dict[str, tuple[Native, ...]] = {
    "demo": DRAWING,
    "bench": (*DRAWING, XMLSEC1),
    "chaos": DRAWING,
    "issue_class": DRAWING,
    "test": TESTING,
}
"""Needs per command; every other command (`verify`, `assess`, `migrate` …) needs nothing native."""


def ensure(command: str) -> None:
    """Install what `command` needs and the machine lacks, or stop with the one line to type."""
    missing = [native.package for native in NEEDS.get(command, ()) if not native.is_there()]
    if not missing:
        return
    if places.is_root() and shutil.which("apt-get", path=_search_path()):
        install(missing)
        missing = [native.package for native in NEEDS[command] if not native.is_there()]
    if missing:
        sys.exit(f"`{command}` needs {', '.join(missing)}; type: {line_to_type(missing)}")


def line_to_type(packages: list[str]) -> str:
    """Return the shell line that installs `packages` on Debian."""
    sudo = "" if places.is_root() else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(packages: list[str]) -> None:
    """Install Debian packages, reading the package lists first; only root may call this."""
    print(f"Installing from Debian: {' '.join(packages)}", file=sys.stderr, flush=True)
    environment = {
        **os.environ,
        "PATH": _search_path(),
        "DEBIAN_FRONTEND": "noninteractive",
        "LC_ALL": "C.UTF-8",
    }
    for line in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *line], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0 and line[0] == "install":
            sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
