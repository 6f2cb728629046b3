"""Certificates that no verifier may accept for a signature, from CAs that it trusts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from signing.specimen.pki import PUBLIC_CAS, IssuedKey, SpecimenPki
from signing.specimen.profiles import INTERMEDIATE, TIMESTAMPER, TLS, Profile


class Flaw(StrEnum):
    """What is wrong with the certificate."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    TLS = "tls"
    CA = "ca"
    TIMESTAMPING = "timestamping"
    ENCRYPTION_ONLY = "encryption-only"
    SHORT_RSA = "short-rsa"


PROFILES = {
    Flaw.TLS: TLS,
    Flaw.CA: INTERMEDIATE,
    Flaw.TIMESTAMPING: TIMESTAMPER,
    Flaw.ENCRYPTION_ONLY: Profile(usages=frozenset({"key_encipherment"})),
}
STARTS = {Flaw.EXPIRED: timedelta(days=-400), Flaw.NOT_YET_VALID: timedelta(days=30)}


def issue_flawed(
    pki: SpecimenPki,
    flaw: Flaw,
    common_name: str,
    personal_number: str,
    issuer: str = PUBLIC_CAS[0],
    *,
    now: datetime | None = None,
) -> IssuedKey:
    """Issue a person's key whose certificate has the flaw; all else about it is right."""
    start = (now or datetime.now(UTC)) + STARTS.get(flaw, timedelta(days=-1))
    return pki.issue_person(
        common_name,
        personal_number,
        issuer,
        not_before=start,
        days=365,
        rsa_bits=1024 if flaw is Flaw.SHORT_RSA else None,
        profile=PROFILES.get(flaw, Profile()),
    )
