"""Timestamps from authorities over HTTP (RFC 3161), with a second authority when the first one fails."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from asn1crypto import cms, core, tsp
from cryptography import x509

from signing.seal.evidence.errors import EvidenceRefused, TimestampUnavailable
from signing.seal.evidence.tokens import check_issued_for_timestamps, read_token
from signing.seal.evidence.wire import Wire

QUERY_TYPE = "application/timestamp-query"
ANSWER_LIMIT = 64 * 1024
DIGEST_BYTES = 32
TOLERANCE = timedelta(minutes=2)
"""How far an authority's clock may be from ours."""

REST = timedelta(seconds=30)
"""How long an authority that failed is asked last, so that each stamp does not wait for its time-out."""


class TimestampClient:
    """Asks timestamp authorities in order; safe for threads, connections are kept alive."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        anchors: Sequence[x509.Certificate],
        clock: Callable[[], datetime],
        timeout: float = 5.0,
        routes: Mapping[str, str] | None = None,
    ) -> None:
        """Take the authorities' addresses, whom to believe, the time, and seconds per authority."""
        if not urls:
            raise ValueError("a timestamp client needs at least one authority")
        self._urls = tuple(urls)
        self._anchors = tuple(anchors)
        self._clock = clock
        self._wire = Wire(timeout, routes)
        self._failed: dict[str, datetime] = {}

    def stamp(self, digest: bytes) -> bytes:
        """Return the DER TimeStampToken over a SHA-256 digest, its certificates inside.

        Nonce, imprint, signature, authority and clock are checked.
        Raises: TimestampUnavailable when no authority gives a usable token; ValueError for another digest.
        """
        if len(digest) != DIGEST_BYTES:
            raise ValueError("a SHA-256 digest has 32 bytes")
        attempts = []
        for url in self._order():
            try:
                token = self._ask(url, digest)
            except EvidenceRefused as refusal:
                self._failed[url] = self._clock()
                attempts.append((url, refusal.reason))
            else:
                self._failed.pop(url, None)
                return token
        raise TimestampUnavailable(tuple(attempts))

    def _order(self) -> list[str]:
        now = self._clock()
        failed = dict(self._failed)
        return sorted(self._urls, key=lambda url: url in failed and now - failed[url] < REST)

    def _ask(self, url: str, digest: bytes) -> bytes:
        nonce = secrets.randbits(64)
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
        query = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
        answer = self._wire.post(url, tsp.TimeStampReq(query).dump(), QUERY_TYPE, limit=ANSWER_LIMIT)
        token = _granted(answer)
        facts = read_token(token)
        if facts.nonce != nonce:
            raise EvidenceRefused("wrong-nonce")
        if (facts.algorithm, facts.imprint) != ("sha256", digest):
            raise EvidenceRefused("wrong-imprint")
        check_issued_for_timestamps(facts, self._anchors)
        if abs(facts.moment - self._clock()) > TOLERANCE:
            raise EvidenceRefused("clock")
        return token


class _Response(core.Sequence):
    """TimeStampResp with the token optional, as RFC 3161 §2.4.2 has it and asn1crypto's class has not."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def _granted(answer: bytes) -> bytes:
    try:
        response = _Response.load(answer, strict=True)
        status = response["status"]["status"].native
        token: bytes = response["time_stamp_token"].dump()
    except (ValueError, TypeError, KeyError) as error:
        raise EvidenceRefused("malformed") from error
    if status not in ("granted", "granted_with_mods") or not token:
        raise EvidenceRefused("rejected", status=status)
    return token
