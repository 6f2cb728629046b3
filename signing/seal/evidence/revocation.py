"""Is this certificate revoked? OCSP and CRLs over HTTP, checked, and kept for a while.

An OCSP answer is kept by certificate for some minutes, a CRL until its nextUpdate (but never longer than
`crl_keep`). The time is always the caller's. After "unknown" or "revoked" no CRL is asked: these are answers.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.seal.evidence.answers import (
    CrlAnswer,
    OcspAnswer,
    fingerprint,
    read_crl,
    read_ocsp,
    refuse_listed,
)
from signing.seal.evidence.errors import EvidenceRefused, RevocationUnavailable
from signing.seal.evidence.wire import Wire

OCSP_TYPE = "application/ocsp-request"
OCSP_LIMIT = 64 * 1024
CRL_LIMIT = 32 * 1024 * 1024
OCSP_OLDEST = timedelta(hours=24)
"""An answer that a responder made longer ago than this proves too little."""

NAMING_HASH = hashes.SHA1()  # noqa: S303 - it only names the issuer; RFC 5019 §2.1.1, many know no other
KEPT_AT_MOST = 50_000
"""OCSP answers in memory; beyond this the oldest ones go."""


@dataclass(frozen=True, slots=True)
class Status:
    """A certificate is not revoked, and what proves it: exactly one of the two."""

    ocsp: OcspAnswer | None = None
    crl: CrlAnswer | None = None


class RevocationClient:
    """Asks responders and fetches lists; safe for threads, one cache per client."""

    def __init__(
        self,
        *,
        timeout: float = 5.0,
        keep: timedelta = timedelta(minutes=10),
        crl_keep: timedelta = timedelta(hours=1),
        routes: Mapping[str, str] | None = None,
    ) -> None:
        """Take seconds per exchange, how long answers are kept, and the routes of `Wire`."""
        self._wire = Wire(timeout, routes)
        self._keep = keep
        self._crl_keep = crl_keep
        self._answers: dict[bytes, tuple[OcspAnswer, datetime]] = {}
        self._lists: dict[tuple[str, bytes], tuple[CrlAnswer, datetime]] = {}
        self._lock = threading.Lock()

    def ocsp(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bytes:
        """Return a DER OCSPResponse that says "good".

        Raises: CertificateRevoked, RevocationUnavailable.
        """
        attempts: list[tuple[str, str]] = []
        answer = self._ocsp(certificate, issuer, at, attempts)
        if answer is None:
            raise RevocationUnavailable(certificate.subject.rfc4514_string(), tuple(attempts))
        return answer.der

    def crl(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bytes:
        """Return the issuer's DER CRL, which does not name the certificate.

        Raises: CertificateRevoked, RevocationUnavailable.
        """
        attempts: list[tuple[str, str]] = []
        answer = self._crl(certificate, issuer, at, attempts)
        if answer is None:
            raise RevocationUnavailable(certificate.subject.rfc4514_string(), tuple(attempts))
        return answer.der

    def status(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Status:
        """Return proof that the certificate is not revoked: OCSP, and where that fails the CRL.

        Raises: CertificateRevoked, RevocationUnavailable.
        """
        attempts: list[tuple[str, str]] = []
        answer = self._ocsp(certificate, issuer, at, attempts)
        if answer is not None:
            return Status(ocsp=answer)
        if not any(reason == "unknown-certificate" for _, reason in attempts):
            crl = self._crl(certificate, issuer, at, attempts)
            if crl is not None:
                return Status(crl=crl)
        raise RevocationUnavailable(certificate.subject.rfc4514_string(), tuple(attempts))

    def forget(self, certificate: x509.Certificate) -> None:
        """Drop the kept OCSP answer of one certificate, so that the next question goes out."""
        with self._lock:
            self._answers.pop(fingerprint(certificate), None)

    def _ocsp(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        at: datetime,
        attempts: list[tuple[str, str]],
    ) -> OcspAnswer | None:
        name = fingerprint(certificate)
        with self._lock:
            kept = self._answers.get(name)
        if kept and timedelta() <= at - kept[1] < self._keep and at < kept[0].until:
            return kept[0]
        for url in ocsp_addresses(certificate):
            try:
                answer = self._ask(url, certificate, issuer, at)
            except EvidenceRefused as refusal:
                attempts.append((url, refusal.reason))
                continue
            with self._lock:
                self._answers.pop(name, None)
                self._answers[name] = (answer, at)
                while len(self._answers) > KEPT_AT_MOST:
                    del self._answers[next(iter(self._answers))]
            return answer
        return None

    def _ask(
        self, url: str, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> OcspAnswer:
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, NAMING_HASH).build()
        der = self._wire.post(url, request.public_bytes(Encoding.DER), OCSP_TYPE, limit=OCSP_LIMIT)
        return read_ocsp(der, request, certificate, issuer, at, OCSP_OLDEST)

    def _crl(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        at: datetime,
        attempts: list[tuple[str, str]],
    ) -> CrlAnswer | None:
        for url in crl_addresses(certificate):
            try:
                answer = self._list(url, issuer, at)
            except EvidenceRefused as refusal:
                attempts.append((url, refusal.reason))
                continue
            refuse_listed(answer, certificate)
            return answer
        return None

    def _list(self, url: str, issuer: x509.Certificate, at: datetime) -> CrlAnswer:
        name = (url, fingerprint(issuer))
        with self._lock:
            kept = self._lists.get(name)
        if kept and timedelta() <= at - kept[1] < self._crl_keep and at < kept[0].until:
            return kept[0]
        answer = read_crl(self._wire.get(url, limit=CRL_LIMIT), issuer, at)
        with self._lock:
            self._lists[name] = (answer, at)
        return answer


def ocsp_addresses(certificate: x509.Certificate) -> list[str]:
    """Return where the certificate says that its status may be asked."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        item.access_location.value
        for item in access
        if item.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(item.access_location, x509.UniformResourceIdentifier)
    ]


def crl_addresses(certificate: x509.Certificate) -> list[str]:
    """Return where the certificate says that its issuer's list lies."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]
