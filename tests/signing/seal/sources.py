"""Evidence as the real collector embeds it, from specimen responders and lists in process, at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing.seal.evidence import Evidence, EvidenceCollector, RevocationUnavailable
from signing.seal.evidence.answers import CrlAnswer, OcspAnswer
from signing.seal.evidence.revocation import RevocationClient, Status, ocsp_addresses
from signing.specimen.authority import Authority
from signing.specimen.pki import SpecimenPki
from signing.specimen.status import Responder, RevocationList


class Nearby(RevocationClient):
    """Answers from the specimen authorities themselves; what they say is not judged, tests lie with it."""

    def __init__(self, pki: SpecimenPki) -> None:
        super().__init__()
        self._pki = pki
        self._responders: dict[str, Responder] = {}

    def status(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Status:
        """Return an OCSP answer where the certificate names a responder, else the list."""
        by = self._authority(issuer)
        if not ocsp_addresses(certificate):
            der = self.crl(certificate, issuer, at)
            return Status(crl=CrlAnswer(der, x509.load_der_x509_crl(der), at + timedelta(hours=1)))
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
        responder = self._responders.setdefault(by.name, Responder(by))
        der = responder.answer(asked.build().public_bytes(Encoding.DER), at)
        return Status(ocsp=OcspAnswer(der, by.responder[0], at + timedelta(hours=1)))

    def crl(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bytes:
        """Return the issuer's list as of `at`."""
        return RevocationList(self._authority(issuer)).at(at)

    def _authority(self, issuer: x509.Certificate) -> Authority:
        for one in self._pki.authorities():
            if one.certificate == issuer:
                return one
        raise RevocationUnavailable(issuer.subject.rfc4514_string(), (("", "stranger"),))


def collected(pki: SpecimenPki, chain: Iterable[x509.Certificate], at: datetime, *tokens: bytes) -> Evidence:
    """Return the evidence for a signer's chain and timestamp tokens as of `at`."""
    known = [one.certificate for one in pki.authorities()]
    return EvidenceCollector(Nearby(pki), known).collect(tuple(chain), at, tokens=tokens)
