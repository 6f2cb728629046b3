"""Reads XML that anybody may have sent: no DTD, no entity, no comment, no instruction, no network."""

from __future__ import annotations

import re

from lxml import etree

MAX_BYTES = 10 * 1024 * 1024
"""The format's limit for one transaction (2088/BGDĐT-GDTH, 2.8)."""

_DECLARATION = re.compile(
    r"\A<\?xml[ \t\r\n]+version=[\"']1\.0[\"']"
    r"([ \t\r\n]+encoding=[\"'](?P<encoding>[A-Za-z0-9._-]+)[\"'])?"
    r"([ \t\r\n]+standalone=[\"'](yes|no)[\"'])?[ \t\r\n]*\?>"
)


class Unreadable(ValueError):
    """The bytes are no XML we read: `code` is too-large, not-utf-8, declaration, instruction or not-xml."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(f"{code} (line {line})")
        self.code = code
        self.line = line


def read_xml(xml: bytes, limit: int = MAX_BYTES) -> etree._Element:
    """Return the root of a document of at most `limit` bytes.

    Beyond the XML declaration, `<!` opens only what is refused (DOCTYPE, ENTITY, CDATA, comments) and `<?`
    only instructions; neither can stand elsewhere in well-formed XML, so they are refused before parsing.

    Raises: Unreadable.
    """
    if len(xml) > limit:
        raise Unreadable("too-large")
    try:
        text = xml.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not-utf-8") from error
    declared = _DECLARATION.match(text)
    if declared and (declared["encoding"] or "utf-8").lower() != "utf-8":
        raise Unreadable("not-utf-8", 1)
    body = text[declared.end() :] if declared else text
    for mark, code in (("<!", "declaration"), ("<?", "instruction")):
        found = body.find(mark)
        if found >= 0:
            raise Unreadable(code, text.count("\n", 0, found) + 1)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_blank_text=False,
    )
    try:
        return etree.fromstring(body.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("not-xml", error.lineno or 0) from error
