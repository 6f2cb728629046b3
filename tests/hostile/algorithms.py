"""Algorithms: weak ones, swapped ones, values that are none, keys that are too short or of another kind."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from signing.seal.trust import SignerRole
from signing.seal.xml.build import canonical
from tests.hostile.certificates import own
from tests.hostile.kit import Kit, nothing
from tests.hostile.tree import DS, DS_NS, make, one, put_in, signature
from tests.hostile.variant import (
    CRYPTO,
    FAILED,
    HASH,
    WEAK,
    Edit,
    Make,
    Variant,
    changed,
    edited,
    refused,
    resigned,
    undecided,
)

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
NEWER = "http://www.w3.org/2007/05/xmldsig-more#"
SHA1 = hashes.SHA1()  # noqa: S303
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
METHODS = {
    "ECDSA with SHA-1": MORE + "ecdsa-sha1",
    "ECDSA with SHA-224": MORE + "ecdsa-sha224",
    "ECDSA with SHA-384": MORE + "ecdsa-sha384",
    "ECDSA with SHA-512": MORE + "ecdsa-sha512",
    "ECDSA with SHA3": "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256",
    "RSA": MORE + "rsa-sha256",
    "RSA with SHA-1": DS_NS + "rsa-sha1",
    "RSA with MD5": MORE + "rsa-md5",
    "RSA PSS": NEWER + "sha256-rsa-MGF1",
    "DSA": DS_NS + "dsa-sha1",
    "HMAC": MORE + "hmac-sha256",
    "HMAC with SHA-1": DS_NS + "hmac-sha1",
    "Ed25519": "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    "nothing": "",
}
DIGESTS = {
    "SHA-1": DS_NS + "sha1",
    "MD5": MORE + "md5",
    "SHA-224": MORE + "sha224",
    "SHA-384": MORE + "sha384",
    "SHA-512": "http://www.w3.org/2001/04/xmlenc#sha512",
    "SHA3": NEWER + "sha3-256",
    "RIPEMD": "http://www.w3.org/2001/04/xmlenc#ripemd160",
}


def method(uri: str) -> Edit:
    return lambda root: one(root, "ds:SignatureMethod").set("Algorithm", uri)


def digests(uri: str, number: int = 0) -> Edit:
    return lambda root: signature(root).findall(f".//{DS}DigestMethod")[number].set("Algorithm", uri)


def value(change: Callable[[bytes], bytes]) -> Edit:
    """Change the seal's value, which nothing but its own key and its timestamp hold."""

    def edit(root: etree._Element) -> None:
        node = one(root, "ds:SignatureValue")
        node.text = base64.b64encode(change(base64.b64decode(node.text or ""))).decode()

    return edit


def halves(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")


def pair(r: int, s: int, size: int = 32) -> bytes:
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def forged_value(made: Callable[[bytes], bytes]) -> Make:
    """Seal with this value; timestamp and evidence are genuine."""
    return resigned(nothing, SEAL={"value": made})


def hmac_with_the_public_key(kit: Kit) -> bytes:
    """What a verifier that takes the algorithm from the file would check with the certificate's key."""
    public = kit.world.seal.certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )

    def made(octets: bytes) -> bytes:
        return hmac.new(public, octets, hashlib.sha256).digest()

    return kit.resigned(method(MORE + "hmac-sha256"), SEAL={"value": made})


def rsa_signed(uri: str, pad: Callable[[], object], digest: hashes.HashAlgorithm) -> Make:
    """The leader has an RSA token and signs with another algorithm than the profile's."""

    def build(kit: Kit) -> bytes:
        key = kit.rsa_leader

        def made(octets: bytes) -> bytes:
            return key.key.sign(octets, pad(), digest)  # type: ignore[union-attr,call-arg,arg-type]

        return kit.leader_resigned(key, uri, made)

    return build


def short_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505


def with_key(key: Callable[[], object], *, uri: str = MORE + "ecdsa-sha256") -> Make:
    """The leader holds an approved certificate over a key of another kind."""

    def build(kit: Kit) -> bytes:
        private = key()
        issued = own(kit.world, private)
        kit.approve(issued, SignerRole.LEADER)

        def made(octets: bytes) -> bytes:
            if isinstance(private, ed25519.Ed25519PrivateKey):
                return private.sign(octets)
            if isinstance(private, rsa.RSAPrivateKey):
                return private.sign(octets, padding.PKCS1v15(), hashes.SHA256())
            assert isinstance(private, ec.EllipticCurvePrivateKey)
            r, s = utils.decode_dss_signature(private.sign(octets, ec.ECDSA(hashes.SHA256())))
            return pair(r, s, (private.key_size + 7) // 8)

        return kit.leader_resigned(issued, uri, made)

    return build


def as_der(kit: Kit) -> bytes:
    def made(octets: bytes) -> bytes:
        return kit.world.seal.key.sign(octets, ec.ECDSA(hashes.SHA256()))  # type: ignore[union-attr,call-arg,arg-type]

    return kit.resigned(nothing, SEAL={"value": made})


def wider(kit: Kit) -> bytes:
    """r and s with a zero before each: the same numbers in more bytes."""

    def made(octets: bytes) -> bytes:
        der = kit.world.seal.key.sign(octets, ec.ECDSA(hashes.SHA256()))  # type: ignore[union-attr,call-arg,arg-type]
        return pair(*utils.decode_dss_signature(der), 33)

    return kit.resigned(nothing, SEAL={"value": made})


def no_digest_info(kit: Kit) -> bytes:
    """RSA over the bare hash, as a token does that was asked wrongly."""
    key = kit.rsa_leader

    def made(octets: bytes) -> bytes:
        numbers = key.key.private_numbers()  # type: ignore[union-attr]
        modulus, size = numbers.public_numbers.n, key.key.key_size // 8
        padded = b"\x00\x01" + b"\xff" * (size - 35) + b"\x00" + hashlib.sha256(octets).digest()
        return pow(int.from_bytes(padded, "big"), numbers.d, modulus).to_bytes(size, "big")

    return kit.leader_resigned(key, MORE + "rsa-sha256", made)


def over_the_digest_of_the_data(kit: Kit) -> bytes:
    """The value over the data instead of SignedInfo."""

    def made(octets: bytes) -> bytes:
        region = canonical(etree.fromstring(kit.genuine)[0])
        der = kit.world.seal.key.sign(region, ec.ECDSA(hashes.SHA256()))  # type: ignore[union-attr,call-arg,arg-type]
        return pair(*utils.decode_dss_signature(der))

    return kit.resigned(nothing, SEAL={"value": made})


def forged(name: str, build: Make) -> Variant:
    return Variant(name, build, FAILED, CRYPTO, "signature.value")


def weak(name: str, build: Make, code: str = "signature.weak-algorithm") -> Variant:
    return undecided(name, build, WEAK, code)


VARIANTS: list[Variant] = [
    *(
        Variant(f"{name} claimed", edited(method(uri)), "", WEAK, "signature.weak-algorithm")
        for name, uri in METHODS.items()
    ),
    *(
        weak(f"{name}, signed", resigned(method(METHODS[name])))
        for name in ("ECDSA with SHA-1", "ECDSA with SHA-384", "ECDSA with SHA-512")
    ),
    weak("HMAC with the public key as secret", hmac_with_the_public_key),
    weak("RSA with SHA-1, signed", rsa_signed(DS_NS + "rsa-sha1", padding.PKCS1v15, SHA1)),
    weak("RSA with SHA-512, signed", rsa_signed(MORE + "rsa-sha512", padding.PKCS1v15, hashes.SHA512())),
    weak(
        "RSA PSS, signed",
        rsa_signed(
            NEWER + "sha256-rsa-MGF1", lambda: padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
        ),
    ),
    weak(
        "RSA PSS without salt",
        rsa_signed(NEWER + "sha256-rsa-MGF1", lambda: padding.PSS(padding.MGF1(SHA1), 0), hashes.SHA256()),
    ),
    forged(
        "RSA PSS called RSA",
        rsa_signed(
            MORE + "rsa-sha256", lambda: padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
        ),
    ),
    forged("SHA-512 called SHA-256", rsa_signed(MORE + "rsa-sha256", padding.PKCS1v15, hashes.SHA512())),
    forged("RSA without DigestInfo", no_digest_info),
    *(
        refused(f"{name} as digest", edited(digests(uri)), "layout.attributes.digest-method")
        for name, uri in DIGESTS.items()
    ),
    *(
        refused(f"{name} as digest, signed", resigned(digests(uri)), "layout.attributes.digest-method")
        for name, uri in DIGESTS.items()
        if name != "RIPEMD"
    ),
    refused(
        "SHA-1 of the certificate, signed",
        resigned(digests(DS_NS + "sha1", 5)),
        "layout.attributes.digest-method",
    ),
    changed(
        "digest of another length",
        edited(
            lambda root: setattr(one(root, "ds:DigestValue"), "text", base64.b64encode(bytes(20)).decode())
        ),
        "digest.data",
    ),
    changed(
        "a digest of zeros",
        edited(
            lambda root: setattr(one(root, "ds:DigestValue"), "text", base64.b64encode(bytes(32)).decode())
        ),
        "digest.data",
    ),
    # Keys
    weak("RSA of 1024 bits", with_key(short_rsa, uri=MORE + "rsa-sha256")),
    weak("secp256k1", with_key(lambda: ec.generate_private_key(ec.SECP256K1()))),
    weak("Brainpool", with_key(lambda: ec.generate_private_key(ec.BrainpoolP256R1()))),
    weak("P-224", with_key(lambda: ec.generate_private_key(ec.SECP224R1()))),
    weak("P-192", with_key(lambda: ec.generate_private_key(ec.SECP192R1()))),
    weak(
        "Ed25519, signed",
        with_key(
            ed25519.Ed25519PrivateKey.generate, uri="http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"
        ),
    ),
    weak("Ed25519 called ECDSA", with_key(ed25519.Ed25519PrivateKey.generate)),
    # Values
    forged(
        "another bit of the value", edited(value(lambda data: data[:7] + bytes([data[7] ^ 1]) + data[8:]))
    ),
    forged("zeros", forged_value(lambda octets: bytes(64))),
    forged("r is zero", edited(value(lambda data: pair(0, halves(data)[1])))),
    forged("s is zero", edited(value(lambda data: pair(halves(data)[0], 0)))),
    forged("r is the order", edited(value(lambda data: pair(ORDER, halves(data)[1])))),
    forged("r beyond the order", forged_value(lambda octets: pair(1 + ORDER, 1))),
    forged(
        "s beyond the order",
        edited(value(lambda data: pair(halves(data)[0], (halves(data)[1] + ORDER) % 2**256))),
    ),
    forged("r and s swapped", edited(value(lambda data: data[32:] + data[:32]))),
    forged("DER instead of r and s", as_der),
    forged("r and s with zeros before them", wider),
    forged("half a value", edited(value(lambda data: data[:32]))),
    forged("a value and more", edited(value(lambda data: data + b"\x00"))),
    forged(
        "the leader's value",
        edited(
            lambda root: setattr(
                one(root, "ds:SignatureValue"), "text", one(root, "ds:SignatureValue", "CBQL").text
            )
        ),
    ),
    forged("a value over other bytes", over_the_digest_of_the_data),
    Variant(
        "the twin (r, n-s)",
        edited(value(lambda data: pair(halves(data)[0], ORDER - halves(data)[1]))),
        FAILED,
        HASH,
        "timestamp.other-data",
    ),
    refused(
        "an empty value",
        edited(lambda root: setattr(one(root, "ds:SignatureValue"), "text", None)),
        "layout.text",
    ),
    refused(
        "a value on two lines",
        edited(
            lambda root: setattr(
                one(root, "ds:SignatureValue"), "text", insert(one(root, "ds:SignatureValue").text, "\n")
            )
        ),
        "layout.base64",
    ),
    refused(
        "base64 with spare bits",
        edited(
            lambda root: setattr(one(root, "ds:DigestValue"), "text", spare(one(root, "ds:DigestValue").text))
        ),
        "layout.base64",
    ),
    refused(
        "base64 for addresses",
        edited(
            lambda root: setattr(
                one(root, "ds:SignatureValue"), "text", "-_" + (one(root, "ds:SignatureValue").text or "")[2:]
            )
        ),
        "layout.base64",
    ),
    refused(
        "HMACOutputLength",
        edited(put_in("ds:SignatureMethod", f'<HMACOutputLength xmlns="{DS_NS}">1</HMACOutputLength>')),
        "layout.elements",
    ),
    refused(
        "two signature methods, signed",
        resigned(
            lambda root: one(root, "ds:SignatureMethod").addnext(
                make(f'<SignatureMethod xmlns="{DS_NS}" Algorithm="{MORE}hmac-sha256"/>')
            )
        ),
        "layout.elements",
    ),
    refused(
        "two values",
        edited(
            lambda root: one(root, "ds:SignatureValue").addnext(
                make(f'<SignatureValue xmlns="{DS_NS}">AAAA</SignatureValue>')
            )
        ),
        "layout.elements",
    ),
]


def insert(written: str | None, character: str) -> str:
    assert written is not None
    return written[:20] + character + written[20:]


def spare(written: str | None) -> str:
    """Spell the last letter before the padding otherwise: the same bytes, other text."""
    assert written is not None
    assert written.endswith("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return written[:-2] + alphabet[alphabet.index(written[-2]) + 1] + "="
