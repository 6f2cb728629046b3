"""Content that no signature covers, or that was changed under one: text, attributes, elements, white space."""

from __future__ import annotations

from lxml import etree

from tests.hostile.tree import (
    HOLDER,
    HOMEROOM,
    LEADER,
    MARK,
    NAME,
    SEAL,
    append,
    drop,
    find,
    set_attribute,
    set_tail,
    set_text,
    twice,
    within,
)
from tests.hostile.variant import Variant, changed, edited, refused, resigned, spelt, text

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "{http://www.w3.org/XML/1998/namespace}"
ROW = "DU_LIEU_HOC_BA/TONG_KET/DANH_SACH_BANG_DIEM/BANG_DIEM"
QUALIFYING = within("ds:Object/xa:QualifyingProperties")
PROPERTIES = within("ds:Object/xa:QualifyingProperties/xa:UnsignedProperties/xa:UnsignedSignatureProperties")

OUTSIDE = {
    "the root": ".",
    "the slots": HOLDER,
    "the teacher's slot": f"{HOLDER}/{HOMEROOM}",
    "the seal's slot": f"{HOLDER}/{SEAL}",
    "the seal's signature": within(""),
    "SignedInfo": within("ds:SignedInfo"),
    "KeyInfo": within("ds:KeyInfo"),
    "X509Data": within("ds:KeyInfo/ds:X509Data"),
    "the time's Object": within("ds:Object"),
    "QualifyingProperties": QUALIFYING,
    "UnsignedProperties": QUALIFYING + "/{http://uri.etsi.org/01903/v1.3.2#}UnsignedProperties",
    "the timestamp": PROPERTIES + "/{http://uri.etsi.org/01903/v1.3.2#}SignatureTimeStamp",
    "CertificateValues": PROPERTIES + "/{http://uri.etsi.org/01903/v1.3.2#}CertificateValues",
    "RevocationValues": PROPERTIES + "/{http://uri.etsi.org/01903/v1.3.2#}RevocationValues",
}
"""Places that the data's digest does not reach, from the outermost inwards."""


def in_every_place() -> list[Variant]:
    """Text, an attribute and an element in each of these places; each once signed as well."""
    found = []
    for number, (where, path) in enumerate(OUTSIDE.items()):
        found += [
            refused(f"text in {where}", edited(set_text(path, "Đã kiểm tra")), "layout.text"),
            refused(
                f"an attribute on {where}", edited(set_attribute(path, "status", "x")), "layout.attributes"
            ),
            refused(
                f"an element in {where}", edited(append(path, "<GHI_CHU>x</GHI_CHU>")), "layout.elements"
            ),
        ]
        if number < 9:
            found.append(
                refused(
                    f"an element in {where}, signed",
                    resigned(append(path, "<GHI_CHU>x</GHI_CHU>")),
                    "layout.elements",
                )
            )
    return found


VARIANTS: list[Variant] = [
    *in_every_place(),
    changed("another name", edited(set_text(NAME, "Nguyễn Văn Giả")), "digest.data"),
    changed("another mark", edited(set_text(MARK, "10")), "digest.data"),
    changed("another day of birth", text("2016-03-05T00:00:00", "2016-05-03T00:00:00"), "digest.data"),
    changed("another school", text("<MA_TRUONG>99000101", "<MA_TRUONG>99000102"), "digest.data"),
    changed("another year", text("2026-2027", "2025-2026"), "digest.data"),
    changed("promoted", text("<DUOC_LEN_LOP>1", "<DUOC_LEN_LOP>0"), "digest.data"),
    changed("a subject's row gone", edited(drop(ROW)), "digest.data"),
    changed("a subject's row twice", edited(twice(ROW)), "digest.data"),
    changed(
        "two rows swapped",
        edited(lambda root: find(root, ROW).getparent().append(find(root, ROW))),
        "digest.data",
    ),
    changed("a comment emptied", edited(drop(ROW + "/NHAN_XET")), "digest.data"),
    changed(
        "a year of the history gone", edited(drop("DU_LIEU_HOC_BA/QUA_TRINH_HOC_TAP/DONG")), "digest.data"
    ),
    refused(
        "another section in the data",
        edited(append("DU_LIEU_HOC_BA", "<KHEN_THUONG>x</KHEN_THUONG>")),
        "structure.schema",
    ),
    refused(
        "another section in the data, signed",
        resigned(append("DU_LIEU_HOC_BA", "<KHEN_THUONG>x</KHEN_THUONG>")),
        "structure.schema",
    ),
    refused("an attribute in the data", edited(set_attribute(NAME, "class", "x")), "structure.schema"),
    refused(
        "an attribute in the data, signed", resigned(set_attribute(NAME, "class", "x")), "structure.schema"
    ),
    refused("an element in the name, signed", resigned(append(NAME, "<b>Giả</b>")), "structure.schema"),
    refused("text behind the data", edited(set_tail("DU_LIEU_HOC_BA", "x")), "layout.text"),
    refused("text behind the data, signed", resigned(set_tail("DU_LIEU_HOC_BA", "x")), "layout.text"),
    refused("text behind a signature", edited(set_tail(within(""), "x")), "layout.text"),
    refused("text behind a signature, signed", resigned(set_tail(within("", LEADER), "x")), "layout.text"),
    refused("text behind the last slot", edited(set_tail(f"{HOLDER}/{SEAL}", "x")), "layout.text"),
    refused("text behind the value", edited(set_tail(within("ds:SignatureValue"), "x")), "layout.text"),
    refused("text between rows, signed", resigned(set_tail(ROW, "Giả")), "structure.schema"),
    refused("text behind the document", spelt(lambda data: data + b"x"), "file.not-xml"),
    refused("text before the document", spelt(lambda data: b"x" + data), "file.kind-unknown"),
    # Attributes of XML and of schemas
    refused("xml:base", edited(set_attribute(".", XML + "base", "http://x.invalid/")), "file.namespaces"),
    refused(
        "xml:lang on the name, signed", resigned(set_attribute(NAME, XML + "lang", "en")), "file.namespaces"
    ),
    refused("xml:space, signed", resigned(set_attribute(NAME, XML + "space", "preserve")), "file.namespaces"),
    refused("xsi:type, signed", resigned(set_attribute(NAME, f"{{{XSI}}}type", "x")), "file.namespaces"),
    refused("xsi:nil, signed", resigned(set_attribute(NAME, f"{{{XSI}}}nil", "true")), "file.namespaces"),
    refused(
        "schema location",
        edited(set_attribute(".", f"{{{XSI}}}noNamespaceSchemaLocation", "http://x.invalid/x.xsd")),
        "file.namespaces",
    ),
    refused("an unused namespace", text("<HOC_BA ", '<HOC_BA xmlns:x="urn:x" '), "file.namespaces"),
    refused(
        "an unused namespace inside the data",
        text("<HO_VA_TEN>", '<HO_VA_TEN xmlns:x="urn:x">'),
        "file.namespaces",
    ),
    refused("a relative namespace", text("<HOC_BA ", '<HOC_BA xmlns:x="x" '), "file.namespaces"),
    refused("the default namespace", text("<HOC_BA ", '<HOC_BA xmlns="urn:x" '), "file.namespaces"),
    refused(
        "a foreign element in the seal, signed",
        resigned(append(within(""), '<f:x xmlns:f="urn:f"/>')),
        "file.namespaces",
    ),
    refused(
        "SVG in a slot",
        edited(append(f"{HOLDER}/{SEAL}", '<svg xmlns="http://www.w3.org/2000/svg"/>')),
        "file.namespaces",
    ),
    # White space
    refused("indented as programs do", edited(etree.indent), "layout.text"),
    refused("indented, signed", resigned(etree.indent), "layout.text"),
    changed("a space in the data", text("<THONG_TIN_CHUNG>", "<THONG_TIN_CHUNG> "), "digest.data"),
    changed("a line end in the data", text("<THONG_TIN_CHUNG>", "<THONG_TIN_CHUNG>\r\n"), "digest.data"),
    changed("a space behind the name", text("Ánh Dương<", "Ánh Dương <"), "digest.data"),
    changed(
        "a space before a mark's level", text("<MUC_DAT_DUOC>T<", "<MUC_DAT_DUOC>T&#x20;<"), "digest.data"
    ),
    refused("a no-break space in the name", text("Ánh Dương<", "Ánh\u00a0Dương<"), "structure.schema"),
    changed("a line end as a reference", text("Ánh Dương<", "Ánh Dương&#13;<"), "digest.data"),
    refused(
        "a space in the seal's slot", text("</NGAY_KY><Signature", "</NGAY_KY> <Signature"), "layout.text"
    ),
    refused(
        "a space before the root's end",
        spelt(lambda data: data.replace(b"</HOC_BA>", b" </HOC_BA>")),
        "layout.text",
    ),
]
