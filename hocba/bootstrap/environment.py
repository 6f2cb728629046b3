"""The project's Python packages: found where they are, else put into `.venv` from the hash-locked list."""

import fcntl
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import native, places

STAMP = places.VENV / ".hocba-lock-sha256"
UV_REQUIREMENTS = Path(__file__).with_name("uv.lock.txt")
TURNS = "HOCBA_BOOTSTRAP_TURNS"


def ensure(command: str, arguments: list[str]) -> None:
    """Return when the packages can be imported here; else make `.venv` and go on there with exec.

    Another environment that has the packages already (a container, a developer's own) is left as it is.
    """
    inside = Path(sys.prefix).resolve() == places.VENV.resolve()
    if is_complete(command, stamped=inside):
        os.environ.pop(TURNS, None)
        return
    if int(os.environ.get(TURNS, "0")) > 1:
        sys.exit("The packages in .venv cannot be imported after installing; remove .venv and start again.")
    if inside or not python_of_venv().exists():
        make()
    os.environ[TURNS] = str(int(os.environ.get(TURNS, "0")) + 1)
    sys.stdout.flush()
    os.execv(python_of_venv(), [str(python_of_venv()), str(places.ROOT / "manage.py"), *arguments])


def python_of_venv() -> Path:
    """Return the path of the interpreter in `.venv`."""
    return places.VENV / "bin" / "python"


def is_complete(command: str, *, stamped: bool) -> bool:
    """Say whether every package that the project names is here; `stamped`: of the present lock."""
    if stamped and STAMP.exists() and STAMP.read_text() != lock_digest():
        return False
    return not missing(with_development=command == "test")


def missing(*, with_development: bool) -> list[str]:
    """Return the names in pyproject.toml that this interpreter has no package for."""
    project = tomllib.loads((places.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = list(project["project"]["dependencies"])
    if with_development:
        lines += project["dependency-groups"]["dev"]
    names = [re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0] for line in lines]
    return [name for name in names if not has_package(name)]


def has_package(name: str) -> bool:
    """Say whether a distribution of that name is installed for this interpreter."""
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def lock_digest() -> str:
    """Return the SHA-256 of the lock file, in hex."""
    return hashlib.sha256(places.LOCK.read_bytes()).hexdigest()


def make() -> None:
    """Make or refresh `.venv` from the lock file with uv, else with pip; one process at a time."""
    with alone():
        if STAMP.exists() and STAMP.read_text() == lock_digest() and python_of_venv().exists():
            return  # another process has just done it
        tell("Installing the Python packages into .venv (once, about ten seconds) …")
        uv = find_uv()
        if not (uv and install_with_uv(uv)) and not install_with_pip():
            sys.exit("The packages of requirements.lock could not be installed; the lines above say why.")
        STAMP.write_text(lock_digest())


@contextmanager
def alone() -> Iterator[None]:
    """Hold a file lock, so that two first starts do not write the same directory."""
    places.TOOLS.mkdir(exist_ok=True)
    with (places.TOOLS / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def find_uv() -> Path | None:
    """Return the pinned uv below `.tools`, installing it there when it is not; None when pip cannot."""
    uv = places.TOOLS / "uv" / "bin" / "uv"
    if not uv.exists() and ensure_pip():
        run(pip("install", "--quiet", "--target", str(places.TOOLS / "uv"), "--require-hashes", "--no-deps",
                "--upgrade", "-r", str(UV_REQUIREMENTS)))  # fmt: skip
    return uv if uv.exists() else None


def ensure_pip() -> bool:
    """Say whether this interpreter has pip, asking apt for it as root when it has not."""
    if has_pip():
        return True
    if places.is_root() and shutil.which("apt-get", path="/usr/bin:/bin"):
        native.install(["python3-pip"])
    if not has_pip():
        sys.exit(f"hocba needs pip to install its packages; type: {native.line_to_type(['python3-pip'])}")
    return True


def has_pip() -> bool:
    """Say whether `python -m pip` works for this interpreter."""
    return (
        subprocess.run(
            [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode
        == 0
    )


def pip(*arguments: str) -> list[str]:
    """Return a pip command line of this interpreter."""
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]


def install_with_uv(uv: Path) -> bool:
    """Make `.venv` with uv and say whether it worked; uv needs neither python3-venv nor ensurepip."""
    made = python_of_venv().exists() or run(
        [str(uv), "venv", "--quiet", "--python", sys.executable, str(places.VENV)]
    )
    return made and run([str(uv), "pip", "install", "--quiet", "--require-hashes", "-r", str(places.LOCK),
                         "--python", str(python_of_venv())])  # fmt: skip


def install_with_pip() -> bool:
    """Make `.venv` with the interpreter's own pip, slower, and say whether it worked."""
    ensure_pip()
    made = python_of_venv().exists() or run([sys.executable, "-m", "venv", "--without-pip", str(places.VENV)])
    return made and run(pip("--python", str(python_of_venv()), "install", "--quiet", "--require-hashes",
                            "-r", str(places.LOCK)))  # fmt: skip


def run(line: list[str]) -> bool:
    """Run one installer's line and say whether it ended well; what it printed is shown only if not."""
    environment = os.environ | {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "1",  # an office's own certificate authority counts
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tell(f"{Path(line[0]).name} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.returncode == 0


def tell(sentence: str) -> None:
    """Say something at the terminal, at once, beside the command's own output."""
    print(sentence, file=sys.stderr, flush=True)
