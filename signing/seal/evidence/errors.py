"""What can go wrong while proof is fetched."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from cryptography import x509

from hocba.kernel.errors import Conflict, Unavailable

CLOCK_WRONG = "clock-wrong"


class EvidenceRefused(Unavailable):
    """One answer cannot be used; `reason` is a stable word. Callers of the clients see the classes below."""

    code: ClassVar[str] = "evidence-refused"

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__("", code=None, reason=reason, **facts)
        self.reason = reason


class TimestampUnavailable(Unavailable):
    """No timestamp authority gave a usable token; `attempts` says for each address why.

    `case` is "clock-wrong" when their clocks alone stand in the way: then it is ours that must be looked at.
    """

    code: ClassVar[str] = "timestamp-unavailable"

    def __init__(self, attempts: tuple[tuple[str, str], ...]) -> None:
        ours = bool(attempts) and all(reason == "clock" for _address, reason in attempts)
        super().__init__(code=CLOCK_WRONG if ours else None, attempts=attempts)
        self.attempts = attempts


class RevocationUnavailable(Unavailable):
    """Nothing usable says whether this certificate is revoked; `attempts` says for each address why."""

    code: ClassVar[str] = "revocation-unavailable"

    def __init__(self, subject: str, attempts: tuple[tuple[str, str], ...]) -> None:
        super().__init__(subject=subject, attempts=attempts)
        self.subject = subject
        self.attempts = attempts


class CertificateRevoked(Conflict):
    """The issuer says that this certificate is revoked, since `at` and for `reason`."""

    code: ClassVar[str] = "certificate-revoked"

    def __init__(
        self, certificate: x509.Certificate, at: datetime | None, reason: x509.ReasonFlags | None
    ) -> None:
        serial, subject = f"{certificate.serial_number:x}", certificate.subject.rfc4514_string()
        why = reason.value if reason else None
        super().__init__(serial=serial, subject=subject, at=at, reason=why)
        self.serial = serial
        self.at = at
        self.reason = reason


class CertificateNotValid(Conflict):
    """The certificate has expired or is not valid yet at the time asked for."""

    code: ClassVar[str] = "certificate-not-valid"

    def __init__(self, certificate: x509.Certificate, at: datetime) -> None:
        super().__init__(
            serial=f"{certificate.serial_number:x}",
            subject=certificate.subject.rfc4514_string(),
            at=at,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )
