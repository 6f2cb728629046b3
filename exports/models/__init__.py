"""Who gets to read it: deliveries to Sở and Ministry, and the throttle of the family look-up."""

from exports.models.attempts import LookUpAttempt
from exports.models.delivery import (
    CertificateDelivery,
    Delivery,
    Destination,
    Kind,
    Package,
    PackagingSession,
)

__all__ = [
    "CertificateDelivery",
    "Delivery",
    "Destination",
    "Kind",
    "LookUpAttempt",
    "Package",
    "PackagingSession",
]
