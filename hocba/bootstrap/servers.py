"""PostgreSQL and Valkey for as long as a `with` block lasts: our own by default, real ones by environment."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from . import homes, places, postgres, roles, valkey
from .supervise import Supervisor

DATABASE = "hocba"


@dataclass(frozen=True)
class Addresses:
    """Where the servers answer, as the settings read it."""

    database_url: str
    database_owner_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Return the variables that `hocba/settings.py` and the child processes read."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "REDIS_URL": self.redis_url,
        }

    def further_database(self, name: str) -> str:
        """Make a database beside the main one (the receiver's), if missing; return its address as owner."""
        with psycopg.connect(self.database_owner_url, autocommit=True) as connection:
            row = connection.execute("SELECT current_user").fetchone()
            connection.execute("SELECT pg_advisory_lock(%s)", [roles.ADVISORY_KEY])
            roles.make_database(connection, name, str(row[0]) if row else roles.OWNER)
        return roles.with_database(self.database_owner_url, name)


@contextmanager
def running(home: Path, *, lasting: bool = True) -> Iterator[Addresses]:
    """Give the addresses of running servers; what was started here is stopped when the block is left.

    `DATABASE_URL` / `DATABASE_OWNER_URL` and `REDIS_URL` name real servers, which are used as they are. Data
    of our own lie in `home` and are found again by the next start; `lasting=False` trades safety for speed.
    Raises: homes.AlreadyRunning, supervise.ChildFailed, roles.MayNotMakeRoles.
    """
    with ExitStack() as stack:
        given = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
        redis_url = os.environ.get("REDIS_URL")
        if not any(given) or not redis_url:
            stack.enter_context(homes.held(home))
            if places.is_root():
                for way in (home, *home.parents[:2]):
                    let_others_pass(way)
        supervisor = (
            stack.enter_context(Supervisor(home / "logs")) if not (any(given) and redis_url) else None
        )
        application, owner = _database(supervisor, home, given, lasting=lasting)
        if not redis_url:
            assert supervisor is not None
            redis_url = valkey.start(supervisor, home)
        yield Addresses(application, owner, redis_url)


def _database(
    supervisor: Supervisor | None, home: Path, given: tuple[str | None, str | None], *, lasting: bool
) -> tuple[str, str]:
    if any(given) or supervisor is None:
        return roles.complete(*given)
    cluster = postgres.start(supervisor, home, lasting=lasting)
    passwords = {name: homes.secret(home, name) for name in (roles.OWNER, roles.APPLICATION)}
    roles.provision(cluster.url(), DATABASE, passwords)
    url = cluster.url(DATABASE)
    return (
        roles.with_user(url, roles.APPLICATION, passwords[roles.APPLICATION]),
        roles.with_user(url, roles.OWNER, passwords[roles.OWNER]),
    )


def let_others_pass(directory: Path) -> None:
    """Let the servers' user walk through a directory of ours, whatever our umask was."""
    if directory.stat().st_uid == os.geteuid() and not directory.stat().st_mode & 0o001:
        directory.chmod(directory.stat().st_mode | 0o011)
