"""Timestamp tokens made by hand, rewritten, or by authorities that are none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ExtendedKeyUsage

from signing.specimen.pki import TSA_CA, IssuedKey
from tests.hostile.certificates import COMMON, own, renamed, usage
from tests.hostile.kit import Kit
from tests.signing.seal.xml.world import NOW, World

SEALED = NOW + timedelta(hours=2)


def token(kit: Kit, imprint: bytes, moment: datetime = SEALED) -> bytes:
    return kit.world.stamp(imprint, moment)


def rewritten(data: bytes, edit: Callable[[Any], object]) -> bytes:
    content = cms.ContentInfo.load(data)
    edit(content["content"])
    made: bytes = content.dump(force=True)
    return made


def by_hand(kit: Kit, key: IssuedKey, imprint: bytes, **info: object) -> bytes:
    """Return a token signed with a key at hand, with any fields: what a thief of the authority's key can do."""
    fields: dict[str, Any] = {
        "version": "v1",
        "policy": "1.3.6.1.4.1.32473.1.1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
        "serial_number": 99,
        "gen_time": SEALED.replace(microsecond=0),
        "accuracy": {"seconds": 1},
    } | info
    written = tsp.TSTInfo(fields).dump()
    leaf = asn1_x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
    essential = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(leaf.dump()).digest()}]})
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(written).digest()]},
            {"type": "signing_certificate_v2", "values": [essential]},
        ]
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.IssuerAndSerialNumber({"issuer": leaf.issuer, "serial_number": leaf.serial_number}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": key.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),  # type: ignore[union-attr,call-arg,arg-type]
        }
    )
    certificates = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in key.chain]
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "tst_info", "content": tsp.TSTInfo.load(written)},
            "certificates": certificates,
            "signer_infos": [signer],
        }
    )
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return made


def false_authority(*purposes: Any, critical: bool = True) -> Callable[[Kit], IssuedKey]:
    """A certificate from the timestamp authorities' CA, for other purposes."""

    def made(kit: Kit) -> IssuedKey:
        extra = [(ExtendedKeyUsage(list(purposes)), critical)] if purposes else []
        return own(
            kit.world,
            ec.generate_private_key(ec.SECP256R1()),
            issuer=TSA_CA,
            name=renamed((COMMON, "BẢN MẪU Dấu thời gian giả")),
            replace=[(usage("digital_signature"), True)],
            more=extra,
        )

    return made


def from_a_stranger(kit: Kit, imprint: bytes) -> bytes:
    return World(kit.world.directory.parent / "stranger").stamp(imprint, SEALED)


def broken(kit: Kit, imprint: bytes) -> bytes:
    made = bytearray(token(kit, imprint))
    made[-1] ^= 1
    return bytes(made)


def unnamed(signed: Any) -> None:
    """Without the commitment to the authority's certificate, the signature does not hold any more."""
    signer = signed["signer_infos"][0]
    kept = [each for each in signer["signed_attrs"] if each["type"].native != "signing_certificate_v2"]
    signer["signed_attrs"] = cms.CMSAttributes(kept)


def two_signers(signed: Any) -> None:
    signed["signer_infos"].append(signed["signer_infos"][0].copy())


def whole_answer(kit: Kit, imprint: bytes) -> bytes:
    made = tsp.TimeStampResp(
        {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token(kit, imprint))}
    )
    data: bytes = made.dump()
    return data
