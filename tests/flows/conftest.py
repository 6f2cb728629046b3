"""One real demo for all flows, and the people who walk in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hocba.bootstrap import places
from hocba.demo import country
from hocba.demo.country import ClassPlan
from hocba.kernel import clock
from hocba.kernel.clock import school_year_of
from signing.seal.trust import Trust
from signing.seal.trust_files import load_trust
from tests.flows.visitors import Login, Visitor
from tests.machine import Machine, fresh

SCREENSHOTS = places.ROOT / "var" / "screenshots"


@dataclass(frozen=True)
class Demo:
    """The demo that runs: where its pages are, what it left for people, who may sign in."""

    machine: Machine
    address: str
    logins: dict[str, Login]

    @property
    def papers(self) -> Path:
        """Return the directory with the issued files."""
        return self.machine.papers

    def trust(self) -> Trust:
        """Return what a verifier is given, as it stands now."""
        return load_trust(self.papers / "trust")

    @staticmethod
    def class_code(school: str, name: str) -> str:
        """Return the code of a class of this school year."""
        plan = next(one for one in country.CLASSES if (one.school, one.name) == (school, name))
        return country.class_code(plan, school_year_of(clock.now().astimezone(clock.VIETNAM).date()))

    @staticmethod
    def plan(school: str, name: str) -> ClassPlan:
        """Return what the demo's plan says of a class."""
        return next(one for one in country.CLASSES if (one.school, one.name) == (school, name))


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The whole demo, started once as a person starts it; nothing of it is left at the end."""
    with fresh() as machine:
        with machine.serving() as (_process, port):
            rows = json.loads((machine.papers / "logins.json").read_text("utf-8"))
            logins = {
                row["username"]: Login(
                    row["username"], row["password"], row["role"], row["name"], row.get("pin", "")
                )
                for row in rows
            }
            yield Demo(machine, f"http://127.0.0.1:{port}", logins)
        assert machine.processes() == []


@pytest.fixture
def enter(demo: Demo, browser: Browser) -> Iterator[Callable[[str], Visitor]]:
    """Return what lets a person in by user name ("" is a stranger); what their pages lack fails the flow."""
    inside: list[Visitor] = []

    def come(username: str) -> Visitor:
        visitor = Visitor(browser, demo.address, SCREENSHOTS, demo.logins[username] if username else None)
        inside.append(visitor)
        return visitor

    yield come
    faults = [fault for visitor in inside for fault in visitor.faults]
    for visitor in inside:
        visitor.context.close()
    assert faults == []
