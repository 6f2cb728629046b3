"""Accounts: how a person signs in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from schools.models.people import Person


class Accounts(BaseUserManager["Account"]):
    """Makes accounts; a password is always given or left unusable."""

    def create_user(
        self, username: str, person: Person, password: str | None = None, **fields: Any
    ) -> Account:
        """Return a new account of `person`; without a password it cannot sign in yet."""
        account = self.model(username=username, person=person, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A way to sign in as one person. It holds no right of its own."""

    username = models.CharField(max_length=80, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    password_is_temporary = models.BooleanField(default=False)
    """Given by an administrator: it opens only the page where its owner chooses another."""
    locked_until = models.DateTimeField(null=True, blank=True)
    locks = models.PositiveSmallIntegerField(default=0)
    """How often it was closed since its owner last came in: each pause is twice as long as the one before."""

    objects = Accounts()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"account {self.pk}"
