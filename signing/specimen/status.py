"""OCSP and CRL answers of the specimen CAs (RFC 6960, RFC 5280), made fresh from the registers on disk."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.specimen.authority import Authority, whole_seconds

OCSP_LIFE = timedelta(hours=1)
CRL_LIFE = timedelta(hours=24)
CRL_REFRESH = timedelta(minutes=10)
"""A CRL is made anew when something was revoked, and otherwise this often."""


class Responder:
    """Answers OCSP requests for one CA with its delegated P-256 key."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._certificate, self._key = authority.responder
        self._known: dict[str, tuple[bytes, bytes]] = {}

    def answer(self, request: bytes, now: datetime, signer: Responder | None = None) -> bytes:
        """Return the DER answer to a DER request; `signer` lets a foreign responder sign (a fault).

        Whole seconds only: RFC 5280 knows no fractions and strict parsers refuse them.
        """
        try:
            asked = ocsp.load_der_ocsp_request(request)
        except (ValueError, NotImplementedError):
            return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if (asked.issuer_name_hash, asked.issuer_key_hash) != self._hashes(asked.hash_algorithm):
            return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        this_update = whole_seconds(now)
        builder = self._single(asked, this_update)
        by = signer or self
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by._certificate)
        builder = builder.certificates([by._certificate])
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(by._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _single(self, asked: ocsp.OCSPRequest, this_update: datetime) -> ocsp.OCSPResponseBuilder:
        register = self._authority.register
        revocation = register.revocation(asked.serial_number)
        status = ocsp.OCSPCertStatus.UNKNOWN
        if revocation:
            status = ocsp.OCSPCertStatus.REVOKED
        elif register.issued(asked.serial_number):
            status = ocsp.OCSPCertStatus.GOOD
        return ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            asked.serial_number,
            asked.hash_algorithm,
            status,
            this_update,
            this_update + OCSP_LIFE,
            revocation.at if revocation else None,
            revocation.reason if revocation else None,
        )

    def _hashes(self, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
        if algorithm.name not in self._known:
            issuer = self._authority.certificate
            asked = ocsp.OCSPRequestBuilder().add_certificate(self._certificate, issuer, algorithm).build()
            self._known[algorithm.name] = (asked.issuer_name_hash, asked.issuer_key_hash)
        return self._known[algorithm.name]


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


class RevocationList:
    """The CRL of one CA, kept until something is revoked or it grows old."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._lock = threading.Lock()
        self._made: tuple[int, datetime, bytes] | None = None

    def current(self, now: datetime) -> bytes:
        """Return the DER list in force at `now`."""
        count = len(self._authority.register.revocations())
        with self._lock:
            if self._made and self._made[0] == count and now - self._made[1] < CRL_REFRESH:
                return self._made[2]
            data = self.at(now)
            self._made = (count, now, data)
            return data

    def at(self, moment: datetime) -> bytes:
        """Return a list as of a moment, valid for 24 hours from it."""
        authority = self._authority
        issued = whole_seconds(moment)
        identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.certificate.subject)
            .last_update(issued)
            .next_update(issued + CRL_LIFE)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value),
                critical=False,
            )
            .add_extension(x509.CRLNumber(int(moment.timestamp() * 1_000_000)), critical=False)
        )
        for revocation in authority.register.revocations():
            entry = (
                x509.RevokedCertificateBuilder()
                .serial_number(revocation.serial)
                .revocation_date(revocation.at)
                .add_extension(x509.CRLReason(revocation.reason), critical=False)
            )
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
