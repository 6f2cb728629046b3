"""Read files of other makers: Ministry v1.0 layout with references by id, XAdES or not, timestamp or not.

Elements stand where v1.0 puts them; ids are followed only to the data region, the document, the signature's
own parts and an earlier SignatureValue. What such a signature covers is told by the verdict, not assumed.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from lxml import etree

from signing.seal.paths import Embedded
from signing.seal.trust import SignerRole
from signing.seal.xml import words
from signing.seal.xml.profile import Document, Reference, Signed, Slot, name, without
from signing.seal.xml.reader import Malformed, read
from signing.seal.xml.words import ds, xades

_CANONICAL: Final = {words.EXCLUSIVE: True, words.INCLUSIVE: False, words.INCLUSIVE_11: False}
_DIGESTS: Final = {
    words.SHA256: "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_ID_NAMES: Final = ("Id", "id", "ID")
_MOST_REFERENCES: Final = 12
"""Each may make a canonical form of the whole file, so their number is bounded."""


def dissect(data: bytes) -> Document:
    """Return the parts of a transcript that keeps to v1.0 but not to our profile. Raises: Malformed."""
    root = read(data, exact=False)
    if root.tag != words.DOCUMENT:
        raise Malformed("layout.root")
    region = only(root, words.DATA)
    holder = only(root, words.SLOTS)
    if len(root) != 2 or any(_identifier(node) is None and node.attrib for node in (root, region)):
        raise Malformed("layout.elements", words.DOCUMENT)
    code = region.findtext("THONG_TIN_CHUNG/MA_TRA_CUU_UUID")
    if not code:
        raise Malformed("layout.code")
    roles = {role.value: role for role in words.ROLES}
    slots = []
    for node in holder:
        if node.tag not in roles:
            raise Malformed("layout.elements", words.SLOTS)
        slots.append(_slot(node, roles.pop(node.tag), root, region))
    if not {SignerRole.LEADER, SignerRole.SEAL} <= {slot.role for slot in slots}:
        raise Malformed("layout.elements", words.SLOTS)
    slots.sort(key=lambda slot: words.ROLES.index(slot.role))
    return Document(root, code, region, tuple(slots))


def _slot(node: etree._Element, role: SignerRole, root: etree._Element, region: etree._Element) -> Slot:
    allowed = {words.SIGNED_ON, words.PERSONAL_NUMBER, ds("Signature")}
    if len(node) != len({child.tag for child in node}) or not {child.tag for child in node} <= allowed:
        raise Malformed("layout.elements", role.value)
    number = node.find(words.PERSONAL_NUMBER)
    signed = _signature(only(node, ds("Signature")), root, region)
    return Slot(
        role,
        text(only(node, words.SIGNED_ON)),
        text(number) if number is not None else None,
        signed,
    )


def _signature(node: etree._Element, root: etree._Element, region: etree._Element) -> Signed:
    info = only(node, ds("SignedInfo"))
    value = only(node, ds("SignatureValue"))
    method = only(info, ds("CanonicalizationMethod")).get("Algorithm", "")
    if method not in _CANONICAL or len(only(info, ds("CanonicalizationMethod"))):
        raise Malformed("layout.reference", "CanonicalizationMethod")
    if len(info.findall(ds("Reference"))) > _MOST_REFERENCES:
        raise Malformed("layout.reference", "SignedInfo")
    data = only(only(node, ds("KeyInfo")), ds("X509Data"))
    time = [one for one in node.iter("{*}SigningTime") if one.tag != xades("SigningTime")]
    properties = node.find(f"{ds('Object')}/{xades('QualifyingProperties')}/{xades('SignedProperties')}")
    if len(time) != 1:
        raise Malformed("layout.elements", "SignatureProperties")
    token = node.find(
        f"{ds('Object')}/{xades('QualifyingProperties')}/{xades('UnsignedProperties')}/"
        f"{xades('UnsignedSignatureProperties')}/{xades('SignatureTimeStamp')}/{xades('EncapsulatedTimeStamp')}"
    )
    return Signed(
        references=tuple(
            _reference(one, node, root, region, time[0]) for one in info.findall(ds("Reference"))
        ),
        signed_info=_c14n(info, exclusive=_CANONICAL[method]),
        algorithm=only(info, ds("SignatureMethod")).get("Algorithm", ""),
        value=binary(value),
        value_canonical=_c14n(value, exclusive=True),
        certificates=tuple(binary(one) for one in data.findall(ds("X509Certificate"))),
        subject_name=data.findtext(ds("X509SubjectName")),
        ministry_time=text(time[0]),
        xades_time=_found(properties, f"{xades('SignedSignatureProperties')}/{xades('SigningTime')}"),
        certificate_digest=None,
        roles=(),
        token=binary(token) if token is not None else None,
        evidence=Embedded(
            _all(node, "EncapsulatedX509Certificate"),
            _all(node, "EncapsulatedOCSPValue"),
            _all(node, "EncapsulatedCRLValue"),
        ),
    )


def _reference(
    node: etree._Element,
    signature: etree._Element,
    root: etree._Element,
    region: etree._Element,
    time: etree._Element,
) -> Reference:
    transforms = [one.get("Algorithm", "") for one in node.findall(f"{ds('Transforms')}/{ds('Transform')}")]
    enveloped = words.ENVELOPED in transforms[:1]
    methods = transforms[1:] if enveloped else transforms
    inner = node.findall(f"{ds('Transforms')}/{ds('Transform')}/*")
    if len(methods) > 1 or any(one not in _CANONICAL for one in methods) or inner:
        raise Malformed("layout.reference", "Transforms")
    exclusive = _CANONICAL[methods[0]] if methods else False
    kind, target = _target(node.get("URI"), signature, root, region, time)
    digest = _DIGESTS.get(only(node, ds("DigestMethod")).get("Algorithm", ""))
    if digest is None:
        raise Malformed("layout.reference", "DigestMethod")
    inside = target in (root, *signature.iterancestors())
    if inside is not enveloped:
        raise Malformed("layout.reference", "Transforms")
    if inside and not exclusive:
        found = without(target, signature, exclusive=False)
    else:
        found = without(target, signature) if inside else _c14n(target, exclusive=exclusive)
    return Reference(kind, binary(only(node, ds("DigestValue"))), found, digest)


def _target(
    uri: str | None,
    signature: etree._Element,
    root: etree._Element,
    region: etree._Element,
    time: etree._Element,
) -> tuple[str, etree._Element]:
    """Follow an id to one of the few things a signature may cover, never further. Raises: Malformed."""
    if uri == "":
        return "document", root
    wanted = (uri or "").removeprefix("#")
    if uri and uri.startswith("#") and wanted:
        if _identifier(region) == wanted:
            return "data", region
        if _identifier(root) == wanted:
            return "document", root
        for node in signature.iter():
            if _identifier(node) == wanted and node is not signature:
                return ("time" if time in node.iter() else "own"), node
        for node in root.iterfind(f"{words.SLOTS}/*/{ds('Signature')}/{ds('SignatureValue')}"):
            if _identifier(node) == wanted:
                return "countersigned", node
    raise Malformed("layout.reference", "URI")


def _identifier(node: etree._Element) -> str | None:
    found = [node.get(spelling) for spelling in _ID_NAMES if node.get(spelling)]
    if len(found) > 1:
        raise Malformed("file.duplicate-id", name(node))
    return found[0] if found else None


def _all(node: etree._Element, item: str) -> tuple[bytes, ...]:
    return tuple(binary(one) for one in node.iter(xades(item)))


def _found(node: etree._Element | None, path: str) -> str | None:
    return node.findtext(path) if node is not None else None


def _c14n(node: etree._Element, *, exclusive: bool) -> bytes:
    return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=False)


def only(node: etree._Element, tag: str) -> etree._Element:
    """Return the one child of that name. Raises: Malformed."""
    found = node.findall(tag)
    if len(found) != 1:
        raise Malformed("layout.elements", name(node))
    return found[0]


def text(node: etree._Element) -> str:
    """Return the text of an element that has text only. Raises: Malformed."""
    if len(node) or not (node.text or "").strip():
        raise Malformed("layout.text", name(node))
    return (node.text or "").strip()


def binary(node: etree._Element) -> bytes:
    """Return the bytes of an element in base64, lines broken or not. Raises: Malformed."""
    try:
        return base64.b64decode("".join(text(node).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("layout.base64", name(node)) from error
