"""Dates in certificates and revocation data: what is fresh, and between which dates nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509

EVIDENCE_MAX_AGE: Final = timedelta(hours=48)
"""How old, at the moment judged, revocation data on a signer may be: older says nothing about that moment."""

_OPEN_NEXT_UPDATE: Final = timedelta(minutes=30)
"""How long the path library lets revocation data without nextUpdate live."""


def boundaries(
    certificates: Iterable[bytes], ocsps: Iterable[bytes], crls: Iterable[bytes]
) -> list[datetime]:
    """Return, sorted, every date that a path's validity may turn on.

    Raises: ValueError, TypeError, KeyError, for DER that cannot be read.
    """
    found: set[datetime] = set()
    serials = set()
    for der in certificates:
        certificate = x509.load_der_x509_certificate(der)
        serials.add(certificate.serial_number)
        found |= {certificate.not_valid_before_utc, certificate.not_valid_after_utc}
    for der in ocsps:
        found |= _ocsp_dates(der)
    for der in crls:
        listed = x509.load_der_x509_crl(der)
        found |= _window(listed.last_update_utc, listed.next_update_utc)
        entries = (listed.get_revoked_certificate_by_serial_number(serial) for serial in serials)
        found |= {entry.revocation_date_utc for entry in entries if entry is not None}
    return sorted(found)


def fresh_crls(crls: Sequence[bytes], signer: x509.Certificate, moment: datetime) -> list[bytes]:
    """Leave out lists by the signer's issuer that are too old; lists about authorities have own terms."""
    kept = []
    for der in crls:
        listed = x509.load_der_x509_crl(der)
        if listed.issuer != signer.issuer or listed.last_update_utc + EVIDENCE_MAX_AGE >= moment:
            kept.append(der)
    return kept


def fresh_ocsps(ocsps: Sequence[bytes], signer: x509.Certificate, moment: datetime) -> list[bytes]:
    """Leave out answers about the signer that are too old."""
    return [
        der
        for der in ocsps
        if all(
            single["cert_id"]["serial_number"].native != signer.serial_number
            or single["this_update"].native + EVIDENCE_MAX_AGE >= moment
            for single in answers(der)
        )
    ]


def answers(der: bytes) -> Iterable[asn1_ocsp.SingleResponse]:
    """Return the single answers in an OCSP response, none when it is an error."""
    response = asn1_ocsp.OCSPResponse.load(der)
    if response["response_status"].native != "successful":
        return ()
    found: Iterable[asn1_ocsp.SingleResponse] = response.basic_ocsp_response["tbs_response_data"]["responses"]
    return found


def _ocsp_dates(der: bytes) -> set[datetime]:
    found: set[datetime] = set()
    for single in answers(der):
        found |= _window(single["this_update"].native, single["next_update"].native)
        if single["cert_status"].name == "revoked":
            found.add(single["cert_status"].chosen["revocation_time"].native)
    for responder in _responders(der):
        certificate = x509.load_der_x509_certificate(responder)
        found |= {certificate.not_valid_before_utc, certificate.not_valid_after_utc}
    return found


def _responders(der: bytes) -> list[bytes]:
    response = asn1_ocsp.OCSPResponse.load(der)
    if response["response_status"].native != "successful":
        return []
    return [certificate.dump() for certificate in response.basic_ocsp_response["certs"] or ()]


def _window(this_update: datetime, next_update: datetime | None) -> set[datetime]:
    last = next_update if next_update is not None else this_update + _OPEN_NEXT_UPDATE
    return {this_update, this_update + EVIDENCE_MAX_AGE, last}
