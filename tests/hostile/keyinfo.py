"""KeyInfo: other keys, more certificates, other orders, names that do not fit."""

from __future__ import annotations

import base64
import copy
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from tests.hostile.kit import Kit
from tests.hostile.tree import DS, DS_NS, LEADER, XA, find, make, one, set_text, signature, within
from tests.hostile.variant import (
    FAILED,
    FORMAT,
    Edit,
    Make,
    Variant,
    changed,
    edited,
    refused,
    resigned,
    wrong,
)

DATA = within("ds:KeyInfo/ds:X509Data")
MORE = {
    "KeyName": "<KeyName xmlns='{}'>x</KeyName>",
    "KeyValue": "<KeyValue xmlns='{}'><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent>"
    "</RSAKeyValue></KeyValue>",
    "RetrievalMethod": "<RetrievalMethod xmlns='{}' URI='http://127.0.0.1:9/x' Type='urn:x'/>",
    "MgmtData": "<MgmtData xmlns='{}'>x</MgmtData>",
    "PGPData": "<PGPData xmlns='{}'><PGPKeyID>AAAA</PGPKeyID></PGPData>",
    "a second X509Data": "<X509Data xmlns='{}'><X509SubjectName>CN=x</X509SubjectName></X509Data>",
}
INSIDE = {
    "X509IssuerSerial": "<X509IssuerSerial xmlns='{}'><X509IssuerName>CN=x</X509IssuerName>"
    "<X509SerialNumber>1</X509SerialNumber></X509IssuerSerial>",
    "X509SKI": "<X509SKI xmlns='{}'>AAAA</X509SKI>",
    "X509CRL": "<X509CRL xmlns='{}'>AAAA</X509CRL>",
    "a second name": "<X509SubjectName xmlns='{}'>CN=x</X509SubjectName>",
}


def add(xml: str, path: str, place: int | None = None) -> Edit:
    def edit(root: etree._Element) -> None:
        node = find(root, path)
        node.insert(len(node) if place is None else place, make(xml.format(DS_NS)))

    return edit


def of(role: str) -> Edit:
    """Another signer's KeyInfo, under the seal's identifier."""

    def edit(root: etree._Element) -> None:
        own, foreign = one(root, "ds:KeyInfo"), one(root, "ds:KeyInfo", role)
        for node in list(own):
            own.remove(node)
        for node in foreign:
            own.append(copy.deepcopy(node))

    return edit


def certificate(number: int, root: etree._Element) -> etree._Element:
    return find(root, DATA).findall(DS + "X509Certificate")[number]


def issuer_first(root: etree._Element) -> None:
    find(root, DATA).insert(1, certificate(1, root))


def spliced(der_of_more: str) -> Make:
    """Further certificates behind the signer's, signed for: strangers, doubles."""

    def build(kit: Kit) -> bytes:
        found: dict[str, list[x509.Certificate]] = {
            "another's certificate": [kit.world.teacher.certificate],
            "the issuer again": [kit.world.seal.chain[1]],
            "a hundred": [kit.world.seal.chain[1]] * 100,
        }

        def edit(root: etree._Element) -> None:
            for certificate_ in found[der_of_more]:
                node = etree.SubElement(find(root, DATA), DS + "X509Certificate")
                node.text = base64.b64encode(certificate_.public_bytes(Encoding.DER)).decode()

        return kit.resigned(edit)

    return build


def first_certificate(change) -> Edit:
    """Another spelling of the signer's certificate, with the digest of that spelling."""

    def edit(root: etree._Element) -> None:
        der = change(base64.b64decode(certificate(0, root).text or ""))
        certificate(0, root).text = base64.b64encode(der).decode()
        digest = find(signature(root), f".//{XA}CertDigest/{DS}DigestValue")
        digest.text = base64.b64encode(hashlib.sha256(der).digest()).decode()

    return edit


def as_pem(root: etree._Element) -> None:
    node = certificate(0, root)
    node.text = "-----BEGIN CERTIFICATE-----\n" + (node.text or "") + "\n-----END CERTIFICATE-----"


def wrong_digest(root: etree._Element) -> None:
    find(signature(root), f".//{XA}CertDigest/{DS}DigestValue").text = base64.b64encode(bytes(32)).decode()


def digest_of_the_issuer(root: etree._Element) -> None:
    der = base64.b64decode(certificate(1, root).text or "")
    node = find(signature(root), f".//{XA}CertDigest/{DS}DigestValue")
    node.text = base64.b64encode(hashlib.sha256(der).digest()).decode()


def two_digests(root: etree._Element) -> None:
    node = one(root, "xa:Cert")
    node.addnext(copy.deepcopy(node))


def old_form(root: etree._Element) -> None:
    one(root, "xa:SigningCertificateV2").tag = XA + "SigningCertificate"


def named(name: str) -> Edit:
    return set_text(DATA + f"/{DS}X509SubjectName", name)


VARIANTS: list[Variant] = [
    *(
        refused(f"{name} in KeyInfo", edited(add(xml, within("ds:KeyInfo"))), "layout.elements")
        for name, xml in MORE.items()
    ),
    *(
        refused(f"{name} in KeyInfo, signed", resigned(add(xml, within("ds:KeyInfo"))), "layout.elements")
        for name, xml in MORE.items()
    ),
    *(
        refused(f"{name} in X509Data, signed", resigned(add(xml, DATA)), "layout.elements")
        for name, xml in INSIDE.items()
    ),
    refused(
        "a key value first, signed",
        resigned(add(MORE["KeyValue"], within("ds:KeyInfo"), 0)),
        "layout.elements",
    ),
    refused(
        "no KeyInfo", edited(lambda root: signature(root).remove(one(root, "ds:KeyInfo"))), "layout.elements"
    ),
    refused(
        "no X509Data, signed",
        resigned(lambda root: one(root, "ds:KeyInfo").remove(find(root, DATA))),
        "layout.elements",
    ),
    refused(
        "no subject name, signed",
        resigned(lambda root: find(root, DATA).remove(find(root, DATA)[0])),
        "layout.elements",
    ),
    refused(
        "no certificate, signed",
        resigned(lambda root: [find(root, DATA).remove(each) for each in find(root, DATA)[1:]]),
        "layout.elements",
    ),
    changed("KeyInfo of the leader", edited(of(LEADER)), "digest.key-info"),
    Variant(
        "KeyInfo of the leader, signed", resigned(of(LEADER)), FAILED, "SIG_CRYPTO_FAILURE", "signature.value"
    ),
    changed(
        "a further certificate",
        edited(
            lambda root: find(root, DATA).append(
                copy.deepcopy(find(root, within("ds:KeyInfo/ds:X509Data", LEADER))[1])
            )
        ),
        "digest.key-info",
    ),
    changed("another subject name", edited(named("CN=Trường Tiểu học Hoa Mai")), "digest.key-info"),
    wrong(
        "another subject name, signed",
        resigned(named("CN=Trường Tiểu học Hoa Mai")),
        "certificate.subject-name",
    ),
    wrong(
        "a subject name that is none, signed",
        resigned(named("Trường Tiểu học Hoa Sen")),
        "certificate.subject-name",
    ),
    wrong(
        "a subject name with more, signed",
        resigned(lambda root: named((find(root, DATA)[0].text or "") + ",O=Bộ Giáo dục và Đào tạo")(root)),
        "certificate.subject-name",
    ),
    wrong(
        "parts of the subject name swapped, signed",
        resigned(lambda root: named(",".join(reversed((find(root, DATA)[0].text or "").split(","))))(root)),
        "certificate.subject-name",
    ),
    wrong("the issuer's certificate first, signed", resigned(issuer_first), "certificate.digest"),
    Variant(
        "a stranger in the chain, signed",
        spliced("another's certificate"),
        FAILED,
        FORMAT,
        "evidence.superfluous",
    ),
    Variant(
        "the issuer twice in the chain, signed",
        spliced("the issuer again"),
        FAILED,
        FORMAT,
        "evidence.superfluous",
    ),
    Variant("a hundred certificates, signed", spliced("a hundred"), FAILED, FORMAT, "evidence.superfluous"),
    refused(
        "a certificate that is none",
        edited(lambda root: setattr(certificate(0, root), "text", "AAAA")),
        "layout.certificate",
    ),
    refused(
        "a certificate that is none, signed",
        resigned(first_certificate(lambda der: der[:60])),
        "layout.certificate",
    ),
    refused(
        "bytes behind the certificate, signed",
        resigned(first_certificate(lambda der: der + b"\0")),
        "layout.certificate",
    ),
    refused("a certificate as PEM, signed", resigned(as_pem), "layout.base64"),
    wrong("certificate digest of zeros, signed", resigned(wrong_digest), "certificate.digest"),
    wrong("certificate digest of the issuer, signed", resigned(digest_of_the_issuer), "certificate.digest"),
    changed("certificate digest changed", edited(wrong_digest), "digest.properties"),
    refused("two certificate digests, signed", resigned(two_digests), "layout.elements"),
    refused("SigningCertificate of old, signed", resigned(old_form), "layout.elements"),
]
