"""Every page: seconds in the server, messages to the database with few rows and with many, bytes."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hocba.bench import addresses, crowd, empty
from hocba.bench.crowd import Crowd
from hocba.bench.figures import Figure, percentile
from hocba.bench.ground import NotMeasurable
from hocba.bench.stopwatch import wall_of
from schools.permissions import Role

ROWS, ROWS_OF_A_REHEARSAL = 30, 6
REHEARSAL = 5
"""Fewer samples than these are a rehearsal: the same with a few rows."""

MOST_BYTES, MOST_SECONDS = 150_000, 0.150
"""Beyond these a page is marked."""

FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET CONSTRAINTS")
"""Words of the transaction around a request; not counted as queries."""


class Browsers:
    """A signed-in client for each kind of person."""

    def __init__(self) -> None:
        self._made: dict[object, Client] = {}
        self._places = (f"10.66.{one}.{other}" for one, other in itertools.product(range(250), range(2, 250)))

    def ask(self, who: Any, path: str, of: Crowd) -> bytes:
        """Ask as somebody, from an address of its own: public doors count tries by address. Raises: NotMeasurable."""
        answer: Any = self._client(who, of).get(path, REMOTE_ADDR=next(self._places))
        if answer.status_code != 200:
            raise NotMeasurable(f"{path} answered {answer.status_code}")
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def queries(self, who: Any, path: str, of: Crowd) -> int:
        """Return how many queries an answer takes, the transaction's own words not counted."""
        with CaptureQueriesContext(connection) as seen:
            self.ask(who, path, of)
        return sum(not one["sql"].startswith(FRAME) for one in seen.captured_queries)

    def seconds(self, who: Any, path: str, of: Crowd, n: int) -> tuple[float, ...]:
        """Return the seconds of `n` answers, by the clock on the wall."""
        return tuple(wall_of(lambda: self.ask(who, path, of)) for _ in range(n))

    def _client(self, who: Any, of: Crowd) -> Client:
        if who not in self._made:
            self._made[who] = client = Client()
            if who != addresses.ANYBODY:
                person = of.draft.homeroom_teacher if who == Role.TEACHER else of.person(who)
                assert person is not None
                client.force_login(person.account)
        return self._made[who]


def measure(n: int) -> list[Figure]:
    """Return a figure for each page over `n` answers with many rows, beside the empty view."""
    missing = addresses.names() - addresses.PAGES.keys() - addresses.NO_PAGE
    if missing:
        raise NotMeasurable(f"hocba/bench/addresses.py does not say who opens {sorted(missing)}")
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.ROOT_URLCONF = empty.__name__
    browsers, few = Browsers(), crowd.few()
    at_first = {name: _queries(browsers, name, few) for name in addresses.PAGES}
    rows = ROWS if n >= REHEARSAL else ROWS_OF_A_REHEARSAL
    many = crowd.many(few, rows)
    browsers.ask(addresses.ANYBODY, empty.ADDRESS, many)
    nothing = browsers.seconds(addresses.ANYBODY, empty.ADDRESS, many, n)
    figures = []
    for name, (who, arguments) in addresses.PAGES.items():
        path = reverse(name, kwargs=arguments(many))
        queries = {"1": at_first[name], str(rows): _queries(browsers, name, many)}
        page, seconds = browsers.ask(who, path, many), browsers.seconds(who, path, many, n)
        over = _over(name, queries, len(page), seconds)
        facts = {"queries": queries, "bytes": len(page), "gzip_bytes": len(gzip.compress(page)), "over": over}
        figures.append(Figure(f"pages.{name}", "s", seconds, "empty view", nothing, facts))
    return figures


def _queries(browsers: Browsers, name: str, of: Crowd) -> int:
    who, arguments = addresses.PAGES[name]
    path = reverse(name, kwargs=arguments(of))
    browsers.ask(who, path, of)  # what is read once a process
    return browsers.queries(who, path, of)


def _over(name: str, queries: Mapping[str, int], size: int, seconds: Sequence[float]) -> list[str]:
    """Return what a page has too much of; `grows`: one query more for each row more.

    A few more are none: the trail names the kinds of things that stand on it, each kind in one query.
    """
    (_, few), (rows, many) = queries.items()
    marks = {
        "bytes": size > MOST_BYTES,
        "queries": many > addresses.MORE_QUERIES.get(name, (addresses.MOST_QUERIES,))[0],
        "p95": percentile(seconds, 95) > MOST_SECONDS,
        "grows": many - few >= int(rows) - 1,
    }
    return [mark for mark, is_over in marks.items() if is_over]
