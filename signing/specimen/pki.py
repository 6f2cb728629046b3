"""The specimen PKI of one checkout: made once in a directory that is never committed, then read.

    BẢN MẪU Root CA ─┬─ organisation-ca  (like the government's CA)   seals of schools
                     ├─ public-ca-1, -2  (like licensed public CAs)   persons
                     ├─ tsa-ca           tsa-1, tsa-2                 timestamps
                     └─ operator-ca      operator                     authority.json, status.json

Certificates carry the base URL of the PKI's first generation. Where that port is taken in a later run, the
server listens elsewhere and clients map the old prefix to the new one (`routes` of the evidence clients), so
nothing has to be issued again. See docs/adr/0009-specimen-pki.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.seal.trust import AnchorRole, Trust
from signing.specimen.authority import Authority, create_authority, whole_seconds
from signing.specimen.files import (
    SigningKey,
    certificate_pem,
    key_pem,
    load_certificate,
    load_key,
    locked,
    private_directory,
    write_private,
)
from signing.specimen.profiles import (
    SIGNER,
    TIMESTAMPER,
    Profile,
    Validity,
    authority_name,
    organisation_name,
    person_name,
)
from signing.specimen.register import Revocation

DEFAULT_PORT = 8089
DEFAULT_BASE_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
ROOT_CA, ORGANISATION_CA, TSA_CA, OPERATOR_CA = "root", "organisation-ca", "tsa-ca", "operator-ca"
PUBLIC_CAS = ("public-ca-1", "public-ca-2")
TIMESTAMP_AUTHORITIES = ("tsa-1", "tsa-2")
TITLES = {
    ROOT_CA: "Root CA",
    ORGANISATION_CA: "CA chuyên dùng Chính phủ",
    PUBLIC_CAS[0]: "CA công cộng Một",
    PUBLIC_CAS[1]: "CA công cộng Hai",
    TSA_CA: "CA dấu thời gian",
    OPERATOR_CA: "CA vận hành sổ đăng ký",
}
LEAF_DAYS = 1095


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A private key with its certificate; `chain` is that certificate and its CA, without the root."""

    certificate: x509.Certificate
    key: SigningKey
    chain: tuple[x509.Certificate, ...]

    @property
    def key_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS#8 PEM."""
        return key_pem(self.key)

    @property
    def certificate_pem(self) -> bytes:
        """Return the certificate as PEM."""
        return certificate_pem(self.certificate)


class SpecimenPki:
    """The specimen PKI in a directory: issues, revokes, and names its anchors."""

    def __init__(self, directory: Path, base_url: str) -> None:
        self.directory = directory
        self.base_url = base_url
        self._authorities = {
            name: Authority(name, directory / name, base_url, answers_ocsp=name != ROOT_CA) for name in TITLES
        }

    @classmethod
    def ensure(
        cls, directory: Path, base_url: str = DEFAULT_BASE_URL, *, now: datetime | None = None
    ) -> Self:
        """Return the PKI in `directory`, generated there on the first call (some 0.5 s).

        An existing PKI keeps the base URL of its generation, whatever is asked for here.
        """
        private_directory(directory)
        config = directory / "config.json"
        with locked(directory / ".lock"):
            if not config.exists():
                pki = cls(directory, base_url.rstrip("/"))
                pki._generate(whole_seconds(now or datetime.now(UTC)))
                write_private(config, json.dumps({"format": 1, "base_url": pki.base_url}).encode())
                return pki
        return cls.load(directory)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Return the PKI that was generated in `directory` before.

        Raises: FileNotFoundError, when there is none.
        """
        settings = json.loads((directory / "config.json").read_text())
        return cls(directory, settings["base_url"])

    def _generate(self, now: datetime) -> None:
        root = self.authority(ROOT_CA)
        for name, title in TITLES.items():
            create_authority(self._authorities[name], title, now, None if name == ROOT_CA else root)
        validity = Validity(now - timedelta(days=1), now + timedelta(days=3653))
        for name in TIMESTAMP_AUTHORITIES:
            self._keep(name, f"Dấu thời gian {name[-1]}", TSA_CA, validity, TIMESTAMPER)
        self._keep("operator", "Vận hành sổ đăng ký", OPERATOR_CA, validity, SIGNER)

    def _keep(self, name: str, title: str, issuer: str, validity: Validity, profile: Profile) -> None:
        made = self._issue(authority_name(title), issuer, validity, profile)
        write_private(self.directory / f"{name}.key.pem", made.key_pem)
        write_private(self.directory / f"{name}.cert.pem", made.certificate_pem)

    def authority(self, name: str) -> Authority:
        """Return one CA by its name.

        Raises: KeyError.
        """
        return self._authorities[name]

    def authorities(self) -> tuple[Authority, ...]:
        """Return every CA, the root first."""
        return tuple(self._authorities.values())

    def issue_person(
        self,
        common_name: str,
        personal_number: str,
        issuer: str = PUBLIC_CAS[0],
        *,
        organisation: str | None = None,
        days: int = LEAF_DAYS,
        not_before: datetime | None = None,
        rsa_bits: int | None = None,
        profile: Profile = SIGNER,
    ) -> IssuedKey:
        """Issue a person's key: P-256, or RSA of `rsa_bits` as USB tokens have.

        `not_before` defaults to yesterday; other profiles serve hostile tests.
        """
        name = person_name(common_name, personal_number, organisation)
        return self._issue(name, issuer, _validity(not_before, days), profile, rsa_bits)

    def issue_organisation(
        self,
        name: str,
        code: str,
        issuer: str = ORGANISATION_CA,
        *,
        days: int = LEAF_DAYS,
        not_before: datetime | None = None,
        rsa_bits: int | None = None,
        profile: Profile = SIGNER,
    ) -> IssuedKey:
        """Issue a school's seal key; a private school's comes from a public CA (`issuer`)."""
        subject = organisation_name(name, code)
        return self._issue(subject, issuer, _validity(not_before, days), profile, rsa_bits)

    def _issue(
        self,
        subject: x509.Name,
        issuer: str,
        validity: Validity,
        profile: Profile,
        rsa_bits: int | None = None,
    ) -> IssuedKey:
        key: SigningKey = (
            rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        )
        authority = self._authorities[issuer]
        certificate = authority.certify(subject, key.public_key(), validity, profile)
        return IssuedKey(certificate, key, (certificate, authority.certificate))

    def revoke(
        self,
        certificate: x509.Certificate | int,
        at: datetime | None = None,
        reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
    ) -> None:
        """Revoke a certificate (or a serial number) since `at`; a running server answers so at once.

        Raises: KeyError, when no CA here has issued it.
        """
        serial = certificate if isinstance(certificate, int) else certificate.serial_number
        moment = whole_seconds(at or datetime.now(UTC))
        for authority in self._authorities.values():
            if authority.register.issued(serial):
                authority.register.record_revocation(Revocation(serial, moment, reason))
                return
        raise KeyError(f"{serial:x}")

    @cached_property
    def operator(self) -> IssuedKey:
        """Return the registry operator's key, which signs authority.json and status.json."""
        return self._kept("operator", OPERATOR_CA)

    def timestamp_authority(self, name: str) -> IssuedKey:
        """Return one timestamp authority's key: "tsa-1" or "tsa-2"."""
        return self._kept(name, TSA_CA)

    def _kept(self, name: str, issuer: str) -> IssuedKey:
        certificate = load_certificate(self.directory / f"{name}.cert.pem")
        key = load_key(self.directory / f"{name}.key.pem")
        return IssuedKey(certificate, key, (certificate, self._authorities[issuer].certificate))

    @property
    def timestamp_urls(self) -> tuple[str, ...]:
        """Return where the two timestamp authorities answer, under the PKI's own base URL."""
        return tuple(f"{self.base_url}/tsa/{name}" for name in TIMESTAMP_AUTHORITIES)

    def anchors(self) -> dict[AnchorRole, tuple[x509.Certificate, ...]]:
        """Return the anchors per role: the issuing CAs themselves, never the root that all share."""
        names = {
            AnchorRole.PERSON: PUBLIC_CAS,
            AnchorRole.ORGANISATION: (ORGANISATION_CA,),
            AnchorRole.TIMESTAMP: (TSA_CA,),
            AnchorRole.OPERATOR: (OPERATOR_CA,),
        }
        return {role: tuple(self._authorities[ca].certificate for ca in cas) for role, cas in names.items()}

    def trust(self) -> Trust:
        """Return the anchors as a verifier takes them, without registers; the root helps to build paths."""
        return Trust(
            roots=self.anchors(),
            intermediates=tuple(authority.certificate for authority in self.authorities()),
            specimen=True,
        )

    def public_files(self) -> dict[str, bytes]:
        """Return the PEM files of a trust directory by name: root, CAs, timestamp authorities, operator."""
        files = {f"{authority.name}.pem": authority.certificate for authority in self.authorities()}
        for name in (*TIMESTAMP_AUTHORITIES, "operator"):
            files[f"{name}.pem"] = load_certificate(self.directory / f"{name}.cert.pem")
        return {name: certificate_pem(certificate) for name, certificate in files.items()}


def _validity(not_before: datetime | None, days: int) -> Validity:
    start = whole_seconds(not_before or datetime.now(UTC) - timedelta(days=1))
    return Validity(start, start + timedelta(days=days))
