"""Speak to a Sở's gate or the Ministry's warehouse over HTTP. No waiting, no repeating: the caller decides.

`Retryable` says "the same request again, later"; the same `messageid` makes that harmless. `Refused` says
that sending the same again will not help.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from exports.ministry import wire
from exports.ministry.messages import (
    FUNCTION_OF,
    TRANSACTION_OF,
    Answer,
    Authentication,
    CertificateRegistration,
    Login,
    Service,
    password_hash,
    request_body,
)
from exports.ministry.packages import request_bytes

_MESSAGE_SPACE = uuid.UUID("5f0a3f1e-8f0d-5c5e-9d29-3f6b7f0a2c11")
_TOKEN_CODES = frozenset({"TOKEN_UNKNOWN", "TOKEN_EXPIRED"})
_CHUNK_BYTES = 64 * 1024

BodyOf = Callable[[str], bytes]
"""The request for a token."""


class MinistryError(Exception):
    """The other side did not do what was asked."""


class Retryable(MinistryError):
    """No answer, or an answer that says "not now"; `reason` is short and safe to store."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(MinistryError):
    """The other side read the request and refuses it; `answer` says why in its own words."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.error}: {answer.error_description}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Credentials:
    """The account at the other side. `secret` is never sent as it is and never shown."""

    user_name: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """For whom a request is made: the unit and the calendar year in which the school year begins."""

    unit: str
    school_year: int


def message_id(service: Service, unit: str, payload: bytes) -> str:
    """Return the one `messageid` of these bytes, so that a repetition is recognised after any crash."""
    return str(uuid.uuid5(_MESSAGE_SPACE, f"{service.value}|{unit}|{hashlib.sha256(payload).hexdigest()}"))


class MinistryClient:
    """One account at one gate. Safe to share between threads; the token is fetched when it is needed."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        timeout: tuple[float, float] = (5.0, 60.0),
        *,
        escape_quotes: bool = True,
        proxies: dict[str, str] | None = None,
    ) -> None:
        """`timeout`: seconds to connect, seconds between two bytes of the answer."""
        self._base_url = base_url.rstrip("/") + "/"
        self._credentials = credentials
        self._password = password_hash(credentials.secret)
        self._timeout = timeout
        self._escape_quotes = escape_quotes
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc that nobody configured here
        self._session.proxies.update(proxies or {})
        self._token = ""
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def log_in(self) -> None:
        """Ask for a new token and nothing else: whether the account is known. Raises: Retryable, Refused."""
        with self._lock:
            stale = self._token
        self._current_token(stale=stale)

    def register_certificate(
        self, sender: Sender, registration: CertificateRegistration, messageid: str
    ) -> Answer:
        """Transaction 3. Raises: Retryable, Refused."""
        return self._send(Service.REGISTER_CERTIFICATE, sender, messageid, registration.as_json())

    def check_certificate(self, sender: Sender, messageid: str) -> Answer:
        """Transaction 4, about the registration sent under `messageid`. Raises: Retryable, Refused."""
        content = {"ma_nam_hoc": sender.school_year}
        return self._send(Service.CHECK_CERTIFICATE, sender, messageid, content)

    def submit(self, sender: Sender, signed_list: bytes, messageid: str) -> Answer:
        """Transaction 1: acknowledges the reception. Raises: Retryable, Refused, RequestTooLarge."""
        return self._send_list(Service.SUBMIT, sender, messageid, signed_list)

    def check_submission(self, sender: Sender, messageid: str) -> Answer:
        """Transaction 2: `Answer.rows()`; `Response.WORKING` while rows wait. Raises: Retryable, Refused."""
        return self._send(Service.CHECK_SUBMISSION, sender, messageid, None)

    def withdraw(self, sender: Sender, signed_list: bytes, messageid: str) -> Answer:
        """Transaction 5. Raises: Retryable, Refused, RequestTooLarge."""
        return self._send_list(Service.WITHDRAW, sender, messageid, signed_list)

    def check_withdrawal(self, sender: Sender, messageid: str) -> Answer:
        """Transaction 6: `Answer.rows()`. Raises: Retryable, Refused."""
        return self._send(Service.CHECK_WITHDRAWAL, sender, messageid, None)

    def _send(self, service: Service, sender: Sender, messageid: str, content: object) -> Answer:
        def body(token: str) -> bytes:
            return wire.dump(request_body(self._envelope(service, sender, messageid, token), content))

        return self._with_token(service, body)

    def _send_list(self, service: Service, sender: Sender, messageid: str, signed_list: bytes) -> Answer:
        def body(token: str) -> bytes:
            envelope = self._envelope(service, sender, messageid, token)
            return request_bytes(envelope, signed_list, escape_quotes=self._escape_quotes)

        return self._with_token(service, body)

    def _envelope(self, service: Service, sender: Sender, messageid: str, token: str) -> Authentication:
        transaction = TRANSACTION_OF[service]
        return Authentication(
            token=token,
            user_name=self._credentials.user_name,
            password=self._password,
            unit=sender.unit,
            school_year=sender.school_year,
            message_id=messageid,
            transaction=transaction,
            function=FUNCTION_OF[transaction],
        )

    def _with_token(self, service: Service, body: BodyOf) -> Answer:
        token = self._current_token()
        try:
            return self._post(service, body(token))
        except Refused as refusal:
            if refusal.answer.error not in _TOKEN_CODES:
                raise
        return self._post(service, body(self._current_token(stale=token)))

    def _current_token(self, stale: str = "") -> str:
        with self._lock:
            if not self._token or self._token == stale:
                login = Login(self._credentials.user_name, self._password)
                answer = self._post(Service.TOKEN, wire.dump(login.as_json()))
                token = answer.facts.get("token")
                if not isinstance(token, str) or not token:
                    raise Retryable("token-missing")
                self._token = token
            return self._token

    def _post(self, service: Service, body: bytes) -> Answer:
        try:
            with self._session.post(
                self._base_url + service.value,
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                status, text = response.status_code, _bounded(response)
        except requests.RequestException as error:
            raise Retryable(type(error).__name__) from error
        return _judge(status, text)


def _bounded(response: requests.Response) -> bytes:
    received = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        received += chunk
        if len(received) > wire.MAX_ANSWER_BYTES:
            raise Retryable("answer-too-large")
    return bytes(received)


def _judge(status: int, text: bytes) -> Answer:
    try:
        answer = Answer.of_json(wire.load_object(text))
    except wire.MessageError as error:
        raise Retryable(f"http-{status}-answer-not-understood") from error
    if status >= 500 or status in (408, 429):
        raise Retryable(f"http-{status}")
    if status != 200 or answer.error:
        raise Refused(answer)
    return answer
