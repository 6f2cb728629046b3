"""Keep the destinations of a unit: add, edit, try the connection. Every change stands in the trail."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from exports.actions import accounts
from exports.ministry.client import MinistryClient, Refused, Retryable
from exports.ministry.messages import password_hash
from exports.models import Destination
from hocba.kernel.errors import Conflict, Invalid
from schools import audit, seen, texts
from schools.actors import Actor
from schools.models import Unit
from schools.permissions import Permission, require

FIELDS: Final = ("name", "base_url", "user_name", "is_open")
CODE_SHAPE: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
CODE_OF_ANSWER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
NOT_SHOWN: Final = "code-not-shown"
LONGEST_SHARED: Final = 6
"""Characters in a row that a code and a secret may not have in common."""
USER_SHAPE: Final = re.compile(r"[A-Za-z0-9._@-]{1,80}")
PATIENCE: Final = (5.0, 10.0)
"""Seconds to connect and seconds between two bytes, while a person waits for the answer."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: `code` is "ok", the other side's code, or why nobody answered."""

    code: str
    refused: bool = False


@transaction.atomic
def add(
    unit: Unit, *, code: str, facts: Mapping[str, Any], by: Actor, secret_source: str = ""
) -> Destination:
    """Add a destination that is owed everything beneath an office, from the first leaf of the log on.

    `secret_source` is the operator's to say. Raises: NotPermitted; Conflict; Invalid with a sentence a field.
    """
    require(by, Permission.DESTINATION_KEEP, unit)
    if unit.level.is_school:
        raise Conflict(_("Nơi nhận đặt ở cơ quan quản lý, không đặt ở trường."))
    values, wrong = _checked(facts)
    if not CODE_SHAPE.fullmatch(code):
        wrong["code"] = _("Mã gồm chữ thường không dấu, chữ số và gạch nối; từ 2 đến 32 ký tự.")
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    made = Destination(code=code, unit=unit, unit_path=unit.path, secret_source=secret_source, **values)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        taken = _("Mã này đã dùng cho một nơi nhận khác.")
        raise Invalid(taken, fields={"code": taken}) from None
    audit.record(by, "destination.add", unit_path=unit.path, subject=("destination", code), stated=values)
    return made


@transaction.atomic
def edit(
    destination: Destination,
    *,
    facts: Mapping[str, Any],
    by: Actor,
    secret_source: str | None = None,
    shown: str | None = None,
) -> tuple[str, ...]:
    """Change a destination and return the fields that changed; a new address or account is tried at once.

    `shown` is the mark of the destination on the page.
    Raises: NotPermitted; Invalid with a sentence for each field; Conflict.
    """
    require(by, Permission.DESTINATION_KEEP, destination)
    rows = Destination.objects.select_for_update(no_key=True, of=("self",))
    row = rows.get(pk=destination.pk)
    before = {name: getattr(row, name) for name in FIELDS}
    values, wrong = _checked(before | dict(facts))
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    if secret_source is not None:
        before, values = (
            before | {"secret_source": row.secret_source},
            values | {"secret_source": secret_source},
        )
    changed = tuple(name for name in before if before[name] != values[name])
    if not changed:
        return ()
    theirs, yours = (", ".join(str(one[name]) for name in changed) for one in (before, values))
    seen.still(shown, standing(row), theirs=theirs, yours=yours)
    for name in changed:
        setattr(row, name, values[name])
    row.failures, row.pause_until = 0, None
    row.save(update_fields=[*changed, "failures", "pause_until"])
    told = {name: [before[name], values[name]] for name in changed}
    subject = ("destination", row.code)
    audit.record(by, "destination.edit", unit_path=row.unit_path, subject=subject, changed=told)
    return changed


def standing(row: Destination) -> dict[str, object]:
    """Return what the page shows of a destination, for its mark."""
    return {name: getattr(row, name) for name in FIELDS}


def try_connection(destination: Destination, *, by: Actor) -> Tried:
    """Ask the destination for a token and nothing else; what it answered goes into the trail too.

    Raises: NotPermitted.
    """
    require(by, Permission.DESTINATION_KEEP, destination)
    tried = _try(destination)
    subject = ("destination", destination.code)
    audit.record(by, "destination.try", unit_path=destination.unit_path, subject=subject, code=tried.code)
    return tried


def _try(destination: Destination) -> Tried:
    try:
        account = accounts.credentials(destination)
    except accounts.AccountMissing as missing:
        return Tried(f"{missing.part}-missing")
    client = MinistryClient(destination.base_url, account, PATIENCE)
    try:
        client.log_in()
    except Retryable as away:
        return Tried(away.reason)
    except Refused as refused:
        return Tried(_safe(refused.answer.error, account.secret), refused=True)
    finally:
        client.close()
    return Tried("ok")


def _safe(code: str, secret: str) -> str:
    """Return a refusal's code as it may be kept and shown: what the other side says is not ours to trust.

    Whoever answers at an address was sent the secret's hash: an answer that repeats a part of either, or has not
    the shape of a code, is not repeated into the trail.
    """
    said, own = code.casefold(), secret.casefold()
    leaks = said in own or _shares(said, own) or _shares(said, password_hash(secret))
    return NOT_SHOWN if leaks or not CODE_OF_ANSWER.fullmatch(code) else code


def _shares(code: str, hidden: str) -> bool:
    part = min(LONGEST_SHARED, len(hidden))
    return any(hidden[at : at + part] in code for at in range(len(hidden) - part + 1))


def _checked(facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, object]]:
    values: dict[str, Any] = {
        "name": texts.tidy(str(facts.get("name") or ""), lines=False),
        "base_url": str(facts.get("base_url") or "").strip(),
        "user_name": str(facts.get("user_name") or "").strip(),
        "is_open": bool(facts.get("is_open", True)),
    }
    wrong: dict[str, object] = {}
    if not values["name"] or len(values["name"]) > 120:
        wrong["name"] = _("Hãy ghi tên nơi nhận, nhiều nhất 120 chữ.")
    elif refusal := texts.refusal(values["name"]):
        wrong["name"] = refusal
    if fault := _address_fault(values["base_url"]):
        wrong["base_url"] = fault
    if values["user_name"] and not USER_SHAPE.fullmatch(values["user_name"]):
        wrong["user_name"] = _("Tài khoản chỉ gồm chữ cái không dấu, chữ số và . _ @ -")
    return values, wrong


def _address_fault(address: str) -> object | None:
    """Return what is wrong with an address to which the server itself will send the account."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or len(address) > 200 or not address.isascii():
        return _("Hãy ghi địa chỉ đầy đủ, ví dụ https://cong.example.vn/hocba.")
    if parts.username is not None or parts.query or parts.fragment or re.search(r"[\s\\]", address):
        return _("Địa chỉ không chứa tài khoản, dấu ? hay dấu #.")
    if parts.scheme == "http" and settings.PRODUCTION and host not in settings.DESTINATION_PLAIN_HOSTS:
        return _("Địa chỉ phải bắt đầu bằng https://, vì tài khoản đi cùng mỗi lần gửi.")
    if settings.PRODUCTION and _leads_inside(host):
        return _("Địa chỉ này chỉ vào chính máy chủ; hãy ghi địa chỉ của nơi nhận.")
    return None


def _leads_inside(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return False
    return number.is_loopback or number.is_link_local or number.is_unspecified or number.is_multicast
