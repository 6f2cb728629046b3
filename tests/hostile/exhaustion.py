"""Files that want to cost the verifier time and memory."""

from __future__ import annotations

import base64
import zlib

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.seal.trust import SignerRole
from tests.hostile.certificates import COMMON, LEADER_NAME, NUMBER, own, renamed
from tests.hostile.kit import Kit
from tests.hostile.revocation import answers, lists
from tests.hostile.tree import DS, NAME, find, one, set_text, signature, within
from tests.hostile.variant import (
    FAILED,
    FORMAT,
    LATER,
    WEAK,
    Edit,
    Make,
    Variant,
    edited,
    refused,
    resigned,
    spelt,
    text,
)
from tests.signing.seal.xml.world import LEADER_NUMBER

MEGABYTE = 1024 * 1024
TYPE = "<!DOCTYPE x [{}]>"
FORBIDDEN, COMPLEX, LARGE = "file.forbidden-markup", "file.too-complex", "file.xml-too-large"


def billion_laughs() -> bytes:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    return TYPE.format('<!ENTITY a0 "ha">' + levels).encode()


def quadratic() -> bytes:
    return TYPE.format(f'<!ENTITY a "{"a" * 100_000}">').encode()


def bombed(head: bytes, uses: str) -> Make:
    return spelt(lambda data: head + data.replace("Ánh Dương<".encode(), f"{uses}<".encode(), 1))


def same_hash(count: int) -> str:
    """Attribute names that fall together under a simple multiplying hash (the classic "Aa" and "BB")."""
    width = count.bit_length()
    names = ("".join("Aa" if number >> bit & 1 else "BB" for bit in range(width)) for number in range(count))
    return " ".join(f'{name}=""' for name in names)


def many_references(count: int) -> Edit:
    def edit(root: etree._Element) -> None:
        info = signature(root)[0]
        written = etree.tostring(info[2])
        for _ in range(count):
            info.append(etree.fromstring(written))

    return edit


def items(name: str, count: int) -> Edit:
    """The first item of a list of evidence, many times."""

    def edit(root: etree._Element) -> None:
        node = one(root, name)
        for _ in range(count):
            other = etree.SubElement(node, node[0].tag)
            other.text = node[0].text

    return edit


def long_item(name: str, size: int) -> Edit:
    return lambda root: setattr(one(root, name), "text", "A" * (size - size % 4))


def nested_der(depth: int) -> bytes:
    """Sequences in sequences."""
    body = b"\x05\x00"
    for _ in range(depth):
        size = len(body)
        length = bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3, "big")
        body = b"\x30" + length + body
    return body


def huge_length() -> bytes:
    """A length of two to the power of 63."""
    return b"\x30\x88\x7f" + b"\xff" * 7 + b"\x00" * 40


def token(data: bytes) -> Edit:
    return lambda root: setattr(
        one(root, "xa:EncapsulatedTimeStamp"), "text", base64.b64encode(data).decode()
    )


def first_certificate(data: bytes) -> Edit:
    return lambda root: setattr(
        find(root, within("ds:KeyInfo/ds:X509Data") + f"/{DS}X509Certificate"),
        "text",
        base64.b64encode(data).decode(),
    )


class _Public:
    """Stands where a private key stands, and knows the public half only."""

    def __init__(self, public: rsa.RSAPublicKey) -> None:
        self._public = public

    def public_key(self) -> rsa.RSAPublicKey:
        """Return the public key."""
        return self._public


def wide_key(bits: int, exponent: int) -> Make:
    """An RSA key whose checking would cost seconds: the value cannot fit, so any will do."""

    def build(kit: Kit) -> bytes:
        public = rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) | 1).public_key()
        key = kit.approve(own(kit.world, _Public(public)), SignerRole.LEADER)
        return kit.leader_resigned(
            key,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            lambda octets: bytes(bits // 8 - 1) + b"\x01",
        )

    return build


def long_subject(kit: Kit) -> bytes:
    """A certificate with a name of 20,000 parts, and the text beside it to match."""
    name = renamed(
        (COMMON, LEADER_NAME), (NUMBER, f"CCCD:{LEADER_NUMBER}"), *((COMMON, f"x{n}") for n in range(20_000))
    )
    key = kit.approve(own(kit.world, kit.world.leader.key, name=name), SignerRole.LEADER)
    return kit.leader_resigned(key, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")


def escaped_subject(root: etree._Element) -> None:
    find(root, within("ds:KeyInfo/ds:X509Data") + f"/{DS}X509SubjectName").text = (
        "CN=" + "\\2c\\+\\" * 150_000
    )


def large_token(kit: Kit) -> bytes:
    """A genuine token, padded with a megabyte of zeros."""

    def edit(root: etree._Element) -> None:
        node = one(root, "xa:EncapsulatedTimeStamp")
        data = base64.b64decode(node.text or "") + bytes(MEGABYTE)
        node.text = base64.b64encode(data).decode()

    return kit.edited(edit)


def attributes(count: int) -> str:
    return " ".join(f'a{number}="x"' for number in range(count))


def more_of(markup: str, count: int) -> Make:
    return text("<SO_CCCD>", "<SO_CCCD>" + markup * count)


def deep(count: int) -> Make:
    return text("<SO_CCCD>", "<SO_CCCD>" + "<a>" * count + "</a>" * count)


def der_of(kit: Kit) -> bytes:
    return kit.world.seal.certificate.public_bytes(Encoding.DER)


VARIANTS: list[Variant] = [
    refused("billion laughs", bombed(billion_laughs(), "&a12;"), FORBIDDEN),
    refused("quadratic blow-up", bombed(quadratic(), "&a;" * 15_000), FORBIDDEN),
    refused(
        "an entity in itself",
        bombed(TYPE.format('<!ENTITY a "&b;"><!ENTITY b "&a;">').encode(), "&a;"),
        FORBIDDEN,
    ),
    refused("9.9 MB of comments", spelt(lambda data: data + b"<!-- x -->" * 970_000), LARGE),
    refused("1.9 MB of comments", spelt(lambda data: data + b"<!-- x -->" * 190_000), FORBIDDEN),
    refused("9.9 MB of instructions", spelt(lambda data: b"<?x y?>" * 1_400_000 + data), LARGE),
    refused("9.9 MB of white space", spelt(lambda data: data + b" " * (10 * MEGABYTE - 100_000)), LARGE),
    refused("9.9 MB of open tags", lambda kit: b"<a>" * (33 * MEGABYTE // 10), LARGE),
    refused("1.9 MB of open tags", lambda kit: b"<a>" * 600_000, COMPLEX),
    refused("more than 10 MB", spelt(lambda data: data + b" " * (10 * MEGABYTE)), "file.too-large"),
    refused("a text of 9.9 MB", text("Ánh Dương<", "a" * 10_300_000 + "<"), LARGE),
    refused("a text of 1.9 MB, signed", resigned(set_text(NAME, "a" * 1_900_000)), "structure.schema"),
    refused("100,000 levels", deep(100_000), COMPLEX),
    refused("19,000 levels", deep(18_000), "file"),
    refused("60 levels", deep(60), COMPLEX),
    refused(
        "1,000,000 attributes", text("<HO_VA_TEN>", f"<HO_VA_TEN {attributes(1_000_000)}>"), "file.too-large"
    ),
    refused("150,000 attributes", text("<HO_VA_TEN>", f"<HO_VA_TEN {attributes(150_000)}>"), COMPLEX),
    refused("100,000 names of one hash", text("<HO_VA_TEN>", f"<HO_VA_TEN {same_hash(40_000)}>"), COMPLEX),
    refused(
        "attributes without blanks between",
        text("<HO_VA_TEN>", "<HO_VA_TEN " + "".join(f'a{n}=""' for n in range(90_000)) + ">"),
        "file",
    ),
    refused(
        "an attribute of 1.9 MB",
        text("<HO_VA_TEN>", f'<HO_VA_TEN a="{"x" * 1_900_000}">'),
        "structure.schema",
    ),
    refused(
        "3,900 namespaces",
        text("<HOC_BA ", "<HOC_BA " + " ".join(f'xmlns:a{n}="urn:x"' for n in range(3_900)) + " "),
        COMPLEX,
    ),
    refused(
        "30 namespaces in each of 1,000 tags",
        more_of("<a " + " ".join(f'xmlns:b{n}="urn:{n}"' for n in range(30)) + "/>", 1_000),
        "file.namespaces",
    ),
    refused("a tag name of 1.9 MB", more_of("<" + "a" * 1_900_000 + "/>", 1), "file"),
    refused("40,000 tags", more_of("<a/>", 40_000), COMPLEX),
    refused("39,000 tags", more_of("<a/>", 37_000), "structure.schema"),
    refused(
        "38,000 tags of different names",
        text("<SO_CCCD>", "<SO_CCCD>" + "".join(f"<a{n}/>" for n in range(37_000))),
        "structure.schema",
    ),
    refused("400,000 character references", text("Ánh Dương<", "&#65;" * 370_000 + "<"), "structure.schema"),
    refused("signs of equality", text("Ánh Dương<", " a=" * 600_000 + "<"), "structure.schema"),
    refused("signs of equality and quotes", text("Ánh Dương<", ' a="' * 450_000 + "<"), COMPLEX),
    refused("4,000 references", edited(many_references(4_000)), "layout.elements"),
    refused(
        "100,000 references",
        spelt(lambda data: data.replace(b"</SignedInfo>", b"<Reference/>" * 100_000 + b"</SignedInfo>", 1)),
        COMPLEX,
    ),
    refused(
        "1,000 slots",
        edited(lambda root: [etree.SubElement(root[1], "GVCN") for _ in range(1_000)]),
        "layout",
    ),
    # Values
    Variant(
        "a value of a megabyte",
        edited(long_item("ds:SignatureValue", MEGABYTE)),
        FAILED,
        "SIG_CRYPTO_FAILURE",
        "signature.value",
    ),
    Variant(
        "a digest of a megabyte",
        edited(long_item("ds:DigestValue", MEGABYTE)),
        FAILED,
        "HASH_FAILURE",
        "digest.data",
    ),
    refused(
        "a certificate of a megabyte", edited(long_item("ds:X509Certificate", MEGABYTE)), "layout.certificate"
    ),
    refused("a token of a megabyte", large_token, "timestamp.format"),
    Variant(
        "a list of a megabyte",
        edited(long_item("xa:EncapsulatedCRLValue", MEGABYTE)),
        "",
        LATER,
        "path.evidence-too-large",
    ),
    Variant(
        "an answer of 100 KB",
        edited(long_item("xa:EncapsulatedOCSPValue", 140_000)),
        "",
        LATER,
        "path.evidence-too-large",
    ),
    Variant("1,000 answers", edited(items("xa:OCSPValues", 400)), "", LATER, "path.evidence-too-large"),
    Variant(
        "1,000 certificates as evidence",
        edited(items("xa:CertificateValues", 800)),
        FAILED,
        FORMAT,
        "evidence.order",
    ),
    Variant(
        "18 lists of 40 KB that are none",
        lists(lambda kit, there: [*there, *(bytes([0x30, n]) * 20_000 for n in range(18))]),
        "",
        LATER,
        "path.evidence-unreadable",
    ),
    Variant(
        "20 answers that are none",
        answers(lambda kit, there: [*there, *(bytes([0x30, n]) * 9_000 for n in range(20))]),
        "",
        LATER,
        "path.evidence-unreadable",
    ),
    refused("a token of nested sequences", edited(token(nested_der(15_000))), "timestamp.format"),
    refused("a token of an endless length", edited(token(huge_length())), "timestamp.format"),
    refused(
        "a certificate of nested sequences",
        edited(first_certificate(nested_der(20_000))),
        "layout.certificate",
    ),
    refused(
        "a certificate of an endless length", edited(first_certificate(huge_length())), "layout.certificate"
    ),
    Variant(
        "an answer of nested sequences",
        answers(lambda kit, there: [nested_der(6_000), *there[1:]]),
        "",
        LATER,
        "path.evidence-unreadable",
    ),
    Variant(
        "a list of nested sequences",
        lists(lambda kit, there: [nested_der(90_000), *there[1:]]),
        "",
        LATER,
        "path.evidence-unreadable",
    ),
    Variant("RSA of 16,384 bits", wide_key(16_384, 65537), "", WEAK, "signature.weak-algorithm"),
    Variant(
        "RSA with an endless exponent",
        wide_key(4_096, (1 << 4_000) | 1),
        "",
        "SIG_CRYPTO_FAILURE",
        "signature.value",
    ),
    Variant("a name of 20,000 parts", long_subject, FAILED, FORMAT, "layout.certificate"),
    Variant("a subject name of 900 KB", edited(escaped_subject), FAILED, "HASH_FAILURE", "digest.key-info"),
    refused(
        "a day of a million digits",
        edited(set_text("DANH_SACH_THONG_TIN_KY/GVCN/NGAY_KY", "2" * MEGABYTE)),
        "layout.time",
    ),
    refused(
        "a code of a million letters",
        edited(lambda root: root.set("id", "hocba-" + "a" * MEGABYTE)),
        "layout.root",
    ),
    refused(
        "a number of a million digits",
        edited(set_text("DU_LIEU_HOC_BA/THONG_TIN_CHUNG/TONG_SO_BUOI_NGHI_CO_PHEP", "9" * MEGABYTE)),
        "structure.schema",
    ),
    refused("compressed a thousandfold", lambda kit: zlib.compress(b"<a>" * 3_000_000), "file.kind-unknown"),
    refused("bytes at random", lambda kit: bytes(range(256)) * 39_000, "file.kind-unknown"),
    refused("opening brackets", lambda kit: b"<" * 1_900_000, COMPLEX),
    refused("ampersands", lambda kit: b"<a>" + b"&" * 1_900_000, "file.not-xml"),
]
