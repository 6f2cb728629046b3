"""Strikes what the plan says, starts it again after a while, keeps a line about each blow. One thread."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hocba.chaos import parts
from hocba.chaos.ground import PKI_URL, RECEIVER_SUPERUSER, SUPERUSER, Ground
from hocba.chaos.parts import Part
from hocba.chaos.plan import Blow, Kind
from hocba.chaos.watch import Watch

AWAY_AT_ONCE = 3
"""Parts that may be away at the same moment."""

QUICK, SLOW = 0.9, 8.0
"""Mean seconds between two blows: when the blows lag behind the work, and when they are ahead of it."""

MASTERS = {
    Kind.WEB: "web",
    Kind.WORKERS: "workers",
    Kind.RECEIVER: "receiver",
    Kind.VALKEY: "valkey",
    Kind.AGENT: "key-agent",
    Kind.PKI: "tsa+ocsp",
}
CHILDREN = {Kind.WORKER_CHILD: "workers", Kind.WEB_CHILD: "web", Kind.RECEIVER_CHILD: "receiver"}
CLUSTERS = {Kind.DATABASE: "database", Kind.RECEIVER_DATABASE: "receiver-database"}
STOPPED = {Kind.PKI_STOPPED: "tsa+ocsp", Kind.AGENT_STOPPED: "key-agent"}


@dataclass
class Fault:
    """A service that is alive and useless, and how it is made whole again."""

    kind: Kind
    until: float
    lift: Callable[[], None]
    line: dict[str, Any]


class Killer:
    """Call `tick` often; it never sleeps."""

    def __init__(self, ground: Ground, blows: Iterator[Blow], *, kills: int, transcripts: int) -> None:
        self._ground, self._blows = ground, blows
        self._kills, self._transcripts = kills, transcripts
        self._watches = {
            Kind.CONNECTION: Watch(ground.environment[SUPERUSER]),
            Kind.RECEIVER_CONNECTION: Watch(ground.environment[RECEIVER_SUPERUSER]),
        }
        self._faults: list[Fault] = []
        self._next = time.monotonic()
        self._looked = 0.0
        self.lines: list[dict[str, Any]] = []
        self.fell: dict[str, int] = {}
        """Parts that ended although nobody struck them, and how often."""

    @property
    def kills(self) -> int:
        """Return how many processes and connections were ended so far."""
        return sum(1 for line in self.lines if not line["kind"].startswith("fault:"))

    def tick(self) -> None:
        """Start again what is due, mend what is due, strike when it is time."""
        now = time.monotonic()
        self._recover(now)
        if now - self._looked > 1.0:
            self._looked = now
            self.watch.look()
        if self.kills >= self._kills or now < self._next:
            return
        blow = next(self._blows)
        line = self._strike(blow) if self._away() < AWAY_AT_ONCE or blow.kind in self._watches else None
        if line is not None:
            self.lines.append(line)
            self._next = now + blow.pause * (QUICK if self._behind() else SLOW)

    @property
    def watch(self) -> Watch:
        """Return the eye on the registry's own database."""
        return self._watches[Kind.CONNECTION]

    def mend_all(self) -> None:
        """Start everything again, lift every fault, and wait until all answer. Raises: ChildFailed."""
        for fault in self._faults:
            fault.until = 0
        for part in self._ground.parts.values():
            part.back_at = 0 if part.gone else part.back_at
        self._recover(time.monotonic())
        for part in self._ground.parts.values():
            part.must_answer(120)

    def write(self, path: Path) -> None:
        """Keep what was struck and when each part was away."""
        away = {part.name: part.away for part in self._ground.parts.values()}
        found = {"blows": self.lines, "away": away, "fell": self.fell}
        path.write_text(json.dumps(found, ensure_ascii=False).replace("Infinity", "9e99"), "utf-8")

    # ---- Recovery ------------------------------------------------------------------------------

    def _away(self) -> int:
        return sum(part.gone for part in self._ground.parts.values()) + len(self._faults)

    def _behind(self) -> bool:
        return self.kills < self._kills * self.watch.last.progress(self._transcripts) / 0.9 + 1

    def _recover(self, now: float) -> None:
        for part in self._ground.parts.values():
            if part.gone and part.back_at is not None and part.back_at <= now:
                part.start()
            elif part.ended_by_itself():
                self.fell[part.name] = self.fell.get(part.name, 0) + 1
                part.kill()
                part.back_at = now + 1.0
            part.settle()
        for fault in [one for one in self._faults if one.until <= now]:
            fault.lift()
            fault.line["until"] = time.time()
            self._faults.remove(fault)

    # ---- Blows ---------------------------------------------------------------------------------

    def _strike(self, blow: Blow) -> dict[str, Any] | None:
        """Strike; None when there was nothing to strike."""
        under_way = self.watch.last.under_way()
        line: dict[str, Any] = {
            "number": self.kills + 1,
            "at": time.time(),
            "kind": blow.kind.value,
            "seconds": blow.seconds,
            "under_way": under_way,
        }
        return line if self._strike_one(blow, line) else None

    def _strike_one(self, blow: Blow, line: dict[str, Any]) -> bool:
        kind = blow.kind
        if kind in MASTERS:
            return self._end(MASTERS[kind], blow, line)
        if kind is Kind.WORKER_PARENT:
            return self._end("workers", blow, line, group=False)
        if kind in CLUSTERS:
            return self._end(CLUSTERS[kind], blow, line, group=False, number=signal.SIGQUIT)
        if kind in CHILDREN:
            return self._child(self._ground.parts[CHILDREN[kind]], blow, line)
        if kind in self._watches:
            return self._connection(self._watches[kind], blow, line)
        if kind is Kind.BACKEND:
            return self._backend(blow, line)
        if kind in STOPPED:
            return self._stop(self._ground.parts[STOPPED[kind]], blow, line)
        return self._fault(blow, line)

    def _end(
        self,
        name: str,
        blow: Blow,
        line: dict[str, Any],
        *,
        group: bool = True,
        number: signal.Signals = signal.SIGKILL,
    ) -> bool:
        part = self._ground.parts[name]
        if part.gone or not part.child.is_running():
            return False
        line["pid"] = part.kill(group=group, number=number)
        part.back_at = time.monotonic() + blow.seconds
        return True

    def _child(self, part: Part, blow: Blow, line: dict[str, Any]) -> bool:
        children = [] if part.gone else part.children()
        if not children:
            return False
        line["pid"] = children[blow.pick % len(children)]
        return parts.kill(line["pid"])

    def _connection(self, watch: Watch, blow: Blow, line: dict[str, Any]) -> bool:
        victims = watch.victims()
        busy = [one for one in victims if one[2]] or victims  # rather one that is at work
        if not busy:
            return False
        pid, query, _inside = busy[blow.pick % len(busy)]
        line.update(pid=pid, query=query.split("(")[0].strip()[:40])
        return watch.terminate(pid)

    def _backend(self, blow: Blow, line: dict[str, Any]) -> bool:
        victims = self.watch.victims()
        part = self._ground.parts["database"]
        if not victims or part.gone:
            return False
        line["pid"] = victims[blow.pick % len(victims)][0]
        part.away.append([time.time(), float("inf")])
        return parts.kill(line["pid"])

    def _stop(self, part: Part, blow: Blow, line: dict[str, Any]) -> bool:
        if part.gone or not part.child.is_running():
            return False
        pid = line["pid"] = part.child.process.pid
        parts.stop(pid)
        self._faults.append(Fault(blow.kind, time.monotonic() + blow.seconds, lambda: parts.go_on(pid), line))
        return True

    def _fault(self, blow: Blow, line: dict[str, Any]) -> bool:
        if any(one.kind in (blow.kind, Kind.PKI_STOPPED) for one in self._faults):
            return False
        if not all(self._control(service, blow.mode) for service in blow.services):
            return False
        line.update(services=list(blow.services), mode=blow.mode)

        def lift() -> None:
            for service in blow.services:
                self._control(service, "ok")

        self._faults.append(Fault(blow.kind, time.monotonic() + blow.seconds, lift, line))
        return True

    def _control(self, service: str, mode: str) -> bool:
        body = json.dumps({"service": service, "mode": mode}).encode()
        try:
            with urllib.request.urlopen(  # noqa: S310 - our own PKI on this machine
                f"{self._ground.environment[PKI_URL]}/control", data=body, timeout=3
            ) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
