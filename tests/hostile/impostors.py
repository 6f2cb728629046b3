"""Keys and certificates of people who may not sign, and of authorities that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from signing.specimen.hostile import Flaw, issue_flawed
from signing.specimen.pki import PUBLIC_CAS, IssuedKey
from tests.hostile.certificates import COMMON, LEADER_NAME, own, renamed, subject, usage
from tests.signing.seal.xml.world import LEADER_NUMBER, NOW, World

Certificate = Callable[[World], IssuedKey]


def fresh() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def with_extension(extension: x509.ExtensionType, critical: bool = True) -> Certificate:
    return lambda world: own(world, fresh(), replace=[(extension, critical)])


def named(name: x509.Name) -> Certificate:
    return lambda world: own(world, fresh(), name=name)


def flawed(flaw: Flaw) -> Certificate:
    return lambda world: issue_flawed(world.pki, flaw, LEADER_NAME, LEADER_NUMBER, now=NOW)


def as_ca(world: World) -> IssuedKey:
    """The issuing CA itself signs: its key lies beside the demo's files."""
    authority = world.pki.authority(PUBLIC_CAS[0])
    return IssuedKey(authority.certificate, authority.key, (authority.certificate,))


def responder(world: World) -> IssuedKey:
    authority = world.pki.authority(PUBLIC_CAS[0])
    certificate, key = authority.responder
    return IssuedKey(certificate, key, (certificate, authority.certificate))


def self_signed(world: World) -> IssuedKey:
    key = fresh()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject())
        .issuer_name(subject())
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=5))
        .not_valid_after(NOW + timedelta(days=400))
        .add_extension(usage("digital_signature"), critical=True)
        .sign(key, hashes.SHA256())
    )
    return IssuedKey(certificate, key, (certificate,))


def under_a_person(world: World) -> Below:
    """A certificate that the teacher's own certificate has issued."""
    return under(world.teacher)


@dataclass(frozen=True)
class Below:
    """A key, and that of the one who issued its certificate and may not."""

    key: IssuedKey
    upper: IssuedKey


def under(upper: IssuedKey) -> Below:
    key = fresh()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject())
        .issuer_name(upper.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=5))
        .not_valid_after(NOW + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage("digital_signature"), critical=True)
        .sign(upper.key, hashes.SHA256())
    )
    return Below(IssuedKey(certificate, key, (certificate, *upper.chain)), upper)


def lower_authority(*more: tuple[x509.ExtensionType, bool]) -> Callable[[World], Below]:
    """A CA below a CA that may have none below it (path length 0)."""

    def made(world: World) -> Below:
        upper = own(
            world,
            fresh(),
            name=renamed((COMMON, "BẢN MẪU CA con")),
            replace=[
                (x509.BasicConstraints(ca=True, path_length=0), True),
                (usage("key_cert_sign", "crl_sign"), True),
            ],
            more=more,
        )
        return under(upper)

    return made


def own_list(upper: IssuedKey, moment: datetime) -> bytes:
    """Return an empty revocation list that this key has signed."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(upper.certificate.subject)
        .last_update(moment.replace(microsecond=0))
        .next_update(moment.replace(microsecond=0) + timedelta(days=1))
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    return builder.sign(upper.key, hashes.SHA256()).public_bytes(Encoding.DER)


def imitation(world: World) -> IssuedKey:
    """All that is in the leader's certificate, down to the serial number, over another key."""
    genuine = world.leader.certificate
    return own(
        world,
        fresh(),
        issuer=PUBLIC_CAS[1],
        name=genuine.subject,
        serial=genuine.serial_number,
        registered=False,
    )


def behind_the_cas_back(world: World) -> IssuedKey:
    return own(world, fresh(), registered=False)


def in_the_teachers_name(world: World) -> IssuedKey:
    return own(world, fresh(), name=world.teacher.certificate.subject)


def revoked(before: timedelta) -> Certificate:
    def made(world: World) -> IssuedKey:
        key = world.person(LEADER_NAME, LEADER_NUMBER)
        world.pki.revoke(key.certificate, NOW - before)
        return key

    return made


def ended(life: timedelta) -> Certificate:
    return lambda world: own(world, fresh(), start=NOW - timedelta(days=5), life=life)


def person(name: str, number: str, issuer: str = PUBLIC_CAS[0]) -> Certificate:
    return lambda world: world.person(name, number, issuer)


def purpose(oid: ObjectIdentifier) -> Certificate:
    return with_extension(x509.ExtendedKeyUsage([oid]), critical=False)
