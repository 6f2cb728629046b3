"""Signing in: five wrong passwords close an account for a quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from schools import actors, audit
from schools.models import Account

WRONG_PASSWORDS = 5
LOCKED_FOR = timedelta(minutes=15)


class Refused(Exception):
    """Sign-in did not succeed; `sentence` says why without saying which part was wrong."""

    def __init__(self, sentence: object) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def sign_in(username: str, password: str, *, at: datetime) -> Account:
    """Return the account that name and password open, and write the trail.

    The count of wrong tries is kept even when the request fails afterwards. Raises: Refused.
    """
    with transaction.atomic():
        account = (
            Account.objects.select_for_update().filter(username=username).select_related("person").first()
        )
        if account is None:
            make_password(password)  # the same time as a wrong password takes
            outcome: object = _WRONG
        else:
            outcome = _try(account, password, at)
    if outcome is not None or account is None:
        raise Refused(outcome)
    actor = actors.of(account.person, at)
    audit.record(actor, "session.open", unit_path=actor.home_path, subject=("account", account.pk))
    return account


_WRONG = _("Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại, hoặc nhờ nhà trường cấp lại mật khẩu.")
_LOCKED = _("Tài khoản tạm khóa 15 phút vì nhập sai nhiều lần. Hãy thử lại sau, hoặc nhờ nhà trường mở giúp.")


def _try(account: Account, password: str, at: datetime) -> object | None:
    if account.locked_until and account.locked_until > at:
        return _LOCKED
    if account.is_active and account.check_password(password):
        account.failed_attempts, account.locked_until = 0, None
        account.save(update_fields=["failed_attempts", "locked_until"])
        return None
    account.failed_attempts += 1
    if account.failed_attempts >= WRONG_PASSWORDS:
        account.failed_attempts, account.locked_until = 0, at + LOCKED_FOR
    account.save(update_fields=["failed_attempts", "locked_until"])
    return _LOCKED if account.locked_until and account.locked_until > at else _WRONG
