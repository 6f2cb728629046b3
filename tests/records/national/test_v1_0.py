"""The format v1.0: same data, same bytes; what was written is read back; the rest is refused."""

from __future__ import annotations

import dataclasses
import hashlib
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from records.national import v1_0
from records.national.codes import code_list
from records.national.document import TranscriptData
from tests.records.national.samples import CODES, PLAIN, UUID, complete

XML = v1_0.frozen_bytes(PLAIN)
DS = "http://www.w3.org/2000/09/xmldsig#"
SLOTS = (
    f'<GVCN><NGAY_KY>2026-05-28T08:00:00+07:00</NGAY_KY><SO_CCCD>1</SO_CCCD><S xmlns="{DS}"/></GVCN>'
    f'<CBQL><NGAY_KY>2026-05-28T09:00:00Z</NGAY_KY><SO_CCCD>2</SO_CCCD><S xmlns="{DS}"/></CBQL>'
    f'<KY_PHAT_HANH><NGAY_KY>2026-05-29T08:00:00+07:00</NGAY_KY><S xmlns="{DS}"/></KY_PHAT_HANH>'
).replace("<S ", "<Signature ")


def with_general(**changes: object) -> TranscriptData:
    return replace(PLAIN, general=replace(PLAIN.general, **changes))  # type: ignore[arg-type]


def edited(old: str, new: str) -> bytes:
    text = XML.decode()
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1).encode()


def codes(xml: bytes) -> set[str]:
    return {error.code for error in v1_0.schema_errors(xml)}


@settings(deadline=None, max_examples=60)
@given(complete)
def test_what_was_written_is_read_back(data: TranscriptData) -> None:
    xml = v1_0.frozen_bytes(data)
    assert v1_0.parse(xml) == data
    assert v1_0.frozen_bytes(v1_0.parse(xml)) == xml
    assert v1_0.schema_errors(xml) == ()
    assert unicodedata.is_normalized("NFC", xml.decode())
    root = etree.fromstring(xml)
    assert etree.tostring(root, method="c14n", exclusive=True, with_comments=False) == xml
    assert all(len(leaf) or leaf.text for leaf in root.find("DU_LIEU_HOC_BA").iter())


def test_the_bytes_never_change() -> None:
    """A new hash here means that documents already signed could not be made again: write v1_1 instead."""
    assert hashlib.sha256(XML).hexdigest() == (
        "ec274b387ccc55b18fc733442a6b8d6f04b88aa252e4f059d0c1bf705e8970b6"
    )


def test_ids_and_places_of_the_structure() -> None:
    root = etree.fromstring(XML)
    assert (root.tag, dict(root.attrib)) == ("HOC_BA", {"id": f"hocba-{UUID}"})
    region, slots = root
    assert (region.tag, dict(region.attrib)) == ("DU_LIEU_HOC_BA", {"Id": f"data-{UUID}"})
    assert (slots.tag, len(slots), slots.text) == ("DANH_SACH_THONG_TIN_KY", 0, None)
    assert [group.tag for group in region] == ["THONG_TIN_CHUNG", "QUA_TRINH_HOC_TAP", "TONG_KET"]
    assert [group.tag for group in region[2]][-2:] == ["DANH_SACH_BANG_DIEM", "NANG_LUC_PHAM_CHAT"]
    for path, group in (
        ("THONG_TIN_CHUNG", "THONG_TIN_CHUNG"),
        ("QUA_TRINH_HOC_TAP/DONG", "DONG"),
        ("TONG_KET/DANH_SACH_BANG_DIEM/BANG_DIEM", "BANG_DIEM"),
        ("TONG_KET/NANG_LUC_PHAM_CHAT", "NANG_LUC_PHAM_CHAT"),
    ):
        element = region.find(path)
        assert element is not None
        assert [leaf.tag for leaf in element] == [spec.tag for spec in CODES.groups[group]]


def test_the_official_spelling_mistakes_are_kept() -> None:
    assert CODES.spelled_tags == ("THONG_SO_BUOI_NGHI_KHONG_PHEP", "NANG_LUC_GIAO_TIEP_HOC_TAC")
    for tag in CODES.spelled_tags:
        assert f"<{tag}>".encode() in XML


def test_null_leaves_the_tag_out() -> None:
    for empty in (None, "", "  \n "):
        xml = v1_0.frozen_bytes(with_general(father_name=empty))
        assert b"HO_VA_TEN_CHA" not in xml
        assert v1_0.parse(xml).general.father_name is None


def test_schema_code_list_and_values_agree() -> None:
    xsd = etree.parse(v1_0.__file__.replace("v1_0.py", "hocba_v1_0.xsd"))
    names = {
        "THONG_TIN_CHUNG": "general",
        "DONG": "history-row",
        "TONG_KET": "summary",
        "BANG_DIEM": "subject-row",
        "NANG_LUC_PHAM_CHAT": "traits",
    }
    space = {"xs": "http://www.w3.org/2001/XMLSchema"}
    for group, name in names.items():
        rows = xsd.findall(f"xs:complexType[@name='{name}']/xs:sequence/xs:element", space)
        stated = [(row.get("name"), row.get("minOccurs") != "0") for row in rows]
        assert stated[: len(CODES.groups[group])] == [(s.tag, s.required) for s in CODES.groups[group]]
    for name, values in (
        ("outcome", CODES.outcomes.values()),
        ("subject-level", CODES.subject_levels),
        ("trait-level", CODES.trait_levels),
        ("sex", CODES.sexes),
        ("flag", CODES.flags.values()),
    ):
        rows = xsd.findall(f"xs:simpleType[@name='{name}']//xs:enumeration", space)
        assert [row.get("value") for row in rows] == list(values)


def test_every_field_has_its_tag_and_no_other() -> None:
    for group, made in (("THONG_TIN_CHUNG", PLAIN.general), ("NANG_LUC_PHAM_CHAT", PLAIN.traits)):
        fields = {field.name for field in dataclasses.fields(made)}
        assert {spec.field for spec in CODES.groups[group]} == fields
    assert {trait.tag for trait in CODES.traits} < {spec.tag for spec in CODES.groups["NANG_LUC_PHAM_CHAT"]}


def test_an_unknown_version_has_no_code_list() -> None:
    with pytest.raises(KeyError):
        code_list("9.9")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12, "12"),
        (Decimal("0.50"), "0.5"),
        (Decimal("1E+2"), "100"),
        (Decimal("3.1415"), "3.1415"),
        (Decimal("0.0000"), "0"),
    ],
)
def test_numbers(value: Decimal | int, text: str) -> None:
    assert v1_0.number(value) == text


@pytest.mark.parametrize(
    "value", [1.5, True, -1, Decimal("0.00001"), Decimal("NaN"), Decimal("Infinity"), 10**12, "2"]
)
def test_numbers_without_a_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"not an exact|out of range|more than"):
        v1_0.number(value)  # type: ignore[arg-type]
    with pytest.raises(v1_0.Refused):
        v1_0.frozen_bytes(with_general(excused_absences=value))


@pytest.mark.parametrize(
    "changes",
    [
        {"look_up_code": UUID.upper()},
        {"look_up_code": "3f2b8c1e-4d5a-1f6b-8a7c-9d0e1f2a3b4c"},
        {"school_year": "2025-2027"},
        {"school_year": "2025 - 2026"},
        {"sex": "nam"},
        {"level_code": "03"},
        {"grade": 6},
        {"grade": "3"},
        {"school_year_start": True},
        {"born_on": datetime(2017, 3, 15, 8)},
        {"full_name": 7},
    ],
)
def test_a_value_outside_its_list_is_never_frozen(changes: dict[str, object]) -> None:
    with pytest.raises(v1_0.Refused) as caught:
        v1_0.frozen_bytes(with_general(**changes))
    assert len({error.tag for error in caught.value.errors}) == 1


def test_two_rows_of_one_subject_are_never_frozen_nor_read() -> None:
    twice = replace(PLAIN, subjects=PLAIN.subjects * 2)
    with pytest.raises(v1_0.Refused) as refused:
        v1_0.frozen_bytes(twice)
    assert {(error.tag, error.code) for error in refused.value.errors} == {("BANG_DIEM", "not-allowed")}
    row = XML[XML.index(b"<BANG_DIEM>") : XML.index(b"</BANG_DIEM>") + len(b"</BANG_DIEM>")]
    assert v1_0.schema_errors(XML.replace(row, row * 2))


def test_an_incomplete_document_is_never_frozen() -> None:
    with pytest.raises(v1_0.Refused) as caught:
        v1_0.frozen_bytes(with_general(mother_name=None))
    assert [item.tag for item in caught.value.missing] == ["HO_VA_TEN_ME"]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (edited("<TEN_TRUONG>Tên trường</TEN_TRUONG>", ""), "unexpected-tag"),
        (edited("<DAN_TOC>Dân tộc</DAN_TOC>", "<DAN_TOC></DAN_TOC>"), "wrong-shape"),
        (edited("<DAN_TOC>Dân tộc</DAN_TOC>", "<DAN_TOC>  </DAN_TOC>"), "wrong-shape"),
        (edited(">Dân tộc<", ">" + "x" * 4001 + "<"), "too-long"),
        (edited("<THONG_TIN_CHUNG>", "<THONG_TIN_CHUNG>x"), "text-between-tags"),
        (edited("<NAM_HOC>2025</NAM_HOC></THONG", "</THONG"), "missing-tag"),
        (edited("<DONG>", '<DONG a="1">'), "unexpected-attribute"),
        (edited("<DONG>", '<DONG xml:lang="vi">'), "unexpected-attribute"),
        (
            edited(
                "<HOC_BA ",
                '<HOC_BA xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="u v" ',
            ),
            "unexpected-attribute",
        ),
        (edited(f' Id="data-{UUID}"', ""), "missing-attribute"),
        (edited("2017-03-15T", "2017-02-30T"), "wrong-shape"),
        (edited("T00:00:00+07:00", "T00:00:00Z"), "wrong-shape"),
        (edited(">Nữ<", ">Khác<"), "not-in-list"),
        (edited(">8<", ">8.5<"), "wrong-shape"),
        (edited(">8<", ">11<"), "wrong-shape"),
        (edited(">2025-2026<", ">2025-2025<"), "wrong-shape"),
        (edited(">Dân tộc<", "><b>x</b><"), "tag-inside-value"),
        (edited(">Dân tộc<", ">" + unicodedata.normalize("NFD", "Dân tộc") + "<"), "not-canonical-text"),
        (edited(">Dân tộc<", ">Kinh\u202e<"), "invisible-character"),
        (edited(">Dân tộc<", ">Kinh&#13;x<"), "not-canonical-text"),
        (edited(">Dân tộc<", ">Kinh&#x85;x<"), "control-character"),
        (edited(">Dân tộc<", ">Kinh&#0;<"), "not-xml"),
        (edited(">Dân tộc<", ">Kinh\x00<"), "not-xml"),
        (edited(">Dân tộc<", "><![CDATA[Kinh]]><"), "declaration"),
        (edited(">Dân tộc<", ">Kinh<!-- x --><"), "declaration"),
        (edited(">Dân tộc<", ">Kinh<?x y?><"), "instruction"),
        (b'<!DOCTYPE HOC_BA [<!ENTITY a "b">]>' + XML, "declaration"),
        (b'<!DOCTYPE HOC_BA SYSTEM "file:///etc/passwd">' + XML, "declaration"),
        (XML.decode().encode("utf-16"), "not-utf-8"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + XML, "not-utf-8"),
        (b"<HOC_BA>", "not-xml"),
        (b"", "not-xml"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not-xml"),
        (b"<x/>", "unexpected-root"),
        (b" " * (10 * 1024 * 1024 + 1), "too-large"),
    ],
)
def test_what_is_not_the_format_is_told_and_never_read(xml: bytes, code: str) -> None:
    assert code in codes(xml)
    with pytest.raises(v1_0.Refused):
        v1_0.parse(xml)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_bytes_are_refused_in_peace(xml: bytes) -> None:
    assert v1_0.schema_errors(xml)


def test_an_error_says_where_and_what_could_stand_there() -> None:
    xml = (
        XML.replace(b"<QUA_TRINH", b"\n\n<QUA_TRINH")
        .replace(b"<DONG><TEN_LOP>", b"<DONG><LOP>")
        .replace(b"</TEN_LOP><TEN_TRUONG>", b"</LOP><TEN_TRUONG>", 1)
    )
    assert v1_0.schema_errors(xml) == (v1_0.SchemaError(3, "LOP", "unexpected-tag", "TEN_LOP"),)


def test_a_declaration_and_a_mark_of_order_do_no_harm() -> None:
    assert v1_0.parse(b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n' + XML) == PLAIN


def test_a_signed_document_states_the_same() -> None:
    signed = edited("</DANH_SACH_THONG_TIN_KY>", SLOTS + "</DANH_SACH_THONG_TIN_KY>")
    assert v1_0.schema_errors(signed) == ()
    assert v1_0.parse(signed) == PLAIN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<NGAY_KY>2026-05-28T08:00:00+07:00</NGAY_KY>", ""),
        ("<SO_CCCD>1</SO_CCCD>", ""),
        ("2026-05-28T08:00:00+07:00", "28/05/2026"),
        (f'<Signature xmlns="{DS}"/>', "<Signature/>"),
        (f'<Signature xmlns="{DS}"/>', f'<Object xmlns="{DS}"/>'),
        (f'<Signature xmlns="{DS}"/>', f'<Signature xmlns="{DS}"/><Signature xmlns="{DS}"/>'),
        ("<KY_PHAT_HANH>", "<KY_PHAT_HANH><SO_CCCD>1</SO_CCCD>"),
        ("<GVCN>", "<HIEU_TRUONG/><GVCN>"),
    ],
)
def test_a_slot_has_its_parts_in_order(old: str, new: str) -> None:
    slots = SLOTS.replace(old, new, 1)
    assert slots != SLOTS
    assert v1_0.schema_errors(edited("</DANH_SACH_THONG_TIN_KY>", slots + "</DANH_SACH_THONG_TIN_KY>"))


def test_a_list_of_transcripts_has_the_same_schema() -> None:
    listed = b'<DANH_SACH_HOC_BA id="dataDanhSach">' + XML + XML + b"</DANH_SACH_HOC_BA>"
    assert v1_0.schema_errors(listed) == ()
    assert codes(listed.replace("Nữ".encode(), b"?", 1)) == {"not-in-list"}
    assert codes(b'<DANH_SACH_HOC_BA id="dataDanhSach"></DANH_SACH_HOC_BA>') == {"missing-tag"}
    with pytest.raises(v1_0.Refused):
        v1_0.parse(listed)


def test_traits_are_made_from_codes_or_not_at_all() -> None:
    made = v1_0.traits({"YEU_NUOC": "T", "GIAO_TIEP_HOP_TAC": "Đ"}, qualities_comment=" Tốt ")
    assert (made.patriotism, made.communication, made.qualities_comment) == ("T", "Đ", "Tốt")
    with pytest.raises(KeyError):
        v1_0.traits({"DUNG_CAM": "T"})


def test_a_day_is_written_at_midnight_of_viet_nam() -> None:
    assert PLAIN.general.born_on == date(2017, 3, 15)
    assert b"<NGAY_SINH>2017-03-15T00:00:00+07:00</NGAY_SINH>" in XML
