"""RFC 3161 timestamp tokens: is one about these bytes, by an authority we trust, and made when?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.general import SigningError, check_ess_certid
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity

from signing.seal import der
from signing.seal.certificates import common_name
from signing.seal.paths import Embedded, EvidenceLike, PathFinding, validate_path
from signing.seal.trust import AnchorRole, Trust
from signing.seal.verdict import Reason
from signing.seal.verdict import SubIndication as Sub

MAX_ACCURACY: Final = timedelta(seconds=60)
"""Widest error an authority may claim for its clock; decisions here turn on minutes."""

MAX_TOKEN_BYTES: Final = 64 * 1024
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_TST_INFO: Final = bytes.fromhex("060b2a864886f70d0109100104")
_PLAIN_RSA: Final = ("1.2.840.113549.1.1.1", bytes.fromhex("300d06092a864886f70d0101010500"))
STRONG_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far in the verifier's future a timestamp may lie."""


@dataclass(frozen=True, slots=True)
class TimestampFinding:
    """What a token says and whether it holds; `gen_time` is None when the token proves nothing."""

    gen_time: datetime | None
    tsa: str
    reasons: tuple[Reason, ...]
    certificate: x509.Certificate | None = None
    certificates: tuple[bytes, ...] = ()
    """DER of the certificates inside the token, as it has them."""


class _Broken(Exception):
    """The token is not what RFC 3161 asks for; carries the finding."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def check_timestamp(
    token: bytes,
    imprint: bytes,
    trust: Trust,
    *,
    evidence: EvidenceLike | None = None,
    at: datetime,
    exact: bool = False,
) -> TimestampFinding:
    """Return when, according to a trusted authority, `imprint` (SHA-256, 32 bytes) existed.

    `evidence` may bring the authority's certificates and revocation data; `at` is the verifier's moment
    (aware), before which the stamp must lie; `exact` asks that everything around what the authority signed is
    written as DER has it, with nothing added. Never raises for a hostile token.
    """
    try:
        signed, info = _open(token)
        _check_imprint(info, imprint)
        certificate = _check_signature(signed, evidence)
        if exact and written(signed, certificate) != token:
            raise _Broken(_failed(Sub.FORMAT_FAILURE, "timestamp.not-exact"))
    except _Broken as broken:
        return TimestampFinding(None, "", (broken.reason,))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        # asn1crypto raises these for malformed DER, and lazily, wherever a field is first read.
        return TimestampFinding(None, "", (_failed(Sub.FORMAT_FAILURE, "timestamp.format"),))
    return _judge(info, certificate, signed, trust, evidence, at)


def _open(token: bytes) -> tuple[cms.SignedData, tsp.TSTInfo]:
    if len(token) > MAX_TOKEN_BYTES:
        raise _Broken(_failed(Sub.FORMAT_FAILURE, "timestamp.format"))
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise _Broken(_failed(Sub.FORMAT_FAILURE, "timestamp.format"))
    signed = content["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise _Broken(_failed(Sub.FORMAT_FAILURE, "timestamp.format"))
    info = tsp.TSTInfo.load(inner["content"].contents, strict=True)
    if info["version"].native != "v1" or any(one["critical"] for one in info["extensions"].native or ()):
        raise _Broken(_failed(Sub.FORMAT_FAILURE, "timestamp.format"))
    return signed, info


def _check_imprint(info: tsp.TSTInfo, imprint: bytes) -> None:
    stamped = info["message_imprint"]
    if stamped["hash_algorithm"]["algorithm"].native != "sha256":
        raise _Broken(Reason.unknown(Sub.CRYPTO_CONSTRAINTS_FAILURE, "time", "timestamp.weak-algorithm"))
    if stamped["hashed_message"].native != imprint:
        raise _Broken(_failed(Sub.HASH_FAILURE, "timestamp.other-data"))


def _check_signature(signed: cms.SignedData, evidence: EvidenceLike | None) -> asn1_x509.Certificate:
    """Return the authority's certificate after checking the token's signature with it."""
    signer = signed["signer_infos"][0]
    attributes = signer["signed_attrs"]
    if not attributes:
        raise _Broken(_failed(Sub.FORMAT_FAILURE, "timestamp.format"))
    certificate = _signer_certificate(signed, signer, evidence)
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in STRONG_DIGESTS:
        raise _Broken(Reason.unknown(Sub.CRYPTO_CONSTRAINTS_FAILURE, "time", "timestamp.weak-algorithm"))
    content = signed["encap_content_info"]["content"].contents
    try:
        identified = get_signing_cert_attr(attributes)
        if identified is None or not check_ess_certid(certificate, identified["certs"][0]):
            raise _Broken(_failed(Sub.SIG_CONSTRAINTS_FAILURE, "timestamp.certificate-not-identified"))
        intact, valid = validate_sig_integrity(
            signer, certificate, "tst_info", hashlib.new(digest, content).digest()
        )
    except (SignatureValidationError, SigningError, InvalidSignature, NotImplementedError) as error:
        raise _Broken(_failed(Sub.SIG_CRYPTO_FAILURE, "timestamp.signature")) from error
    if not intact or not valid:
        raise _Broken(_failed(Sub.SIG_CRYPTO_FAILURE, "timestamp.signature"))
    return certificate


def _signer_certificate(
    signed: cms.SignedData, signer: cms.SignerInfo, evidence: EvidenceLike | None
) -> asn1_x509.Certificate:
    """Return the certificate that the token names, from the token or from the evidence."""
    sid = signer["sid"]
    for certificate in _certificates(signed, evidence):
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen
            same = (  # the number first: comparing names as RFC 5280 asks is dear
                certificate.serial_number == named["serial_number"].native
                and certificate.issuer == named["issuer"]
            )
        else:
            same = certificate.key_identifier == sid.native
        if same:
            return certificate
    raise _Broken(Reason.unknown(Sub.NO_CERTIFICATE_CHAIN_FOUND, "time", "timestamp.certificate-missing"))


def _certificates(signed: cms.SignedData, evidence: EvidenceLike | None) -> list[asn1_x509.Certificate]:
    inside = [one.chosen for one in signed["certificates"] or () if one.name == "certificate"]
    outside = evidence.certificates if evidence else ()
    return [*inside, *(asn1_x509.Certificate.load(one) for one in outside)]


def _judge(
    info: tsp.TSTInfo,
    certificate: asn1_x509.Certificate,
    signed: cms.SignedData,
    trust: Trust,
    evidence: EvidenceLike | None,
    at: datetime,
) -> TimestampFinding:
    """Weigh trust and time of a token whose signature is right."""
    moment: datetime = info["gen_time"].native
    loaded = x509.load_der_x509_certificate(certificate.dump())
    embedded = Embedded(
        certificates=tuple(dict.fromkeys(one.dump() for one in _certificates(signed, evidence))),
        ocsps=evidence.ocsps if evidence else (),
        crls=evidence.crls if evidence else (),
    )
    path: PathFinding = validate_path(loaded, AnchorRole.TIMESTAMP, trust, moment, embedded)
    reasons = list(path.reasons)
    if _accuracy(info) > MAX_ACCURACY:
        reasons.append(Reason.unknown(Sub.SIG_CONSTRAINTS_FAILURE, "time", "timestamp.inaccurate"))
    if moment > at + CLOCK_TOLERANCE:
        reasons.append(
            Reason.unknown(Sub.TIMESTAMP_ORDER_FAILURE, "time", "timestamp.future", time=moment.isoformat())
        )
    inside = tuple(one.chosen.dump() for one in signed["certificates"] or () if one.name == "certificate")
    return TimestampFinding(moment, common_name(loaded.subject), tuple(reasons), loaded, inside)


def written(signed: cms.SignedData, certificate: asn1_x509.Certificate) -> bytes:
    """Return the token as DER has it, made of what is signed and of what can only be so (RFC 5652 §5).

    One digest algorithm, one signer named by issuer and number byte for byte, no unsigned attribute, no list.
    Raises: KeyError, for a signature algorithm that is not allowed.
    """
    signer = signed["signer_infos"][0]
    digest = signer["digest_algorithm"]
    info = der.encoded(
        der.SEQUENCE,
        b"\x02\x01\x01",
        der.encoded(
            der.SEQUENCE, certificate.issuer.dump(), certificate["tbs_certificate"]["serial_number"].dump()
        ),
        _digest(digest),
        b"\xa0" + signer["signed_attrs"].dump()[1:],
        _algorithm(signer, digest["algorithm"].native),
        der.encoded(der.OCTETS, signer["signature"].native),
    )
    content = signed["encap_content_info"]["content"].contents
    inside = [one.chosen.dump() for one in signed["certificates"] or ()]
    body = der.encoded(
        der.SEQUENCE,
        b"\x02\x01\x03",
        der.encoded(der.SET, _digest(digest)),
        der.encoded(der.SEQUENCE, _TST_INFO, der.encoded(der.FIRST, der.encoded(der.OCTETS, content))),
        der.encoded(der.FIRST, *inside) if inside else b"",
        der.encoded(der.SET, info),
    )
    return der.encoded(der.SEQUENCE, _SIGNED_DATA, der.encoded(der.FIRST, body))


def _digest(stated: algos.DigestAlgorithm) -> bytes:
    """Return the identifier in one of its two spellings (RFC 5754 §2): parameters absent, or NULL."""
    name = algos.DigestAlgorithmId(stated["algorithm"].native).dump()
    spelt = [der.encoded(der.SEQUENCE, name, null) for null in (b"", b"\x05\x00")]
    return spelt[bool(stated.dump() == spelt[1])]


def _algorithm(signer: cms.SignerInfo, digest: str) -> bytes:
    """Return the signature's identifier: ECDSA or RSA with the digest named, or plain RSA (RFC 3370 §3.2)."""
    name = signer["signature_algorithm"]["algorithm"].dotted
    if name == _PLAIN_RSA[0]:
        return _PLAIN_RSA[1]
    if der.SHA2_SIGNATURES[name] != digest:
        raise ValueError("the signature names another digest")
    return der.ALGORITHMS[name]


def _accuracy(info: tsp.TSTInfo) -> timedelta:
    stated = info["accuracy"].native
    if not stated:
        return timedelta(0)
    return timedelta(
        seconds=stated.get("seconds") or 0,
        milliseconds=stated.get("millis") or 0,
        microseconds=stated.get("micros") or 0,
    )


def _failed(sub: Sub, code: str) -> Reason:
    return Reason.failed(sub, "time", code)
