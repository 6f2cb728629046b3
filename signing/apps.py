"""The signing app."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "signing"
    default_auto_field = "django.db.models.BigAutoField"
