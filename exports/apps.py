"""The exports app."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "exports"
    default_auto_field = "django.db.models.BigAutoField"
