"""Who gets to read it: deliveries to Sở and Ministry."""

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
    "Package",
    "PackagingSession",
]
