"""References and their transforms: other ones, more, fewer, in another order, to other things."""

from __future__ import annotations

import copy

from lxml import etree

from tests.hostile.kit import ENVELOPED
from tests.hostile.tree import CODE, DS, DS_NS, HOMEROOM, LEADER, OTHER, SEAL, make, signature
from tests.hostile.variant import Variant, edited, refused, resigned

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
OTHERS = {
    "XSLT": "http://www.w3.org/TR/1999/REC-xslt-19991116",
    "XPath": "http://www.w3.org/TR/1999/REC-xpath-19991116",
    "XPath filter 2": "http://www.w3.org/2002/06/xmldsig-filter2",
    "base64": DS_NS + "base64",
    "inclusive C14N": INCLUSIVE,
    "C14N 1.1": "http://www.w3.org/2006/12/xml-c14n11",
    "C14N with comments": EXCLUSIVE + "WithComments",
    "enveloped": ENVELOPED,
    "a decryption": "http://www.w3.org/2002/07/decrypt#XML",
    "nothing known": "urn:x",
}
STYLESHEET = (
    f'<Transform xmlns="{DS_NS}" Algorithm="{OTHERS["XSLT"]}"><xsl:stylesheet version="1.0" '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
    "<xsl:copy-of select=\"document('file:///etc/passwd')\"/></xsl:template></xsl:stylesheet></Transform>"
)
FILTER = (
    f'<Transform xmlns="{DS_NS}" Algorithm="{OTHERS["XPath"]}">'
    "<XPath>not(ancestor-or-self::HO_VA_TEN)</XPath></Transform>"
)
PREFIXES = f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="xades"/>'


def reference(root: etree._Element, number: int = 0, role: str = SEAL) -> etree._Element:
    """Return a reference by its place: the data comes first, the seal's document second."""
    return signature(root, role).findall(f"{DS}SignedInfo/{DS}Reference")[number]


def transforms(root: etree._Element, number: int = 0, role: str = SEAL) -> etree._Element:
    node = reference(root, number, role).find(DS + "Transforms")
    assert node is not None
    return node


def instead(algorithm: str):
    return lambda root: transforms(root)[0].set("Algorithm", algorithm)


def besides(xml: str, place: int, role: str = HOMEROOM):
    return lambda root: transforms(root, 0, role).insert(place, make(xml))


def more(algorithm: str, place: int):
    return besides(f'<Transform xmlns="{DS_NS}" Algorithm="{algorithm}"/>', place)


def without_transforms(number: int):
    def edit(root: etree._Element) -> None:
        reference(root, number).remove(transforms(root, number))

    return edit


def emptied(root: etree._Element) -> None:
    node = transforms(root)
    node.remove(node[0])


def reversed_(root: etree._Element) -> None:
    node = transforms(root, 1)
    node.insert(0, node[1])


def not_enveloped(root: etree._Element) -> None:
    node = transforms(root, 1)
    node.remove(node[0])


def into(xml: str):
    return lambda root: transforms(root)[0].append(make(xml))


def method(algorithm: str):
    return lambda root: signature(root)[0][0].set("Algorithm", algorithm)


def uri(value: str | None, number: int = 0, role: str = SEAL):
    def edit(root: etree._Element) -> None:
        node = reference(root, number, role)
        if value is None:
            del node.attrib["URI"]
        else:
            node.set("URI", value)

    return edit


def gone(number: int, role: str = SEAL):
    def edit(root: etree._Element) -> None:
        node = reference(root, number, role)
        signature(root, role)[0].remove(node)

    return edit


def doubled(root: etree._Element) -> None:
    node = reference(root)
    node.addnext(copy.deepcopy(node))


def moved(root: etree._Element) -> None:
    signature(root)[0].append(reference(root))


def extra(value: str):
    def edit(root: etree._Element) -> None:
        node = copy.deepcopy(reference(root))
        node.set("URI", value)
        signature(root)[0].append(node)

    return edit


def type_(value: str | None, number: int):
    def edit(root: etree._Element) -> None:
        node = reference(root, number)
        if value is None:
            del node.attrib["Type"]
        else:
            node.set("Type", value)

    return edit


ELEMENTS, ATTRIBUTES, REFERENCE = "layout.elements", "layout.attributes", "layout.reference"
STEP = "layout.elements.transform"

URIS = {
    "nothing": "",
    "the root by XPointer": "#xpointer(/)",
    "the data by XPointer": f"#xpointer(id('data-{CODE}'))",
    "an address": "http://127.0.0.1:9/x.xml",
    "an address with the id": f"http://127.0.0.1:9/x.xml#data-{CODE}",
    "a file": "file:///etc/passwd",
    "a part of a mail": "cid:data",
    "a relative address": f"data-{CODE}",
    "a bare #": "#",
    "an escaped id": f"#data%2D{CODE}",
    "an id that is not there": f"#data-{OTHER}",
    "the document instead of the data": f"#hocba-{CODE}",
    "another's signature value": f"#sv-gvcn-{CODE}",
}

VARIANTS: list[Variant] = [
    *(refused(f"{name} instead of C14N", edited(instead(one)), ATTRIBUTES) for name, one in OTHERS.items()),
    *(
        refused(f"{name} before C14N, signed", resigned(more(one, 0)), ELEMENTS)
        for name, one in OTHERS.items()
    ),
    *(
        refused(f"{name} instead of C14N, signed", resigned(instead(one)), ATTRIBUTES)
        for name, one in OTHERS.items()
        if "C14N" in name
    ),
    refused("a style sheet that reads a file", edited(besides(STYLESHEET, 0)), STEP),
    refused("a style sheet that reads a file, signed", resigned(besides(STYLESHEET, 0)), STEP),
    refused("a filter that leaves the name out, signed", resigned(besides(FILTER, 0)), ELEMENTS),
    refused("C14N twice, signed", resigned(more(EXCLUSIVE, 1)), ELEMENTS),
    refused("enveloped over the data, signed", resigned(more(ENVELOPED, 0)), ELEMENTS),
    refused("no Transforms, signed", resigned(without_transforms(0)), ELEMENTS),
    refused("no Transforms over the document, signed", resigned(without_transforms(1)), ELEMENTS),
    refused("empty Transforms, signed", resigned(emptied), ELEMENTS),
    refused("enveloped after C14N, signed", resigned(reversed_), ATTRIBUTES),
    refused("the document not enveloped, signed", resigned(not_enveloped), ELEMENTS),
    refused("InclusiveNamespaces, signed", resigned(into(PREFIXES)), STEP),
    refused(
        "a parameter of XMLDSig in C14N, signed",
        resigned(into(f'<XPath xmlns="{DS_NS}">/</XPath>')),
        ELEMENTS,
    ),
    refused("inclusive C14N of SignedInfo, signed", resigned(method(INCLUSIVE)), ATTRIBUTES),
    refused(
        "C14N of SignedInfo with comments, signed", resigned(method(EXCLUSIVE + "WithComments")), ATTRIBUTES
    ),
    refused("unknown C14N of SignedInfo", edited(method("urn:x")), ATTRIBUTES),
    refused(
        "prefixes in the C14N of SignedInfo",
        edited(lambda root: signature(root)[0][0].append(make(PREFIXES))),
        STEP,
    ),
    *(refused(f"reference to {name}", edited(uri(one)), REFERENCE) for name, one in URIS.items()),
    *(refused(f"reference to {name}, signed", resigned(uri(one)), REFERENCE) for name, one in URIS.items()),
    refused("reference without URI", edited(uri(None)), REFERENCE),
    refused("reference without URI, signed", resigned(uri(None)), REFERENCE),
    refused("document by the empty URI, signed", resigned(uri("", 1)), REFERENCE),
    *(
        refused(f"no reference to {name}, signed", resigned(gone(number)), ELEMENTS)
        for number, name in enumerate(("the data", "the document", "the time", "the properties", "the key"))
    ),
    refused("the leader refers to no teacher, signed", resigned(gone(1, LEADER)), ELEMENTS),
    refused("the teacher refers to no data, signed", resigned(gone(0, HOMEROOM)), ELEMENTS),
    refused(
        "no reference at all, signed",
        resigned(lambda root: [signature(root)[0].remove(one) for one in signature(root)[0][2:]]),
        ELEMENTS,
    ),
    refused("a reference twice, signed", resigned(doubled), ELEMENTS),
    refused("references in another order, signed", resigned(moved), REFERENCE),
    refused("one more reference inside, signed", resigned(extra(f"#sv-gvcn-{CODE}")), ELEMENTS),
    refused("one more reference outside, signed", resigned(extra("http://127.0.0.1:9/x")), ELEMENTS),
    refused("no Type of the properties, signed", resigned(type_(None, 3)), REFERENCE),
    refused("another Type of the properties, signed", resigned(type_("urn:x", 3)), REFERENCE),
    refused(
        "the data called properties, signed",
        resigned(type_("http://uri.etsi.org/01903#SignedProperties", 0)),
        REFERENCE,
    ),
    refused(
        "the countersigned without Type, signed",
        resigned(lambda root: reference(root, 1, LEADER).attrib.pop("Type")),
        REFERENCE,
    ),
    refused(
        "an Id on a reference, signed", resigned(lambda root: reference(root).set("Id", "r-1")), ATTRIBUTES
    ),
    refused(
        "an Id on SignedInfo, signed", resigned(lambda root: signature(root)[0].set("Id", "s-1")), ATTRIBUTES
    ),
]
