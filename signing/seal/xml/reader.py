"""Parse hostile XML: every rule that does not need a tree is applied before there is one."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from signing.seal.xml import words
from signing.seal.xml.build import canonical

MAX_TAGS: Final = 40_000
"""Most "<" in one transcript; a large genuine one has 2,000."""

MAX_TAGS_LIST: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_ATTRIBUTES: Final = 32
"""Most attributes and namespace declarations of one element: canonical form sorts them in square time."""

_ATTRIBUTE: Final = re.compile(r"""\s[^\s<>=]+\s*=\s*["']""")

_DECLARATION: Final = re.compile(
    r"""<\?xml\s+version\s*=\s*(["'])1\.0\1(?:\s+encoding\s*=\s*(["'])[Uu][Tt][Ff]-8\2)?"""
    r"""(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>"""
)
_UTF8_DECLARED: Final = re.compile(
    r"""<\?xml(?:(?!encoding|\?>)[^<])*(?:encoding\s*=\s*(["'])[Uu][Tt][Ff]-8\1[^<]*)?\?>"""
)
_NAMESPACES: Final = frozenset({"", words.DS, words.XADES, words.TIME_NS})
_STEPS: Final = (words.ds("Transform"), words.ds("CanonicalizationMethod"))
"""What is in these tells what is done to the bytes before they are signed."""

_TOO_DEEP: Final = etree.XPath("boolean(/*" + "/*" * MAX_DEPTH + ")")
_FOREIGN_ATTRIBUTE: Final = etree.XPath("boolean(//@*[namespace-uri() != ''])")
_IDS: Final = etree.XPath("//@*[translate(local-name(), 'ID', 'id') = 'id']", smart_strings=False)
"""What is asked of every node is asked of libxml2 at once: a loop over nodes costs more than all signatures."""


class Malformed(Exception):
    """The file is not of the form; `code` is one of `codes.CODES`, `where` the element's name.

    `role` names the slot, where what is wrong is wrong with all of it.
    """

    def __init__(self, code: str, where: str = "", role: str = "") -> None:
        super().__init__(f"{code} {where or role}".strip())
        self.code = code
        self.where = where
        self.role = role


def read(data: bytes, *, listed: bool = False, exact: bool = True) -> etree._Element:
    """Return the root of a file that is UTF-8 XML without markup that signatures do not see.

    `listed` allows the size of a whole list; `exact` also refuses every namespace declaration that exclusive
    C14N would leave unsigned.
    Raises: Malformed.
    """
    if len(data) > (words.LIMIT_LIST_BYTES if listed else words.LIMIT_BYTES):
        raise Malformed("file.too-large" if listed else "file.xml-too-large")
    text = _text(data)
    if text.count("<") > (MAX_TAGS_LIST if listed else MAX_TAGS):
        raise Malformed("file.too-complex")
    if any(chunk.count("=") > MAX_ATTRIBUTES and _crowded(chunk) for chunk in text.split("<")):
        raise Malformed("file.too-complex")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise Malformed("file.not-xml") from error
    _check_depth(root)
    _check_names(root, exact=exact)
    _check_ids(root)
    return root


def _crowded(chunk: str) -> bool:
    """Return whether a tag, with the text behind it, has too many attributes, not only many "="."""
    return len(_ATTRIBUTE.findall(chunk)) > MAX_ATTRIBUTES


def _text(data: bytes) -> str:
    """Decode, and refuse on the decoded text, so that no second encoding can hide anything."""
    if not data.strip():
        raise Malformed("file.empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("file.encoding") from error
    if text.startswith("\ufeff"):  # libxml2 would take a second mark away, others take it for content
        raise Malformed("file.encoding")
    if text.startswith("<?xml") and not text.startswith("<?xml-"):
        declaration = _DECLARATION.match(text)
        if declaration is None:
            raise Malformed("file.declaration" if _UTF8_DECLARED.match(text) else "file.encoding")
        text = text[declaration.end() :].lstrip(" \t\r\n")
    # Outside comments, instructions and CDATA a literal "<" can only open a tag, so this is exact.
    if "<!" in text or "<?" in text:
        raise Malformed("file.forbidden-markup")
    return text


def _check_depth(root: etree._Element) -> None:
    if _TOO_DEEP(root):
        raise Malformed("file.too-complex")


def _check_names(root: etree._Element, *, exact: bool) -> None:
    if not exact:
        return
    if (
        _FOREIGN_ATTRIBUTE(root)
        or not {_namespace(tag) for tag in {str(node.tag) for node in root.iter()}} <= _NAMESPACES
    ):
        foreign = _first_foreign(root)
        if foreign is not None and next(foreign.iterancestors(*_STEPS), None) is not None:
            raise Malformed("layout.elements.transform", "Transforms")
        raise Malformed("file.namespaces", "" if foreign is None else str(foreign.tag).rpartition("}")[2])
    try:
        everything = etree.tostring(root, method="c14n", exclusive=False, with_comments=False)
    except etree.C14NError as error:
        raise Malformed("file.namespaces") from error
    if everything != canonical(root):
        raise Malformed("file.namespaces")


def _namespace(name: str) -> str:
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def _first_foreign(root: etree._Element) -> etree._Element | None:
    """Return the first element in a namespace that is not ours, or with an attribute in one."""
    for node in root.iter():
        tag = str(node.tag)
        if _namespace(tag) not in _NAMESPACES or any(str(key).startswith("{") for key in node.attrib):
            return node
    return None


def _check_ids(root: etree._Element) -> None:
    """Refuse the same value under any spelling of "id" twice."""
    values: Any = _IDS(root)
    if len(set(values)) != len(values):
        raise Malformed("file.duplicate-id")
