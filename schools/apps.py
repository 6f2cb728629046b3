"""The schools app."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "schools"
    default_auto_field = "django.db.models.BigAutoField"
