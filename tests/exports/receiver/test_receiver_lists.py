"""Elements of a list are found as bytes; lxml is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from exports.receiver.lists import MAX_ROWS, ListError, ListFault, split

SIGNATURE = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>'
ROW = (
    "<HOC_BA id='h'><HO_VA_TEN>Bé Mẫu &gt; &#x1EA5;</HO_VA_TEN><!-- > --><a b=\"&lt;/HOC_BA>\"/></HOC_BA >"
).encode()


def framed(*children: bytes, space: bytes = b"", head: bytes = b"") -> bytes:
    inner = space.join((b"", *children, b""))
    return head + b'<DANH_SACH_HOC_BA id="dataDanhSach">' + inner + b"</DANH_SACH_HOC_BA>"


def fault_of(data: bytes) -> ListFault:
    with pytest.raises(ListError) as caught:
        split(data)
    return caught.value.fault


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), min_size=1, max_size=6),
    st.sampled_from([b"", b"\n  ", b"\r\n"]),
    st.sampled_from([b"", b'<?xml version="1.0" encoding="UTF-8"?>\n']),
)
def test_each_element_is_found_where_lxml_finds_it(texts: list[str], space: bytes, head: bytes) -> None:
    def row(text: str) -> bytes:
        element = etree.Element("HOC_BA", id="x")
        etree.SubElement(
            element, "HO_VA_TEN", a=text.replace("\ufffe", "").replace("\uffff", "")
        ).text = "Mẫu"
        return etree.tostring(element, encoding="utf-8")

    rows = [row(text) for text in texts]
    data = framed(*rows, SIGNATURE, space=space, head=head)

    parts = split(data)

    assert [span.of(data) for span in parts.rows] == rows
    assert parts.signature.of(data) == SIGNATURE
    assert [etree.tostring(etree.fromstring(one), method="c14n") for one in rows] == [
        etree.tostring(one, method="c14n", with_tail=False)
        for one in etree.fromstring(data).iterchildren("HOC_BA")
    ]


def test_hard_to_read_elements_are_kept_byte_for_byte() -> None:
    data = framed(ROW, ROW, SIGNATURE)

    assert [span.of(data) for span in split(data).rows] == [ROW, ROW]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", ListFault.XML),
        (framed(ROW, SIGNATURE)[:-1], ListFault.XML),
        (framed(ROW, SIGNATURE) + b"<more/>", ListFault.XML),
        (framed(ROW, b"&unknown;", SIGNATURE), ListFault.XML),
        (b"<!DOCTYPE a>" + framed(ROW, SIGNATURE), ListFault.DOCTYPE),
        (framed(ROW, SIGNATURE, head=b'<?xml version="1.0" encoding="utf-16"?>'), ListFault.ENCODING),
        (framed(ROW, SIGNATURE).replace(b"dataDanhSach", b"other"), ListFault.ROOT),
        (framed(ROW, SIGNATURE).replace(b" id=", b' xmlns="u" id='), ListFault.ROOT),
        (framed(ROW, SIGNATURE).replace(b" id=", b' xml:base="u" id='), ListFault.ROOT),
        (framed(SIGNATURE), ListFault.EMPTY),
        (framed(ROW), ListFault.SIGNATURE),
        (framed(SIGNATURE, ROW), ListFault.CONTENT),
        (framed(ROW, SIGNATURE, SIGNATURE), ListFault.CONTENT),
        (framed(ROW, b"<KHAC><a/></KHAC>", SIGNATURE), ListFault.CONTENT),
        (framed(ROW, "chữ".encode(), SIGNATURE), ListFault.CONTENT),
        (framed(ROW, SIGNATURE, "chữ".encode()), ListFault.CONTENT),
        (framed(ROW, b"<!-- x -->", SIGNATURE), ListFault.CONTENT),
        (framed(ROW, b"<?x?>", SIGNATURE), ListFault.CONTENT),
        (framed(b"<HOC_BA/>", SIGNATURE), ListFault.CONTENT),
        (framed(b"<HOC_BA>text</HOC_BA>", SIGNATURE), ListFault.CONTENT),
        (framed(b"<HOC_BA>" + b"<a>" * 50 + b"</a>" * 50 + b"</HOC_BA>", SIGNATURE), ListFault.TOO_MANY),
        (framed(b"<HOC_BA>" + b"<a/>" * 1_000_001 + b"</HOC_BA>", SIGNATURE), ListFault.TOO_MANY),
        (framed(*[b"<HOC_BA><a/></HOC_BA>"] * (MAX_ROWS + 1), SIGNATURE), ListFault.TOO_MANY),
    ],
)
def test_list_of_another_shape_is_refused(data: bytes, fault: ListFault) -> None:
    assert fault_of(data) is fault
