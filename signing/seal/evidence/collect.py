"""All that XAdES-LT and PAdES-LT need so that a path can be checked for ever with revocation "required"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.seal.evidence.answers import fingerprint, has_no_check
from signing.seal.evidence.checks import is_authority, is_valid_at, issued_by
from signing.seal.evidence.errors import CertificateNotValid, RevocationUnavailable
from signing.seal.evidence.revocation import RevocationClient
from signing.seal.evidence.tokens import read_token

DEEPEST_CHAIN = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """DER of what is embedded beside a signature, nothing twice, in the order in which paths need it.

    `certificates`: the signer's chain, the timestamps' chains and OCSP responders, without self-signed roots
    (a verifier has those or does not believe them).
    """

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


class EvidenceCollector:
    """Completes chains from known CA certificates and gathers proof for every certificate in them."""

    def __init__(self, revocation: RevocationClient, authorities: Iterable[x509.Certificate]) -> None:
        """Take the revocation client and the CA certificates known (anchors, intermediates, roots)."""
        self._revocation = revocation
        self._authorities = tuple(item for item in authorities if is_authority(item))
        self._parents: dict[bytes, x509.Certificate] = {}

    def collect(
        self, chain: Sequence[x509.Certificate], at: datetime, *, tokens: Iterable[bytes] = ()
    ) -> Evidence:
        """Return the evidence for a signer's chain (its certificate first) and for timestamp tokens (DER).

        Raises: CertificateNotValid, CertificateRevoked, RevocationUnavailable; EvidenceRefused for a token
        that cannot be read.
        """
        gathered = _Gathered()
        self._gather(chain[0], chain, at, gathered)
        for token in tokens:
            facts = read_token(token)
            self._gather(facts.signer, facts.certificates, at, gathered)
        return Evidence(tuple(gathered.certificates), tuple(gathered.ocsps), tuple(gathered.crls))

    def _gather(
        self, leaf: x509.Certificate, known: Sequence[x509.Certificate], at: datetime, gathered: _Gathered
    ) -> None:
        for certificate, issuer in self._path(leaf, known):
            if not is_valid_at(certificate, at):
                raise CertificateNotValid(certificate, at)
            if not gathered.add_certificate(certificate):
                continue
            status = self._revocation.status(certificate, issuer, at)
            if status.crl is not None:
                gathered.crls.setdefault(status.crl.der)
            if status.ocsp is not None:
                gathered.ocsps.setdefault(status.ocsp.der)
                self._gather_responder(status.ocsp.responder, issuer, at, gathered)

    def _gather_responder(
        self,
        responder: x509.Certificate | None,
        issuer: x509.Certificate,
        at: datetime,
        gathered: _Gathered,
    ) -> None:
        if responder is None or not gathered.add_certificate(responder) or has_no_check(responder):
            return
        # By list, never by the responder's own word about itself.
        gathered.crls.setdefault(self._revocation.crl(responder, issuer, at))

    def _path(
        self, leaf: x509.Certificate, known: Sequence[x509.Certificate]
    ) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
        """Give each certificate with its issuer, from the leaf up to (not including) the self-signed root."""
        current = leaf
        for _ in range(DEEPEST_CHAIN):
            if current.issuer == current.subject:
                return
            issuer = self._issuer(current, known)
            yield current, issuer
            current = issuer
        raise RevocationUnavailable(leaf.subject.rfc4514_string(), (("", "chain-too-long"),))

    def _issuer(self, certificate: x509.Certificate, known: Sequence[x509.Certificate]) -> x509.Certificate:
        name = fingerprint(certificate)
        if name not in self._parents:
            candidates = (*self._authorities, *(item for item in known if is_authority(item)))
            issuer = next((item for item in candidates if issued_by(certificate, item)), None)
            if issuer is None:
                attempts = (("", "issuer-unknown"),)
                raise RevocationUnavailable(certificate.subject.rfc4514_string(), attempts)
            if not is_authority(certificate):
                return issuer  # leaves are many and each is asked once; only CAs are worth keeping
            self._parents[name] = issuer
        return self._parents[name]


class _Gathered:
    """What has been gathered so far; dictionaries keep the order and drop doubles."""

    def __init__(self) -> None:
        self.certificates: dict[bytes, None] = {}
        self.ocsps: dict[bytes, None] = {}
        self.crls: dict[bytes, None] = {}

    def add_certificate(self, certificate: x509.Certificate) -> bool:
        """Add a certificate; False when it is there already."""
        der = certificate.public_bytes(Encoding.DER)
        if der in self.certificates:
            return False
        self.certificates[der] = None
        return True
