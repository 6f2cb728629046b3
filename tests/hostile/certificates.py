"""Certificates that a tester makes with a specimen CA's key: any subject, any extension, any key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing.specimen.authority import Authority
from signing.specimen.pki import PUBLIC_CAS, IssuedKey
from signing.specimen.profiles import key_usage, person_name
from tests.signing.seal.xml.world import LEADER_NUMBER, NOW, World

LEADER_NAME = "Lê Thị Bích Hằng"
DAYS = timedelta(days=400)


def subject(number: str = LEADER_NUMBER, name: str = LEADER_NAME) -> x509.Name:
    """Return a person's name as the specimen CAs write it."""
    return person_name(name, number, None)


def own(
    world: World,
    key: Any,
    *,
    issuer: str = PUBLIC_CAS[0],
    name: x509.Name | None = None,
    serial: int | None = None,
    start: datetime = NOW - timedelta(days=5),
    life: timedelta = DAYS,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    without: Iterable[type[x509.ExtensionType]] = (),
    replace: Iterable[tuple[x509.ExtensionType, bool]] = (),
    registered: bool = True,
) -> IssuedKey:
    """Return a key whose certificate a specimen CA signed, like an honest one but for what is asked.

    Unregistered means: made behind the CA's back, so that its own responder knows nothing of it.
    """
    authority = world.pki.authority(issuer)
    certificate = signed_by(
        authority,
        key.public_key(),
        name or subject(),
        (start, start + life),
        serial,
        _extensions(authority, more, without, replace),
    )
    if registered:
        authority.register.record_issue(certificate)
    return IssuedKey(certificate, key, (certificate, authority.certificate))


def _extensions(
    authority: Authority,
    more: Iterable[tuple[x509.ExtensionType, bool]],
    without: Iterable[type[x509.ExtensionType]],
    replace: Iterable[tuple[x509.ExtensionType, bool]],
) -> list[tuple[x509.ExtensionType, bool]]:
    address = authority.issuer.ocsp_url or ""
    usual: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage("digital_signature", "content_commitment"), True),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        x509.oid.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(address)
                    )
                ]
            ),
            False,
        ),
        (
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            False,
        ),
    ]
    given = list(replace)
    kinds = {type(extension) for extension, _ in given} | set(without)
    return [one for one in usual if type(one[0]) not in kinds] + given + list(more)


def usage(*names: str) -> x509.KeyUsage:
    """Return a KeyUsage with these bits."""
    return key_usage(names)


def signed_by(
    authority: Authority,
    public_key: Any,
    name: x509.Name,
    validity: tuple[datetime, datetime],
    serial: int | None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    """Return a certificate signed with the CA's own key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject)
        .public_key(public_key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(authority.key, hashes.SHA256())


def renamed(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """Return a name of these parts."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def with_sha1(key: IssuedKey, world: World) -> IssuedKey:
    """Return the key with its certificate signed once more, over SHA-1, which libraries refuse to do."""
    authority = world.pki.authority(PUBLIC_CAS[0])
    numbers = authority.key.private_numbers()  # type: ignore[union-attr]
    read = asn1_x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
    weak = {"algorithm": "sha1_rsa", "parameters": core.Null()}
    read["tbs_certificate"]["signature"] = weak
    read["signature_algorithm"] = weak
    digest = hashlib.sha1(read["tbs_certificate"].dump(force=True)).digest()  # noqa: S324
    size = authority.key.key_size // 8  # type: ignore[union-attr]
    head = bytes.fromhex("3021300906052b0e03021a05000414")
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(head) - 20) + b"\x00" + head + digest
    value = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n)
    read["signature_value"] = value.to_bytes(size, "big")
    certificate = x509.load_der_x509_certificate(read.dump(force=True))
    return IssuedKey(certificate, key.key, (certificate, *key.chain[1:]))


COMMON, NUMBER = NameOID.COMMON_NAME, NameOID.SERIAL_NUMBER
