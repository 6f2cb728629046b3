"""`manage.py verify` as a stranger runs it: no database, broker or network; the limits it keeps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from signing.sandbox import Sandbox
from signing.seal import wire
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Line
from signing.seal.verify import MAX_BYTES, verify_file
from tests.signing.bundles import Issued, issue

ROOT = Path(__file__).resolve().parents[2]
KEYS = [
    "file",
    "kind",
    "indication",
    "subindication",
    "look_up_code",
    "signatures",
    "structure",
    "status",
    "lines",
    "reasons",
]
SIGNATURE_KEYS = [
    "role",
    "signer",
    "issuer",
    "signing_time",
    "timestamp",
    "certificate",
    "integrity",
    "covers",
]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    made = issue(tmp_path_factory.mktemp("issued"))
    folder = made.directory.parent
    (folder / "whole.xml").write_bytes(made.xml)
    (folder / "whole.pdf").write_bytes(made.pdf)
    (folder / "whole.zip").write_bytes(made.build())
    (folder / "named-wrongly.pdf").write_bytes(made.xml)
    (folder / "changed.xml").write_bytes(made.xml.replace(b"99000101", b"99000102", 1))
    (folder / "noise").write_bytes(bytes(range(256)) * 40)
    (folder / "empty.xml").write_bytes(b"")
    (folder / "huge.xml").write_bytes(b"<" * (MAX_BYTES + 1))
    return made


def run(
    issued: Issued, *arguments: str, trust: str = "trust", at: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command with addresses where nothing answers."""
    dead = "127.0.0.1:1"
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://nobody@{dead}/nothing",
        "REDIS_URL": f"redis://{dead}/0",
        "LC_ALL": "C",
    }
    moment = at or (issued.world.clock + timedelta(days=1)).isoformat()
    options = ["--offline", "--at", moment, "--trust", trust]
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "verify", *arguments, *options],
        cwd=issued.directory.parent,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_genuine_files_pass_as_json(issued: Issued) -> None:
    done = run(issued, "whole.xml", "whole.pdf", "whole.zip", "named-wrongly.pdf", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["kind"] for row in rows] == ["xml", "pdf", "bundle", "xml"]
    for row in rows:
        assert list(row) == KEYS
        assert (row["indication"], row["subindication"]) == ("TOTAL-PASSED", None)
        assert (row["structure"], row["status"]) == (True, "valid")
        assert list(row["lines"]) == ["integrity", "signers", "authority", "time", "log", "status"]
        for signature in row["signatures"]:
            assert list(signature) == SIGNATURE_KEYS
            assert list(signature["certificate"]) == ["serial", "not_before", "not_after", "status"]
            assert signature["integrity"] is True
    roles = [signature["role"] for signature in rows[2]["signatures"]]
    assert roles == ["GVCN", "CBQL", "KY_PHAT_HANH", "KY_PHAT_HANH"]
    assert rows[2]["signatures"][-1]["covers"] == "pdf"
    assert [row["lines"]["log"] for row in rows] == ["not-shown", "not-shown", "passed", "not-shown"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["whole.xml", "changed.xml"], 1),
        (["noise"], 1),
        (["empty.xml"], 1),
        (["huge.xml"], 1),
        (["changed.xml", "absent.xml"], 3),
        (["trust"], 3),
        (["/dev/zero"], 3),
    ],
)
def test_exit_codes_and_no_traceback(issued: Issued, files: list[str], code: int) -> None:
    done = run(issued, *files, "--json")
    assert (done.returncode, done.stderr) == (code, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == files
    assert all(list(row) == KEYS and row["reasons"] for row in rows if row["indication"] != "TOTAL-PASSED")


def test_without_trust_the_verdict_is_open_and_a_change_still_shows(issued: Issued) -> None:
    done = run(issued, "whole.xml", "--json", trust="nowhere")
    assert (done.returncode, done.stderr) == (2, "")
    row = json.loads(done.stdout)
    assert row["indication"] == "INDETERMINATE"
    assert any("thư mục tin cậy" in text for text in row["reasons"])
    assert run(issued, "changed.xml", trust="nowhere").returncode == 1


def test_a_broken_trust_directory_is_named(issued: Issued, tmp_path: Path) -> None:
    for file in issued.directory.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    status = json.loads((tmp_path / "status.json").read_bytes())
    status["signed"]["number"] = 99
    (tmp_path / "status.json").write_text(json.dumps(status))
    done = run(issued, "whole.xml", "--json", trust=str(tmp_path))
    assert (done.returncode, done.stderr) == (2, "")
    assert any("status.json" in text for text in json.loads(done.stdout)["reasons"])


def test_a_person_reads_six_lines(issued: Issued) -> None:
    done = run(issued, "whole.zip", "changed.xml")
    assert (done.returncode, done.stderr) == (1, "")
    good, bad = done.stdout.split("changed.xml")
    assert "Hợp lệ. Học bạ này do Trường Tiểu học Hoa Sen phát hành ngày 28/05/2027" in good
    for name in ("Toàn vẹn", "Người ký", "Thẩm quyền ký", "Thời gian ký", "Sổ công khai", "Hiệu lực"):
        assert f"\n  {name}" in good
        assert f"\n  {name}" in bad
    assert "Không hợp lệ. Nội dung đã bị thay đổi sau khi ký — không dùng bản này." in bad


def test_a_time_that_is_none(issued: Issued) -> None:
    done = run(issued, "whole.xml", at="hôm nay")
    assert done.returncode == 64
    assert "Traceback" not in done.stderr


# --- The limited process ---


@pytest.fixture(scope="module")
def sandbox(issued: Issued) -> Iterator[Sandbox]:
    with Sandbox(issued.directory) as made:
        yield made


@pytest.fixture(scope="module")
def at(issued: Issued) -> datetime:
    return issued.world.clock + timedelta(days=1)


def test_the_process_says_what_the_function_says(issued: Issued, sandbox: Sandbox, at: datetime) -> None:
    trust = load_trust(issued.directory)
    changed = issued.xml.replace(b"99000101", b"99000102", 1)
    for data in (issued.xml, issued.pdf, issued.build(), changed, b"", b"%PDF-1.7", b"PK\x03\x04", b"<a/>"):
        expected = verify_file(data, trust, at)
        assert sandbox.verify(data, at) == expected
        assert wire.from_wire(json.loads(json.dumps(wire.to_wire(expected)))) == expected


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_checked(issued: Issued, at: datetime) -> None:
    with Sandbox(issued.directory, seconds=0.0) as sandbox:
        verdict = sandbox.verify(issued.xml, at)
        assert [reason.code for reason in verdict.reasons] == ["file.time-limit"]
        assert verdict.lines["integrity"] is Line.UNKNOWN
    with Sandbox(issued.directory, seconds=3.0) as sandbox:
        assert sandbox.verify(issued.xml, at).indication is Indication.PASSED
        assert sandbox._worker is not None
        busy = sandbox._worker
        os.kill(busy.pid, signal.SIGSTOP)  # a worker that is caught in a file answers as little as this one
        verdict = sandbox.verify(issued.xml, at)
        assert [reason.code for reason in verdict.reasons] == ["file.time-limit"]
        assert busy.poll() is not None, "the worker that hung is ended"
        assert sandbox.verify(issued.xml, at).indication is Indication.PASSED


def test_a_file_that_needs_too_much_memory(issued: Issued, at: datetime) -> None:
    large = b"<a>" + b"x" * (MAX_BYTES - 10) + b"</a>"
    with Sandbox(issued.directory, memory_bytes=110 * 1024 * 1024) as sandbox:
        verdict = sandbox.verify(large, at)
        assert verdict.indication is Indication.INDETERMINATE
        assert verdict.reasons[0].code in ("file.memory-limit", "file.verifier-broken")
        assert sandbox.verify(issued.xml, at).indication is Indication.PASSED


def test_a_worker_that_dies_is_replaced(issued: Issued, sandbox: Sandbox, at: datetime) -> None:
    assert sandbox.verify(issued.xml, at).indication is Indication.PASSED
    assert sandbox._worker is not None
    sandbox._worker.kill()
    sandbox._worker.wait()
    verdict = sandbox.verify(issued.xml, at)
    assert [reason.code for reason in verdict.reasons] == ["file.verifier-broken"]
    assert sandbox.verify(issued.xml, at).indication is Indication.PASSED


def test_a_renewed_list_is_read_again(issued: Issued, at: datetime, tmp_path: Path) -> None:
    for file in issued.directory.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with Sandbox(tmp_path) as sandbox:
        assert sandbox.verify(issued.xml, at).indication is Indication.PASSED
        (tmp_path / "authority.json").unlink()
        assert sandbox.verify(issued.xml, at).lines["authority"] is Line.UNKNOWN
