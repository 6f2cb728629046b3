"""Drives the child processes: hands out numbers, watches the clock, keeps what was found, counts."""

from __future__ import annotations

import hashlib
import json
import selectors
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hocba.fuzz import seeds, worker

SECONDS = 5.0
"""Longest time for one execution; promised for files of up to 10 MB."""

START_SECONDS = 60.0
FINDINGS = ("crash", "believed", "unexpected", "time", "memory", "broken")


@dataclass(frozen=True)
class Plan:
    """What to fuzz, from where, until when; `executions` 0 means that only the minutes count."""

    files: Path
    trust: Path
    at: datetime
    seed: int
    keep: Path
    minutes: float = 10.0
    executions: int = 0
    workers: int = 1
    first: int = 0
    module: str = worker.TARGETS
    kinds: tuple[str, ...] = seeds.KINDS


@dataclass
class Tally:
    """What was counted, by kind: executions, outcomes, findings; the slowest seconds; where findings lie."""

    executions: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    next_number: int = 0
    seconds: float = 0.0

    def add(self, kind: str, answer: dict[str, Any]) -> None:
        """Count one execution."""
        self.executions[kind] += 1
        self.outcomes.setdefault(kind, Counter())[str(answer["outcome"])] += 1
        self.slowest[kind] = max(self.slowest.get(kind, 0.0), answer["seconds"])
        if answer["finding"]:
            self.findings[kind, str(answer["finding"])] += 1


class _Child:
    """One worker, started anew when it hangs or breaks."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._process: subprocess.Popen[str] | None = None

    def execute(self, kind: str, number: int) -> dict[str, Any]:
        """Return what became of one execution, and its `seconds` without those of a start."""
        process = self._started()
        began = time.monotonic()
        answer = self._executed(process, kind, number)
        return answer | {"seconds": time.monotonic() - began}

    def _executed(self, process: subprocess.Popen[str], kind: str, number: int) -> dict[str, Any]:
        assert process.stdin is not None  # a pipe
        try:
            process.stdin.write(json.dumps({"kind": kind, "number": number}) + "\n")
            process.stdin.flush()
            return self._answer(process, SECONDS)
        except TimeoutError:
            self.close()
            return {"outcome": "finding", "finding": "time", "detail": f"more than {SECONDS} s"}
        except (EOFError, BrokenPipeError):
            code = process.wait()
            self.close()
            return {"outcome": "finding", "finding": "broken", "detail": f"the process ended with {code}"}

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            plan = self._plan
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hocba.fuzz.worker", str(plan.files), str(plan.trust), plan.at.isoformat(),
                 str(plan.seed), plan.module],
                cwd=Path(__file__).resolve().parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, encoding="utf-8",
            )  # fmt: skip
            self._answer(self._process, START_SECONDS)
        return self._process

    @staticmethod
    def _answer(process: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
        with selectors.DefaultSelector() as ready:
            assert process.stdout is not None  # a pipe
            ready.register(process.stdout, selectors.EVENT_READ)
            if not ready.select(seconds):
                raise TimeoutError
        line = process.stdout.readline()
        if not line:
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def run(plan: Plan, told: Callable[[Tally], None] = lambda tally: None) -> Tally:
    """Fuzz by the plan and return the tally; `told` hears of it now and then.

    Raises: EOFError, when a worker cannot even read the genuine files.
    """
    start, lock = time.monotonic(), threading.Lock()
    tally, jobs, genuine = Tally(next_number=plan.first), _jobs(plan, start), seeds.genuine(plan.files)

    def counted(kind: str, number: int, answer: dict[str, Any]) -> None:
        tally.add(kind, answer)
        tally.next_number = max(tally.next_number, number + 1)
        if answer["finding"]:
            data = worker.changed(kind, number, plan.seed, genuine)
            tally.files.append(_kept(plan, kind, number, answer, data))
        if sum(tally.executions.values()) % 1000 == 0:
            told(tally)

    def work() -> None:
        child = _Child(plan)
        try:
            while (job := _next(jobs, lock)) is not None:
                answer = child.execute(*job)
                with lock:
                    counted(*job, answer)
        finally:
            child.close()

    with ThreadPoolExecutor(plan.workers) as pool:
        for done in [pool.submit(work) for _ in range(plan.workers)]:
            done.result()
    tally.seconds = time.monotonic() - start
    return tally


def _jobs(plan: Plan, start: float) -> Iterator[tuple[str, int]]:
    """Yield (kind, number): every kind in turn, until the time or the count is over."""
    number = plan.first
    while True:
        for kind in plan.kinds:
            if plan.executions:
                if (number - plan.first) >= plan.executions:
                    return
            elif time.monotonic() - start > 60 * plan.minutes:
                return
            yield kind, number
        number += 1


def _next(jobs: Iterator[tuple[str, int]], lock: threading.Lock) -> tuple[str, int] | None:
    with lock:
        return next(jobs, None)


def _kept(plan: Plan, kind: str, number: int, answer: dict[str, Any], data: bytes) -> str:
    """Write the input of a finding and what is known of it; return its path."""
    plan.keep.mkdir(parents=True, exist_ok=True)
    name = f"{answer['finding']}-{kind}-{number}-{hashlib.sha256(data).hexdigest()[:12]}"
    path = plan.keep / name
    path.write_bytes(data)
    path.with_name(f"{name}.txt").write_text(
        f"seed {plan.seed}, {kind} {number}\n{answer.get('detail', '')}\n", "utf-8"
    )
    return str(path)


def report(plan: Plan, tally: Tally) -> dict[str, object]:
    """Return what `var/fuzz.json` holds."""
    return {
        "seed": plan.seed, "first": plan.first, "next": tally.next_number, "seconds": round(tally.seconds, 1),
        "workers": plan.workers, "executions": dict(tally.executions),
        "outcomes": {kind: dict(found) for kind, found in tally.outcomes.items()},
        "slowest_seconds": {kind: round(value, 3) for kind, value in tally.slowest.items()},
        "findings": [{"kind": kind, "finding": what, "count": count} for (kind, what), count in tally.findings.items()],
        "files": tally.files,
    }  # fmt: skip


def table(tally: Tally) -> str:
    """Return the tally for a person: a line for each kind."""
    rows = [f"{'kind':<9}{'runs':>9}{'slowest':>10}" + "".join(f"{what:>12}" for what in FINDINGS)]
    for kind, count in tally.executions.items():
        found = "".join(f"{tally.findings[kind, what]:>12}" for what in FINDINGS)
        rows.append(f"{kind:<9}{count:>9}{tally.slowest[kind]:>9.2f}s{found}")
    return "\n".join(rows)
