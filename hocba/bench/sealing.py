"""Sealing: CPU seconds per transcript from frozen bytes to stored and logged, beside its floor."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hocba import celery
from hocba.bench import floor, ground, neighbours
from hocba.bench.figures import Figure
from hocba.bench.stopwatch import Collector, Spent, Stopwatch, cpu_of
from hocba.kernel import clock
from hocba.kernel.blobs import FileBlobs
from schools import actors
from schools.models import ClassYear
from signing import tasks
from signing.actions import items, ledger, run, sealing, trust_lists
from signing.seal import xml
from signing.seal.evidence import EvidenceCollector, TimestampClient
from signing.seal.keys import AgentKeys
from signing.seal.trust import SignerRole

WARM_UP = 4
"""Transcripts that go first and are not counted: imports, style sheets, pictures, certificates' paths."""

BOOKKEEPING = "bookkeeping"
"""Everything that no other part is: database, locks, trail, log leaf."""

DRAWN, VERIFIED = "draw", "verify"
PLACES: tuple[tuple[Any, str, str], ...] = (
    (sealing, "draw", DRAWN),
    (sealing, "differences", "compare"),
    (sealing, "seal_pdf", "seal"),
    (sealing, "verify_pdf", VERIFIED),
    (items, "check_slot", "verify-slots"),
    (xml, "prepare", "xml"),
    (xml, "complete", "xml"),
    (xml, "imprint", "xml"),
    (xml, "attach_evidence", "xml"),
    (xml, "data_region", "xml"),
    (TimestampClient, "stamp", "stamp"),
    (EvidenceCollector, "collect", "revocation"),
    (AgentKeys, "sign", "agent"),
    (FileBlobs, "put", "blobs"),
)
"""What is counted apart: (owner, name, part)."""

BASELINE_OF = {
    DRAWN: floor.RENDER,
    "compare": floor.TEXT,
    "seal": floor.EMBEDDING,
    VERIFIED: floor.CHECK,
    "verify-slots": floor.CHECK,
    "xml": floor.SIGNATURES,
    "stamp": floor.SIGNATURES,
    "revocation": floor.SIGNATURES,
    "agent": floor.SIGNATURES,
    "blobs": "query",
    BOOKKEEPING: "query",
}
WAITS = {"wait-tsa": "stamp", "wait-ocsp": "revocation", "wait-agent": "agent", "wait-database": BOOKKEEPING}


@dataclass
class Round:
    """What one class gave: samples by transcript, in seconds."""

    cpu: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    parts: dict[int, dict[str, Spent]] = field(default_factory=lambda: defaultdict(dict))
    collected: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    floor: dict[int, dict[str, float]] = field(default_factory=dict)
    authorise: list[float] = field(default_factory=list)
    publish: float = 0.0
    neighbours: float = 0.0

    def add(self, version: int, cpu: float, taken: dict[str, Spent]) -> None:
        """Add what one signature on one transcript took."""
        self.cpu[version] += cpu
        for name, spent in taken.items():
            sum_ = self.parts[version].setdefault(name, Spent())
            sum_.cpu, sum_.waited = sum_.cpu + spent.cpu, sum_.waited + spent.waited


def measure(n: int) -> list[Figure]:
    """Return the figures of `n` transcripts, sealed one by one in this process, floor after each."""
    celery.settle()
    class_year = ground.frozen_class(n + WARM_UP)
    found = Round()
    watch = Stopwatch()
    with watch.on(*PLACES), Collector() as collector:
        for role in SignerRole:
            _sign(class_year, role, watch, collector, found)
    found.publish = cpu_of(_publish)
    return _figures(found, n)


def _sign(
    class_year: ClassYear, role: SignerRole, watch: Stopwatch, collector: Collector, found: Round
) -> None:
    """Take the whole class through one signature, as a worker does."""
    batches = []
    found.authorise.append(cpu_of(lambda: batches.append(ground.authorised(class_year, role))))
    batch = batches[0]
    versions = ground.versions(batch)
    watch.taken()
    for number, item in enumerate(run.open_items(batch.pk)):
        collector.taken()
        if number % tasks.CHUNK == 0:
            desk = run.Desk()  # as each task of a worker begins
        begun_elsewhere = neighbours.seconds()
        with watch.part(BOOKKEEPING):
            cpu = cpu_of(partial(run.run_item, batch.pk, item, clock=clock.now, desk=desk))
        elsewhere = neighbours.seconds() - begun_elsewhere
        found.add(versions[item], cpu, watch.taken())
        found.collected[versions[item]] += collector.taken()
        if number >= WARM_UP:
            found.neighbours += elsewhere
        if role is SignerRole.SEAL:
            document = floor.Document(watch.calls[DRAWN], watch.calls[VERIFIED])
            found.floor[versions[item]] = {**floor.measure(document), "query": cpu_of(ground.one_query)}


def _publish() -> None:
    """Sign the log's head and pin the proofs of the class, as the task does."""
    by = actors.system(clock.now())
    for code in ledger.schools_waiting():
        trust_lists.refresh(code, by=by)
    ledger.checkpoint(by=by)


def _figures(found: Round, n: int) -> list[Figure]:
    counted = list(found.floor)[WARM_UP:]
    assert len(counted) == n, "a transcript was not sealed"
    floors = [found.floor[version] for version in counted]
    whole = tuple(sum(one[name] for name in floor.PIECES) for one in floors)
    pieces = {name: tuple(one[name] for one in floors) for name in (*floor.PIECES, floor.HELD, "query")}
    held = tuple(all_ - one[floor.RENDER] + one[floor.HELD] for all_, one in zip(whole, floors, strict=True))
    cpu = tuple(found.cpu[version] for version in counted)
    figures = [
        Figure("sealing.cpu", "s", cpu, "sealing.floor", whole),
        Figure("sealing.cpu.held", "s", cpu, "sealing.floor-held", held),
    ]
    figures += [
        Figure(f"sealing.{part}", "s", _cpu(found, counted, part), f"floor.{name}", pieces[name])
        for part, name in BASELINE_OF.items()
    ]
    figures += [
        Figure(f"floor.{name}", "s", pieces[name], "sealing.floor", whole)
        for name in (*floor.PIECES, floor.HELD)
    ]
    collected = tuple(found.collected[version] for version in counted)
    figures.append(Figure("sealing.collector", "s", collected, "sealing.floor", whole))
    exchange = ground.bare_exchanges(n)
    figures += [
        Figure(f"sealing.{name}", "s", _waited(found, counted, part), "bare HTTP exchange", exchange)
        for name, part in WAITS.items()
    ]
    total = n + WARM_UP
    figures += [
        Figure(f"sealing.{name}", "s", (seconds,), "sealing.floor", whole)
        for name, seconds in (
            ("authorise", sum(found.authorise) / total),
            ("publish", found.publish / total),
            ("servers", found.neighbours / n),
        )
    ]
    return figures


def _cpu(found: Round, versions: list[int], part: str) -> tuple[float, ...]:
    return tuple(found.parts[version].get(part, Spent()).cpu for version in versions)


def _waited(found: Round, versions: list[int], part: str) -> tuple[float, ...]:
    return tuple(found.parts[version].get(part, Spent()).waited for version in versions)
