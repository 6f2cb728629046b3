"""RFC 3161 timestamp tokens: is one about these bytes, by an authority we trust, and made when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import tsp
from cryptography import x509

from signing.seal import tokens
from signing.seal.certificates import common_name
from signing.seal.paths import Embedded, EvidenceLike, PathFinding, validate_path
from signing.seal.tokens import Authority, Broken, Token, failed
from signing.seal.trust import AnchorRole, Trust
from signing.seal.verdict import Reason
from signing.seal.verdict import SubIndication as Sub

MAX_ACCURACY: Final = timedelta(seconds=60)
"""Widest error an authority may claim for its clock; decisions here turn on minutes."""

MAX_TOKEN_BYTES: Final = 64 * 1024
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far in the verifier's future a timestamp may lie."""


@dataclass(frozen=True, slots=True)
class TimestampFinding:
    """What a token says and whether it holds; `gen_time` is None when the token proves nothing."""

    gen_time: datetime | None
    tsa: str
    reasons: tuple[Reason, ...]
    certificate: x509.Certificate | None = None
    certificates: tuple[bytes, ...] = ()
    """DER of the certificates inside the token, as it has them."""


def check_timestamp(
    token: bytes,
    imprint: bytes,
    trust: Trust,
    *,
    evidence: EvidenceLike | None = None,
    at: datetime,
    exact: bool = False,
) -> TimestampFinding:
    """Return when, according to a trusted authority, `imprint` (SHA-256, 32 bytes) existed.

    `evidence` may bring the authority's certificates and revocation data; `at` is the verifier's moment
    (aware), before which the stamp must lie; `exact` asks that everything around what the authority signed is
    written as DER has it, with nothing added. Never raises for a hostile token.
    """
    try:
        if len(token) > MAX_TOKEN_BYTES:
            raise Broken(failed(Sub.FORMAT_FAILURE, "timestamp.format"))
        opened = tokens.opened(token)
        _check_imprint(opened.info, imprint)
        authority = tokens.check_signature(opened, evidence)
        if exact and tokens.written(opened, authority) != token:
            raise Broken(failed(Sub.FORMAT_FAILURE, "timestamp.not-exact"))
    except Broken as broken:
        return TimestampFinding(None, "", (broken.reason,))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        # asn1crypto raises these for malformed DER, and lazily, wherever a field is first read.
        return TimestampFinding(None, "", (failed(Sub.FORMAT_FAILURE, "timestamp.format"),))
    return _judge(opened, authority, trust, evidence, at)


def _check_imprint(info: tsp.TSTInfo, imprint: bytes) -> None:
    stamped = info["message_imprint"]
    if stamped["hash_algorithm"]["algorithm"].native != "sha256":
        raise Broken(Reason.unknown(Sub.CRYPTO_CONSTRAINTS_FAILURE, "time", "timestamp.weak-algorithm"))
    if stamped["hashed_message"].native != imprint:
        raise Broken(failed(Sub.HASH_FAILURE, "timestamp.other-data"))


def _judge(
    token: Token,
    authority: Authority,
    trust: Trust,
    evidence: EvidenceLike | None,
    at: datetime,
) -> TimestampFinding:
    """Weigh trust and time of a token whose signature is right."""
    moment: datetime = token.info["gen_time"].native
    loaded = tokens.loaded(authority.der)
    embedded = Embedded(
        certificates=tuple(dict.fromkeys(token.around(evidence))),
        ocsps=evidence.ocsps if evidence else (),
        crls=evidence.crls if evidence else (),
    )
    path: PathFinding = validate_path(loaded, AnchorRole.TIMESTAMP, trust, moment, embedded)
    reasons = list(path.reasons)
    if _accuracy(token.info) > MAX_ACCURACY:
        reasons.append(Reason.unknown(Sub.SIG_CONSTRAINTS_FAILURE, "time", "timestamp.inaccurate"))
    if moment > at + CLOCK_TOLERANCE:
        reasons.append(
            Reason.unknown(Sub.TIMESTAMP_ORDER_FAILURE, "time", "timestamp.future", time=moment.isoformat())
        )
    return TimestampFinding(moment, common_name(loaded.subject), tuple(reasons), loaded, token.inside)


def _accuracy(info: tsp.TSTInfo) -> timedelta:
    stated = info["accuracy"].native
    if not stated:
        return timedelta(0)
    return timedelta(
        seconds=stated.get("seconds") or 0,
        milliseconds=stated.get("millis") or 0,
        microseconds=stated.get("micros") or 0,
    )
