"""What somebody typed when the session ended: signed, it waits in the same browser and is sent again after sign-in.

Nothing of it is stored here. It is good for the account that typed it alone, at the address it was typed for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest
from django.utils.http import escape_leading_slashes

SALT = "schools.kept"
GOOD_FOR = timedelta(hours=1)
LARGEST_CHARACTERS = 256 * 1024
SECRETS = frozenset({"pin", "password", "old", "new", "again"})
"""Fields that never travel back: a form with one of them is filled in anew."""
OF_THE_PAGE = frozenset({"csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was sent: its address and its fields in order."""

    address: str
    fields: list[tuple[str, str]]


def keep(request: HttpRequest, account_id: int) -> str:
    """Return what the form carried, for a hidden field; "" for one with a secret, a file or too much in it."""
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name not in OF_THE_PAGE
    ]
    size = sum(len(name) + len(value) for name, value in fields)
    if not fields or request.FILES or SECRETS & set(request.POST) or size > LARGEST_CHARACTERS:
        return ""
    address = escape_leading_slashes(request.get_full_path())
    return signing.dumps([account_id, address, fields], salt=SALT, compress=True)


def opened(token: str, account_id: int) -> Kept | None:
    """Return what `keep` was given; None when it is not ours, too old, or another account's."""
    try:
        owner, address, fields = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    return Kept(address, [(name, value) for name, value in fields]) if owner == account_id else None
