"""Signature wrapping: what was signed is still there, and what is read is something else."""

from __future__ import annotations

import copy

from lxml import etree

from tests.hostile.tree import (
    CODE,
    DS,
    DS_NS,
    FORGED_NAME,
    HOLDER,
    HOMEROOM,
    LEADER,
    OTHER,
    SEAL,
    XA,
    XA_NS,
    append,
    dsig,
    find,
    forged,
    make,
    one,
    put_in,
    signature,
    slot,
    twice,
    with_code,
    within,
)
from tests.hostile.variant import Variant, edited, refused, resigned, text


def in_object_of_a_forgery(root: etree._Element) -> etree._Element:
    """The classic: a forged document around the genuine one, which is found by its id."""
    fake = forged(with_code(root, OTHER))
    holder = dsig("Object")
    holder.append(root)
    signature(fake).append(holder)
    return fake


def in_history_of_a_forgery(root: etree._Element) -> etree._Element:
    fake = forged(with_code(root, OTHER))
    find(fake, "DU_LIEU_HOC_BA/QUA_TRINH_HOC_TAP").append(root)
    return fake


def in_unsigned_property(root: etree._Element) -> None:
    genuine, fake = root[0], forged(root[0])
    fake.set("Id", f"data-{OTHER}")
    root.replace(genuine, fake)
    one(root, "xa:UnsignedSignatureProperties").append(genuine)


def in_own_object(same_id: bool):
    def edit(root: etree._Element) -> None:
        genuine, fake = root[0], forged(root[0])
        if same_id:
            del fake.attrib["Id"]
        else:
            fake.set("Id", f"data-{OTHER}")
        root.replace(genuine, fake)
        holder = etree.SubElement(signature(root), DS + "Object")
        holder.append(genuine)

    return edit


def second_region(place: int, identifier: str | None):
    def edit(root: etree._Element) -> None:
        fake = forged(root[0])
        if identifier is None:
            del fake.attrib["Id"]
        elif identifier:
            fake.set("Id", identifier)
        root.insert(place, fake)

    return edit


def in_wrapper(tag: str):
    def edit(root: etree._Element) -> None:
        wrapper = etree.Element(tag)
        genuine = root[0]
        root.replace(genuine, wrapper)
        wrapper.append(genuine)

    return edit


def sibling_of_wrapper(root: etree._Element) -> None:
    """The genuine region goes into a wrapper, a forged one takes its place."""
    genuine, fake = root[0], forged(root[0])
    del fake.attrib["Id"]
    root.replace(genuine, fake)
    wrapper = etree.SubElement(root, "PHU_LUC")
    wrapper.append(genuine)


def under_a_list(*before: str):
    def edit(root: etree._Element) -> etree._Element:
        top = etree.Element("DANH_SACH_HOC_BA", {"id": "dataDanhSach"})
        for code in before:
            top.append(forged(with_code(root, code)))
        top.append(root)
        return top

    return edit


def second_slot(before: bool):
    def edit(root: etree._Element) -> None:
        genuine = slot(root, SEAL)
        fake = copy.deepcopy(genuine)
        for node in fake.iter():
            for key in ("Id", "Target", "URI"):
                if node.get(key):
                    node.set(key, str(node.get(key)) + "x")
        holder = find(root, HOLDER)
        holder.insert(holder.index(genuine) if before else len(holder), fake)

    return edit


def signature_elsewhere(path: str):
    def edit(root: etree._Element) -> None:
        find(root, path).append(signature(root))

    return edit


def signature_in_two_layers(root: etree._Element) -> None:
    genuine = signature(root)
    outer = dsig("Signature", Id="sig-x")
    genuine.addprevious(outer)
    outer.append(genuine)


def fake_properties(root: etree._Element) -> None:
    """A second SignedProperties with another role, before the referenced one."""
    holder = one(root, "xa:QualifyingProperties")
    fake = copy.deepcopy(holder[0])
    fake.set("Id", "sp-x")
    role = fake.find(f".//{XA}ClaimedRole")
    assert role is not None
    role.text = LEADER
    holder.insert(0, fake)


def second_qualifying(root: etree._Element) -> None:
    node = one(root, "xa:QualifyingProperties")
    fake = copy.deepcopy(node)
    fake[0].set("Id", "sp-x")
    node.addprevious(fake)


def properties_elsewhere(root: etree._Element) -> None:
    """SignedProperties in an Object of its own: the reference still finds it."""
    node = one(root, "xa:SignedProperties")
    fake = copy.deepcopy(node)
    fake.set("Id", "sp-x")
    node.addprevious(fake)
    holder = etree.SubElement(signature(root), DS + "Object")
    holder.append(node)


def time_elsewhere(root: etree._Element) -> None:
    node = one(root, "ds:SignatureProperty")
    fake = copy.deepcopy(node)
    fake.set("Id", "time-x")
    fake[0].text = "2027-05-20T10:00:00+07:00"
    node.addprevious(fake)
    holder = etree.SubElement(signature(root), DS + "Object")
    holder.append(node)


def key_info_elsewhere(root: etree._Element) -> None:
    node = one(root, "ds:KeyInfo")
    fake = copy.deepcopy(signature(root, LEADER).find(DS + "KeyInfo"))
    assert fake is not None
    fake.set("Id", "ki-x")
    node.addprevious(fake)
    holder = etree.SubElement(signature(root), DS + "Object")
    holder.append(node)


def other_namespace(tag: str):
    def edit(root: etree._Element) -> None:
        node = root if tag == root.tag else find(root, tag)
        node.tag = "{urn:x}" + str(node.tag)

    return edit


def manifest(root: etree._Element) -> None:
    """The data only in a Manifest, which core validation does not follow."""
    info = signature(root)[0]
    genuine = info[2]
    holder = dsig("Object", '<Manifest Id="m-x"></Manifest>')
    signature(root).append(holder)
    reference = copy.deepcopy(genuine)
    reference.set("URI", "#m-x")
    reference.set("Type", "http://www.w3.org/2000/09/xmldsig#Manifest")
    info.replace(genuine, reference)
    holder[0].append(genuine)


VARIANTS: list[Variant] = [
    refused("wrapped in a forgery's Object", edited(in_object_of_a_forgery), "layout"),
    refused("wrapped in a forgery's history", edited(in_history_of_a_forgery), "structure.schema"),
    refused("wrapped, and the forgery signed", resigned(in_object_of_a_forgery), "layout"),
    refused("data moved into an unsigned property", edited(in_unsigned_property), "layout"),
    refused("data moved into an Object", edited(in_own_object(False)), "layout"),
    refused("data moved into an Object, none in its place has an id", edited(in_own_object(True)), "layout"),
    refused("two regions, the forged first", edited(second_region(0, "")), "file.duplicate-id"),
    refused("two regions, the forged second", edited(second_region(1, "")), "file.duplicate-id"),
    refused(
        "two regions, the forged first with another id",
        edited(second_region(0, f"data-{OTHER}")),
        "layout.elements",
    ),
    refused("two regions, the forged first without id", edited(second_region(0, None)), "layout.elements"),
    refused("two regions, the forged last without id", edited(second_region(2, None)), "layout.elements"),
    refused("two regions, signed over both", resigned(second_region(0, f"data-{OTHER}")), "layout.elements"),
    refused(
        "two regions, signed, the forged last", resigned(second_region(1, f"data-{OTHER}")), "layout.elements"
    ),
    refused("data in a wrapper", edited(in_wrapper("PHU_LUC")), "layout.elements"),
    refused("data in a wrapper, signed", resigned(in_wrapper("PHU_LUC")), "layout.elements"),
    refused("data in a wrapper of another namespace", edited(in_wrapper("{urn:x}any")), "file.namespaces"),
    refused("data beside a wrapper", edited(sibling_of_wrapper), "layout"),
    refused("a list around the transcript", edited(under_a_list()), "layout.root"),
    refused("a list with a forgery first", edited(under_a_list(OTHER)), "layout.root"),
    refused("a second seal before the seal", edited(second_slot(True)), "layout.elements"),
    refused("a second seal behind the seal", edited(second_slot(False)), "layout.elements"),
    refused("the same seal twice", edited(twice(f"{HOLDER}/{SEAL}")), "file.duplicate-id"),
    refused("the same signature twice", edited(twice(within(""))), "file.duplicate-id"),
    refused("signature moved beside the slots", edited(signature_elsewhere(HOLDER)), "layout"),
    refused("signature moved under the root", edited(signature_elsewhere(".")), "layout"),
    refused("signature moved into the data", edited(signature_elsewhere("DU_LIEU_HOC_BA")), "layout"),
    refused(
        "seal moved under the root", edited(lambda root: root.append(slot(root, SEAL))), "layout.elements"
    ),
    refused("slots twice", edited(lambda root: root.append(etree.Element(HOLDER))), "layout.elements"),
    refused("signature inside a signature", edited(signature_in_two_layers), "layout"),
    refused("two SignedProperties", edited(fake_properties), "layout.elements"),
    refused("two SignedProperties, signed", resigned(fake_properties), "layout.elements"),
    refused("two QualifyingProperties", edited(second_qualifying), "layout.elements"),
    refused("SignedProperties elsewhere", edited(properties_elsewhere), "layout.elements"),
    refused("SignedProperties elsewhere, signed", resigned(properties_elsewhere), "layout.elements"),
    refused("SigningTime elsewhere", edited(time_elsewhere), "layout.elements"),
    refused("SigningTime elsewhere, signed", resigned(time_elsewhere), "layout.elements"),
    refused("KeyInfo elsewhere", edited(key_info_elsewhere), "layout.elements"),
    refused("a third Object", edited(append(within(""), f'<Object xmlns="{DS_NS}"/>')), "layout.elements"),
    refused(
        "a third Object, signed",
        resigned(append(within(""), f'<Object xmlns="{DS_NS}"/>')),
        "layout.elements",
    ),
    refused("root in another namespace", edited(other_namespace("HOC_BA")), "file.namespaces"),
    refused(
        "data in another namespace, signed", resigned(other_namespace("DU_LIEU_HOC_BA")), "file.namespaces"
    ),
    refused(
        "the name in XMLDSig's namespace, signed",
        resigned(lambda root: setattr(find(root, ".//HO_VA_TEN"), "tag", DS + "HO_VA_TEN")),
        "structure.schema",
    ),
    refused(
        "a slot in XAdES' namespace, signed",
        resigned(lambda root: setattr(slot(root, HOMEROOM), "tag", XA + HOMEROOM)),
        "layout",
    ),
    refused("data in a Manifest", resigned(manifest), "layout"),
    refused("two documents one behind the other", lambda kit: kit.genuine + kit.other_pupil, "file.not-xml"),
    refused(
        "a forgery before the document",
        lambda kit: kit.genuine.replace(b"\xc3\x81nh", b"Gi\xe1\xba\xa3") + kit.genuine,
        "file.not-xml",
    ),
    refused(
        "an element after the slots, signed", resigned(append(".", "<GHI_CHU>x</GHI_CHU>")), "layout.elements"
    ),
    refused(
        "XAdES with other prefix and a second property, signed",
        resigned(put_in("xa:SignedSignatureProperties", f'<q:SignaturePolicyIdentifier xmlns:q="{XA_NS}"/>')),
        "layout.elements",
    ),
    refused(
        "data-object properties, signed",
        resigned(put_in("xa:SignedProperties", f'<q:SignedDataObjectProperties xmlns:q="{XA_NS}"/>')),
        "layout.elements",
    ),
    refused(
        "countersignature among the unsigned properties",
        edited(put_in("xa:UnsignedSignatureProperties", f'<q:CounterSignature xmlns:q="{XA_NS}"/>')),
        "layout.elements",
    ),
    refused(
        "an archive timestamp",
        edited(
            put_in(
                "xa:UnsignedSignatureProperties",
                '<q:ArchiveTimeStamp xmlns:q="http://uri.etsi.org/01903/v1.4.1#"/>',
            )
        ),
        "file.namespaces",
    ),
    refused(
        "HTML around the document",
        lambda kit: b"<html><body>" + kit.genuine + b"</body></html>",
        "file.kind-unknown",
    ),
    refused(
        "forged name in a second HOC_BA inside the data",
        edited(
            lambda root: find(root, "DU_LIEU_HOC_BA/TONG_KET").append(
                make(f'<HOC_BA id="hocba-{OTHER}"><HO_VA_TEN>{FORGED_NAME}</HO_VA_TEN></HOC_BA>')
            )
        ),
        "structure.schema",
    ),
    refused(
        "the code's region swapped for another's",
        text(f'Id="data-{CODE}"', f'Id="data-{OTHER}"'),
        "layout.attributes",
    ),
]
