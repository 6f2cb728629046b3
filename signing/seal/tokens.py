"""A timestamp token taken apart: its authority, what it signed, and the one way in which DER writes it all.

asn1crypto reads, one pass over each part: names are compared by their bytes before anybody prepares them as
RFC 5280 asks, which is dear, and what a certificate says is kept by its bytes, for authorities are few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.parser import parse, peek
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign.general import SigningError, check_ess_certid
from pyhanko.sign.validation.errors import CMSAlgorithmProtectionError, SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_algorithm_protection
from pyhanko_certvalidator.sig_validate import DEFAULT_SIGNATURE_VALIDATOR, SignatureValidationContext

from signing.seal import der
from signing.seal.paths import EvidenceLike
from signing.seal.verdict import Reason
from signing.seal.verdict import SubIndication as Sub

STRONG_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_TST_INFO: Final = bytes.fromhex("060b2a864886f70d0109100104")
_PLAIN_RSA: Final = ("1.2.840.113549.1.1.1", bytes.fromhex("300d06092a864886f70d0101010500"))
_CONTENT_TYPE: Final = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST: Final = bytes.fromhex("06092a864886f70d010904")
_CERTIFICATE: Final = bytes.fromhex("060b2a864886f70d010910022f")
_ATTRIBUTES: Final = (
    _CONTENT_TYPE,
    _MESSAGE_DIGEST,
    _CERTIFICATE,
    bytes.fromhex("060b2a864886f70d010910020c"),  # SigningCertificate, the first version
    bytes.fromhex("06092a864886f70d010934"),  # CMSAlgorithmProtection
)
"""Signed attributes that are looked into, as their names are written."""

_DIRECTORY_NAME: Final = 0xA4
_HASHES: Final = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_ECDSA: Final = {name: ec.ECDSA(one) for name, one in _HASHES.items()}
_RSA: Final = padding.PKCS1v15()


class Broken(Exception):
    """The token is not what RFC 3161 asks for; carries the finding."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate beside a token, as bytes and numbers only, so that threads may share it."""

    der: bytes
    issuer: bytes
    number_der: bytes
    named: frozenset[bytes]
    """SigningCertificateV2 (RFC 5035) with this certificate alone, in each spelling of it with SHA-256."""

    def parsed(self) -> asn1_x509.Certificate:
        """Return the certificate for asn1crypto, a new object each time: reading one changes it."""
        return asn1_x509.Certificate.load(self.der)


@lru_cache(maxsize=1024)
def authority(data: bytes) -> Authority:
    """Return what is asked of a certificate. Raises: ValueError, TypeError, KeyError, for broken DER."""
    read = asn1_x509.Certificate.load(data)
    number = read["tbs_certificate"]["serial_number"]
    issuer, number = read.issuer.dump(), number.dump()
    return Authority(data, issuer, number, frozenset(_names(hashlib.sha256(data).digest(), issuer, number)))


def _names(digest: bytes, issuer: bytes, number: bytes) -> Iterator[bytes]:
    holder = der.encoded(
        der.SEQUENCE, der.encoded(der.SEQUENCE, der.encoded(_DIRECTORY_NAME, issuer)), number
    )
    for algorithm in (b"", *_spellings("sha256")):
        for behind in (b"", holder):
            one = der.encoded(der.SEQUENCE, algorithm, der.encoded(der.OCTETS, digest), behind)
            yield der.encoded(der.SEQUENCE, der.encoded(der.SEQUENCE, one))


@lru_cache(maxsize=1024)
def _number(data: bytes) -> int:
    return int(asn1_x509.Certificate.load(data).serial_number)


@lru_cache(maxsize=1024)
def _trimmed(data: bytes) -> bytes:
    """Return the one DER value at the front of `data`. Raises: ValueError."""
    return bytes(asn1_x509.Certificate.load(data).dump())


@lru_cache(maxsize=1024)
def loaded(data: bytes) -> x509.Certificate:
    """Return a certificate by its bytes. Raises: ValueError."""
    return x509.load_der_x509_certificate(data)


@dataclass(frozen=True, slots=True)
class Token:
    """A token opened: `covered` are its signed attributes as they are signed, `inside` its certificates.

    Bytes are taken out before anything within them is read: asn1crypto would write them anew, at ten times
    the cost of everything else.
    """

    signer: cms.SignerInfo
    info: tsp.TSTInfo
    content: bytes
    covered: bytes
    inside: tuple[bytes, ...]

    def around(self, evidence: EvidenceLike | None) -> tuple[bytes, ...]:
        """Return the certificates inside and in the evidence. Raises: ValueError, for one that is none."""
        return (*self.inside, *map(_trimmed, evidence.certificates if evidence else ()))


def opened(token: bytes) -> Token:
    """Return a token of the form of RFC 3161 §2.4.2. Raises: Broken, or what asn1crypto raises."""
    content = cms.ContentInfo.load(token, strict=True)
    _form(content["content_type"].native == "signed_data")
    signed = content["content"]
    inner = signed["encap_content_info"]
    _form(inner["content_type"].native == "tst_info" and len(signed["signer_infos"]) == 1)
    payload = inner["content"].contents
    info = tsp.TSTInfo.load(payload, strict=True)
    _form(info["version"].native == "v1")
    _form(not any(one["critical"] for one in info["extensions"].native or ()))
    inside = tuple(one.chosen.dump() for one in signed["certificates"] or () if one.name == "certificate")
    signer = signed["signer_infos"][0]
    covered = der.encoded(der.SET, signer["signed_attrs"].contents or b"")
    return Token(signer, info, payload, covered, inside)


def _form(holds: bool) -> None:
    if not holds:
        raise Broken(failed(Sub.FORMAT_FAILURE, "timestamp.format"))


def signer_of(token: Token, evidence: EvidenceLike | None) -> Authority:
    """Return whose certificate the token names, from the token or the evidence. Raises: Broken."""
    sid = token.signer["sid"]
    named = sid.chosen if sid.name == "issuer_and_serial_number" else None
    for data in token.around(evidence):
        if named is None:
            if asn1_x509.Certificate.load(data).key_identifier == sid.native:
                return authority(data)
        elif _number(data) == named["serial_number"].native:
            # The number first, then the bytes: comparing names as RFC 5280 asks is dear.
            one = authority(data)
            if named["issuer"].dump() == one.issuer or one.parsed().issuer == named["issuer"]:
                return one
    raise Broken(Reason.unknown(Sub.NO_CERTIFICATE_CHAIN_FOUND, "time", "timestamp.certificate-missing"))


def check_signature(token: Token, evidence: EvidenceLike | None) -> Authority:
    """Check the attributes and the value of a token's one signature (RFC 5652 §5.4, RFC 5816).

    Returns whose it is. Raises: Broken.
    """
    _form(len(token.covered) > 2)
    by = signer_of(token, evidence)
    digest = token.signer["digest_algorithm"]["algorithm"].native
    if digest not in STRONG_DIGESTS:
        raise Broken(Reason.unknown(Sub.CRYPTO_CONSTRAINTS_FAILURE, "time", "timestamp.weak-algorithm"))
    try:
        _check_attributes(token, by, digest)
        _check_value(token, by, digest)
    except (SignatureValidationError, CMSAlgorithmProtectionError, SigningError) as error:
        raise Broken(failed(Sub.SIG_CRYPTO_FAILURE, "timestamp.signature")) from error
    except (InvalidSignature, NotImplementedError) as error:
        raise Broken(failed(Sub.SIG_CRYPTO_FAILURE, "timestamp.signature")) from error
    return by


def _check_attributes(token: Token, by: Authority, digest: str) -> None:
    if _stated_plainly(token, by, digest):
        return
    attributes = cms.CMSAttributes.load(token.covered)
    stated = _Stated(attributes)
    if not _identifies(stated, by):
        raise Broken(failed(Sub.SIG_CONSTRAINTS_FAILURE, "timestamp.certificate-not-identified"))
    if stated.one("cms_algorithm_protection") is not None:
        signer = token.signer
        validate_algorithm_protection(
            attributes, signer["digest_algorithm"], signer["signature_algorithm"], None
        )
    _expect(getattr(stated.one("content_type"), "native", None) == "tst_info")
    message = getattr(stated.one("message_digest"), "native", None)
    _expect(message == hashlib.new(digest, token.content).digest())


def _stated_plainly(token: Token, by: Authority, digest: str) -> bool:
    """Return whether the attributes are, byte for byte, what they must be; False leaves it open."""
    attributes = list(_elements(parse(token.covered)[4]))
    bodies = [parse(one)[4] for one in attributes]
    told = {name: [body for body in bodies if body.startswith(name)] for name in _ATTRIBUTES}
    message = der.encoded(der.OCTETS, hashlib.new(digest, token.content).digest())
    wanted = {_CONTENT_TYPE: {_TST_INFO}, _MESSAGE_DIGEST: {message}, _CERTIFICATE: by.named}
    return all(
        len(told[name]) == 1 and told[name][0][len(name) :] in {der.encoded(der.SET, one) for one in values}
        for name, values in wanted.items()
    ) and not any(told[name] for name in _ATTRIBUTES if name not in wanted)


def _elements(contents: bytes) -> Iterator[bytes]:
    while contents:
        size = peek(contents)
        yield contents[:size]
        contents = contents[size:]


class _Stated:
    """The signed attributes by name, read in one pass."""

    def __init__(self, attributes: cms.CMSAttributes) -> None:
        self._named = [(one["type"].native, one) for one in attributes]

    def one(self, name: str) -> Any:
        """Return the one value of an attribute, None without it. Raises: Broken, when there are more."""
        values = [value for named, one in self._named if named == name for value in one["values"]]
        _expect(len(values) <= 1)
        return values[0] if values else None


def _identifies(stated: _Stated, by: Authority) -> bool:
    """Return whether the attribute that names the signing certificate names this one (RFC 5035, RFC 2634)."""
    for name in ("signing_certificate_v2", "signing_certificate"):
        value = stated.one(name)
        if value is None:
            continue
        return bool(check_ess_certid(by.parsed(), value["certs"][0]))
    return False


def _check_value(token: Token, by: Authority, digest: str) -> None:
    """Check the value with the authority's key. Raises: InvalidSignature, SignatureValidationError…"""
    algorithm, value = token.signer["signature_algorithm"], token.signer["signature"].native
    covered = token.covered
    name = algorithm["algorithm"].dotted
    key = loaded(by.der).public_key()
    hashed = digest if name == _PLAIN_RSA[0] else der.SHA2_SIGNATURES.get(name)
    if (
        hashed is not None
        and name.startswith("1.2.840.10045.")
        and isinstance(key, ec.EllipticCurvePublicKey)
    ):
        key.verify(value, covered, _ECDSA[hashed])
    elif hashed is not None and name.startswith("1.2.840.113549.") and isinstance(key, rsa.RSAPublicKey):
        key.verify(value, covered, _RSA, _HASHES[hashed])
    else:
        context = SignatureValidationContext(contextual_md_algorithm=digest, prehashed=False)
        DEFAULT_SIGNATURE_VALIDATOR.validate_signature(
            value, covered, by.parsed().public_key, algorithm, context=context
        )


def _expect(holds: bool) -> None:
    if not holds:
        raise Broken(failed(Sub.SIG_CRYPTO_FAILURE, "timestamp.signature"))


def written(token: Token, by: Authority) -> bytes:
    """Return the token as DER has it, made of what is signed and of what can only be so (RFC 5652 §5).

    One digest algorithm, one signer named by issuer and number byte for byte, no unsigned attribute, no list,
    nothing but certificates among the certificates. Raises: KeyError, for a signature algorithm that is not
    allowed.
    """
    digest, value = token.signer["digest_algorithm"], token.signer["signature"].native
    spelt = _digest(digest)
    info = der.encoded(
        der.SEQUENCE,
        b"\x02\x01\x01",
        der.encoded(der.SEQUENCE, by.issuer, by.number_der),
        spelt,
        b"\xa0" + token.covered[1:],
        _algorithm(token.signer, digest["algorithm"].native),
        der.encoded(der.OCTETS, value),
    )
    body = der.encoded(
        der.SEQUENCE,
        b"\x02\x01\x03",
        der.encoded(der.SET, spelt),
        der.encoded(der.SEQUENCE, _TST_INFO, der.encoded(der.FIRST, der.encoded(der.OCTETS, token.content))),
        der.encoded(der.FIRST, *token.inside) if token.inside else b"",
        der.encoded(der.SET, info),
    )
    return der.encoded(der.SEQUENCE, _SIGNED_DATA, der.encoded(der.FIRST, body))


def _digest(stated: algos.DigestAlgorithm) -> bytes:
    """Return the identifier in one of its two spellings (RFC 5754 §2): parameters absent, or NULL."""
    plain, with_null = _spellings(stated["algorithm"].native)
    return with_null if stated.dump() == with_null else plain


@lru_cache(maxsize=16)
def _spellings(name: str) -> tuple[bytes, bytes]:
    identifier = algos.DigestAlgorithmId(name).dump()
    return der.encoded(der.SEQUENCE, identifier), der.encoded(der.SEQUENCE, identifier, b"\x05\x00")


def _algorithm(signer: cms.SignerInfo, digest: str) -> bytes:
    """Return the signature's identifier: ECDSA or RSA with the digest named, or plain RSA (RFC 3370 §3.2)."""
    name = signer["signature_algorithm"]["algorithm"].dotted
    if name == _PLAIN_RSA[0]:
        return _PLAIN_RSA[1]
    if der.SHA2_SIGNATURES[name] != digest:
        raise ValueError("the signature names another digest")
    return der.ALGORITHMS[name]


def failed(sub: Sub, code: str) -> Reason:
    """Return a finding about a timestamp that breaks the file."""
    return Reason.failed(sub, "time", code)
