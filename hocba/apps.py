"""The wiring as a Django app, so that its commands, checks and templates are found."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate


class HocbaConfig(AppConfig):
    """Registers the checks, the Celery app and the grants of the application role."""

    name = "hocba"

    def ready(self) -> None:
        """Connect what must be in place before the first command runs."""
        from hocba import celery, checks, database

        assert celery.app and checks
        # Sent once per app with models; one of them is enough.
        first = apps.get_app_config("schools")
        pre_migrate.connect(database.grant_by_default, sender=first, dispatch_uid="hocba.grant_by_default")
        post_migrate.connect(database.protect_history, sender=first, dispatch_uid="hocba.protect_history")
