"""DER by hand (X.690 §10): a few tags, to write down again what was read and see whether it is the same."""

from __future__ import annotations

from typing import Final

INTEGER: Final = 0x02
BITS: Final = 0x03
OCTETS: Final = 0x04
SEQUENCE: Final = 0x30
SET: Final = 0x31
FIRST: Final = 0xA0
"""Context tag [0], constructed; [1] follows it."""


def encoded(tag: int, *parts: bytes) -> bytes:
    """Return tag, shortest length and the parts."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def bits(value: bytes) -> bytes:
    """Return a BIT STRING of whole bytes: no unused bit in which anything could be kept."""
    return encoded(BITS, b"\x00", value)


SHA2_SIGNATURES: Final = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
"""Signature algorithms that may stand in evidence (ECDSA, RSA PKCS#1 v1.5), with their digests."""

ALGORITHMS: Final = {
    "1.2.840.10045.4.3.2": bytes.fromhex("300a06082a8648ce3d040302"),
    "1.2.840.10045.4.3.3": bytes.fromhex("300a06082a8648ce3d040303"),
    "1.2.840.10045.4.3.4": bytes.fromhex("300a06082a8648ce3d040304"),
    "1.2.840.113549.1.1.11": bytes.fromhex("300d06092a864886f70d01010b0500"),
    "1.2.840.113549.1.1.12": bytes.fromhex("300d06092a864886f70d01010c0500"),
    "1.2.840.113549.1.1.13": bytes.fromhex("300d06092a864886f70d01010d0500"),
}
"""Their AlgorithmIdentifiers, in the one spelling of RFC 5758 and RFC 4055."""
