"""Changes bytes: blindly, by blocks, by a dictionary of tokens, and by what a kind of file is made of."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from hocba.fuzz.structured import CHANGES

Change = Callable[[bytes, random.Random], bytes]

INTERESTING: Final = (
    b"0", b"-1", b"1", b"255", b"65535", b"65536", b"2147483647", b"2147483648", b"4294967295", b"4294967296",
    b"9999999999999999999999", b"1e9", b"NaN", b"0x10", b"00", b"1.5",
)  # fmt: skip
TOKENS: Final = {
    "xml": (
        b"<!--x-->", b"<?x y?>", b"<!DOCTYPE a>", b"<![CDATA[x]]>", b"&lt;", b"&#0;", b"&x;", b"]]>", b"<a/>",
         b'Id="x"',
        b'xml:id="x"', b'URI=""', b"xmlns:a=\"b\"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xe2\x80\xae",
         b"\xcc\x81",
        b"http://www.w3.org/2000/09/xmldsig#sha1", b"http://www.w3.org/TR/1999/REC-xslt-19991116", b"<ds:Transform/>",
    ),
    "pdf": (
        b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b"/", b"%", b" obj\n", b"endobj\n", b"stream\n",
         b"endstream\n",
        b"xref\n", b"trailer\n", b"startxref\n", b"%%EOF\n", b"/Prev 1 ", b"1 0 R", b"999 0 R", b"/Length ",
         b"/Kids ",
        b"/Type /ObjStm ", b"/Filter [/FlateDecode /FlateDecode] ", b"/JS (x) ", b"/OC ", b"/AA ", b"#41",
         b"null", b"true",
        b"/ByteRange [0 1 2 3] ", b"/Contents <00> ", b"/Encrypt ",
    ),
    "bundle": (
        b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08", b"../",
         b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x00", b"transcript.xml", b"manifest.json", b"\x63\x00",
    ),
    "content": (b"=", b"==", b"\\\"", b"\"", b"+", b"/", b"-", b"_", b"\n", b" ", b"AAAA", b"////", b"H4sI"),
    "assess": (
        b'"', b"{", b"}", b"[", b"]", b"null", b"true", b"1e999", b"-0", b"NaN", b"Infinity", b'"\\u0000"',
         b'"\\ud800"',
        b'{"a":', b"[[[[[[[[", b"\xc3\xa1", b"\xff", b'"diem":', b'"muc":', b'"T"', b'"grade":', b"10.0", b"1E400",
    ),
    "note": (b"\n", b"\n\n", "— ".encode(), b"\t", b"+", b" ", b"\x00", b"\xff", b"AAAA", b"0", b"-1"),
    "proof": (b"\n", b"\n\n", b"index ", b"extra ", "— ".encode(), b"c2sp.org/tlog-proof@v1\n", b" ", b"A",
     b"=", b"\x00"),
}  # fmt: skip


def mutated(kind: str, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a changed copy of one of the genuine `seeds`; the same `chance` gives the same bytes."""
    data = chance.choice(seeds)
    ways: list[Change] = [*_BLIND, _token_of(TOKENS[kind]), _spliced_with(seeds), *CHANGES.get(kind, ()) * 2]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        data = chance.choice(ways)(data, chance)
    return data


def _place(data: bytes, chance: random.Random) -> tuple[int, int]:
    """Return a block: where it begins and ends, mostly short."""
    start = chance.randrange(len(data) + 1)
    size = chance.choice((1, 2, 4, 16, 64, 256, 4096))
    return start, min(len(data), start + chance.randrange(size) + 1)


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return b"\0"
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def _delete(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + data[end:]


def _double(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 50)) + data[end:]


def _move(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    block, rest = data[start:end], data[:start] + data[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + block + rest[place:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _number(data: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", data[: 1 << 20]))
    if not found:
        return data + chance.choice(INTERESTING)
    one = chance.choice(found)
    return data[: one.start()] + chance.choice(INTERESTING) + data[one.end() :]


_BLIND: tuple[Change, ...] = (_flip, _flip, _overwrite, _delete, _double, _move, _cut, _number)


def _token_of(tokens: Sequence[bytes]) -> Change:
    def change(data: bytes, chance: random.Random) -> bytes:
        start, end = _place(data, chance)
        return data[:start] + chance.choice(tokens) + data[chance.choice((start, end)) :]

    return change


def _spliced_with(seeds: Sequence[bytes]) -> Change:
    def change(data: bytes, chance: random.Random) -> bytes:
        other = chance.choice(seeds)
        return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]

    return change
