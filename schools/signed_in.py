"""Who is signed in, read with the person in one query: every page asks it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from schools.models import Account


class Accounts(ModelBackend):
    """Django's own rules for passwords and closed accounts; only the reading of a session's account differs."""

    def get_user(self, user_id: Any) -> Account | None:
        """Return the account of a session with its person, or None when it is closed."""
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None
