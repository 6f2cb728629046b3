"""The account at a destination: its user name, and where its secret lies. A secret is never a row.

A page sets the user name; only the operator's command sets another place for the secret than the directory of
secrets, or who may edit a destination could have any file of the server read and sent to an address of theirs.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from exports.ministry.client import Credentials
from exports.models import Destination

FILE, ENVIRONMENT = "file:", "env:"


class AccountMissing(Exception):
    """No account can be used; `part` is `user` or `secret`."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def credentials(destination: Destination) -> Credentials:
    """Return the account as it stands now; a secret that was changed counts at once. Raises: AccountMissing."""
    named = settings.DESTINATION_ACCOUNTS.get(destination.code, {})
    user = destination.user_name or named.get("user", "")
    if not user:
        raise AccountMissing("user")
    secret = _secret(destination, named.get("secret_file", ""))
    if not secret:
        raise AccountMissing("secret")
    return Credentials(user, secret)


def has_secret(destination: Destination) -> bool:
    """Say whether the secret can be read; for the page, which never shows it."""
    named = settings.DESTINATION_ACCOUNTS.get(destination.code, {})
    return bool(_secret(destination, named.get("secret_file", "")))


def secret_place(code: str) -> str:
    """Return the name of the file in the directory of secrets."""
    return f"{code}.secret"


def _secret(destination: Destination, named: str) -> str:
    source = destination.secret_source
    if source.startswith(ENVIRONMENT):
        return os.environ.get(source.removeprefix(ENVIRONMENT), "").strip()
    if source.startswith(FILE):
        return _read(Path(source.removeprefix(FILE)))
    own = _read(Path(settings.DESTINATION_SECRETS) / secret_place(destination.code))
    return own or (_read(Path(named)) if named else "")


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
