"""Who signs what and when: slots missing, swapped, carried over from another file, signed out of turn."""

from __future__ import annotations

from datetime import timedelta

from lxml import etree

from signing.seal.trust import SignerRole
from tests.hostile.kit import Kit, nothing
from tests.hostile.tree import (
    HOLDER,
    HOMEROOM,
    LEADER,
    SEAL,
    XA,
    dsig,
    find,
    make,
    one,
    set_text,
    signature,
    slot,
)
from tests.hostile.variant import (
    CRYPTO,
    FAILED,
    Edit,
    Make,
    Variant,
    changed,
    edited,
    refused,
    resigned,
    signed_as,
    wrong,
)
from tests.signing.seal.xml.world import LEADER_NUMBER, NOW, TEACHER_NUMBER, freeze

OTHER_YEAR = "7b2e3d4c-1a1b-4e1d-8c1b-1203040506a7"


def dropped(role: str) -> Edit:
    return lambda root: find(root, HOLDER).remove(slot(root, role))


def swapped(root: etree._Element) -> None:
    one_, two = slot(root, HOMEROOM), slot(root, LEADER)
    one_.tag, two.tag = two.tag, one_.tag
    find(root, HOLDER).insert(0, two)


def signatures_swapped(root: etree._Element) -> None:
    first, second = signature(root, HOMEROOM), signature(root, LEADER)
    slot(root, HOMEROOM).append(second)
    slot(root, LEADER).append(first)


def carried_over(role: str, *, ids: bool, again: bool = False) -> Make:
    """The slot of another pupil's file; with our identifiers; and then signed over by the later ones."""

    def build(kit: Kit) -> bytes:
        other = kit.other_pupil
        if ids:
            other = other.replace(b"6a1d2c3b-0f0e-4d0c-8b0a-0102030405f6", kit.code.encode())
        theirs = slot(etree.fromstring(other), role)
        if not again:
            return kit.edited(lambda root: find(root, HOLDER).replace(slot(root, role), theirs))
        root = etree.fromstring(kit.genuine)
        find(root, HOLDER).replace(slot(root, role), theirs)
        kit.sign(root, SEAL)
        return etree.tostring(root, encoding="utf-8")

    return build


def another_year(kit: Kit) -> bytes:
    """Last year's data of the same pupil, under this year's signatures."""
    last = freeze(kit.code, school_year="2025-2026", school_year_start=2025, grade=4, class_name="4A")
    region = etree.fromstring(last)[0]
    return kit.edited(lambda root: root.replace(root[0], region))


def seal_of_another_issue(kit: Kit) -> bytes:
    """The same data sealed twice: the first file with the second one's seal."""
    again = kit.world.sealed(kit.code)
    theirs = slot(etree.fromstring(again), SEAL)
    return kit.edited(lambda root: find(root, HOLDER).replace(slot(root, SEAL), theirs))


def teacher_exchanged(kit: Kit) -> bytes:
    """The teacher signs once more after the leader has signed over the first signature."""
    frozen = freeze(kit.code)
    led = kit.world.sealed(frozen=frozen, roles=[SignerRole.HOMEROOM, SignerRole.LEADER])
    again = kit.world.sealed(frozen=frozen, roles=[SignerRole.HOMEROOM])
    root = etree.fromstring(led)
    find(root, HOLDER).replace(slot(root, HOMEROOM), slot(etree.fromstring(again), HOMEROOM))
    document = etree.tostring(root, method="c14n", exclusive=True)
    return kit.world.sign(document, SignerRole.SEAL, kit.world.step(SignerRole.SEAL))


def data_changed_between(after: SignerRole) -> Make:
    def build(kit: Kit) -> bytes:
        document = freeze(kit.code)
        for role in SignerRole:
            document = kit.world.sign(document, role, kit.world.step(role))
            if role is after:
                document = document.replace("Ánh Dương".encode(), "Ánh Nguyệt".encode())
        return document

    return build


def sealed_without(*roles: SignerRole) -> Make:
    """Only these have signed; the seal's references fit what is there."""

    def edit(root: etree._Element) -> None:
        for role in SignerRole:
            if role not in roles:
                dropped(role.value)(root)

    return resigned(edit)


def leader_alone(root: etree._Element) -> None:
    """Leader and seal sign; the leader still says that he signs over the teacher."""
    dropped(HOMEROOM)(root)


def roles_claimed(*roles: str, slot_: str = LEADER) -> Edit:
    def edit(root: etree._Element) -> None:
        holder = one(root, "xa:ClaimedRoles", slot_)
        for old in list(holder):
            holder.remove(old)
        for role in roles:
            etree.SubElement(holder, XA + "ClaimedRole").text = role

    return edit


def at(**hours: float) -> Make:
    """Claim and proof of each slot so many hours after the teacher's usual time."""
    steps = {
        name: {"claimed": NOW + timedelta(hours=hour), "stamped": NOW + timedelta(hours=hour, seconds=2)}
        for name, hour in hours.items()
    }
    return signed_as(**steps)


def claim(role: str, hours: float) -> Make:
    return signed_as(**{role: {"claimed": NOW + timedelta(hours=hours)}})


def proof(role: str, hours: float) -> Make:
    return signed_as(**{role: {"stamped": NOW + timedelta(hours=hours)}})


DAY = f"{HOLDER}/{LEADER}/NGAY_KY"
PERSON = f"{HOLDER}/{HOMEROOM}/SO_CCCD"

VARIANTS: list[Variant] = [
    refused("no leader", edited(dropped(LEADER)), "layout.elements.unsigned"),
    refused("no seal", edited(dropped(SEAL)), "layout.elements.unsigned"),
    refused("no teacher", edited(dropped(HOMEROOM)), "layout.elements.unsigned"),
    refused("no slots", edited(lambda root: root.remove(find(root, HOLDER))), "layout.elements.unsigned"),
    refused("nobody has signed", lambda kit: freeze(kit.code), "layout.elements.unsigned"),
    refused(
        "only the teacher has signed",
        lambda kit: kit.world.sealed(kit.code, roles=[SignerRole.HOMEROOM]),
        "layout.elements",
    ),
    refused(
        "the school has not sealed",
        lambda kit: kit.world.sealed(kit.code, roles=[SignerRole.HOMEROOM, SignerRole.LEADER]),
        "layout.elements",
    ),
    refused("a seal alone, signed", sealed_without(SignerRole.SEAL), "layout.elements"),
    refused(
        "a seal without the leader, signed",
        sealed_without(SignerRole.HOMEROOM, SignerRole.SEAL),
        "layout.elements",
    ),
    refused(
        "leader over a teacher who is not there, signed", resigned(leader_alone), "layout.elements.unsigned"
    ),
    refused("slots swapped", edited(swapped), "layout"),
    refused("slots swapped, signed", resigned(swapped), "layout"),
    refused("signatures swapped", edited(signatures_swapped), "layout.attributes.other-slot"),
    refused(
        "slots in another order",
        edited(lambda root: find(root, HOLDER).insert(0, slot(root, LEADER))),
        "layout.elements",
    ),
    refused(
        "slots in another order, signed",
        resigned(lambda root: find(root, HOLDER).insert(0, slot(root, LEADER))),
        "layout.elements",
    ),
    refused(
        "an unknown slot", edited(lambda root: find(root, HOLDER).append(make("<GVBM/>"))), "layout.elements"
    ),
    refused(
        "an unknown slot, signed",
        resigned(lambda root: find(root, HOLDER).insert(0, make("<GVBM/>"))),
        "layout.elements",
    ),
    refused(
        "the slot without signature",
        edited(lambda root: slot(root, LEADER).remove(signature(root, LEADER))),
        "layout.elements",
    ),
    refused("the signature emptied", edited(lambda root: signature(root, LEADER).clear()), "layout"),
    refused(
        "an empty Signature element",
        edited(lambda root: slot(root, LEADER).replace(signature(root, LEADER), dsig("Signature"))),
        "layout",
    ),
    refused(
        "a number in the seal's slot, signed",
        resigned(lambda root: slot(root, SEAL).insert(1, make(f"<SO_CCCD>{LEADER_NUMBER}</SO_CCCD>"))),
        "layout.elements",
    ),
    refused(
        "no number in the leader's slot, signed",
        resigned(lambda root: slot(root, LEADER).remove(slot(root, LEADER)[1])),
        "layout.elements",
    ),
    refused("an empty number, signed", resigned(set_text(PERSON, "")), "layout.text"),
    refused(
        "day and number swapped, signed",
        resigned(lambda root: slot(root, LEADER).insert(0, slot(root, LEADER)[1])),
        "layout.elements",
    ),
    # Carried over
    *(
        refused(f"another pupil's {role}", carried_over(role, ids=False), "layout")
        for role in (HOMEROOM, LEADER, SEAL)
    ),
    *(
        changed(f"another pupil's {role} with our ids", carried_over(role, ids=True), "digest")
        for role in (HOMEROOM, LEADER, SEAL)
    ),
    changed(
        "another pupil's teacher, sealed again", carried_over(HOMEROOM, ids=True, again=True), "digest.data"
    ),
    changed(
        "another pupil's leader, sealed again", carried_over(LEADER, ids=True, again=True), "digest.data"
    ),
    changed("another year's data", another_year, "digest.data"),
    changed("the seal of another issue", seal_of_another_issue, "digest.document"),
    changed("the teacher's signature exchanged", teacher_exchanged, "digest.countersigned"),
    changed("data changed after the teacher", data_changed_between(SignerRole.HOMEROOM), "digest.data"),
    changed("data changed after the leader", data_changed_between(SignerRole.LEADER), "digest.data"),
    changed("data changed after the seal", data_changed_between(SignerRole.SEAL), "digest.data"),
    # Roles
    changed("another role", edited(roles_claimed(SEAL)), "digest.properties"),
    wrong("the leader signs as seal", resigned(roles_claimed(SEAL)), "signer.role"),
    wrong("the leader signs as teacher", resigned(roles_claimed(HOMEROOM)), "signer.role"),
    wrong("the seal signs as leader", resigned(roles_claimed(LEADER, slot_=SEAL)), "signer.role"),
    wrong("role and title swapped", resigned(roles_claimed("Hiệu trưởng", LEADER)), "signer.role"),
    wrong("a role in small letters", resigned(roles_claimed("cbql")), "signer.role"),
    refused("three roles, signed", resigned(roles_claimed(LEADER, "Hiệu trưởng", SEAL)), "layout.elements"),
    refused("no role, signed", resigned(roles_claimed()), "layout.elements"),
    # Persons
    changed("another number in the slot", edited(set_text(PERSON, LEADER_NUMBER)), "digest.document"),
    wrong(
        "another number in the slot, sealed", resigned(set_text(PERSON, LEADER_NUMBER)), "signer.other-person"
    ),
    wrong(
        "the data names another leader, signed",
        resigned(set_text("DU_LIEU_HOC_BA/THONG_TIN_CHUNG/SO_CCCD_GIAM_HIEU_KY_HOC_BA", TEACHER_NUMBER)),
        "signer.not-the-named",
    ),
    wrong(
        "the data names another teacher, signed",
        resigned(set_text("DU_LIEU_HOC_BA/THONG_TIN_CHUNG/SO_CCCD_GIAO_VIEN_CHU_NHIEM", LEADER_NUMBER)),
        "signer.not-the-named",
    ),
    wrong(
        "the data is another school's, signed",
        resigned(set_text("DU_LIEU_HOC_BA/THONG_TIN_CHUNG/MA_TRUONG", "99000102")),
        "authority.not-approved",
    ),
    Variant(
        "the leader's slot signed with the teacher's key",
        lambda kit: kit.resigned(nothing, LEADER={"key": kit.world.teacher}),
        FAILED,
        CRYPTO,
        "signature.value",
    ),
    # Time order
    wrong("the leader before the teacher", at(LEADER=-2), "time.order"),
    wrong("the seal before the leader", at(SEAL=0.5), "time.order"),
    wrong("the seal before everybody", at(SEAL=-1), "time.order"),
    wrong("the leader claims to be first", claim("LEADER", -2), "time.order"),
    wrong("the leader's proof is first", proof("LEADER", -2), "time.order"),
    wrong("two minutes too early", claim("LEADER", -2 / 60), "time.order"),
    changed("the leader's day", edited(set_text(DAY, "2027-05-28T10:30:01+07:00")), "digest.document"),
    changed(
        "the seal's day",
        edited(set_text(f"{HOLDER}/{SEAL}/NGAY_KY", "2027-05-29T10:30:00+07:00")),
        "digest.document",
    ),
]
