"""Keys that are elsewhere: the protocol of a key backend, and the client of the key agent.

This process never sees a private key. It asks for certificates, opens a session with the signer's PIN for a
stated number of signatures, and sends digests. Nothing is retried here that could sign twice.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import quote

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hocba.kernel.errors import Conflict, DomainError, Invalid, Unavailable

ECDSA_P256_SHA256 = "ecdsa-p256-sha256"
RSA_SHA256 = "rsa-sha256"
ANSWER_LIMIT = 16 * 1024 * 1024


class WrongPin(Invalid):
    """The PIN is wrong; `remaining` tries are left before the key locks."""

    code: ClassVar[str] = "wrong-pin"

    def __init__(self, remaining: int) -> None:
        super().__init__(remaining=remaining)
        self.remaining = remaining


class PinLocked(Conflict):
    """Too many wrong PINs: the key is shut."""

    code: ClassVar[str] = "pin-locked"


class SessionExpired(Conflict):
    """The signing session is closed or past its end: the signer authorises anew."""

    code: ClassVar[str] = "session-expired"


class SessionExhausted(Conflict):
    """More digests than the session still allows (`remaining`); none of them was signed."""

    code: ClassVar[str] = "session-exhausted"

    def __init__(self, remaining: int) -> None:
        super().__init__(remaining=remaining)
        self.remaining = remaining


class KeyUnavailable(Unavailable):
    """The key, or the device that holds it, cannot be reached or does not know this credential."""

    code: ClassVar[str] = "key-unavailable"


@dataclass(frozen=True, slots=True)
class Session:
    """An authorised session: `id` is a secret, `remaining` the signatures still allowed."""

    id: str
    credential: str
    expires_at: datetime
    remaining: int


class KeyBackend(Protocol):
    """What the pipeline needs of a token, an HSM or a remote signing service."""

    def certificates(self, credential: str) -> list[bytes]:
        """Return the DER certificates of a credential, its own first. Raises: KeyUnavailable."""

    def authorise(self, credential: str, pin: str, count: int, minutes: int, purpose: str) -> Session:
        """Open a session for `count` signatures within `minutes`; `purpose` is shown and logged.

        Raises: WrongPin, PinLocked, KeyUnavailable.
        """

    def sign(self, session_id: str, digests: Sequence[bytes], algorithm: str) -> list[bytes]:
        """Sign SHA-256 digests, all or none: DER for ECDSA, PKCS#1 v1.5 for RSA, in the same order.

        Raises: SessionExpired, SessionExhausted, KeyUnavailable.
        """

    def close(self, session_id: str) -> None:
        """End a session early. Raises: KeyUnavailable."""


class AgentKeys:
    """The key backend that talks to a key agent over loopback HTTP; safe for threads."""

    def __init__(self, url: str, token: str, *, timeout: float = 10.0) -> None:
        """Take the agent's address, its bearer token, and how many seconds to wait for an answer."""
        self._url = url.rstrip("/")
        self._token = token
        self._pool = urllib3.PoolManager(
            maxsize=8, retries=False, timeout=urllib3.Timeout(connect=timeout, read=timeout)
        )

    @classmethod
    def from_directory(cls, url: str, directory: Path, *, timeout: float = 10.0) -> AgentKeys:
        """Return the client for an agent whose token lies in `<directory>/token`. Raises: KeyUnavailable."""
        try:
            return cls(url, (directory / "token").read_text("ascii").strip(), timeout=timeout)
        except OSError as error:
            raise KeyUnavailable(reason="no-token") from error

    def certificates(self, credential: str) -> list[bytes]:
        """Return the DER certificates of a credential, its own first. Raises: KeyUnavailable."""
        answer = self._call("GET", f"/credentials/{quote(credential, safe='')}", None)
        return _decoded(answer, "chain")

    def authorise(self, credential: str, pin: str, count: int, minutes: int, purpose: str) -> Session:
        """Open a session. Raises: WrongPin, PinLocked, KeyUnavailable."""
        wish: dict[str, object] = {
            "credential": credential,
            "pin": pin,
            "hashes_expected": count,
            "minutes": minutes,
            "purpose": purpose,
        }
        answer = self._call("POST", "/authorize", wish)
        try:
            expires_at = datetime.fromisoformat(str(answer["expires_at"]))
            return Session(str(answer["session"]), credential, expires_at, int(str(answer["remaining"])))
        except (KeyError, ValueError) as error:
            raise KeyUnavailable(reason="unreadable") from error

    def sign(self, session_id: str, digests: Sequence[bytes], algorithm: str) -> list[bytes]:
        """Sign digests. Raises: SessionExpired, SessionExhausted, KeyUnavailable."""
        encoded = [base64.b64encode(digest).decode("ascii") for digest in digests]
        wish: dict[str, object] = {"session": session_id, "algorithm": algorithm, "digests": encoded}
        signatures = _decoded(self._call("POST", "/sign", wish), "signatures")
        if len(signatures) != len(digests):
            raise KeyUnavailable(reason="unreadable")
        return signatures

    def close(self, session_id: str) -> None:
        """End a session early; one that has ended already is no error. Raises: KeyUnavailable."""
        self._call("POST", "/close", {"session": session_id})

    def _call(self, method: str, path: str, wish: dict[str, object] | None) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = None if wish is None else json.dumps(wish, ensure_ascii=False).encode("utf-8")
        try:
            response = self._pool.request(
                method, self._url + path, body=body, headers=headers, redirect=False
            )
            answer = json.loads(response.data[:ANSWER_LIMIT])
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise KeyUnavailable(reason="unreachable") from error
        except ValueError as error:
            raise KeyUnavailable(reason="unreadable") from error
        if not isinstance(answer, dict):
            raise KeyUnavailable(reason="unreadable")
        if response.status != 200:
            raise _refusal(answer)
        return answer


def _refusal(answer: dict[str, object]) -> DomainError:
    remaining = answer.get("remaining")
    match answer.get("error"):
        case "wrong-pin" if isinstance(remaining, int):
            return WrongPin(remaining)
        case "pin-locked":
            return PinLocked()
        case "session-expired":
            return SessionExpired()
        case "limit-reached" if isinstance(remaining, int):
            return SessionExhausted(remaining)
        case reason:
            return KeyUnavailable(reason=str(reason), detail=answer.get("detail"))


def _decoded(answer: dict[str, object], name: str) -> list[bytes]:
    values = answer.get(name)
    if not isinstance(values, list):
        raise KeyUnavailable(reason="unreadable")
    try:
        return [base64.b64decode(value, validate=True) for value in values]
    except (binascii.Error, ValueError, TypeError) as error:
        raise KeyUnavailable(reason="unreadable") from error


def algorithm_for(certificate: x509.Certificate) -> str:
    """Return the algorithm to ask for with this certificate.

    Raises: KeyUnavailable for a key that is neither P-256 nor RSA.
    """
    match certificate.public_key():
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return ECDSA_P256_SHA256
        case rsa.RSAPublicKey():
            return RSA_SHA256
    raise KeyUnavailable(reason="unsupported-key")
