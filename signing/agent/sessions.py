"""Open sessions: one credential each, a number of signatures, an end; the key lives in memory meanwhile."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID

from signing.agent.journal import Journal, session_mark
from signing.agent.keyfiles import KeyFiles
from signing.agent.refusals import LimitReached, PinLocked, SessionExpired, WrongAlgorithm, WrongPin
from signing.specimen.files import SigningKey

MOST_MINUTES = 60
MOST_SIGNATURES = 10_000
ECDSA, RSA = "ecdsa-p256-sha256", "rsa-sha256"
PREHASHED = Prehashed(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Opened:
    """What the caller learns about a session."""

    session: str
    expires_at: datetime
    remaining: int


@dataclass(slots=True)
class _Session:
    credential: str
    holder: str
    purpose: str
    key: SigningKey
    expires_at: datetime
    remaining: int


class Sessions:
    """The table of open sessions; every method takes the time, and is safe for threads."""

    def __init__(self, keys: KeyFiles, journal: Journal) -> None:
        self._keys = keys
        self._journal = journal
        self._open: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def authorise(
        self, credential: str, pin: str, count: int, minutes: int, purpose: str, now: datetime
    ) -> Opened:
        """Open a session for at most `count` signatures within `minutes`.

        Raises: UnknownCredential, WrongPin(remaining), PinLocked.
        """
        holder = _holder(self._keys.chain(credential)[0])
        facts = {"credential": credential, "holder": holder, "purpose": purpose}
        try:
            key = self._keys.open(credential, pin)
        except (WrongPin, PinLocked) as refusal:
            self._journal.record(now, refusal.code, **facts)
            raise
        session = secrets.token_urlsafe(32)
        expires_at = now + timedelta(minutes=minutes)
        mark = session_mark(session)
        self._journal.record(now, "authorised", session=mark, count=count, minutes=minutes, **facts)
        with self._lock:
            self._drop_expired(now)
            self._open[session] = _Session(credential, holder, purpose, key, expires_at, count)
        return Opened(session, expires_at, count)

    def sign(
        self, session: str, algorithm: str, digests: Sequence[bytes], now: datetime
    ) -> tuple[list[bytes], int]:
        """Sign SHA-256 digests, all or none; return DER (ECDSA) or PKCS#1 signatures, and how many are left.

        Raises: SessionExpired, LimitReached(remaining), WrongAlgorithm.
        """
        with self._lock:
            self._drop_expired(now)
            entry = self._open.get(session)
            if entry is None:
                raise SessionExpired
            if algorithm != _algorithm_of(entry.key):
                raise WrongAlgorithm(expected=_algorithm_of(entry.key))
            if len(digests) > entry.remaining:
                raise LimitReached(remaining=entry.remaining)
            entry.remaining -= len(digests)
            remaining = entry.remaining
        self._journal.record(
            now,
            "sign",
            session=session_mark(session),
            credential=entry.credential,
            holder=entry.holder,
            purpose=entry.purpose,
            count=len(digests),
            digests=[digest.hex() for digest in digests],
        )
        return [_signature(entry.key, digest) for digest in digests], remaining

    def close(self, session: str, now: datetime) -> None:
        """Close a session and forget its key; closing it twice is no error."""
        with self._lock:
            entry = self._open.pop(session, None)
        if entry is not None:
            mark = session_mark(session)
            self._journal.record(now, "closed", session=mark, credential=entry.credential)

    def _drop_expired(self, now: datetime) -> None:
        for session in [name for name, entry in self._open.items() if entry.expires_at <= now]:
            del self._open[session]


def algorithm_of(certificate: x509.Certificate) -> str:
    """Return the algorithm that a certificate's key signs with."""
    return ECDSA if isinstance(certificate.public_key(), ec.EllipticCurvePublicKey) else RSA


def _algorithm_of(key: SigningKey) -> str:
    return ECDSA if isinstance(key, ec.EllipticCurvePrivateKey) else RSA


def _signature(key: SigningKey, digest: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(digest, ec.ECDSA(PREHASHED))
    return key.sign(digest, padding.PKCS1v15(), PREHASHED)


def _holder(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
