"""Send a form as a program would: every field in its place, one of them hostile, and take it all back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import quote_from_bytes

from django.db import transaction
from django.test import Client

from tests.doors import values
from tests.doors.found import Form
from tests.world import PIN

URLENCODED = "application/x-www-form-urlencoded"
_askers = count(1)

SENSIBLE = {
    "full_name": "Nguyễn Văn Mẫu", "personal_number": "099000009991", "born_on": "05/09/2016",
    "reason": "Ghi sai ngày sinh.",
    "place": "Xã Bản Mẫu", "from_on": "2026-01-05", "title": "Giáo viên", "username": "nguoi.moi", "on": "2031-01-01",
    "old": "mat-khau-ban-mau", "new": "mot-cau-de-nho-9", "again": "mot-cau-de-nho-9", "pin": PIN, "understood": "on",
    "confirmed": "on", "credential": "khong-co-ma-nay", "password": "sai", "ma": "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c",
    "code": "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c", "name": "Trường Bản Mẫu Mới", "confirmation": "0000",
}  # fmt: skip
"""What a person might type where a page has nothing yet."""


def stranger_address() -> str:
    """Return an address that has asked nothing yet, so that no limit on asking hides an answer."""
    number = next(_askers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@contextmanager
def taken_back(client: Client) -> Iterator[None]:
    """Run in a transaction that leaves nothing, neither here nor in the browser."""
    kept = {name: one.value for name, one in client.cookies.items()}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(kept)


def usual(form: Form) -> dict[str, str]:
    """Return what a person would send."""
    sent = {}
    for one in form.fields:
        if one.kind in ("checkbox", "radio"):
            if one.value or one.name in SENSIBLE:
                sent[one.name] = one.value or SENSIBLE[one.name]
        elif one.kind != "file":
            sent[one.name] = one.value or (SENSIBLE.get(one.name, "") if one.kind != "hidden" else "")
            if one.kind == "select" and not one.value and len(one.choices) > 1:
                sent[one.name] = one.choices[1]
    if form.button:
        sent[form.button[0]] = form.button[1]
    return sent


def send(client: Client, form: Form, pairs: list[tuple[str, str | bytes]]) -> Any:
    """Send pairs as a form: in the body, or in the address when the form says so."""
    body = "&".join(
        f"{quote_from_bytes(values.encoded(name))}={quote_from_bytes(values.encoded(value))}"
        for name, value in pairs
    )
    if form.method == "GET":
        return client.get(f"{form.action.partition('?')[0]}?{body}", REMOTE_ADDR=stranger_address())
    return client.post(form.action, body, content_type=URLENCODED, REMOTE_ADDR=stranger_address())
