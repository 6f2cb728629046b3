"""Name the receiver's one app."""

from django.apps import AppConfig


class ReceiverConfig(AppConfig):
    """The receiver, with its own label, so that its tables never meet those of the registry."""

    name = "exports.receiver"
    label = "receiver"
    default_auto_field = "django.db.models.BigAutoField"
