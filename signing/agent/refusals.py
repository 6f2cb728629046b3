"""Every way in which the agent says no, with its HTTP status and its stable code."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """The agent refuses; `facts` go into the answer beside the code."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad-request"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts


class NoToken(Refusal):
    """The bearer token is absent or wrong."""

    status, code = HTTPStatus.UNAUTHORIZED, "no-token"


class UnknownCredential(Refusal):
    """No key of this name is here."""

    status, code = HTTPStatus.NOT_FOUND, "unknown-credential"


class WrongPin(Refusal):
    """The PIN does not open the key; `remaining` tries are left."""

    status, code = HTTPStatus.FORBIDDEN, "wrong-pin"


class PinLocked(Refusal):
    """Too many wrong PINs; the key stays shut until it is unlocked on purpose."""

    status, code = HTTPStatus.LOCKED, "pin-locked"


class SessionExpired(Refusal):
    """The session is unknown, closed, or past its end."""

    status, code = HTTPStatus.GONE, "session-expired"


class LimitReached(Refusal):
    """More digests than the session has signatures left (`remaining`); none was signed."""

    status, code = HTTPStatus.CONFLICT, "limit-reached"


class WrongAlgorithm(Refusal):
    """The key cannot sign with this algorithm."""

    code = "wrong-algorithm"
