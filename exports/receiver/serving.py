"""How the receiver is served: the registry's patient worker, with answers in the Ministry's shape."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from exports.ministry import wire
from exports.receiver import door
from exports.receiver.refused import Code, RequestRefused
from hocba.serving.pages import message
from hocba.serving.worker import PatientWorker

CODES = {
    400: Code.MALFORMED,
    408: Code.INCOMPLETE,
    411: Code.LENGTH_REQUIRED,
    413: Code.TOO_LARGE,
    414: Code.HEAD_TOO_LARGE,
    431: Code.HEAD_TOO_LARGE,
    500: Code.UNAVAILABLE,
    503: Code.UNAVAILABLE,
}
"""HTTP status of a request that was not read → why it is refused."""


class ReceiverWorker(PatientWorker):
    """A request reaches a thread when it is whole; who sends slowly holds up nobody."""

    most_body_bytes = wire.MAX_REQUEST_BYTES

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.body_seconds = settings.RECEIVER_BODY_SECONDS
        self.head_seconds = min(self.head_seconds, self.body_seconds)

    def told(self, status: int, number: str, path: str) -> bytes:
        """Return the refusal of what was not read, as every refusal here."""
        refused = door.refused(RequestRefused(CODES[status]), number)
        return message(status, number, door.JSON, wire.dump(refused.as_json()))
