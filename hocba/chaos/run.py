"""One run: start, let people work and the killer strike, mend everything, take stock, judge."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hocba.bootstrap.supervise import Child, ChildFailed
from hocba.chaos import ground, judge, plan, report
from hocba.chaos.ground import Ground
from hocba.chaos.killer import Killer

TICK_SECONDS = 0.05
TELL_SECONDS = 15.0
STOCK_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    kills: int
    transcripts: int
    seed: int
    minutes: float


def run(home: Path, wish: Wish, file: Path, *, keep: bool, tell: Callable[[str], None]) -> bool:
    """Run once, write `file`, print the table; say whether every promise was kept.

    Raises: ChildFailed, homes.AlreadyRunning.
    """
    begun = time.monotonic()
    try:
        with ground.running(home) as place:
            tell(f"  {wish.transcripts} học bạ, {wish.kills} lần đánh, hạt giống {wish.seed}: {home}")
            _stage(place, "world", str(wish.transcripts))
            ground.start_the_rest(place)
            killer, finished = _work(place, wish, tell)
            _stage(place, "stock", str(wish.transcripts), str(wish.kills), "1" if finished else "0")
        facts: dict[str, Any] = json.loads((home / "facts.json").read_text("utf-8"))
        findings = judge.judge(facts)
        kept = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "seed": wish.seed,
            "minutes": round((time.monotonic() - begun) / 60, 1),
            "transcripts": wish.transcripts,
            "kills": killer.kills,
            "people_met": facts["diary"]["troubles"],
            "home": str(home) if keep else "",
        }
        report.write(file, findings, killer.lines, kept)
        tell(report.struck(killer.lines) + "\n" + report.table(findings))
        return all(one.holds for one in findings)
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def _work(place: Ground, wish: Wish, tell: Callable[[str], None]) -> tuple[Killer, bool]:
    """Let people work until they are done or late, and strike meanwhile; everything answers at the end.

    Return the killer and whether the people were done.
    """
    killer = Killer(place, plan.blows(wish.seed), kills=wish.kills, transcripts=wish.transcripts)
    url = place.web_url
    reader = place.demo.in_the_back(
        "reader", "-m", "hocba.chaos", "read", url, str(place.home / "reads.jsonl")
    )
    line = ("-m", "hocba.chaos", "drive", str(wish.transcripts), str(wish.minutes), url)
    people = place.demo.in_the_back("people", *line)
    told = begun = time.monotonic()
    while people.is_running():
        killer.tick()
        time.sleep(TICK_SECONDS)
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            seen = killer.watch.last
            tell(f"  {told - begun:5.0f} s  {killer.kills:3} kills  {seen}")
        if time.monotonic() - begun > 60 * wish.minutes + 120:
            people.stop()  # it ends by itself; should it not, the run does
    killer.mend_all()
    _end(place, reader)
    killer.write(place.home / "blows.json")
    if people.process.returncode not in (0, 1):
        raise ChildFailed(f"people ended with {people.process.returncode}:\n{people.last_lines()}")
    return killer, people.process.returncode == 0


def _end(place: Ground, *children: Child) -> None:
    """Stop the reader and the workers, so that nothing moves while stock is taken."""
    workers = place.parts["workers"].child
    for child in (*children, workers):
        child.stop()


def _stage(place: Ground, *words: str) -> None:
    """Run a stage beside the servers to its end. Raises: ChildFailed."""
    child = place.demo.in_the_back(words[0], "-m", "hocba.chaos", *words)
    place.demo.finished(child, within_seconds=STOCK_SECONDS)
