"""What strangers and families ask most: is this code good, give me the PDF. Through the real web processes."""

from __future__ import annotations

import http.client
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse

from exports.actions import looking_up
from hocba.bench import alongside, empty, ground
from hocba.bench.figures import Figure
from hocba.bench.ground import Issued, NotMeasurable
from hocba.demo import signers
from hocba.kernel import clock
from schools.permissions import Role

ROUND = 25
"""Requests of one address in one connection: below what a door lets one address ask in a minute."""
EMPTY, FILE = "empty view", "static file of the same size"
SENT, SIGNED_IN = "file sent by an empty view", "empty view, signed in"

Samples = Mapping[str, list[float]]


@dataclass(frozen=True, slots=True)
class Door:
    """One address that is asked again and again, and with what its answer is compared."""

    name: str
    path: str
    baseline: str
    cookie: str = ""


def measure(n: int) -> list[Figure]:
    """Return seconds per answer by the client's clock, and CPU seconds of the web processes, door by door."""
    issued = ground.an_issued_document()
    static = Path(settings.STATIC_ROOT) / empty.FILE
    static.write_bytes(issued.pdf)
    doors, sources = _doors(issued), _sources()
    seconds: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    try:
        with alongside.web("hocba.bench.wsgi:application") as (child, port):
            for number in range(-(-n // ROUND) + 2):
                for door in doors:
                    before = alongside.cpu_of_children(child)
                    taken = _asked(port, door, next(sources), min(n, ROUND))
                    if number > 1:  # both processes have answered everything before
                        seconds[door.name] += taken
                        cpu[door.name].append((alongside.cpu_of_children(child) - before) / len(taken))
    finally:
        static.unlink()
    return [figure for door in doors for figure in _figures(door, seconds, cpu)]


def _figures(door: Door, seconds: Samples, cpu: Samples) -> Iterator[Figure]:
    """Yield the door's seconds and CPU seconds beside its baselines: of its kind, and of who is signed in."""
    beside = {door.baseline: "baseline"}
    beside |= {SENT: "sent_file"} if door.baseline == FILE else {}
    beside |= {SIGNED_IN: "signed_in"} if door.cookie else {}
    for name, samples in ((door.name, seconds), (f"{door.name}.cpu", cpu)):
        own = statistics.median(samples[door.name])
        facts = {
            f"rate_beside_{word}": round(statistics.median(samples[other]) / own, 3)
            for other, word in beside.items()
        }
        mine, others = tuple(samples[door.name]), tuple(samples[door.baseline])
        yield Figure(f"lookups.{name}", "s", mine, door.baseline, others, facts)


def _doors(issued: Issued) -> list[Door]:
    code = str(issued.sealed.look_up_code)
    clerk = _session(issued)
    ticket = reverse("exports:look-up-file", args=[looking_up.ticket(issued.sealed), "pdf"])
    return [
        Door(EMPTY, empty.ADDRESS, EMPTY),
        Door("code", reverse("signing:verify-code", args=[code]), EMPTY),
        Door("code.api", reverse("api-verify-code", args=[code]), EMPTY),
        Door(FILE, f"{settings.STATIC_URL}{empty.FILE}", FILE),
        Door(SENT, empty.FILE_ADDRESS, FILE),
        Door("pdf", ticket, FILE),
        Door(SIGNED_IN, empty.ADDRESS, EMPTY, clerk),
        Door("pdf.signed-in", reverse("signing:download", args=[code, "pdf"]), FILE, clerk),
    ]


def _session(issued: Issued) -> str:
    """Return the cookie of the school's clerk."""
    client = Client()
    clerk = signers.holder(issued.sealed.class_year.school, Role.CLERK, clock.now())
    client.force_login(clerk.person.account)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _sources() -> Iterator[str]:
    """Yield a new loopback address for each connection."""
    for one, other in itertools.product(range(1, 250), range(2, 250)):
        yield f"127.66.{one}.{other}"


def _asked(port: int, door: Door, source: str, times: int) -> list[float]:
    """Return the seconds of each of `times` answers over one connection that is kept alive."""
    headers = {"Cookie": door.cookie} if door.cookie else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    taken = []
    try:
        for _ in range(times):
            begun = time.perf_counter()
            connection.request("GET", door.path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - begun)
            if answer.status != http.client.OK:
                raise NotMeasurable(f"{door.name} answered {answer.status}")
    finally:
        connection.close()
    return taken
