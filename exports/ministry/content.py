"""The packed `content` of a transaction: list XML ↔ base64 text.

Written so: a backslash before each double quote (a setting; the reader takes both) → UTF-8 → GZip → four
bytes in front, the length of what went into GZip, little endian → base64. Source: CV 2088/BGDĐT-GDTH, PL 1.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from enum import StrEnum

MAX_LIST_BYTES = 10 * 1024 * 1024
"""What a list may inflate to, bytes: the 10 MB of one transaction hold packed and unpacked."""

_LENGTH = struct.Struct("<I")
_GZIP_WINDOW = 31  # zlib's way to say "gzip wrapper"; the header's time field then stays 0
_LARGEST = 2**31 - 1  # other makers read the length as a signed 32-bit number


class ContentFault(StrEnum):
    """Why a content is not read, or not written."""

    BASE64 = "CONTENT_BASE64"
    SHORT = "CONTENT_SHORT"
    TOO_LARGE = "CONTENT_TOO_LARGE"
    LENGTH = "CONTENT_LENGTH"
    GZIP = "CONTENT_GZIP"
    TRUNCATED = "CONTENT_TRUNCATED"
    TRAILING = "CONTENT_TRAILING"
    ENCODING = "CONTENT_ENCODING"
    QUOTES = "CONTENT_QUOTES"


class ContentError(Exception):
    """The content breaks the format; `fault` says how."""

    def __init__(self, fault: ContentFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def encode(list_xml: bytes, *, escape_quotes: bool = True) -> str:
    """Return the packed content; the same bytes in give the same text out.

    Raises: ContentError, when the bytes are no UTF-8, are too long, or could not be told from escaped ones.
    """
    _require_utf8(list_xml)
    plain = escape(list_xml) if escape_quotes else list_xml
    if not escape_quotes and _looks_escaped(list_xml):
        raise ContentError(ContentFault.QUOTES)
    if len(plain) > _LARGEST:
        raise ContentError(ContentFault.TOO_LARGE)
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP_WINDOW)
    packed = packer.compress(plain) + packer.flush()
    return base64.b64encode(_LENGTH.pack(len(plain)) + packed).decode("ascii")


def decode(content: str, limit: int = MAX_LIST_BYTES) -> bytes:
    """Return the list XML; never inflates more than `limit` bytes (and one), whatever the text claims.

    Raises: ContentError.
    """
    try:
        raw = binascii.a2b_base64(content.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ContentError(ContentFault.BASE64) from error
    if len(raw) <= _LENGTH.size:
        raise ContentError(ContentFault.SHORT)
    (claimed,) = _LENGTH.unpack_from(raw)
    if claimed > limit:
        raise ContentError(ContentFault.TOO_LARGE)
    plain = _inflate(raw[_LENGTH.size :], claimed)
    _require_utf8(plain)
    return unescape(plain)


def _inflate(packed: bytes, claimed: int) -> bytes:
    reader = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = reader.decompress(packed, claimed + 1)
    except zlib.error as error:
        raise ContentError(ContentFault.GZIP) from error
    if len(plain) > claimed:
        raise ContentError(ContentFault.LENGTH)
    if not reader.eof:
        raise ContentError(ContentFault.TRUNCATED)
    if reader.unused_data:  # a second member, or anything hidden behind the first
        raise ContentError(ContentFault.TRAILING)
    if len(plain) != claimed:
        raise ContentError(ContentFault.LENGTH)
    return plain


def escape(text: bytes) -> bytes:
    """Return `text` with a backslash before each double quote."""
    return text.replace(b'"', b'\\"')


def unescape(text: bytes) -> bytes:
    """Return `text` without the backslashes of `escape`, or as it is when it was never escaped.

    The first double quote tells: in XML as it is, that one opens an attribute and has no backslash before it.
    Raises: ContentError, when the first is escaped and another is not.
    """
    if not _looks_escaped(text):
        return text
    if text.count(b'"') != text.count(b'\\"'):
        raise ContentError(ContentFault.QUOTES)
    return text.replace(b'\\"', b'"')


def _looks_escaped(text: bytes) -> bool:
    first = text.find(b'"')
    return first > 0 and text[first - 1 : first] == b"\\"


def _require_utf8(text: bytes) -> None:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(ContentFault.ENCODING) from error
