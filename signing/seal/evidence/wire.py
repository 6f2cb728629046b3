"""One careful HTTP exchange: kept-alive connections, no redirects, no proxies, a limit on size and time."""

from __future__ import annotations

import time
from collections.abc import Mapping

import urllib3

from signing.seal.evidence.errors import EvidenceRefused

CHUNK = 64 * 1024


class Wire:
    """An HTTP client shared by threads.

    `routes` maps the beginning of an address to the one to ask instead: an inside mirror, or the specimen
    server when the port named in its certificates was taken.
    """

    def __init__(self, timeout: float, routes: Mapping[str, str] | None = None) -> None:
        """Take the seconds that one exchange may last, and the routes."""
        self._timeout = timeout
        self._routes = dict(routes or {})
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
        try:
            try:
                return self._once(method, target, body, headers, limit)
            except urllib3.exceptions.ProtocolError:
                # The other side closed a kept-alive connection just now; all our questions may be repeated.
                return self._once(method, target, body, headers, limit)
        except urllib3.exceptions.NewConnectionError as error:  # refused; urllib3 counts it as a time-out
            raise EvidenceRefused("unreachable") from error
        except urllib3.exceptions.TimeoutError as error:
            raise EvidenceRefused("no-answer-in-time") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise EvidenceRefused("unreachable") from error

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
