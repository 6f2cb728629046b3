"""Comments, instructions, CDATA, document types, entities; character sets and characters nobody sees."""

from __future__ import annotations

import unicodedata

from tests.hostile.tree import NAME, set_text
from tests.hostile.variant import Variant, changed, refused, resigned, spelt, text

DOCUMENT_TYPES = {
    "an empty document type": "<!DOCTYPE HOC_BA>",
    "a document type elsewhere": '<!DOCTYPE HOC_BA SYSTEM "http://127.0.0.1:9/x.dtd">',
    "a public document type": '<!DOCTYPE HOC_BA PUBLIC "-//X" "http://127.0.0.1:9/x.dtd">',
    "an internal entity": '<!DOCTYPE HOC_BA [<!ENTITY a "x">]>',
    "a file as entity": '<!DOCTYPE HOC_BA [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "an address as entity": '<!DOCTYPE HOC_BA [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>',
    "a parameter entity": '<!DOCTYPE HOC_BA [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]>',
    "a notation": '<!DOCTYPE HOC_BA [<!NOTATION x SYSTEM "y">]>',
}


def before(markup: str):
    return spelt(lambda data: markup.encode() + data)


def entity_in_name(kind: str):
    return spelt(lambda data: kind.encode() + data.replace("Ánh Dương<".encode(), b"&a;<", 1))


def declared_as(encoding: str, codec: str | None = None):
    """Declare a character set, and write in one (that one, unless another is named)."""

    def change(data: bytes) -> bytes:
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        return (head + data.decode()).encode(codec or encoding, errors="xmlcharrefreplace")

    return spelt(change)


def in_name(characters: str):
    return text("Ánh Dương<", f"Ánh {characters}Dương<")


def raw_in_name(octets: bytes):
    return spelt(lambda data: data.replace("Ánh Dương<".encode(), "Ánh ".encode() + octets + b"<", 1))


def decomposed(data: bytes) -> bytes:
    return unicodedata.normalize("NFD", data.decode()).encode()


VARIANTS: list[Variant] = [
    *(refused(name, before(kind), "file.forbidden-markup") for name, kind in DOCUMENT_TYPES.items()),
    *(
        refused(f"{name}, used", entity_in_name(kind), "file.forbidden-markup")
        for name, kind in DOCUMENT_TYPES.items()
        if "ENTITY a" in kind
    ),
    refused("a predefined entity that is none", text("Ánh Dương<", "&nbsp;<"), "file.not-xml"),
    refused("comment before", before("<!-- x -->"), "file.forbidden-markup"),
    refused("comment after", spelt(lambda data: data + b"<!-- x -->"), "file.forbidden-markup"),
    refused("comment in the name", text("Ánh Dương<", "Ánh<!-- x --> Dương<"), "file.forbidden-markup"),
    refused(
        "comment that cuts the name", text("Ánh Dương<", "Ánh Dương<!---->Giả<"), "file.forbidden-markup"
    ),
    refused(
        "comment in a signature value",
        text("</SignatureValue>", "<!--x--></SignatureValue>"),
        "file.forbidden-markup",
    ),
    refused("comment in a personal number", text("<SO_CCCD>", "<SO_CCCD><!---->"), "file.forbidden-markup"),
    refused("instruction before", before('<?xml-stylesheet href="x"?>'), "file.forbidden-markup"),
    refused("instruction after", spelt(lambda data: data + b"<?x y?>"), "file.forbidden-markup"),
    refused("instruction in the name", text("<HO_VA_TEN>", "<HO_VA_TEN><?x y?>"), "file.forbidden-markup"),
    refused("CDATA", text("Nữ</GIOI", "<![CDATA[Nữ]]></GIOI"), "file.forbidden-markup"),
    refused(
        "CDATA that hides a tag",
        text("<HO_VA_TEN>", "<HO_VA_TEN><![CDATA[</HO_VA_TEN>]]>"),
        "file.forbidden-markup",
    ),
    # Character sets
    refused("UTF-16", spelt(lambda data: data.decode().encode("utf-16")), "file.encoding"),
    refused("UTF-16 without mark", spelt(lambda data: data.decode().encode("utf-16-le")), "file.encoding"),
    refused("UTF-16 the other way", spelt(lambda data: data.decode().encode("utf-16-be")), "file.encoding"),
    refused("UTF-32", spelt(lambda data: data.decode().encode("utf-32")), "file.encoding"),
    refused(
        "UTF-16 with a document type",
        spelt(lambda data: ("<!DOCTYPE HOC_BA>" + data.decode()).encode("utf-16")),
        "file.encoding",
    ),
    refused("UTF-7", declared_as("utf-7"), "file.encoding"),
    refused("UTF-7 declared, UTF-8 written", declared_as("UTF-7", "utf-8"), "file.encoding"),
    refused("UTF-16 declared, UTF-8 written", declared_as("UTF-16", "utf-8"), "file.encoding"),
    refused("Latin-1", declared_as("iso-8859-1"), "file.encoding"),
    refused("Latin-1 declared, UTF-8 written", declared_as("iso-8859-1", "utf-8"), "file.encoding"),
    refused("UTF-8 declared, Windows-1258 written", declared_as("utf-8", "cp1258"), "file.encoding"),
    refused("EBCDIC", declared_as("cp037"), "file.kind-unknown"),
    refused("an unknown character set", declared_as("x-user", "utf-8"), "file.encoding"),
    refused("two byte order marks", spelt(lambda data: b"\xef\xbb\xbf\xef\xbb\xbf" + data), "file.encoding"),
    refused("a mark of UTF-16 before UTF-8", spelt(lambda data: b"\xff\xfe" + data), "file.encoding"),
    refused("XML 1.1", before('<?xml version="1.1"?>'), "file.declaration"),
    refused("a declaration that is not first", before('\n<?xml version="1.0"?>'), "file.forbidden-markup"),
    refused(
        "two declarations", before('<?xml version="1.0"?><?xml version="1.0"?>'), "file.forbidden-markup"
    ),
    # Octets and characters
    refused("an overlong letter", raw_in_name(b"\xc1\x81nh"), "file.encoding"),
    refused("half a surrogate pair", raw_in_name(b"\xed\xa0\x80"), "file.encoding"),
    refused("a byte that is no UTF-8", raw_in_name(b"\xfe"), "file.encoding"),
    refused("a letter cut in two", raw_in_name(b"\xc3"), "file.encoding"),
    refused("a NUL", in_name("\x00"), "file.not-xml"),
    refused("a NUL behind the document", spelt(lambda data: data + b"\x00"), "file.not-xml"),
    refused("a control character", in_name("\x08"), "file.not-xml"),
    refused("a control character by reference", in_name("&#8;"), "file.not-xml"),
    refused("no character", in_name("\ufffe"), "file.not-xml"),
    refused("decomposed letters", spelt(decomposed), "structure.schema"),
    refused(
        "decomposed letters, signed", resigned(set_text(NAME, "Nguyễn Thị A\u0301nh")), "structure.schema"
    ),
    refused("a right-to-left mark", in_name("\u202e"), "structure.schema"),
    refused("a right-to-left mark, signed", resigned(set_text(NAME, "Nguyễn \u202eẢig")), "structure.schema"),
    refused(
        "a mark by reference, signed", resigned(set_text(NAME, "Nguyễn \u2067Ảig\u2069")), "structure.schema"
    ),
    refused(
        "a soft hyphen, signed", resigned(set_text(NAME, "Nguyễn Thị Ánh\u00ad Dương")), "structure.schema"
    ),
    refused(
        "a space of no width, signed",
        resigned(set_text(NAME, "Nguyễn Thị Ánh\u200b Dương")),
        "structure.schema",
    ),
    refused(
        "a letter for private use, signed", resigned(set_text(NAME, "Nguyễn \ue000")), "structure.schema"
    ),
    refused("a line separator, signed", resigned(set_text(NAME, "Nguyễn\u2028Giả")), "structure.schema"),
    changed("a homoglyph", text("Ánh Dương<", "Ánh D\u01b0\u03bfng<"), "digest.data"),
    changed("a Cyrillic letter", text("Nguyễn Thị Ánh", "Nguy\u1ec5n Thị \u0410nh"), "digest.data"),
    changed("other digits", text("<CAN_NANG>31.5", "<CAN_NANG>\uff13\uff11.5"), "digest.data"),
    changed("a reference to another letter", text("Ánh Dương<", "Ánh D&#x1B0;&#x1A1;nh<"), "digest.data"),
    refused("cut short", spelt(lambda data: data[:-40]), "file.not-xml"),
    refused("cut in half", spelt(lambda data: data[: len(data) // 2]), "file.not-xml"),
    refused("empty", lambda kit: b"", "file.kind-unknown"),
    refused("only white space", lambda kit: b" \n" * 9, "file.kind-unknown"),
    refused(
        "compressed", spelt(lambda data: __import__("gzip").compress(data, mtime=0)), "file.kind-unknown"
    ),
    refused("in base64", spelt(lambda data: __import__("base64").b64encode(data)), "file.kind-unknown"),
]
