"""The schools app."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "schools"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let a session know when it began, and an account where it is open."""
        from schools import session_rules  # noqa: F401 - a receiver
        from schools.actions import devices  # noqa: F401 - a receiver
