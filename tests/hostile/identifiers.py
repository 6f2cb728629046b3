"""Identifiers: doubled, spelt differently, in other attributes, made by a DTD."""

from __future__ import annotations

from lxml import etree

from tests.hostile.tree import (
    CODE,
    DS,
    HOLDER,
    HOMEROOM,
    LEADER,
    OTHER,
    SEAL,
    find,
    one,
    set_attribute,
    signature,
    within,
)
from tests.hostile.variant import Variant, changed, edited, refused, resigned, spelt, text

XML = "{http://www.w3.org/XML/1998/namespace}"
DATA = "DU_LIEU_HOC_BA"


def respelt(path: str, old: str, new: str):
    def edit(root: etree._Element) -> None:
        node = find(root, path)
        node.set(new, node.attrib.pop(old))

    return edit


def everywhere(old: str, new: str):
    """Another identifier in every place that carries it, ids and references alike."""

    def edit(root: etree._Element) -> None:
        for node in root.iter(etree.Element):
            for key, value in node.items():
                if old in value:
                    node.set(key, value.replace(old, new))

    return edit


def region_id_on_name(attribute: str):
    return lambda root: find(root, ".//HO_VA_TEN").set(attribute, f"data-{CODE}")


def swapped(role: str, other: str, name: str):
    def edit(root: etree._Element) -> None:
        one_, two = (find(signature(root, each), f".//{DS}{name}") for each in (role, other))
        first, second = one_.get("Id", ""), two.get("Id", "")
        one_.set("Id", second)
        two.set("Id", first)

    return edit


def declared(names: str, attribute: str):
    """An attribute that only the DTD gives."""
    return lambda data: f"<!DOCTYPE HOC_BA [<!ATTLIST {names} {attribute}>]>".encode() + data


VARIANTS: list[Variant] = [
    refused("same id on an inner element", edited(region_id_on_name("Id")), "file.duplicate-id"),
    refused("same id as id", edited(region_id_on_name("id")), "file.duplicate-id"),
    refused("same id as ID", edited(region_id_on_name("ID")), "file.duplicate-id"),
    refused("same id as iD", edited(region_id_on_name("iD")), "file.duplicate-id"),
    refused("same id as xml:id", edited(region_id_on_name(XML + "id")), "file.namespaces"),
    refused("same id in another namespace", edited(region_id_on_name("{urn:x}Id")), "file.namespaces"),
    refused("same id as AssertionID", edited(region_id_on_name("AssertionID")), "structure.schema"),
    refused("same id as name", edited(region_id_on_name("name")), "structure.schema"),
    refused("ID beside Id", edited(set_attribute(DATA, "ID", f"data-{OTHER}")), "layout.attributes"),
    refused(
        "id beside Id, signed", resigned(set_attribute(DATA, "id", f"data-{OTHER}")), "layout.attributes"
    ),
    refused(
        "xml:id beside Id, signed", resigned(set_attribute(DATA, XML + "id", f"x-{OTHER}")), "file.namespaces"
    ),
    refused("root's id spelt Id", text("<HOC_BA id=", "<HOC_BA Id="), "layout.root"),
    refused("root's id spelt ID, signed", resigned(respelt(".", "id", "ID")), "layout.root"),
    refused("data's Id spelt id, signed", resigned(respelt(DATA, "Id", "id")), "layout.attributes"),
    refused("data's Id spelt ID, signed", resigned(respelt(DATA, "Id", "ID")), "layout.attributes"),
    refused("data's Id as xml:id, signed", resigned(respelt(DATA, "Id", XML + "id")), "file.namespaces"),
    refused(
        "signature value's Id spelt ID, signed",
        resigned(respelt(within("ds:SignatureValue"), "Id", "ID")),
        "layout.attributes",
    ),
    refused(
        "time's Id spelt id, signed",
        resigned(lambda root: respelt_inside(root, "ds:SignatureProperty")),
        "layout.attributes",
    ),
    refused("data's Id gone", edited(lambda root: find(root, DATA).attrib.pop("Id")), "layout.attributes"),
    refused("root's id gone", edited(lambda root: root.attrib.pop("id")), "layout.root"),
    refused(
        "other prefix of the ids, signed",
        resigned(everywhere(f"data-{CODE}", f"du-lieu-{CODE}")),
        "layout.attributes",
    ),
    refused("ids of another code, signed", resigned(everywhere(CODE, OTHER)), "layout.code"),
    refused(
        "ids of a code of no version, signed",
        resigned(everywhere(CODE, "6a1d2c3b-0f0e-0d0c-8b0a-0102030405f6")),
        "layout.root",
    ),
    refused("code in capitals, signed", resigned(everywhere(CODE, CODE.upper())), "layout.root"),
    changed(
        "another code everywhere", text(CODE, "6a1d2c3b-0f0e-4d0c-8b0a-0102030405f6", 1000), "digest.data"
    ),
    refused("blank in an id", text(f'Id="data-{CODE}"', f'Id=" data-{CODE}"'), "layout.attributes"),
    refused("line end in an id", text(f'Id="data-{CODE}"', f'Id="data-{CODE}&#10;"'), "layout.attributes"),
    refused("empty id on a slot", edited(set_attribute(f"{HOLDER}/{SEAL}", "Id", "")), "layout.attributes"),
    refused(
        "value ids of teacher and leader swapped",
        edited(swapped(HOMEROOM, LEADER, "SignatureValue")),
        "layout.attributes",
    ),
    refused(
        "time ids of teacher and leader swapped, signed",
        resigned(swapped(HOMEROOM, LEADER, "SignatureProperty")),
        "layout.attributes",
    ),
    refused(
        "another Target of the properties",
        edited(lambda root: one(root, "xa:QualifyingProperties").set("Target", "#x")),
        "layout.attributes",
    ),
    refused(
        "another signature as Target, signed",
        resigned(lambda root: one(root, "xa:QualifyingProperties").set("Target", f"#sig-gvcn-{CODE}")),
        "layout.attributes",
    ),
    refused(
        "another Target of the time, signed",
        resigned(lambda root: one(root, "ds:SignatureProperty").set("Target", f"#sig-gvcn-{CODE}")),
        "layout.attributes",
    ),
    refused(
        "id by a DTD's default",
        spelt(declared("HO_VA_TEN", f'Id CDATA "data-{CODE}"')),
        "file.forbidden-markup",
    ),
    refused("type ID by a DTD", spelt(declared("HO_VA_TEN", "name ID #IMPLIED")), "file.forbidden-markup"),
    refused(
        "fixed attribute by a DTD",
        spelt(declared("DU_LIEU_HOC_BA", 'x CDATA #FIXED "y"')),
        "file.forbidden-markup",
    ),
]


def respelt_inside(root: etree._Element, name: str) -> None:
    """Spell the Id of something inside the seal's signature as id."""
    node = one(root, name)
    node.set("id", node.attrib.pop("Id"))
