"""The one way in which the receiver says no to a request as a whole."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a request is refused; messages and contents that cannot be read bring codes of their own."""

    METHOD = "METHOD"
    LENGTH_REQUIRED = "LENGTH_REQUIRED"
    TOO_LARGE = "REQUEST_TOO_LARGE"
    INCOMPLETE = "REQUEST_INCOMPLETE"
    MALFORMED = "REQUEST_MALFORMED"
    HEAD_TOO_LARGE = "REQUEST_HEAD_TOO_LARGE"
    LOGIN = "LOGIN_WRONG"
    TOKEN_UNKNOWN = "TOKEN_UNKNOWN"  # noqa: S105 - a code, not a secret
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105
    UNIT = "UNIT_NOT_YOURS"
    TYPE = "TYPE_OTHER_SERVICE"
    MESSAGE_REUSED = "MESSAGE_ID_REUSED"
    MESSAGE_UNKNOWN = "MESSAGE_ID_UNKNOWN"
    NOT_APPROVED = "CERTIFICATE_NOT_APPROVED"
    CERTIFICATE_UNREADABLE = "CERTIFICATE_UNREADABLE"
    CERTIFICATE_SERIAL = "CERTIFICATE_SERIAL"
    CERTIFICATE_ISSUER = "CERTIFICATE_ISSUER"
    CERTIFICATE_PERIOD = "CERTIFICATE_PERIOD"
    CERTIFICATE_OTHER_UNIT = "CERTIFICATE_OTHER_UNIT"
    CERTIFICATE_BY_DESK = "CERTIFICATE_REFUSED"
    LIST_SIGNATURE = "LIST_SIGNATURE_INVALID"
    LIST_SIGNER = "LIST_SIGNER_NOT_APPROVED"
    UNAVAILABLE = "UNAVAILABLE"


STATUS = {
    Code.METHOD: 405,
    Code.LENGTH_REQUIRED: 411,
    Code.TOO_LARGE: 413,
    Code.INCOMPLETE: 408,
    Code.LOGIN: 401,
    Code.TOKEN_UNKNOWN: 401,
    Code.TOKEN_EXPIRED: 401,
    Code.UNIT: 403,
    Code.MESSAGE_REUSED: 409,
    Code.MESSAGE_UNKNOWN: 404,
    Code.UNAVAILABLE: 503,
}
"""HTTP status of a refusal; 400 where a message is malformed, 422 for the rest."""


class RequestRefused(Exception):
    """The request is refused; `field` names the wrong field where there is one."""

    def __init__(self, code: str, field: str = "", message_id: str = "") -> None:
        """`code` is a Code or the code of a fault in message, content or list."""
        super().__init__(code)
        self.code = str(code)
        self.field = field
        self.message_id = message_id

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        if self.code in STATUS:
            return STATUS[Code(self.code)]
        return 400 if self.code.startswith(("MESSAGE_", "REQUEST_")) else 422
