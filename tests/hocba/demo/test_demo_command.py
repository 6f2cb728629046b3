"""`manage.py demo` as a person types it: the whole way, a second time for nothing, served and stopped cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hocba.bootstrap import places
from hocba.bootstrap.supervise import free_port
from hocba.demo import country
from hocba.kernel import clock

LONGEST_SECONDS = 300
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
PREFIXES = ("HOCBA_", "PYTEST_")


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

    def issued(self) -> list[Path]:
        """Return the issued files."""
        return sorted(
            path for end in ("xml", "pdf", "zip") for path in (self.var / "demo").glob(f"*-*.{end}")
        )

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


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine without anything of ours; in no private directory, for as root PostgreSQL is nobody."""
    with tempfile.TemporaryDirectory(prefix="hocba-demo-") as where:
        Path(where).chmod(0o755)
        yield Machine(Path(where) / "var")


@pytest.fixture(scope="module")
def first(machine: Machine) -> Ran:
    """The first run."""
    return machine.once()


@pytest.fixture(scope="module")
def served(machine: Machine, first: Ran) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A third run that serves; stopped at the end if a test has not."""
    port = free_port()
    process = subprocess.Popen(
        machine.line("demo", "--port", str(port)),
        env=machine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith("Xong"):
            break
    yield process, port
    process.terminate()
    process.communicate(timeout=60)


def test_the_first_run_issues_the_class_of_twelve(machine: Machine, first: Ran) -> None:
    assert len(first.files) == 3 * country.MAIN_CLASS.pupils
    assert (machine.var / "demo" / "trust" / "authority.json").exists()
    assert (machine.var / "demo" / "trust" / "status.json").exists()
    assert "Gói đầy đủ" in first.output


def test_every_file_passes_offline(machine: Machine, first: Ran) -> None:
    trust = str(machine.var / "demo" / "trust")

    done = machine.run("verify", "--json", "--offline", "--trust", trust, *map(str, machine.issued()))

    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout[-2000:]
    assert {one["indication"] for one in verdicts} == {"TOTAL-PASSED"}
    assert len(verdicts) == len(first.files)


def test_signers_keys_lie_beside_the_files_in_the_order_of_signing(machine: Machine, first: Ran) -> None:
    codes = {name.partition(".")[0] for name in first.files}

    for code in codes:
        names = sorted(path.name for path in (machine.var / "demo" / "pki" / code).iterdir())
        assert names == [
            "01-GVCN.cert.pem",
            "01-GVCN.key.pem",
            "02-CBQL.cert.pem",
            "02-CBQL.key.pem",
            "03-KY_PHAT_HANH.cert.pem",
            "03-KY_PHAT_HANH.key.pem",
            "ca.cert.pem",
            "ca.key.pem",
        ]


def test_a_second_run_issues_nothing_again(machine: Machine, first: Ran) -> None:
    assert machine.once().files == first.files


def test_it_serves_and_another_class_can_be_issued(
    machine: Machine, served: tuple[subprocess.Popen[str], int]
) -> None:
    port = served[1]
    year = clock.school_year_of(clock.now().astimezone(clock.VIETNAM).date())
    plan = next(one for one in country.CLASSES if one.name == "4A" and one is not country.MAIN_CLASS)

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/dang-nhap/", timeout=30) as page:
        assert page.status == 200
    done = machine.run("issue_class", country.class_code(plan, year))

    assert done.returncode == 0, done.stdout + done.stderr + machine.logs()
    assert len(machine.issued()) == 3 * (country.MAIN_CLASS.pupils + plan.pupils)


def test_stopping_it_stops_everything(machine: Machine, served: tuple[subprocess.Popen[str], int]) -> None:
    process = served[0]
    assert machine.processes()

    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 0
    assert machine.processes() == []


def test_without_a_running_demo_issue_class_says_what_to_do(tmp_path: Path) -> None:
    done = Machine(tmp_path / "var").run("issue_class", "99001401-2026-5A")

    assert done.returncode == 1
    assert "manage.py demo" in done.stderr
