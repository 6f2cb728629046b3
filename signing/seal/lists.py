"""Revocation lists that an anchor itself has issued.

Here anchors are issuing authorities, rarely self-signed roots. For lists issued by such an anchor
pyhanko-certvalidator looks for the anchor's own issuer, which nobody has to trust, and gives up; so these few
are read here: full lists only, checked with the anchor's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an anchor's list says of one certificate; `revoked` is since when, or None."""

    certificate: bytes
    revoked: datetime | None


def from_anchor(listed: x509.CertificateRevocationList, anchors: Sequence[x509.Certificate]) -> bool:
    """Return whether one of the anchors signed this list."""
    return any(
        listed.issuer == anchor.subject and listed.is_signature_valid(anchor.public_key())  # type: ignore[arg-type]
        for anchor in anchors
    )


def standings(
    listed: x509.CertificateRevocationList, certificates: Iterable[x509.Certificate], moment: datetime
) -> list[Standing]:
    """Return what an anchor's list says at `moment` about certificates of that anchor; [] when it is unfit.

    A list about part of the certificates, or with anything critical in it, says nothing here.
    """
    following = listed.next_update_utc
    if following is None or following < moment or any(one.critical for one in listed.extensions):
        return []
    if not isinstance(listed.signature_hash_algorithm, _STRONG):
        return []
    found = []
    for certificate in certificates:
        if certificate.issuer != listed.issuer:
            continue
        entry = listed.get_revoked_certificate_by_serial_number(certificate.serial_number)
        since = entry.revocation_date_utc if entry is not None else None
        if since is not None and since > moment:
            since = None
        found.append(Standing(certificate.fingerprint(hashes.SHA256()), since))
    return found
