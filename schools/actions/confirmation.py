"""The confirmation code: four digits told in words, which a screen reader can read; each is good for one try.

No session and no script: the form carries a token, a random value and a time under our signature. The digits
follow from it only with the server's key, so they stand on the page in words and nowhere else
(`docs/adr/0019-confirmation-code-in-words.md`).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Invalid
from schools.actions import throttle

LENGTH = 4
SECONDS = 10 * 60
_SALT = "signing.confirmation"


@dataclass(frozen=True, slots=True)
class Question:
    """What the form carries, and the digits that the page tells in words."""

    token: str
    digits: str


def ask(at: datetime) -> Question:
    """Return a new question, good for ten minutes and one try."""
    token = _signer().sign(f"{secrets.token_urlsafe(12)}.{int(at.timestamp())}")
    return Question(token, _digits(token))


def still_open(token: str, at: datetime) -> Question | None:
    """Return the question that this token asked, unless it is ours no more or older than ten minutes."""
    try:
        asked_at = int(_signer().unsign(token).rpartition(".")[2])
    except signing.BadSignature:
        return None
    return Question(token, _digits(token)) if at.timestamp() - asked_at <= SECONDS else None


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)


def check(token: str, digits: str, *, at: datetime) -> None:
    """Use the question up and compare. Raises: Invalid for `confirmation`; Unavailable, when nobody can say
    whether it was used before.
    """
    question = still_open(token, at)
    if question is None or not throttle.first_use("confirmation", token, 2 * SECONDS):
        raise _refused(_("Mã xác nhận cũ đã hết hạn hoặc đã dùng rồi. Hãy nhập mã mới."), "confirmation-over")
    if not hmac.compare_digest(question.digits.encode(), digits.encode()):
        raise _refused(_("Mã xác nhận chưa đúng. Hãy nhập mã mới."), "confirmation-wrong")


def _digits(token: str) -> str:
    number = int(salted_hmac(_SALT, token, algorithm="sha256").hexdigest(), 16)
    return f"{number % 10**LENGTH:0{LENGTH}}"


def _refused(sentence: object, case: str) -> Invalid:
    return Invalid(sentence, fields={"confirmation": sentence}, code=case)
