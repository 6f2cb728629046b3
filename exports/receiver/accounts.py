"""Who asks: accounts with secrets, tokens with a lifetime, units for which an account may speak."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from exports.ministry.messages import Authentication, Login, password_hash
from exports.receiver.models import Token, Unit
from exports.receiver.refused import Code, RequestRefused

_ROUNDS = 20_000  # machine secrets, checked at each request; strong enough against a stolen database
_NO_SALT = bytes(16)
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that proved itself, and the unit for which it speaks."""

    account: Unit
    unit: Unit
    authentication: Authentication


def add_unit(code: str, name: str, secret: str, *, parent: str = "", at: datetime) -> Unit:
    """Create or change a unit; an empty secret makes a unit that only its parents may speak for.

    Raises: Unit.DoesNotExist, when the parent is unknown.
    """
    salt = secrets.token_bytes(16)
    values = {
        "name": name,
        "parent": Unit.objects.get(code=parent) if parent else None,
        "secret_salt": salt if secret else b"",
        "secret_hash": _hash(password_hash(secret), salt) if secret else b"",
    }
    unit, _ = Unit.objects.update_or_create(
        code=code, defaults=values, create_defaults=values | {"code": code, "created_at": at}
    )
    return unit


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)


def log_in(login: Login) -> Unit:
    """Return the account. The work is the same whether it exists or not. Raises: RequestRefused."""
    account = Unit.objects.filter(code=login.user_name).first()
    stored = bytes(account.secret_hash) if account else b""
    salt = bytes(account.secret_salt) if account and stored else _NO_SALT
    if not hmac.compare_digest(_hash(login.password, salt), stored) or account is None:
        raise RequestRefused(Code.LOGIN)
    return account


def give_token(account: Unit, at: datetime) -> tuple[str, datetime]:
    """Return a new token and when it ends; forget those that have ended."""
    Token.objects.filter(account=account, expires_at__lte=at).delete()
    token = secrets.token_urlsafe(32)
    expires_at = at + timedelta(seconds=settings.RECEIVER_TOKEN_SECONDS)
    Token.objects.create(digest=_digest(token), account=account, expires_at=expires_at)
    return token, expires_at


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate(authentication: Authentication, at: datetime) -> Caller:
    """Return who asks: password, then token, then the right to speak for the unit. Raises: RequestRefused."""
    account = log_in(Login(authentication.user_name, authentication.password))
    token = Token.objects.filter(digest=_digest(authentication.token), account=account).first()
    if token is None:
        raise RequestRefused(Code.TOKEN_UNKNOWN)
    if token.expires_at <= at:
        raise RequestRefused(Code.TOKEN_EXPIRED)
    unit = Unit.objects.filter(code=authentication.unit).first()
    if unit is None or not speaks_for(account, unit):
        raise RequestRefused(Code.UNIT)
    return Caller(account, unit, authentication)


def speaks_for(upper: Unit, unit: Unit) -> bool:
    """Say whether `unit` is `upper` or lies below it."""
    step: Unit | None = unit
    for _ in range(_DEEPEST):
        if step is None or step.pk == upper.pk:
            break
        step = step.parent
    return step is not None and step.pk == upper.pk
