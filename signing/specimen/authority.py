"""One CA of the specimen PKI on disk: its key, its certificate, its OCSP responder, its register."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.specimen.files import (
    SigningKey,
    certificate_pem,
    key_pem,
    load_certificate,
    load_key,
    private_directory,
    write_private,
)
from signing.specimen.profiles import (
    INTERMEDIATE,
    RESPONDER,
    Issuer,
    Profile,
    Validity,
    authority_name,
    issue,
    self_signed,
)
from signing.specimen.register import Register

AUTHORITY_KEY_BITS = 2048
"""RSA for CAs: PKCS#1 v1.5 signatures are deterministic, so a certificate issued twice is the same bytes."""


class Authority:
    """A specimen CA kept in `<directory>`; keys are loaded once, when first needed."""

    def __init__(self, name: str, directory: Path, base_url: str, *, answers_ocsp: bool) -> None:
        self.name = name
        self.directory = directory
        self.answers_ocsp = answers_ocsp
        self._base_url = base_url
        self.register = Register(directory)

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Return the CA's certificate."""
        return load_certificate(self.directory / "ca.cert.pem")

    @cached_property
    def key(self) -> SigningKey:
        """Return the CA's private key (costs tens of milliseconds once)."""
        return load_key(self.directory / "ca.key.pem")

    @cached_property
    def responder(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """Return the OCSP responder's certificate and key."""
        key = load_key(self.directory / "ocsp.key.pem")
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("a specimen responder signs with P-256")
        return load_certificate(self.directory / "ocsp.cert.pem"), key

    @cached_property
    def issuer(self) -> Issuer:
        """Return this CA as the issuer of certificates."""
        return Issuer(
            self.certificate,
            self.key,
            crl_url=f"{self._base_url}/crl/{self.name}.crl",
            certificate_url=f"{self._base_url}/ca/{self.name}.cer",
            ocsp_url=f"{self._base_url}/ocsp/{self.name}" if self.answers_ocsp else None,
        )

    def certify(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        validity: Validity,
        profile: Profile,
    ) -> x509.Certificate:
        """Issue a certificate and enter it in the register first (so it is never "unknown")."""
        certificate = issue(self.issuer, subject, public_key, validity, profile)
        self.register.record_issue(certificate)
        return certificate


def create_authority(authority: Authority, title: str, now: datetime, parent: Authority | None) -> None:
    """Make the key, the certificate and the responder of a new CA; `parent` None makes a root."""
    private_directory(authority.directory)
    validity = Validity(now - timedelta(days=3653), now + timedelta(days=5479))
    key = rsa.generate_private_key(65537, AUTHORITY_KEY_BITS)
    if parent is None:
        certificate = self_signed(authority_name(title), key, validity)
    else:
        certificate = parent.certify(authority_name(title), key.public_key(), validity, INTERMEDIATE)
    write_private(authority.directory / "ca.key.pem", key_pem(key))
    write_private(authority.directory / "ca.cert.pem", certificate_pem(certificate))
    if authority.answers_ocsp:
        responder_key = ec.generate_private_key(ec.SECP256R1())
        responder = authority.certify(
            authority_name(f"OCSP – {title}"), responder_key.public_key(), validity, RESPONDER
        )
        write_private(authority.directory / "ocsp.key.pem", key_pem(responder_key))
        write_private(authority.directory / "ocsp.cert.pem", certificate_pem(responder))


def whole_seconds(moment: datetime) -> datetime:
    """Return the moment in UTC without its fraction: X.509 knows whole seconds only."""
    return moment.astimezone(UTC).replace(microsecond=0)
