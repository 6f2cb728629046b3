"""The certificates of the specimen PKI: subjects, extensions, life times (RFC 5280, RFC 6960, RFC 3161).

Conventions of subjects, imitating those of Viet Nam's CAs:
- a person: CN = full name, serialNumber = "CCCD:<12 digits of the citizen card>", O = where the person works;
- an organisation: CN = its name, serialNumber = "MST:<code>" (tax code, or the school's code in the demo).
Every subject has OU = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from signing.specimen.files import SigningKey

SPECIMEN = "BẢN MẪU"
NO_VALUE = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ"
PERSON_PREFIX = "CCCD:"
ORGANISATION_PREFIX = "MST:"
POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.32473.1.1")
"""Certificate and timestamp policy of the specimens, under the arc kept for examples (RFC 5612)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate may be used for; `path_length` None means that it is no CA."""

    path_length: int | None = None
    usages: frozenset[str] = frozenset({"digital_signature", "content_commitment"})
    extended: x509.ObjectIdentifier | None = None
    extended_critical: bool = False
    no_check: bool = False


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when, aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs a certificate, and where its status and its own certificate can be had."""

    certificate: x509.Certificate
    key: SigningKey
    crl_url: str
    certificate_url: str
    ocsp_url: str | None


ROOT = Profile(path_length=1, usages=frozenset({"key_cert_sign", "crl_sign"}))
INTERMEDIATE = Profile(path_length=0, usages=frozenset({"key_cert_sign", "crl_sign"}))
SIGNER = Profile()
RESPONDER = Profile(
    usages=frozenset({"digital_signature"}), extended=ExtendedKeyUsageOID.OCSP_SIGNING, no_check=True
)
TIMESTAMPER = Profile(  # RFC 3161 §2.3: the only purpose, and critical
    usages=frozenset({"digital_signature"}),
    extended=ExtendedKeyUsageOID.TIME_STAMPING,
    extended_critical=True,
)
TLS = Profile(usages=frozenset({"digital_signature"}), extended=ExtendedKeyUsageOID.SERVER_AUTH)


def authority_name(title: str) -> x509.Name:
    """Return the subject of a CA, a responder or a timestamp authority."""
    return _name(f"{SPECIMEN} {title}", None, None)


def person_name(full_name: str, personal_number: str, organisation: str | None) -> x509.Name:
    """Return a person's subject."""
    return _name(full_name, f"{PERSON_PREFIX}{personal_number}", organisation)


def organisation_name(name: str, code: str) -> x509.Name:
    """Return an organisation's subject."""
    return _name(name, f"{ORGANISATION_PREFIX}{code}", None)


def _name(common: str, number: str | None, organisation: str | None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NO_VALUE))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    if number:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    return x509.Name(parts)


def self_signed(subject: x509.Name, key: SigningKey, validity: Validity) -> x509.Certificate:
    """Return a root certificate."""
    builder = _start(subject, subject, key.public_key(), validity, ROOT)
    return builder.sign(key, hashes.SHA256())


def issue(
    issuer: Issuer,
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    validity: Validity,
    profile: Profile,
) -> x509.Certificate:
    """Return a certificate that `issuer` signs, with where to ask for its status."""
    parent = issuer.certificate
    builder = _start(subject, parent.subject, public_key, validity, profile)
    identifier = parent.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )
    builder = builder.add_extension(
        x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), critical=False
    )
    if profile.no_check:  # RFC 6960 §4.2.2.2.1: its own status is not asked for
        return builder.add_extension(x509.OCSPNoCheck(), critical=False).sign(issuer.key, hashes.SHA256())
    return _with_status(builder, issuer).sign(issuer.key, hashes.SHA256())


def _with_status(builder: x509.CertificateBuilder, issuer: Issuer) -> x509.CertificateBuilder:
    places = [
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer.certificate_url)
        )
    ]
    if issuer.ocsp_url:
        places.insert(
            0,
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(issuer.ocsp_url)
            ),
        )
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(issuer.crl_url)], None, None, None)
    return builder.add_extension(x509.AuthorityInformationAccess(places), critical=False).add_extension(
        x509.CRLDistributionPoints([point]), critical=False
    )


def _start(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    validity: Validity,
    profile: Profile,
) -> x509.CertificateBuilder:
    is_authority = profile.path_length is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
        .add_extension(x509.BasicConstraints(is_authority, profile.path_length), critical=True)
        .add_extension(key_usage(profile.usages), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    if profile.extended is not None:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([profile.extended]), critical=profile.extended_critical
        )
    return builder


def key_usage(usages: Iterable[str]) -> x509.KeyUsage:
    """Return a KeyUsage with these bits, named as `cryptography` names them."""
    chosen = frozenset(usages)
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in chosen for name in names})
