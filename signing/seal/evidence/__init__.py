"""Proof from third parties, fetched over HTTP and checked before use: timestamps, OCSP answers, CRLs.

Pure network clients: addresses, anchors and the time come in, DER goes out; no settings, no database.
"""

from signing.seal.evidence.collect import Evidence, EvidenceCollector
from signing.seal.evidence.errors import (
    CLOCK_WRONG,
    CertificateNotValid,
    CertificateRevoked,
    EvidenceRefused,
    RevocationUnavailable,
    TimestampUnavailable,
)
from signing.seal.evidence.revocation import RevocationClient
from signing.seal.evidence.timestamps import TimestampClient

__all__ = [
    "CLOCK_WRONG",
    "CertificateNotValid",
    "CertificateRevoked",
    "Evidence",
    "EvidenceCollector",
    "EvidenceRefused",
    "RevocationClient",
    "RevocationUnavailable",
    "TimestampClient",
    "TimestampUnavailable",
]
