"""Django's `migrate`, as the owner: the application role may not change tables."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from hocba.database import as_owner


class Command(Migrate):
    """Runs the migrations on the owner's connection (`DATABASE_OWNER_URL`)."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; unless the connection is the owner's already (tests)."""
        with as_owner():
            super().handle(*args, **options)
