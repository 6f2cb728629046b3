"""What is issued and what is killed, decided by one seed before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from hocba.demo.country import ClassPlan, Stage
from hocba.demo.tree import FIRST, SECOND, THIRD
from records.rules import curriculum

LARGEST_CLASS = 21
STALE_TEACHER = "chunhiem.5a.hai"
"""Approved after the receiver copied the register: what this teacher signed is refused, then sent again."""

UNKNOWN_SCHOOL = THIRD
"""The receiver does not know this school until somebody there enters it."""

STALE_SCHOOL = SECOND
TEACHERS = {
    FIRST: ("chunhiem.4a", "chunhiem.1a", "chunhiem.2a", "chunhiem.3a", "chunhiem.4b", "chunhiem.5a"),
    SECOND: ("chunhiem.3a.hai",),
    THIRD: ("chunhiem.4a.ba",),
}
SCHOOLS = (FIRST, SECOND, FIRST, SECOND, FIRST, THIRD)
"""In which order classes are given out: the largest school has half of them."""


def classes(transcripts: int) -> tuple[ClassPlan, ...]:
    """Return classes with so many pupils in all; the first is the stale teacher's, the second of the school
    that the receiver does not know."""
    special = max(min(transcripts // 8, 8), 1)
    sizes = [special, special, *_even(transcripts - 2 * special)]
    found, used = [], {FIRST: 0, SECOND: 0, THIRD: 0}
    for number, size in enumerate(sizes):
        school = (STALE_SCHOOL, UNKNOWN_SCHOOL)[number] if number < 2 else SCHOOLS[number % len(SCHOOLS)]
        place, used[school] = used[school], used[school] + 1
        grade = curriculum.PRIMARY_GRADES[place % len(curriculum.PRIMARY_GRADES)]
        letter = chr(ord("A") + place // len(curriculum.PRIMARY_GRADES))
        teachers = TEACHERS[school]
        teacher = STALE_TEACHER if number == 0 else teachers[place % len(teachers)]
        found.append(ClassPlan(school, f"{grade}{letter}", grade, size, Stage.COMPLETE, teacher))
    return tuple(found)


def _even(pupils: int) -> list[int]:
    count = max(-(-pupils // LARGEST_CLASS), 2)
    return [pupils // count + (number < pupils % count) for number in range(count)]


class Kind(StrEnum):
    """What can be struck. A kill ends a process or a connection; a fault leaves it alive and useless."""

    WORKERS = "workers"  # the whole group: a machine that loses its power
    WORKER_PARENT = "worker-parent"  # its children go on by themselves
    WORKER_CHILD = "worker-child"
    WEB = "web"
    WEB_CHILD = "web-child"
    RECEIVER = "receiver"
    RECEIVER_CHILD = "receiver-child"
    VALKEY = "valkey"  # with all that it held
    AGENT = "key-agent"
    PKI = "tsa+ocsp"
    DATABASE = "database"  # an immediate stop; the log is replayed
    RECEIVER_DATABASE = "receiver-database"
    BACKEND = "database-backend"  # SIGKILL of one backend: PostgreSQL throws all of them out
    CONNECTION = "database-connection"
    RECEIVER_CONNECTION = "receiver-connection"
    TSA_FAULT = "fault:tsa"
    OCSP_FAULT = "fault:ocsp"
    PKI_STOPPED = "fault:tsa+ocsp-stuck"  # SIGSTOP: connects, and nothing comes
    AGENT_STOPPED = "fault:key-agent-stuck"

    @property
    def is_kill(self) -> bool:
        """Whether something ends; faults are counted beside the kills."""
        return not self.value.startswith("fault:")


WEIGHTS = {
    Kind.WORKERS: 5,
    Kind.WORKER_PARENT: 4,
    Kind.WORKER_CHILD: 16,
    Kind.WEB: 5,
    Kind.WEB_CHILD: 6,
    Kind.RECEIVER: 9,
    Kind.RECEIVER_CHILD: 7,
    Kind.VALKEY: 7,
    Kind.AGENT: 4,
    Kind.PKI: 14,
    Kind.DATABASE: 3,
    Kind.RECEIVER_DATABASE: 3,
    Kind.BACKEND: 2,
    Kind.CONNECTION: 36,
    Kind.RECEIVER_CONNECTION: 14,
    Kind.TSA_FAULT: 8,
    Kind.OCSP_FAULT: 6,
    Kind.PKI_STOPPED: 4,
    Kind.AGENT_STOPPED: 3,
}
LONGEST_DOWN_SECONDS = 6.0
LONGEST_FAULT_SECONDS = 20.0
TSA_MODES = ("silent", "error", "garbage", "wrong-nonce", "wrong-imprint", "wrong-signature")
OCSP_MODES = ("silent", "error", "garbage", "stale", "foreign")
TSA_TARGETS = (("tsa-1",), ("tsa-2",), ("tsa-1", "tsa-2"))
OCSP_TARGETS = (("ocsp",), ("crl",), ("ocsp", "crl"))


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow: what it strikes, for how many seconds it lasts, which of several (modulo how many there are)."""

    kind: Kind
    seconds: float
    pick: int
    services: tuple[str, ...] = ()
    mode: str = ""
    pause: float = 1.0
    """How long to wait before the next one, as a multiple of the mean."""


def blows(seed: int) -> Iterator[Blow]:
    """Yield blows for ever, the same for a seed; each kind comes once before any comes twice."""
    chance = Random(f"chaos|{seed}")  # noqa: S311 - it must be repeatable, nothing is secret
    deck = list(WEIGHTS)
    chance.shuffle(deck)
    while True:
        kind = deck.pop() if deck else chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        longest = LONGEST_DOWN_SECONDS if kind.is_kill else LONGEST_FAULT_SECONDS
        services: tuple[str, ...] = ()
        mode = ""
        if kind is Kind.TSA_FAULT:
            services, mode = chance.choice(TSA_TARGETS), chance.choice(TSA_MODES)
        elif kind is Kind.OCSP_FAULT:
            services, mode = chance.choice(OCSP_TARGETS), chance.choice(OCSP_MODES)
        seconds = round(longest * chance.random() ** 2, 2)
        yield Blow(kind, seconds, chance.randrange(1000), services, mode, min(chance.expovariate(1.0), 3.0))
