"""One child process under the promised limit on memory: verifies every file of a directory, a line for each.

python -m tests.hostile_pdf.child DIRECTORY TRUST ISO-TIME
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from signing.seal import wire
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Verdict
from signing.seal.verify import verify_file

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES, SECONDS = 512, 5.0


@dataclass(frozen=True)
class Answer:
    """What the child said of one file: the verdict, CPU seconds."""

    verdict: Verdict
    seconds: float


def answers(directory: Path, files: Mapping[str, bytes], trust: Path, at: datetime) -> dict[str, Answer]:
    """Return the child's answer to each file by its name; the files are left in `directory`."""
    directory.mkdir()
    for number, data in enumerate(files.values()):
        (directory / f"{number:04}").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile_pdf.child", str(directory), str(trust), at.isoformat()],
        cwd=ROOT,
        env=os.environ | {"MALLOC_ARENA_MAX": "2"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(rows)) == (0, len(files)), (_last(rows, files), done.stderr[-2000:])
    told = zip(files, rows, strict=True)
    return {name: Answer(wire.from_wire(row["verdict"]), row["seconds"]) for name, row in told}


def _last(rows: list[Any], files: Iterable[str]) -> str:
    return f"broke at {[*files, 'the end'][len(rows)]}"


def main(directory: Path, trust: Path, at: datetime) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    believed = load_trust(trust)
    for path in sorted(directory.iterdir()):
        start = time.process_time()
        verdict = verify_file(path.read_bytes(), believed, at)
        seconds = time.process_time() - start
        sys.stdout.write(json.dumps({"verdict": wire.to_wire(verdict), "seconds": seconds}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
