"""Short words for edits of a transcript's tree."""

from __future__ import annotations

import copy

from lxml import etree

from tests.hostile.variant import Edit

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XA = "{http://uri.etsi.org/01903/v1.3.2#}"
DS_NS, XA_NS = DS[1:-1], XA[1:-1]
CODE = "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"
OTHER = "00000000-4d5a-4f6b-8a7c-9d0e1f2a3b4c"
FORGED_NAME = "Nguyễn Văn Giả"
NAME = "DU_LIEU_HOC_BA/THONG_TIN_CHUNG/HO_VA_TEN"
MARK = "DU_LIEU_HOC_BA/TONG_KET/DANH_SACH_BANG_DIEM/BANG_DIEM/DIEM_KIEM_TRA_DINH_KY"
HOLDER = "DANH_SACH_THONG_TIN_KY"
SEAL, LEADER, HOMEROOM = "KY_PHAT_HANH", "CBQL", "GVCN"


def find(root: etree._Element, path: str) -> etree._Element:
    """Return the first element on a path; it must be there."""
    node = root if path == "." else root.find(path)
    assert node is not None, path
    return node


def slot(root: etree._Element, role: str) -> etree._Element:
    """Return the slot of a role."""
    return find(root, f"{HOLDER}/{role}")


def signature(root: etree._Element, role: str = SEAL) -> etree._Element:
    """Return the signature in the slot of a role."""
    return find(slot(root, role), DS + "Signature")


def within(path: str, role: str = SEAL) -> str:
    """Return the path of something inside a signature: `ds:` and `xa:` stand for the namespaces."""
    inner = "/".join(part.replace("ds:", DS).replace("xa:", XA) for part in path.split("/") if part)
    return f"{HOLDER}/{role}/{DS}Signature" + (f"/{inner}" if inner else "")


def one(root: etree._Element, name: str, role: str = SEAL) -> etree._Element:
    """Return the first element of that name ("ds:X", "xa:X") inside a signature."""
    return find(signature(root, role), ".//" + name.replace("ds:", DS).replace("xa:", XA))


def make(xml: str) -> etree._Element:
    """Return an element from its text; ds and xades are declared where they are used."""
    return etree.fromstring(xml)


def dsig(name: str, inner: str = "", **attributes: str) -> etree._Element:
    """Return an element in XMLDSig's namespace."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return make(f'<{name} xmlns="{DS_NS}"{written}>{inner}</{name}>')


def set_text(path: str, value: str) -> Edit:
    """Give an element another text."""
    return lambda root: setattr(find(root, path), "text", value)


def set_tail(path: str, value: str) -> Edit:
    """Put text behind an element."""
    return lambda root: setattr(find(root, path), "tail", value)


def set_attribute(path: str, key: str, value: str) -> Edit:
    """Give an element an attribute."""
    return lambda root: find(root, path).set(key, value)


def drop(path: str) -> Edit:
    """Take an element out."""

    def edit(root: etree._Element) -> None:
        node = find(root, path)
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    return edit


def append(path: str, xml: str, place: int | None = None) -> Edit:
    """Put an element into another."""

    def edit(root: etree._Element) -> None:
        node = find(root, path)
        node.insert(len(node) if place is None else place, make(xml))

    return edit


def put_in(name: str, xml: str) -> Edit:
    """Put an element into the first of that name ("ds:X", "xa:X") inside the seal's signature."""
    return lambda root: one(root, name).append(make(xml))


def twice(path: str) -> Edit:
    """Put a copy of an element behind it."""
    return lambda root: find(root, path).addnext(copy.deepcopy(find(root, path)))


def forged(node: etree._Element) -> etree._Element:
    """Return a copy of an element with another pupil's name in it."""
    other = copy.deepcopy(node)
    name = other.find(".//HO_VA_TEN")
    assert name is not None
    name.text = FORGED_NAME
    return other


def with_code(node: etree._Element, code: str) -> etree._Element:
    """Return a copy of an element with another look-up code in every identifier."""
    return etree.fromstring(etree.tostring(node).replace(CODE.encode(), code.encode()))
