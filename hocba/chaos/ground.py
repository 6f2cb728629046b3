"""Everything that a registry consists of, on free ports, in a directory of its own; every part can be struck."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from hocba.bootstrap import homes, places, postgres, roles, servers, valkey
from hocba.bootstrap.supervise import Child, answers, free_port, listens
from hocba.chaos.parts import Keeper, Part
from hocba.demo import processes
from hocba.demo.keys import KeyRing
from hocba.demo.processes import Demo, Places

GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
"""Addresses of real servers, which nobody may kill."""
RECEIVER_TRUST = "receiver-trust"
"""The receiver's own copy of the trust directory, below the home."""

MARK = "HOCBA_CHAOS_HOME"
SUPERUSER, RECEIVER_SUPERUSER, PKI_URL = (
    "HOCBA_CHAOS_DATABASE",
    "HOCBA_CHAOS_RECEIVER_DATABASE",
    "HOCBA_CHAOS_PKI",
)


@dataclass(frozen=True)
class Ground:
    """The running registry."""

    home: Path
    demo: Demo
    parts: dict[str, Part]
    web_url: str

    @property
    def environment(self) -> dict[str, str]:
        """Return what a program reads that belongs to this run."""
        return self.demo.environment


@contextlib.contextmanager
def running(home: Path) -> Iterator[Ground]:
    """Start both databases, broker, PKI with faults, key agent; migrate; stop everything at the end.

    Raises: ChildFailed, homes.AlreadyRunning.
    """
    for name in GIVEN:
        os.environ.pop(name, None)
    with contextlib.ExitStack() as stack:
        stack.enter_context(homes.held(home))
        if places.is_root():
            for way in (home, *home.parents[:2]):
                servers.let_others_pass(way)
        keeper = stack.enter_context(Keeper(home / "logs"))
        other = stack.enter_context(Keeper(home / "receiver" / "logs"))
        yield _started(home, keeper, other)


def _started(home: Path, keeper: Keeper, other: Keeper) -> Ground:
    web_port = free_port()
    where = Places(home, home / "papers")
    ours, database = _database(home, keeper)
    theirs, receiver_database = _database(home / "receiver", other)
    redis_url = valkey.start(keeper, home)
    parts = {
        "database": _part("database", keeper, keeper.children[0], database),
        "receiver-database": _part("receiver-database", other, other.children[0], receiver_database),
        "valkey": _listening("valkey", keeper, keeper.children[-1], redis_url),
    }
    (home / "papers").mkdir(exist_ok=True)
    (home / "static").mkdir(exist_ok=True)
    ring = KeyRing.ensure(where.keys)
    ring.write_trust(where.trust)
    helpers = processes.start_helpers(keeper, ring, faults=True)
    pki, agent = keeper.children[-2:]
    environment = {
        **servers.Addresses(*ours, redis_url).environment(),
        **processes.settings_for(where, ring, web_port),
        **helpers,
        **processes.receiver_settings(where, servers.Addresses(*theirs, redis_url)),
        "TRUST_DIR": str(home / RECEIVER_TRUST),
        MARK: str(home),
        SUPERUSER: database,
        RECEIVER_SUPERUSER: roles.with_database(receiver_database, processes.RECEIVER_DATABASE),
        PKI_URL: json.loads(helpers["PKI_ROUTES"]).get(ring.pki.base_url, ring.pki.base_url),
    }
    parts["tsa+ocsp"] = _answering("tsa+ocsp", keeper, pki, f"{environment[PKI_URL]}/healthz")
    parts["key-agent"] = _listening("key-agent", keeper, agent, environment["KEY_AGENT_URL"])
    demo = Demo(where, keeper, environment)
    demo.prepare()
    return Ground(home, demo, parts, f"http://127.0.0.1:{web_port}")


def start_the_rest(ground: Ground) -> None:
    """Start workers, receiver and web, once the world is there. Raises: ChildFailed."""
    keeper = ground.parts["valkey"].keeper
    demo = ground.demo
    demo.start_workers()
    workers = keeper.children[-1]
    ground.parts["workers"] = Part("workers", keeper, workers, lambda: True)
    demo.start_receiver()
    url = demo.environment["RECEIVER_URL"]
    ground.parts["receiver"] = _answering("receiver", keeper, keeper.children[-1], f"{url}/healthz")
    demo.start_web(urlsplit(ground.web_url).port or 0)
    ground.parts["web"] = _answering("web", keeper, keeper.children[-1], f"{ground.web_url}/healthz")


def _database(home: Path, keeper: Keeper) -> tuple[tuple[str, str], str]:
    """Start a cluster with both roles; return (application, owner) and the superuser's address."""
    home.mkdir(parents=True, exist_ok=True)
    if places.is_root():
        servers.let_others_pass(home)
    cluster = postgres.start(keeper, home, lasting=True)
    passwords = {name: homes.secret(home, name) for name in (roles.OWNER, roles.APPLICATION)}
    roles.provision(cluster.url(), servers.DATABASE, passwords)
    url = cluster.url(servers.DATABASE)
    pair = [roles.with_user(url, name, passwords[name]) for name in (roles.APPLICATION, roles.OWNER)]
    return (pair[0], pair[1]), url


def _part(name: str, keeper: Keeper, child: Child, url: str) -> Part:
    def accepts() -> bool:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    return Part(name, keeper, child, accepts)


def _listening(name: str, keeper: Keeper, child: Child, url: str) -> Part:
    port = urlsplit(url).port or 0
    return Part(name, keeper, child, lambda: listens(port))


def _answering(name: str, keeper: Keeper, child: Child, url: str) -> Part:
    return Part(name, keeper, child, lambda: answers(url))
