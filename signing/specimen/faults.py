"""Switches that break the specimen services on purpose, for tests of what happens then."""

from __future__ import annotations

import threading
from datetime import timedelta
from enum import StrEnum

from signing.specimen.pki import TIMESTAMP_AUTHORITIES
from signing.specimen.timestamping import Twist

SERVICES = ("ocsp", "crl", *TIMESTAMP_AUTHORITIES)
LONG_AGO = timedelta(days=30)
"""How old a stale answer is."""


class Mode(StrEnum):
    """How a service answers."""

    OK = "ok"
    SILENT = "silent"  # takes the request and says nothing until the mode changes
    ERROR = "error"  # HTTP 503
    GARBAGE = "garbage"  # 200 with bytes that are no answer
    STALE = "stale"  # OCSP, CRL: an answer of thirty days ago
    FOREIGN = "foreign"  # OCSP, CRL: signed by another CA's responder
    WRONG_NONCE = "wrong-nonce"  # timestamps
    WRONG_IMPRINT = "wrong-imprint"
    WRONG_SIGNATURE = "wrong-signature"


TWISTS = {
    Mode.WRONG_NONCE: Twist(other_nonce=True),
    Mode.WRONG_IMPRINT: Twist(other_imprint=True),
    Mode.WRONG_SIGNATURE: Twist(broken_signature=True),
}


class Faults:
    """The current mode of each service, and how many requests it has had."""

    def __init__(self) -> None:
        self._modes = dict.fromkeys(SERVICES, Mode.OK)
        self._counts = dict.fromkeys(SERVICES, 0)
        self._changed = threading.Condition()

    def set(self, service: str, mode: Mode) -> None:
        """Change a service's mode, and let go of the requests that wait in silence.

        Raises: KeyError for a service that does not exist.
        """
        with self._changed:
            if service not in self._modes:
                raise KeyError(service)
            self._modes[service] = mode
            self._changed.notify_all()

    def count_and_mode(self, service: str) -> Mode:
        """Count one request and return how to answer it."""
        with self._changed:
            self._counts[service] += 1
            return self._modes[service]

    def state(self, service: str) -> dict[str, object]:
        """Return the mode and the number of requests so far."""
        with self._changed:
            return {"mode": self._modes[service], "requests": self._counts[service]}

    def wait_while_silent(self, service: str) -> None:
        """Block until the service speaks again."""
        with self._changed:
            self._changed.wait_for(lambda: self._modes[service] is not Mode.SILENT)
