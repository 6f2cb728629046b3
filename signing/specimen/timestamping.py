"""An RFC 3161 timestamp authority: requests in, signed tokens out (with ESSCertIDv2, RFC 5816).

What is the same in every token is encoded once; the rest is a handful of DER fields, so a token costs tenths
of a millisecond where building all of it from asn1crypto objects takes seven.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.specimen.pki import IssuedKey
from signing.specimen.profiles import POLICY

IMPRINT_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
INTEGER, OCTETS, SEQUENCE, SET, GENERALIZED_TIME = 0x02, 0x04, 0x30, 0x31, 0x18
FIRST = 0xA0
"""Context tag [0], constructed."""

POLICY_ID: bytes = core.ObjectIdentifier(POLICY.dotted_string).dump()
TST_INFO: bytes = cms.ContentType("tst_info").dump()
SIGNED_DATA: bytes = cms.ContentType("signed_data").dump()
SHA256: bytes = cms.DigestAlgorithm({"algorithm": "sha256"}).dump()
ECDSA_SHA256: bytes = cms.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
GRANTED: bytes = tsp.PKIStatusInfo({"status": "granted"}).dump()


@dataclass(frozen=True, slots=True)
class Twist:
    """How a faulty authority answers; the plain one changes nothing."""

    other_nonce: bool = False
    other_imprint: bool = False
    broken_signature: bool = False


PLAIN = Twist()


@dataclass(frozen=True, slots=True)
class _Asked:
    imprint_der: bytes
    nonce: int | None
    wants_chain: bool


class _Refused(Exception):
    """A request that gets a rejection with this failure name of RFC 3161 §2.4.2."""


class TimestampAuthority:
    """One authority with its P-256 key; safe for threads, it keeps no state."""

    def __init__(self, issued: IssuedKey) -> None:
        """Take the key that `SpecimenPki.timestamp_authority` returns; TypeError if it is not P-256."""
        if not isinstance(issued.key, ec.EllipticCurvePrivateKey):
            raise TypeError("a specimen timestamp authority signs with P-256")
        self._key = issued.key
        chain = [certificate.public_bytes(Encoding.DER) for certificate in issued.chain]
        leaf = asn1_x509.Certificate.load(chain[0])
        self._certificates = _der(FIRST, *chain)
        self._sid: bytes = cms.IssuerAndSerialNumber(
            {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
        ).dump()
        self._attributes = (
            _attribute("content_type", TST_INFO),
            _attribute("signing_certificate_v2", _signing_certificate(leaf)),
        )

    def answer(self, request: bytes, now: datetime, twist: Twist = PLAIN) -> bytes:
        """Return the DER TimeStampResp to a DER TimeStampReq."""
        try:
            asked = _read(request, twist)
        except _Refused as refusal:
            status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {str(refusal)}})
            return _der(SEQUENCE, status.dump())
        token = self._token(_info(asked, now), asked.wants_chain, twist.broken_signature)
        return _der(SEQUENCE, GRANTED, token)

    def _token(self, info: bytes, wants_chain: bool, broken: bool) -> bytes:
        digest = _attribute("message_digest", _der(OCTETS, hashlib.sha256(info).digest()))
        attributes = b"".join(sorted((*self._attributes, digest)))  # a DER SET is sorted
        covered = b"" if broken else _der(SET, attributes)
        signer = _der(
            SEQUENCE,
            _integer(1),
            self._sid,
            SHA256,
            _der(FIRST, attributes),
            ECDSA_SHA256,
            _der(OCTETS, self._key.sign(covered, ec.ECDSA(hashes.SHA256()))),
        )
        signed = _der(
            SEQUENCE,
            _integer(3),
            _der(SET, SHA256),
            _der(SEQUENCE, TST_INFO, _der(FIRST, _der(OCTETS, info))),
            self._certificates if wants_chain else b"",
            _der(SET, signer),
        )
        return _der(SEQUENCE, SIGNED_DATA, _der(FIRST, signed))


def _read(request: bytes, twist: Twist) -> _Asked:
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        imprint = asked["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        digest = imprint["hashed_message"].native
        nonce, wants_chain = asked["nonce"].native, bool(asked["cert_req"].native)
        policy = asked["req_policy"].native
    except (ValueError, TypeError) as error:
        raise _Refused("bad_data_format") from error
    if IMPRINT_BYTES.get(algorithm) != len(digest):
        raise _Refused("bad_alg")
    if policy not in (None, POLICY.dotted_string):
        raise _Refused("unaccepted_policy")
    if twist.other_imprint:
        other = hashlib.new(algorithm, digest).digest()
        imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": algorithm}, "hashed_message": other})
    if twist.other_nonce:
        nonce = (nonce or 0) + 1
    return _Asked(imprint.dump(), nonce, wants_chain)


def _info(asked: _Asked, now: datetime) -> bytes:
    """Return the TSTInfo: whole seconds, truncated, with an accuracy of one second."""
    moment = now.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii")
    return _der(
        SEQUENCE,
        _integer(1),
        POLICY_ID,
        asked.imprint_der,
        _integer(secrets.randbits(127)),
        _der(GENERALIZED_TIME, moment),
        _der(SEQUENCE, _integer(1)),
        b"" if asked.nonce is None else _integer(asked.nonce),
    )


def _attribute(name: str, value: bytes) -> bytes:
    return _der(SEQUENCE, cms.CMSAttributeType(name).dump(), _der(SET, value))


def _signing_certificate(leaf: asn1_x509.Certificate) -> bytes:
    issuer = {
        "issuer": [asn1_x509.GeneralName("directory_name", leaf.issuer)],
        "serial_number": leaf.serial_number,
    }
    identifier = {"cert_hash": hashlib.sha256(leaf.dump()).digest(), "issuer_serial": issuer}
    data: bytes = tsp.SigningCertificateV2({"certs": [identifier]}).dump()
    return data


def _integer(value: int) -> bytes:
    return _der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body
