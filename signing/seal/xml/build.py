"""One ds:Signature that is the Ministry's layout and XAdES at once, with its SignatureValue still empty."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.seal.certificates import MAX_RSA_BITS, MIN_RSA_BITS, name_text
from signing.seal.xml import words
from signing.seal.xml.words import ds, xades


class Algorithm(StrEnum):
    """What a key is asked to do with a SHA-256 digest."""

    ECDSA = "ecdsa-sha256"
    RSA = "rsa-sha256"


_BARE_DS: Final[dict[str, str]] = {None: words.DS}  # type: ignore[dict-item]  # None: no prefix
_BARE_TIME: Final[dict[str, str]] = {None: words.TIME_NS}  # type: ignore[dict-item]
ALGORITHM_URI: Final = {Algorithm.ECDSA: words.ECDSA_SHA256, Algorithm.RSA: words.RSA_SHA256}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing outside the signature that it covers: where, its canonical bytes, the reference's type."""

    uri: str
    canonical: bytes
    type: str | None = None
    enveloped: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What the signer says besides the data: ids' tail, instant as text, roles claimed."""

    tail: str
    signing_time: str
    roles: tuple[str, ...]


def canonical(node: etree._Element) -> bytes:
    """Return Exclusive C14N 1.0 without comments of one element (W3C xml-exc-c14n)."""
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)


@lru_cache(maxsize=1024)
def algorithm_of(certificate: x509.Certificate) -> Algorithm | None:
    """Return what the certificate's key signs with, None when the key may not be used (TT 15/2025)."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return Algorithm.ECDSA
    if isinstance(key, rsa.RSAPublicKey) and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        return Algorithm.RSA
    return None


def base64_text(data: bytes) -> str:
    """Return base64 on one line."""
    return base64.b64encode(data).decode("ascii")


def _child(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, tag, attributes)
    node.text = text
    return node


def signature(
    algorithm: Algorithm, chain: Sequence[x509.Certificate], statement: Statement, targets: Sequence[Target]
) -> etree._Element:
    """Return ds:Signature with every digest filled in and an empty SignatureValue."""
    ids = words.own_ids(statement.tail)
    root = etree.Element(ds("Signature"), {"Id": ids["sig"]}, nsmap=_BARE_DS)
    info = _child(root, ds("SignedInfo"))
    _child(info, ds("CanonicalizationMethod"), Algorithm=words.EXCLUSIVE)
    _child(info, ds("SignatureMethod"), Algorithm=ALGORITHM_URI[algorithm])
    _child(root, ds("SignatureValue"), Id=ids["sv"])
    key_info = _key_info(root, ids, chain)
    time = _ministry_time(root, ids, statement)
    properties = _signed_properties(root, ids, statement, chain[0])
    for target in targets:
        _reference(info, target)
    _reference(info, Target("#" + ids["time"], canonical(time)))
    _reference(info, Target("#" + ids["sp"], canonical(properties), words.TYPE_SIGNED_PROPERTIES))
    _reference(info, Target("#" + ids["ki"], canonical(key_info)))
    return root


def _reference(info: etree._Element, target: Target) -> None:
    attributes = {"Type": target.type} if target.type else {}
    node = _child(info, ds("Reference"), URI=target.uri, **attributes)
    transforms = _child(node, ds("Transforms"))
    if target.enveloped:
        _child(transforms, ds("Transform"), Algorithm=words.ENVELOPED)
    _child(transforms, ds("Transform"), Algorithm=words.EXCLUSIVE)
    _child(node, ds("DigestMethod"), Algorithm=words.SHA256)
    _child(node, ds("DigestValue"), base64_text(hashlib.sha256(target.canonical).digest()))


def _key_info(root: etree._Element, ids: dict[str, str], chain: Sequence[x509.Certificate]) -> etree._Element:
    key_info = _child(root, ds("KeyInfo"), Id=ids["ki"])
    data = _child(key_info, ds("X509Data"))
    _child(data, ds("X509SubjectName"), name_text(chain[0].subject))
    for certificate in chain:
        _child(data, ds("X509Certificate"), base64_text(certificate.public_bytes(Encoding.DER)))
    return key_info


def _ministry_time(root: etree._Element, ids: dict[str, str], statement: Statement) -> etree._Element:
    holder = _child(_child(root, ds("Object")), ds("SignatureProperties"))
    prop = _child(holder, ds("SignatureProperty"), Id=ids["time"], Target="#" + ids["sig"])
    time = etree.SubElement(prop, f"{{{words.TIME_NS}}}SigningTime", nsmap=_BARE_TIME)
    time.text = statement.signing_time
    return prop


def _signed_properties(
    root: etree._Element, ids: dict[str, str], statement: Statement, signer: x509.Certificate
) -> etree._Element:
    holder = etree.SubElement(
        _child(root, ds("Object")),
        xades("QualifyingProperties"),
        {"Target": "#" + ids["sig"]},
        nsmap={"xades": words.XADES},
    )
    properties = _child(holder, xades("SignedProperties"), Id=ids["sp"])
    signed = _child(properties, xades("SignedSignatureProperties"))
    _child(signed, xades("SigningTime"), statement.signing_time)
    digest = _child(_child(_child(signed, xades("SigningCertificateV2")), xades("Cert")), xades("CertDigest"))
    _child(digest, ds("DigestMethod"), Algorithm=words.SHA256)
    der = signer.public_bytes(Encoding.DER)
    _child(digest, ds("DigestValue"), base64_text(hashlib.sha256(der).digest()))
    claimed = _child(_child(signed, xades("SignerRoleV2")), xades("ClaimedRoles"))
    for role in statement.roles:
        _child(claimed, xades("ClaimedRole"), role)
    return properties
