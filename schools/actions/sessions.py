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

    The caller answers a refusal and does not fail, or the count of wrong tries is rolled back with it.
    Raises: Refused.
    """
    with transaction.atomic():
        # The account alone is locked: the person's row is referred to by everything that person does.
        rows = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
        account = rows.filter(username=username).first()
        if account is None:
            make_password(password)  # the same time as a wrong password takes
            raise Refused(_WRONG)
        outcome = _try(account, password, at)
        actor = actors.of(account.person, at)
        if outcome is None:
            audit.record(actor, "session.open", unit_path=actor.home_path, subject=("account", account.pk))
        elif outcome is _CLOSED:
            by = actors.system(at)
            audit.record(by, "session.lock", unit_path=actor.home_path, subject=("account", account.pk))
    if outcome is not None:
        raise Refused(_LOCKED if outcome is _CLOSED else outcome)
    return account


_WRONG: object = _(
    "Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại, hoặc nhờ nhà trường cấp lại mật khẩu."
)
_LOCKED = _("Tài khoản tạm khóa 15 phút vì nhập sai nhiều lần. Hãy thử lại sau, hoặc nhờ nhà trường mở giúp.")


_CLOSED = object()
"""This very try closed the account."""


def _try(account: Account, password: str, at: datetime) -> object | None:
    if account.locked_until and account.locked_until > at:
        return _LOCKED
    right = account.check_password(password)  # asked of closed accounts too, so that both answer equally late
    if right and account.is_active:
        account.failed_attempts, account.locked_until = 0, None
        account.save(update_fields=["failed_attempts", "locked_until"])
        return None
    account.failed_attempts += 1
    outcome = _WRONG
    if account.failed_attempts >= WRONG_PASSWORDS:
        account.failed_attempts, account.locked_until, outcome = 0, at + LOCKED_FOR, _CLOSED
    account.save(update_fields=["failed_attempts", "locked_until"])
    return outcome
