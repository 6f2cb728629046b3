"""Signing in: wrong passwords close an account for a while that doubles, and then ask for a confirmation code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from schools import actors, agents, audit
from schools.actions import confirmation, tries
from schools.models import Account, SignIn, SignInOutcome

WRONG_PASSWORDS = tries.PASSWORD.free
LOCKED_FOR = tries.PASSWORD.first_pause
FAILURES_BEFORE_A_QUESTION = 10
"""From one address; for one name the question comes after the first pause."""


class Refused(Exception):
    """Sign-in did not succeed; `sentence` says why without saying which part was wrong."""

    def __init__(self, sentence: object) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Knocker:
    """Who stands at the door: the address that is counted, the program, the answer to the question asked there."""

    address: str = ""
    agent: str = ""
    challenge: str = ""
    confirmation: str = ""


def asks_confirmation(username: str, knocker: Knocker) -> bool:
    """Say whether the next try with this name, or from this address, needs a confirmation code."""
    known, place = _counted(username), tries.of("address", knocker.address)
    pressed = place is not None and (place.locks > 0 or place.failed_attempts >= FAILURES_BEFORE_A_QUESTION)
    return pressed or (known is not None and known.locks > 0)


def _counted(username: str) -> tries.Counted | None:
    account = Account.objects.filter(username=username).first()
    return account if account is not None else tries.of("name", username)


def sign_in(username: str, password: str, *, at: datetime, knocker: Knocker | None = None) -> Account:
    """Return the account that name and password open, and write the trail.

    The caller answers a refusal and does not fail, or the count of wrong tries is rolled back with it.
    Raises: Refused; Invalid for `confirmation` and Unavailable, where a confirmation code is asked for.
    """
    door = knocker or Knocker()
    if tries.is_paused(tries.of("address", door.address), at):
        raise Refused(_TOO_MANY)
    if tries.is_paused(_counted(username), at):
        raise Refused(_LOCKED)
    if asks_confirmation(username, door):
        confirmation.check(door.challenge, door.confirmation, at=at)
    with transaction.atomic():
        # The account alone is locked: the person's row is referred to by everything that person does.
        rows = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
        account = rows.filter(username=username).first()
        refusal = _unknown(username, password, at) if account is None else _try(account, password, door, at)
        if refusal is not None:
            tries.note("address", door.address, tries.ADDRESS, at)
    if refusal is not None or account is None:
        raise Refused(refusal)
    return account


_WRONG: object = _(
    "Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại, hoặc nhờ nhà trường cấp lại mật khẩu."
)
_LOCKED: object = _(
    "Tài khoản tạm khóa 15 phút vì nhập sai nhiều lần; mỗi lần khóa sau dài gấp đôi. Hãy thử lại sau, hoặc nhờ nhà"
    " trường mở giúp."
)
_TOO_MANY = _("Có quá nhiều lần đăng nhập sai từ nơi này. Xin chờ ít phút rồi thử lại.")


def _unknown(username: str, password: str, at: datetime) -> object:
    """Take the time that a wrong password takes, and count like one."""
    make_password(password)
    if tries.is_paused(tries.of("name", username), at):
        return _LOCKED
    return _LOCKED if tries.note("name", username, tries.PASSWORD, at) else _WRONG


def _try(account: Account, password: str, door: Knocker, at: datetime) -> object | None:
    right = account.check_password(password)  # asked of closed accounts too, so that both answer equally late
    if tries.is_paused(account, at):
        return _LOCKED
    actor = actors.of(account.person, at)
    subject = ("account", account.pk)
    if right and account.is_active:
        tries.forgive(account)
        audit.record(actor, "session.open", unit_path=actor.home_path, subject=subject)
        closed = False
    else:
        closed = tries.failed(account, tries.PASSWORD, at)
        browser, system = agents.read(door.agent)
        SignIn.objects.create(
            account=account, at=at, outcome=SignInOutcome.WRONG, browser=browser, system=system
        )
    account.save(update_fields=["failed_attempts", "locked_until", "locks"])
    if closed:
        audit.record(actors.system(at), "session.lock", unit_path=actor.home_path, subject=subject)
        return _LOCKED
    return None if right and account.is_active else _WRONG
