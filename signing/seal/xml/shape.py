"""What one element may hold: exactly these children, these attributes, this text; anything else is refused."""

from __future__ import annotations

import base64
import binascii

from lxml import etree

from signing.seal.xml.reader import Malformed


def children(node: etree._Element, *tags: str) -> list[etree._Element]:
    """Return the children, which must be exactly `tags`, with no text between them. Raises: Malformed."""
    found = list(node)
    if [child.tag for child in found] != list(tags):
        raise Malformed("layout.elements", name(node))
    between = (node.text or "") + "".join(child.tail or "" for child in found)
    if between:
        raise Malformed("layout.text" if between.strip() else "layout.text.spacing", name(node))
    return found


def attributes(node: etree._Element, **expected: str) -> None:
    """Check that the attributes are exactly these. Raises: Malformed."""
    if dict(node.items()) != expected:
        raise Malformed("layout.attributes", name(node))


def empty(node: etree._Element, **expected: str) -> None:
    """Check that the element has these attributes and nothing in it. Raises: Malformed."""
    attributes(node, **expected)
    children(node)


def transforming(node: etree._Element, algorithm: str) -> None:
    """Check that a step before the digest is this one, with nothing in it. Raises: Malformed."""
    if node.get("Algorithm") != algorithm:
        raise Malformed("layout.attributes.transform", name(node))
    if len(node):
        raise Malformed("layout.elements.transform", name(node))
    empty(node, Algorithm=algorithm)


def digesting(node: etree._Element, algorithm: str) -> None:
    """Check that this digest is used and no other. Raises: Malformed."""
    if node.get("Algorithm") != algorithm:
        raise Malformed("layout.attributes.digest-method", name(node))
    empty(node, Algorithm=algorithm)


def leaf(node: etree._Element) -> str:
    """Return the text of an element that has text only. Raises: Malformed."""
    if not node.tag.startswith("{"):
        attributes(node)
    if not len(node) and not node.text:
        raise Malformed("layout.text.empty", name(node))
    if len(node) or not node.text:
        raise Malformed("layout.text", name(node))
    return node.text


def binary(node: etree._Element) -> bytes:
    """Return the bytes of an element whose text is base64 on one line. Raises: Malformed."""
    text = leaf(node)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("layout.base64", name(node)) from error
    if not data or base64.b64encode(data).decode("ascii") != text:
        raise Malformed("layout.base64", name(node))
    return data


def name(node: etree._Element) -> str:
    """Return the element's name without namespace."""
    return etree.QName(node).localname
