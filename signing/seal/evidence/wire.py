"""One careful HTTP exchange: kept-alive connections, no redirects, no proxies, a limit on size and time."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import urllib3

from signing.seal.evidence.errors import EvidenceRefused

CHUNK = 64 * 1024
SHORTEST_REST, LONGEST_REST = 2.0, 30.0
"""Seconds for which an address is not asked again after it kept us waiting in vain; doubled each time."""


class _Rests:
    """Addresses that took a question and said nothing. Who is stuck must not hold up every worker in turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, tuple[float, float]] = {}

    def refuse(self, url: str) -> None:
        """Raise EvidenceRefused while an address rests."""
        with self._lock:
            until, _seconds = self._until.get(url, (0.0, 0.0))
        if time.monotonic() < until:
            raise EvidenceRefused("no-answer-in-time")

    def begin(self, url: str) -> None:
        """Let an address rest, twice as long as the last time."""
        with self._lock:
            _until, seconds = self._until.get(url, (0.0, SHORTEST_REST / 2))
            seconds = min(2 * seconds, LONGEST_REST)
            self._until[url] = time.monotonic() + seconds, seconds

    def end(self, url: str) -> None:
        """It has answered."""
        with self._lock:
            self._until.pop(url, None)


class Wire:
    """An HTTP client shared by threads.

    `routes` maps the beginning of an address to the one to ask instead: an inside mirror, or the specimen
    server when the port named in its certificates was taken.
    """

    def __init__(self, timeout: float, routes: Mapping[str, str] | None = None) -> None:
        """Take the seconds that one exchange may last, and the routes."""
        self._timeout = timeout
        self._routes = dict(routes or {})
        self._rests = _Rests()
        self._pool = urllib3.PoolManager(
            maxsize=8, retries=False, timeout=urllib3.Timeout(connect=timeout, read=timeout)
        )

    def get(self, url: str, *, limit: int) -> bytes:
        """Return what a GET answers with, at most `limit` bytes. Raises: EvidenceRefused."""
        return self._exchange("GET", url, None, {}, limit)

    def post(self, url: str, body: bytes, content_type: str, *, limit: int) -> bytes:
        """Return what a POST answers with, at most `limit` bytes. Raises: EvidenceRefused."""
        return self._exchange("POST", url, body, {"Content-Type": content_type}, limit)

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], limit: int
    ) -> bytes:
        if not url.startswith(("http://", "https://")):
            raise EvidenceRefused("unsupported-address")
        target = self._routed(url)
        self._rests.refuse(target)
        try:
            return self._patiently(method, target, body, headers, limit)
        except urllib3.exceptions.NewConnectionError as error:  # refused; urllib3 counts it as a time-out
            raise EvidenceRefused("unreachable") from error
        except urllib3.exceptions.TimeoutError as error:
            self._rests.begin(target)
            raise EvidenceRefused("no-answer-in-time") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise EvidenceRefused("unreachable") from error

    def _patiently(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], limit: int
    ) -> bytes:
        try:
            data = self._once(method, target, body, headers, limit)
        except urllib3.exceptions.ProtocolError:
            # The other side closed a kept-alive connection just now; all our questions may be repeated.
            data = self._once(method, target, body, headers, limit)
        self._rests.end(target)
        return data

    def _once(self, method: str, url: str, body: bytes | None, headers: dict[str, str], limit: int) -> bytes:
        deadline = time.monotonic() + self._timeout
        response = self._pool.request(
            method, url, body=body, headers=headers, redirect=False, preload_content=False
        )
        whole = False
        try:
            if response.status != 200:
                raise EvidenceRefused(f"http-{response.status}")
            data = bytearray()
            for chunk in response.stream(CHUNK, decode_content=False):
                data += chunk
                if len(data) > limit:
                    raise EvidenceRefused("too-long")
                if time.monotonic() > deadline:
                    raise EvidenceRefused("no-answer-in-time")
            whole = True
            return bytes(data)
        finally:
            if not whole:
                response.close()
            response.release_conn()

    def _routed(self, url: str) -> str:
        for prefix, replacement in self._routes.items():
            if url.startswith(prefix):
                return replacement + url[len(prefix) :]
        return url
