"""The records app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "records"
    default_auto_field = "django.db.models.BigAutoField"
