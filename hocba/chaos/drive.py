"""The people: each class is brought from its gradebook to its receipt by those who do so in life, over HTTP.

What to do next is read from the tables, as a person reads it from the page; what a person does goes through
the web, may meet anything, and is tried again by pressing the same button.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection

from hocba.chaos import plan
from hocba.chaos.classroom import Classroom
from hocba.chaos.ground import MARK
from hocba.chaos.office import Office
from hocba.chaos.visitor import Trouble, Visitor
from hocba.demo import country, people
from hocba.kernel import clock
from schools.models import ClassYear

AT_ONCE = 5
"""Classes that are on their way at the same time."""

LOOK_SECONDS = 0.5
GONE = (OperationalError, InterfaceError)


class People:
    """Everybody with an account, each with one session."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._known: dict[str, Visitor] = {}

    def __getitem__(self, username: str) -> Visitor:
        """Return a person by user name."""
        if username not in self._known:
            self._known[username] = Visitor(self._address, username, people.PASSWORD)
        return self._known[username]


class Diary:
    """What people met, for the report."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.facts: dict[str, object] = {"troubles": {}, "pauses": [], "refusals": {}, "withdrawn": []}

    def trouble(self, met: Exception) -> None:
        """Count what a person met instead of a page."""
        counts = self.facts["troubles"]
        assert isinstance(counts, dict)
        name = f"{met.status}" if isinstance(met, Trouble) else type(met).__name__
        counts[name] = counts.get(name, 0) + 1

    def write(self) -> None:
        """Write the file whole."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(self.facts, ensure_ascii=False, default=str), "utf-8")
        fresh.replace(self._file)


def main(transcripts: int, minutes: float, address: str) -> int:
    """Bring every class to its receipt within so many minutes; return 1 when some did not arrive."""
    ends = time.monotonic() + 60 * minutes
    home = Path(os.environ[MARK])
    diary = Diary(home / "diary.json")
    everybody = People(address)
    rows = _classes(transcripts, ends)
    rooms = [Classroom(row, everybody, is_late=lambda: time.monotonic() > ends) for row in rows]
    office = Office(rooms, everybody, diary, withdrawals=max(transcripts // 150, 1))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        walks = [pool.submit(_walk, room, diary, ends) for room in rooms]
        finished = _until(office.go_on, diary, ends)
    for walk in walks:
        walk.result()
    diary.write()
    return 0 if finished else 1


def _classes(transcripts: int, ends: float) -> list[ClassYear]:
    year = clock.school_year_of(clock.now().astimezone(clock.VIETNAM).date())
    codes = [country.class_code(one, year) for one in plan.classes(transcripts)]
    while True:
        try:
            rows = ClassYear.objects.select_related("school", "homeroom_teacher__account", "school_year")
            found = {one.code: one for one in rows.filter(code__in=codes)}
            return [found[code] for code in codes]
        except GONE:
            _let_go()
            if time.monotonic() > ends:
                raise


def _walk(room: Classroom, diary: Diary, ends: float) -> bool:
    """Take one class as far as its seal."""
    try:
        return _until(room.go_on, diary, ends)
    finally:
        connection.close()


def _until(step: Callable[[], bool], diary: Diary, ends: float) -> bool:
    """Do `step` again and again until it says that nothing is left; False when the time is over."""
    while time.monotonic() < ends:
        with _patience(diary):
            if step():
                return True
        time.sleep(LOOK_SECONDS)
    return False


@contextmanager
def _patience(diary: Diary) -> Iterator[None]:
    """Take what a killed process leaves a person with, and come back later."""
    try:
        yield
    except Trouble as trouble:
        diary.trouble(trouble)
    except GONE as gone:
        diary.trouble(gone)
        _let_go()


def _let_go() -> None:
    connection.close()
    time.sleep(LOOK_SECONDS)
