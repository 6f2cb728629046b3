"""OCSP answers and revocation lists that say what they are told to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.specimen.authority import Authority
from signing.specimen.pki import ORGANISATION_CA, PUBLIC_CAS, IssuedKey
from tests.hostile.certificates import COMMON, own, renamed, usage
from tests.hostile.kit import Kit
from tests.signing.seal.xml.world import NOW

SHA1 = hashes.SHA1()  # noqa: S303
SEALED = NOW + timedelta(hours=2)


Status = ocsp.OCSPCertStatus


@dataclass(frozen=True)
class Said:
    """What an OCSP answer says, and who says it."""

    status: Status = Status.GOOD
    this_update: datetime = SEALED
    next_update: datetime | None = SEALED + timedelta(hours=1)
    responder: IssuedKey | None = None
    nonce: bool = False
    others: bool = False
    serial: int | None = None


def answer(kit: Kit, about: IssuedKey, said: Said) -> bytes:
    """Return an OCSP answer about the certificate, as asked for."""
    authority = next(one_ for one_ in kit.world.pki.authorities() if one_.certificate == about.chain[1])
    certificate, key = authority.responder
    by = said.responder or IssuedKey(certificate, key, (certificate,))
    asked = ocsp.OCSPRequestBuilder().add_certificate(about.certificate, about.chain[1], SHA1).build()
    revoked = said.status is Status.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        asked.issuer_name_hash,
        asked.issuer_key_hash,
        said.serial or asked.serial_number,
        asked.hash_algorithm,
        said.status,
        said.this_update,
        said.next_update,
        NOW - timedelta(days=1) if revoked else None,
        x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
    builder = builder.certificates([by.certificate, *(by.chain[1:] if said.others else ())])
    if said.nonce:
        builder = builder.add_extension(x509.OCSPNonce(b"\x04\x08" + bytes(8)), critical=False)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def list_of(
    authority: Authority,
    *,
    issued: datetime = SEALED,
    life: timedelta = timedelta(days=1),
    extension: x509.ExtensionType | None = None,
    key: Any = None,
    revoked: int | None = None,
) -> bytes:
    """Return a revocation list in a CA's name."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(issued)
        .next_update(issued + life)
        .add_extension(x509.CRLNumber(5), critical=False)
    )
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    if revoked is not None:
        entry = (
            x509.RevokedCertificateBuilder().serial_number(revoked).revocation_date(NOW - timedelta(days=1))
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key or authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def own_responder(*, purpose: bool = True, issuer: str = ORGANISATION_CA) -> Callable[[Kit], IssuedKey]:
    """A responder that the attacker made with a CA's key, or without the purpose, or under another CA."""

    def made(kit: Kit) -> IssuedKey:
        more: list[tuple[x509.ExtensionType, bool]] = [(x509.OCSPNoCheck(), False)]
        if purpose:
            more.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False))
        return own(
            kit.world,
            ec.generate_private_key(ec.SECP256R1()),
            issuer=issuer,
            name=renamed((COMMON, "BẢN MẪU OCSP giả")),
            replace=[(usage("digital_signature"), True)],
            more=more,
        )

    return made


def signers_key(kit: Kit) -> IssuedKey:
    """The seal answers for itself."""
    return kit.world.seal


def other_cas_responder(kit: Kit) -> IssuedKey:
    authority = kit.world.pki.authority(PUBLIC_CAS[0])
    certificate, key = authority.responder
    return IssuedKey(certificate, key, (certificate, authority.certificate))


def error(status: str) -> bytes:
    made: bytes = asn1_ocsp.OCSPResponse({"response_status": status}).dump()
    return made
