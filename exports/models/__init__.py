"""Who gets to read it: destinations, ready-cut packages, deliveries."""

from exports.models.delivery import CertificateDelivery, Delivery, Destination, Package

__all__ = ["CertificateDelivery", "Delivery", "Destination", "Package"]
