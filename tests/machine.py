"""A machine of its own for the whole demo: a var directory, a fresh shell, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hocba.bootstrap import places
from hocba.bootstrap.supervise import die_with_parent, free_port

LONGEST_SECONDS = 300
STOP_SECONDS = 60
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
PREFIXES = ("HOCBA_", "PYTEST_")
SERVES = "Xong"
"""The demo's line that says: the main job is done and the pages are there."""


@dataclass(frozen=True)
class Ran:
    """One `demo --once`: what it printed, and the issued files beside their bytes."""

    output: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class Machine:
    """A machine on which only the demo writes: its own var directory."""

    var: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a fresh shell."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in OURS and not name.startswith(PREFIXES)
        }
        return kept | {"HOCBA_VAR": str(self.var), "PYTHONUTF8": "1"}

    @property
    def papers(self) -> Path:
        """Return where the demo leaves what people take away."""
        return self.var / "demo"

    def line(self, *arguments: str) -> list[str]:
        """Return the command line of one command."""
        return [sys.executable, str(places.ROOT / "manage.py"), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self.line(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
        )

    def once(self) -> Ran:
        """Run `demo --once`, which must end well."""
        done = self.run("demo", "--once")
        assert done.returncode == 0, done.stdout + done.stderr + self.logs()
        return Ran(done.stdout, {path.name: path.read_bytes() for path in self.issued()})

    def issued(self, *endings: str) -> list[Path]:
        """Return the issued files, or those of some endings."""
        ends = endings or ("xml", "pdf", "zip")
        return sorted(path for end in ends for path in self.papers.glob(f"*-*.{end}"))

    def logs(self) -> str:
        """Return the end of each log, for a failure's message."""
        found = self.var.rglob("logs/*.log")
        return "".join(f"\n== {path.name}\n{path.read_text('utf-8', 'replace')[-1500:]}" for path in found)

    def processes(self) -> list[int]:
        """Return the processes that belong to this demo, by the directory in their environment."""
        mark = str(self.var).encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes() + (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
        return found

    @contextmanager
    def serving(self) -> Iterator[tuple[subprocess.Popen[str], int]]:
        """Run `demo` and give its process and port once it serves; stop it at the end, however that comes.

        It ends with this process too, and is cut off when it does not serve in time.
        """
        port = free_port()
        process = subprocess.Popen(
            self.line("demo", "--port", str(port)),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 one system call before exec
        )
        try:
            self._until_it_serves(process)
            yield process, port
        finally:
            process.terminate()
            try:
                process.communicate(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()

    def _until_it_serves(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        late = threading.Timer(LONGEST_SECONDS, process.kill)
        late.start()
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if line.strip().startswith(SERVES):
                    return
        finally:
            late.cancel()
        raise AssertionError("The demo does not serve:\n" + "".join(said) + self.logs())


@contextmanager
def fresh() -> Iterator[Machine]:
    """Give a machine without anything of ours; in no private directory, for as root PostgreSQL is nobody."""
    with tempfile.TemporaryDirectory(prefix="hocba-demo-") as where:
        Path(where).chmod(0o755)
        yield Machine(Path(where) / "var")
