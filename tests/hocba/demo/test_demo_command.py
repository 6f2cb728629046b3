"""`manage.py demo` as a person types it: the whole way, a second time for nothing, served and stopped cleanly."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hocba.demo import country
from hocba.kernel import clock
from tests.machine import Machine, Ran, fresh


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine without anything of ours."""
    with fresh() as made:
        yield made


@pytest.fixture(scope="module")
def first(machine: Machine) -> Ran:
    """The first run."""
    return machine.once()


@pytest.fixture(scope="module")
def served(machine: Machine, first: Ran) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A second run that serves; stopped at the end if a test has not."""
    with machine.serving() as running:
        yield running


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


def test_a_second_run_issues_nothing_again(
    machine: Machine, first: Ran, served: tuple[subprocess.Popen[str], int]
) -> None:
    assert {path.name: path.read_bytes() for path in machine.issued()} == first.files


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
