"""The world and the receivers that these tests share: each receiver has its own database and its own port."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from exports.ministry.client import MinistryClient
from hocba.bootstrap.roles import with_database
from hocba.bootstrap.servers import Addresses
from tests.exports.receiver.road import SENDER, Receiver, World, new_id


def database(name: str) -> str:
    """Make an empty database of this process and return its address."""
    addresses = Addresses(*(os.environ[key] for key in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")))
    return addresses.further_database(f"receiver_{name}_{os.getpid()}")


def copy_of(pattern: str, name: str) -> str:
    """Make a database with what stands in another, to which nobody is connected, and return its address."""
    copy = f"receiver_{name}_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        source = conninfo_to_dict(pattern)["dbname"]
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(copy), sql.Identifier(str(source))
            )
        )
    return with_database(pattern, copy)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The school and its signers."""
    return World(tmp_path_factory.mktemp("receiver-world"))


@pytest.fixture(scope="session")
def make_receiver(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Receiver]]:
    """Makes receivers with settings of their own, prepared but not yet serving."""
    made: list[Receiver] = []
    pattern: list[str] = []

    def make(name: str, *, register: bool = False, **settings: str) -> Receiver:
        directory: Path = tmp_path_factory.mktemp(name)
        trust = world.write_trust(directory / "trust", register=register)
        if not pattern:
            first = database("pattern")
            Receiver(directory, first, trust).prepare()
            pattern.append(first)
        receiver = Receiver(directory, copy_of(pattern[0], name), trust, **settings)
        made.append(receiver)
        return receiver

    yield make
    for receiver in made:
        receiver.stop()


@pytest.fixture(scope="session")
def receiver(make_receiver: Callable[..., Receiver]) -> Receiver:
    """A receiver as vendors find it: everything decided by itself, no register of persons."""
    receiver = make_receiver("vendors")
    receiver.serve()
    return receiver


@pytest.fixture(scope="session")
def approved(receiver: Receiver, world: World) -> MinistryClient:
    """The client of the school, whose certificate is approved."""
    client = receiver.client()
    client.register_certificate(SENDER, world.registration(), new_id())
    return client
