"""What verification says: never a boolean, always reasons (vocabulary of ETSI EN 319 102-1).

Reasons are codes with facts; `signing.sentences` turns them into Vietnamese at the doors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Indication(StrEnum):
    """The verdict on a file; the order of severity is PASSED < INDETERMINATE < FAILED."""

    PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "TOTAL-FAILED"


class SubIndication(StrEnum):
    """Why a verdict is not TOTAL-PASSED (EN 319 102-1, table 5 and 6)."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    NO_POE = "NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    TRY_LATER = "TRY_LATER"


class Line(StrEnum):
    """State of one of the six lines a verdict shows."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_SHOWN = "not-shown"


class Status(StrEnum):
    """Standing of the transcript in the dated status list."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What kind of file was verified."""

    XML = "xml"
    PDF = "pdf"
    BUNDLE = "bundle"


LINE_NAMES = ("integrity", "signers", "authority", "time", "log", "status")

_SEVERITY = {Indication.PASSED: 0, Indication.INDETERMINATE: 1, Indication.FAILED: 2}


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding: what it does to the verdict, on which line, as a code with facts (strings)."""

    indication: Indication
    subindication: SubIndication | None
    line: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def failed(cls, sub: SubIndication, line: str, code: str, **facts: object) -> Reason:
        """Return a finding that makes the file worthless."""
        return cls(Indication.FAILED, sub, line, code, _facts(facts))

    @classmethod
    def unknown(cls, sub: SubIndication, line: str, code: str, **facts: object) -> Reason:
        """Return a finding that leaves the verdict open."""
        return cls(Indication.INDETERMINATE, sub, line, code, _facts(facts))

    @classmethod
    def noted(cls, line: str, code: str, **facts: object) -> Reason:
        """Return a finding that lowers nothing."""
        return cls(Indication.PASSED, None, line, code, _facts(facts))


def _facts(facts: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in sorted(facts.items()))


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """What is said of a signer's certificate; `status` is good, revoked, expired or unknown at signing time."""

    serial: str
    not_before: datetime
    not_after: datetime
    status: str


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature: who, when (claimed and proven), what it covers, and whether it holds."""

    role: str
    signer: str
    issuer: str
    signing_time: datetime | None
    timestamp: datetime | None
    certificate: CertificateReport | None
    integrity: bool
    covers: str
    personal_number: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that a verifier found in one file. `document` is what the XML itself states (national.parse)."""

    kind: Kind
    indication: Indication
    subindication: SubIndication | None
    look_up_code: str | None
    signatures: tuple[SignatureReport, ...]
    structure: bool
    status: Status
    lines: dict[str, Line]
    reasons: tuple[Reason, ...]
    status_at: datetime | None = None
    xml: bytes | None = field(default=None, repr=False)


def conclude(
    kind: Kind,
    reasons: Iterable[Reason],
    *,
    look_up_code: str | None = None,
    signatures: tuple[SignatureReport, ...] = (),
    structure: bool = False,
    status: Status = Status.UNKNOWN,
    status_at: datetime | None = None,
    lines: dict[str, Line] | None = None,
    xml: bytes | None = None,
) -> Verdict:
    """Return the verdict the findings add up to: the worst one decides, the first of the worst names why."""
    found = tuple(reasons)
    worst = max(found, key=lambda reason: _SEVERITY[reason.indication], default=None)
    states = dict.fromkeys(LINE_NAMES, Line.PASSED) | (lines or {})
    for reason in found:
        states[reason.line] = _worse(states[reason.line], reason.indication)
    return Verdict(
        kind=kind,
        indication=worst.indication if worst else Indication.PASSED,
        subindication=worst.subindication if worst else None,
        look_up_code=look_up_code,
        signatures=signatures,
        structure=structure,
        status=status,
        lines=states,
        reasons=found,
        status_at=status_at,
        xml=xml,
    )


def with_reasons(
    verdict: Verdict, extra: Iterable[Reason], *, first: bool = False, **changes: object
) -> Verdict:
    """Return `verdict` with more findings weighed in and, where given, other fields replaced.

    `first` puts them before the others, which follow from them.
    """
    again = conclude(
        verdict.kind,
        (*extra, *verdict.reasons) if first else (*verdict.reasons, *extra),
        look_up_code=verdict.look_up_code,
        signatures=verdict.signatures,
        structure=verdict.structure,
        status=verdict.status,
        status_at=verdict.status_at,
        lines=verdict.lines,
        xml=verdict.xml,
    )
    return replace(again, **changes)  # type: ignore[arg-type]


def _worse(line: Line, indication: Indication) -> Line:
    if indication is Indication.FAILED or line is Line.FAILED:
        return Line.FAILED
    if indication is Indication.INDETERMINATE or line is Line.UNKNOWN:
        return Line.UNKNOWN
    return line
