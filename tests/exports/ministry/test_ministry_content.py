"""The packed content: what goes in comes out, and nothing else is read."""

from __future__ import annotations

import base64
import gzip
import resource
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.ministry.content import ContentError, ContentFault, decode, encode, escape, unescape

LIST = (
    '<DANH_SACH_HOC_BA id="dataDanhSach"><HOC_BA><HO_VA_TEN>Bé "Na" Mẫu</HO_VA_TEN></HOC_BA>'
    "</DANH_SACH_HOC_BA>"
)
XML = LIST.encode()

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\<>'), max_size=400).map(
    str.encode
)


def packed(plain: bytes, *, claimed: int | None = None, tail: bytes = b"", level: int = 9) -> str:
    length = struct.pack("<I", len(plain) if claimed is None else claimed)
    return base64.b64encode(length + gzip.compress(plain, level, mtime=0) + tail).decode()


def fault_of(content: str, limit: int = 10_000_000) -> ContentFault:
    with pytest.raises(ContentError) as caught:
        decode(content, limit)
    return caught.value.fault


@given(texts)
def test_escaped_content_round_trips_whatever_it_holds(text: bytes) -> None:
    assert decode(encode(text)) == text


@given(texts)
def test_plain_content_round_trips_or_is_refused_by_the_writer(text: bytes) -> None:
    try:
        content = encode(text, escape_quotes=False)
    except ContentError as error:
        assert error.fault is ContentFault.QUOTES
        assert text[text.index(b'"') - 1 : text.index(b'"')] == b"\\"
    else:
        assert decode(content) == text


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_fault(text: str) -> None:
    try:
        decode(text)
    except ContentError as error:
        assert error.fault in ContentFault


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_fault(data: bytes) -> None:
    try:
        decode(base64.b64encode(data).decode())
    except ContentError as error:
        assert error.fault in ContentFault


@given(st.integers(0, len(zlib.compress(XML)) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_read_as_something_else(place: int, change: int) -> None:
    raw = bytearray(base64.b64decode(encode(XML)))
    raw[place] ^= change

    try:
        assert decode(base64.b64encode(raw).decode()) == XML  # a header byte that carries nothing
    except ContentError as error:
        assert error.fault in ContentFault


def test_writer_is_deterministic_and_puts_the_length_in_front() -> None:
    content = encode(XML)

    raw = base64.b64decode(content)
    assert encode(XML) == content
    assert struct.unpack("<I", raw[:4])[0] == len(XML) + XML.count(b'"')
    assert raw[4:8] == b"\x1f\x8b\x08\x00"
    assert raw[8:12] == bytes(4)
    assert gzip.decompress(raw[4:]) == XML.replace(b'"', b'\\"')


def test_reader_takes_both_styles_of_quotes() -> None:
    assert decode(packed(XML)) == XML
    assert decode(packed(escape(XML))) == XML


def test_backslash_before_a_quote_in_plain_text_survives() -> None:
    text = b'<a b="1">\\"</a>'

    assert unescape(text) == text
    assert decode(encode(text)) == text


def test_half_escaped_text_is_refused() -> None:
    assert fault_of(packed(b'<a b=\\"1" c="2"/>')) is ContentFault.QUOTES


@pytest.mark.parametrize("claimed", [0, 1, len(XML) - 1, len(XML) + 1])
def test_length_that_disagrees_is_refused(claimed: int) -> None:
    assert fault_of(packed(XML, claimed=claimed)) is ContentFault.LENGTH


def test_length_above_the_limit_is_refused_before_anything_is_inflated() -> None:
    assert fault_of(packed(XML), limit=len(XML) - 1) is ContentFault.TOO_LARGE
    assert decode(packed(XML), limit=len(XML)) == XML


def test_bomb_that_understates_its_length_is_not_inflated() -> None:
    bomb = packed(bytes(200_000_000), claimed=1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert fault_of(bomb) is ContentFault.LENGTH
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


def test_truncated_content_is_refused() -> None:
    raw = base64.b64decode(packed(XML))

    for cut in (12, 40, len(raw) - 9, len(raw) - 8, len(raw) - 1):
        assert fault_of(base64.b64encode(raw[:cut]).decode()) in {
            ContentFault.TRUNCATED,
            ContentFault.GZIP,
        }


def test_second_member_and_trailing_bytes_are_refused() -> None:
    assert fault_of(packed(XML, tail=gzip.compress(b"<more/>"))) is ContentFault.TRAILING
    assert fault_of(packed(XML, tail=b"\x00")) is ContentFault.TRAILING


def test_wrong_checksum_is_refused() -> None:
    raw = bytearray(base64.b64decode(packed(XML)))
    raw[-5] ^= 1

    assert fault_of(base64.b64encode(raw).decode()) is ContentFault.GZIP


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", ContentFault.SHORT),
        ("AAAA", ContentFault.SHORT),
        ("not base64!", ContentFault.BASE64),
        ("tiếng Việt", ContentFault.BASE64),
        (packed(XML) + "\n", ContentFault.BASE64),
        (packed(XML)[:-1], ContentFault.BASE64),
        (packed(b"\xff\xfe<a/>"), ContentFault.ENCODING),
        (packed(LIST.encode("utf-16")), ContentFault.ENCODING),
        (base64.b64encode(struct.pack("<I", 3) + zlib.compress(b"abc")).decode(), ContentFault.GZIP),
    ],
)
def test_broken_content_has_its_own_fault(content: str, fault: ContentFault) -> None:
    assert fault_of(content) is fault


def test_writer_refuses_what_is_no_utf8() -> None:
    with pytest.raises(ContentError) as caught:
        encode("Tiếng".encode("utf-16"))

    assert caught.value.fault is ContentFault.ENCODING
