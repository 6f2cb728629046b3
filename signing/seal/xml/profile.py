"""The exact profile of a sealed transcript, read by position: nothing is ever looked up by its id.

What this module lets through has only elements, attributes and text that it knows; each of them is covered
by a digest, or compared with something that is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from signing.seal.paths import Embedded
from signing.seal.trust import SignerRole
from signing.seal.xml import words
from signing.seal.xml.build import canonical
from signing.seal.xml.reader import Malformed, read
from signing.seal.xml.shape import attributes, binary, children, digesting, empty, leaf, name, transforming
from signing.seal.xml.words import ds, xades


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing a signature covers: what it is, the digest stated, the bytes found, the digest's name."""

    kind: str
    stated: bytes
    found: bytes
    digest: str = "sha256"


@dataclass(frozen=True, slots=True)
class Signed:
    """One ds:Signature taken apart."""

    references: tuple[Reference, ...]
    signed_info: bytes
    algorithm: str
    value: bytes
    value_canonical: bytes
    certificates: tuple[bytes, ...]
    subject_name: str | None
    ministry_time: str
    xades_time: str | None
    certificate_digest: bytes | None
    roles: tuple[str, ...]
    token: bytes | None
    evidence: Embedded


@dataclass(frozen=True, slots=True)
class Slot:
    """One signer's place: NGAY_KY, SO_CCCD, Signature."""

    role: SignerRole
    signed_on: str
    personal_number: str | None
    signed: Signed


@dataclass(frozen=True, slots=True)
class Document:
    """A transcript taken apart: its look-up code, the signed data, the slots in order."""

    root: etree._Element
    code: str
    data: etree._Element
    slots: tuple[Slot, ...]


def dissect(data: bytes) -> Document:
    """Return the parts of a transcript that has exactly our form. Raises: Malformed."""
    root = read(data)
    if root.tag != words.DOCUMENT:
        raise Malformed("layout.root")
    match = re.fullmatch("hocba-(" + words.UUID_PATTERN + ")", root.get("id", ""))
    if match is None:
        raise Malformed("layout.root.identifier")
    code = match[1]
    attributes(root, id=root.get("id", ""))
    if [child.tag for child in root] == [words.DATA]:
        raise Malformed("layout.elements.unsigned")
    region, holder = children(root, words.DATA, words.SLOTS)
    attributes(region, Id=f"data-{code}")
    if region.findtext("THONG_TIN_CHUNG/MA_TRA_CUU_UUID") != code:
        raise Malformed("layout.code")
    attributes(holder)
    _check_signed(holder, code)
    names = [role.value for role in words.ROLES]
    if len(holder) == len(names) - 1:
        names = names[1:]  # the homeroom teacher's slot is optional in v1.0
    nodes = dict(zip(names, children(holder, *names), strict=True))
    slots = [_slot(nodes, SignerRole(name), code, root, region) for name in names]
    return Document(root, code, region, tuple(slots))


def _check_signed(holder: etree._Element, code: str) -> None:
    """Refuse, by the name of who is missing, what lacks a signature. Raises: Malformed."""
    present = {child.tag: child for child in holder}
    for role in words.ROLES:
        node = present.get(role.value)
        if node is None and (role is not SignerRole.HOMEROOM or f"#sv-gvcn-{code}" in _referred(holder)):
            raise Malformed("layout.elements.unsigned", role=role.value)
        if node is not None and node.find(ds("Signature")) is None:
            raise Malformed("layout.elements.unsigned", role=role.value)


def _referred(holder: etree._Element) -> set[str]:
    """Return what the signatures say they cover: who countersigns a signature says that there was one."""
    return {node.get("URI", "") for node in holder.iter(ds("Reference"))}


def _check_home(node: etree._Element, tail: str) -> None:
    """Refuse a whole signature that was made for another slot or another transcript. Raises: Malformed."""
    made_for = re.fullmatch("sig-([a-z]+)-(" + words.UUID_PATTERN + ")", node.get("Id", ""))
    here = re.fullmatch("([a-z]+)-(" + words.UUID_PATTERN + ")", tail)
    if made_for is None or here is None:
        return
    role = next((one.value for one in words.ROLES if words.SUFFIX[one] == here[1]), "")
    if made_for[2] != here[2]:
        raise Malformed("layout.attributes.other-transcript", role=role)
    if made_for[1] != here[1]:
        raise Malformed("layout.attributes.other-slot", role=role)


def _slot(
    nodes: dict[str, etree._Element],
    role: SignerRole,
    code: str,
    root: etree._Element,
    region: etree._Element,
) -> Slot:
    node = nodes[role.value]
    attributes(node)
    number = None
    if role is SignerRole.SEAL:
        signed_on, signature = children(node, words.SIGNED_ON, ds("Signature"))
    else:
        signed_on, person, signature = children(node, words.SIGNED_ON, words.PERSONAL_NUMBER, ds("Signature"))
        number = leaf(person)
    outside: Outside = {f"#data-{code}": ("data", region, None)}
    if role is SignerRole.LEADER and SignerRole.HOMEROOM.value in nodes:
        value = nodes[SignerRole.HOMEROOM.value][-1][1]  # its shape was checked with the earlier slot
        outside[f"#sv-gvcn-{code}"] = ("countersigned", value, words.TYPE_COUNTERSIGNED)
    if role is SignerRole.SEAL:
        outside[f"#hocba-{code}"] = ("document", root, None)
    signed = dissect_signature(signature, f"{words.SUFFIX[role]}-{code}", outside)
    return Slot(role, leaf(signed_on), number, signed)


Outside = dict[str, tuple[str, etree._Element, str | None]]
"""What a signature covers outside itself: URI → (kind, element, Type of the reference)."""

ENVELOPING: Final = frozenset({"document", "list"})
"""Kinds of things that contain the signature that covers them."""


def dissect_signature(node: etree._Element, tail: str, outside: Outside) -> Signed:
    """Return the parts of one ds:Signature that has exactly our form. Raises: Malformed."""
    ids = words.own_ids(tail)
    _check_home(node, tail)
    attributes(node, Id=ids["sig"])
    info, value, key_info, time_object, xades_object = children(
        node, ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo"), ds("Object"), ds("Object")
    )
    attributes(value, Id=ids["sv"])
    attributes(key_info, Id=ids["ki"])
    subject, certificates = _key_info(key_info)
    prop, ministry_time = _ministry_time(time_object, ids)
    signed, unsigned = _qualifying(xades_object, ids)
    xades_time, digest, roles = _signed_properties(signed)
    token, evidence = _unsigned_properties(unsigned)
    covered: Outside = {
        **outside,
        "#" + ids["time"]: ("time", prop, None),
        "#" + ids["sp"]: ("properties", signed, words.TYPE_SIGNED_PROPERTIES),
        "#" + ids["ki"]: ("key-info", key_info, None),
    }
    algorithm, references = _signed_info(info, node, covered)
    return Signed(
        references=references,
        signed_info=canonical(info),
        algorithm=algorithm,
        value=binary(value),
        value_canonical=canonical(value),
        certificates=certificates,
        subject_name=subject,
        ministry_time=ministry_time,
        xades_time=xades_time,
        certificate_digest=digest,
        roles=roles,
        token=token,
        evidence=evidence,
    )


def _signed_info(
    info: etree._Element, signature: etree._Element, covered: Outside
) -> tuple[str, tuple[Reference, ...]]:
    attributes(info)
    method, algorithm, *references = children(
        info,
        ds("CanonicalizationMethod"),
        ds("SignatureMethod"),
        *(ds("Reference") for _ in covered),
    )
    transforming(method, words.EXCLUSIVE)
    uri = algorithm.get("Algorithm", "")
    empty(algorithm, Algorithm=uri)
    pairs = zip(references, covered.items(), strict=True)
    return uri, tuple(_reference(node, uri, *what, signature) for node, (uri, what) in pairs)


def _reference(
    node: etree._Element,
    uri: str,
    kind: str,
    target: etree._Element,
    type_: str | None,
    signature: etree._Element,
) -> Reference:
    if node.get("URI") != uri or node.get("Type") != type_:
        raise Malformed("layout.reference", kind)
    attributes(node, URI=uri, **({"Type": type_} if type_ else {}))
    transforms, method, digest = children(node, ds("Transforms"), ds("DigestMethod"), ds("DigestValue"))
    wanted = [words.ENVELOPED, words.EXCLUSIVE] if kind in ENVELOPING else [words.EXCLUSIVE]
    attributes(transforms)
    if len(transforms) != len(wanted):
        raise Malformed("layout.elements.transform", name(transforms))
    for transform, step in zip(children(transforms, *(ds("Transform") for _ in wanted)), wanted, strict=True):
        transforming(transform, step)
    digesting(method, words.SHA256)
    attributes(digest)
    found = without(target, signature) if kind in ENVELOPING else canonical(target)
    return Reference(kind, binary(digest), found)


def without(target: etree._Element, signature: etree._Element, *, exclusive: bool = True) -> bytes:
    """Return the canonical bytes of `target` with `signature`, inside it, taken out (enveloped-signature)."""
    parent = signature.getparent()
    if parent is None:
        raise Malformed("layout.reference")
    place = parent.index(signature)
    tail, signature.tail = signature.tail, None
    previous = parent[place - 1] if place else None
    before = (previous.tail if previous is not None else parent.text) or ""
    _set_text(parent, previous, before + (tail or "") or None)
    parent.remove(signature)
    try:
        return etree.tostring(target, method="c14n", exclusive=exclusive, with_comments=False)
    finally:
        _set_text(parent, previous, before or None)
        parent.insert(place, signature)
        signature.tail = tail


def _set_text(parent: etree._Element, previous: etree._Element | None, text: str | None) -> None:
    if previous is not None:
        previous.tail = text
    else:
        parent.text = text


def _key_info(node: etree._Element) -> tuple[str, tuple[bytes, ...]]:
    (data,) = children(node, ds("X509Data"))
    attributes(data)
    count = max(len(data) - 1, 1)
    subject, *certificates = children(
        data, ds("X509SubjectName"), *(ds("X509Certificate") for _ in range(count))
    )
    for certificate in certificates:
        attributes(certificate)
    attributes(subject)
    return leaf(subject), tuple(binary(certificate) for certificate in certificates)


def _ministry_time(node: etree._Element, ids: dict[str, str]) -> tuple[etree._Element, str]:
    attributes(node)
    (properties,) = children(node, ds("SignatureProperties"))
    attributes(properties)
    (prop,) = children(properties, ds("SignatureProperty"))
    attributes(prop, Id=ids["time"], Target="#" + ids["sig"])
    # v1.0 names no namespace for SigningTime: ours is read, and none.
    own = f"{{{words.TIME_NS}}}SigningTime"
    (time,) = children(prop, "SigningTime" if len(prop) and prop[0].tag == "SigningTime" else own)
    attributes(time)
    return prop, leaf(time)


def _qualifying(node: etree._Element, ids: dict[str, str]) -> tuple[etree._Element, etree._Element | None]:
    attributes(node)
    (holder,) = children(node, xades("QualifyingProperties"))
    attributes(holder, Target="#" + ids["sig"])
    names = [xades("SignedProperties"), xades("UnsignedProperties")][: max(len(holder), 1)]
    signed, *unsigned = children(holder, *names)
    attributes(signed, Id=ids["sp"])
    return signed, unsigned[0] if unsigned else None


def _signed_properties(node: etree._Element) -> tuple[str, bytes, tuple[str, ...]]:
    (group,) = children(node, xades("SignedSignatureProperties"))
    attributes(group)
    time, certificate, role = children(
        group, xades("SigningTime"), xades("SigningCertificateV2"), xades("SignerRoleV2")
    )
    attributes(time)
    attributes(certificate)
    attributes(role)
    (cert,) = children(certificate, xades("Cert"))
    attributes(cert)
    (digest,) = children(cert, xades("CertDigest"))
    attributes(digest)
    method, value = children(digest, ds("DigestMethod"), ds("DigestValue"))
    digesting(method, words.SHA256)
    attributes(value)
    (claimed,) = children(role, xades("ClaimedRoles"))
    attributes(claimed)
    if not 1 <= len(claimed) <= 2:
        raise Malformed("layout.elements", "ClaimedRoles")
    roles = children(claimed, *(xades("ClaimedRole") for _ in claimed))
    for one in roles:
        attributes(one)
    return leaf(time), binary(value), tuple(leaf(one) for one in roles)


def _unsigned_properties(node: etree._Element | None) -> tuple[bytes | None, Embedded]:
    """Read timestamp and evidence: in the seal's slot nothing covers them, so each proves itself later."""
    if node is None:
        return None, Embedded()
    attributes(node)
    (group,) = children(node, xades("UnsignedSignatureProperties"))
    attributes(group)
    known = [xades(name) for name in ("SignatureTimeStamp", "CertificateValues", "RevocationValues")]
    present = [child.tag for child in group]
    parts = dict(zip(present, children(group, *(tag for tag in known if tag in present)), strict=True))
    token = None
    stamp = parts.get(known[0])
    if stamp is not None:
        attributes(stamp)
        method, encapsulated = children(stamp, ds("CanonicalizationMethod"), xades("EncapsulatedTimeStamp"))
        empty(method, Algorithm=words.EXCLUSIVE)
        attributes(encapsulated)
        token = binary(encapsulated)
    certificates = _values(parts.get(known[1]), "EncapsulatedX509Certificate")
    crls, ocsps = _revocation(parts.get(known[2]))
    return token, Embedded(certificates, ocsps, crls)


def _revocation(node: etree._Element | None) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    if node is None:
        return (), ()
    attributes(node)
    known = [xades("CRLValues"), xades("OCSPValues")]
    present = [child.tag for child in node]
    if not present:
        raise Malformed("layout.elements", "RevocationValues")
    parts = dict(zip(present, children(node, *(tag for tag in known if tag in present)), strict=True))
    return (
        _values(parts.get(known[0]), "EncapsulatedCRLValue"),
        _values(parts.get(known[1]), "EncapsulatedOCSPValue"),
    )


def _values(node: etree._Element | None, item: str) -> tuple[bytes, ...]:
    if node is None:
        return ()
    attributes(node)
    items = children(node, *(xades(item) for _ in range(max(len(node), 1))))
    for one in items:
        attributes(one)
    return tuple(binary(one) for one in items)
