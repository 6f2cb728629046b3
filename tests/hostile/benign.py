"""Files that must stay TOTAL-PASSED: other people, other keys, other years, and the same XML spelt otherwise.

What canonical form (C14N) calls the same is the same: a byte order mark, a declaration, other quotes, empty
tags written short, a reference for a letter, a line end behind the last tag. A program that opens a file and
saves it again writes such things. The log's leaf, and so a bundle, holds the exact bytes of the issue.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from signing.seal.trust import SignerRole
from signing.specimen.pki import PUBLIC_CAS, ROOT_CA, IssuedKey
from tests.hostile.certificates import COMMON, LEADER_NAME, NUMBER, own, renamed
from tests.hostile.kit import Kit, nothing
from tests.hostile.variant import Make, resigned, signed_as, spelt
from tests.signing.seal.xml.world import LEADER_NUMBER, NOW, SCHOOL, World, freeze

LEADER, SEAL = SignerRole.LEADER, SignerRole.SEAL
LONG = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Huyền Trân Ngọc Bích Phương Linh Khánh An Nhiên " * 4


@dataclass(frozen=True)
class Benign:
    """A genuine file; `notes` are the codes that may stand in its verdict and lower nothing."""

    name: str
    make: Make
    notes: tuple[str, ...] = ()


def of(**changes: object) -> Make:
    """Another pupil's file."""
    return lambda kit: kit.world.sealed(frozen=freeze(kit.code, **changes))


def by(made: Callable[[World], IssuedKey], role: SignerRole = LEADER) -> Make:
    """The slot signed with another rightful key."""

    def build(kit: Kit) -> bytes:
        key = kit.approve(made(kit.world), role)
        return kit.world.sealed(kit.code, **{role.name: {"key": key}})

    return build


def rsa(bits: int) -> Callable[[World], IssuedKey]:
    return lambda world: world.person(LEADER_NAME, LEADER_NUMBER, PUBLIC_CAS[1], rsa_bits=bits)


def renewed(kit: Kit) -> bytes:
    """The leader's first certificate ended last week; the new one has signed."""
    old = own(
        kit.world,
        ec.generate_private_key(ec.SECP256R1()),
        start=NOW - timedelta(days=800),
        life=timedelta(days=793),
    )
    kit.approve(old, LEADER, since=timedelta(days=-800), until=timedelta(days=-7))
    new = kit.approve(kit.world.person(LEADER_NAME, LEADER_NUMBER), LEADER)
    return kit.world.sealed(kit.code, LEADER={"key": new})


def revoked_later(kit: Kit) -> bytes:
    """The leader's certificate was revoked when all was signed, stamped and proven."""
    key = kit.approve(kit.world.person(LEADER_NAME, LEADER_NUMBER), LEADER)
    sealed = kit.world.sealed(kit.code, LEADER={"key": key})
    kit.world.pki.revoke(key.certificate, NOW + timedelta(days=3))
    return sealed


def ended_since(kit: Kit) -> bytes:
    """A certificate that was valid at the proof and is not any more when it is verified."""
    life = timedelta(days=5, hours=5)
    key = kit.approve(own(kit.world, ec.generate_private_key(ec.SECP256R1()), life=life), LEADER)
    return kit.world.sealed(kit.code, LEADER={"key": key})


def approval_ended_since(kit: Kit) -> bytes:
    key = kit.world.person(LEADER_NAME, LEADER_NUMBER)
    kit.approve(key, LEADER, until=timedelta(days=1))
    return kit.world.sealed(kit.code, LEADER={"key": key})


def one_person(kit: Kit) -> bytes:
    """A small school: its leader teaches the class as well."""
    key = kit.approve(kit.world.leader, SignerRole.HOMEROOM)
    frozen = freeze(
        kit.code, homeroom_teacher_name="Lê Thị Bích Hằng", homeroom_teacher_personal_number=LEADER_NUMBER
    )
    return kit.world.sealed(frozen=frozen, HOMEROOM={"key": key, "number": LEADER_NUMBER})


def without_teacher(kit: Kit) -> bytes:
    return kit.world.sealed(kit.code, roles=[SignerRole.LEADER, SignerRole.SEAL])


def with_root(kit: Kit) -> bytes:
    """A signing program that puts the whole chain beside the signature, root included."""
    key = kit.world.leader
    root = kit.world.pki.authority(ROOT_CA).certificate
    whole = IssuedKey(key.certificate, key.key, (*key.chain, root))
    return kit.world.sealed(kit.code, LEADER={"key": whole})


def another_names(world: World) -> IssuedKey:
    name = renamed(
        (COMMON, LEADER_NAME),
        (COMMON, "Le Thi Bich Hang"),
        (NUMBER, f"CCCD:{LEADER_NUMBER}"),
        (NameOID.TITLE, "Hiệu trưởng"),
    )
    return own(world, ec.generate_private_key(ec.SECP256R1()), name=name)


def time_without_namespace(root: etree._Element) -> etree._Element:
    """v1.0 names no namespace for SigningTime; other programs write none."""
    written = etree.tostring(root, encoding="utf-8")
    plain = written.replace(b'<SigningTime xmlns="urn:hocba:signing-time:1">', b'<SigningTime xmlns="">')
    assert plain != written
    return etree.fromstring(plain)


def short_tags(data: bytes) -> bytes:
    return re.sub(rb"></(?:Transform|DigestMethod|CanonicalizationMethod|SignatureMethod)>", b"/>", data)


def single_quotes(data: bytes) -> bytes:
    return data.replace(b'"', b"'")


def blanks_in_tags(data: bytes) -> bytes:
    return data.replace(b"<SignedInfo>", b"<SignedInfo >").replace(b"</HO_VA_TEN>", b"</HO_VA_TEN\n>")


def ascii_only(data: bytes) -> bytes:
    return data.decode().encode("ascii", "xmlcharrefreplace")


def saved_again(data: bytes) -> bytes:
    """As editors save: declaration, short tags, a line end behind it."""
    return etree.tostring(etree.fromstring(data), encoding="UTF-8", xml_declaration=True) + b"\n"


VARIANTS: list[Benign] = [
    Benign("as issued", lambda kit: kit.genuine),
    Benign("another pupil", lambda kit: kit.other_pupil),
    Benign("signed again by the same people", resigned(nothing)),
    # People
    Benign("the longest name", of(full_name=LONG[:380].strip(), mother_name=LONG[:200].strip())),
    Benign("a one-letter name", of(full_name="Ý")),
    Benign("a name of a minority", of(full_name="Y Ê Ban Niê Kđăm", ethnicity="Ê-đê")),
    Benign("a name with an apostrophe and signs", of(full_name='K’Brêu & <Ksor> "H’Hen"')),
    Benign("a comment on several lines", lambda kit: kit.world.sealed(frozen=lines(freeze(kit.code)))),
    Benign("the first day of a year", of(created_on=date(2027, 1, 1))),
    Benign("born on 29 February", of(born_on=date(2016, 2, 29))),
    Benign("teacher and leader are one person", one_person, ("signer.same-person",)),
    Benign("no homeroom teacher", without_teacher, ("signer.homeroom-absent",)),
    # Keys and certificates
    Benign("RSA of 2048 bits", by(rsa(2048))),
    Benign("RSA of 3072 bits", by(rsa(3072))),
    Benign("ECDSA over P-384", by(lambda world: own(world, ec.generate_private_key(ec.SECP384R1())))),
    Benign("a signer with several names", by(another_names)),
    Benign(
        "a number as UID",
        by(
            lambda world: own(
                world,
                ec.generate_private_key(ec.SECP256R1()),
                name=renamed((COMMON, LEADER_NAME), (NameOID.USER_ID, f"CCCD:{LEADER_NUMBER}")),
            )
        ),
    ),
    Benign("the other public CA", by(lambda world: world.person(LEADER_NAME, LEADER_NUMBER, PUBLIC_CAS[0]))),
    Benign("a renewed certificate", renewed),
    Benign("a renewed seal", by(lambda world: world.organisation("Trường Tiểu học Hoa Sen", SCHOOL), SEAL)),
    Benign("revoked after the proof", revoked_later),
    Benign("ended after the proof", ended_since),
    Benign("approval ended after the proof", approval_ended_since),
    Benign("the root beside the signature", with_root),
    Benign("with a title", signed_as(LEADER={"title": "Phó Hiệu trưởng"})),
    Benign("the other timestamp authority", signed_as(SEAL={"tsa": "tsa-2"})),
    Benign("time without namespace", resigned(time_without_namespace)),
    # Time
    Benign("claimed twenty hours before the proof", signed_as(SEAL={"stamped": NOW + timedelta(hours=21)})),
    Benign(
        "at the end of a year",
        signed_as(
            **{
                name: {
                    "claimed": NOW.replace(month=12, day=31, hour=16, minute=57 + hour),
                    "stamped": NOW.replace(month=12, day=31, hour=16, minute=57 + hour, second=3),
                }
                for hour, name in enumerate(("HOMEROOM", "LEADER", "SEAL"))
            }
        ),
    ),
    # The same XML
    Benign("byte order mark", spelt(lambda data: b"\xef\xbb\xbf" + data)),
    Benign("declaration", spelt(lambda data: b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + data)),
    Benign("line end behind", spelt(lambda data: data + b"\r\n")),
    Benign("short tags", spelt(short_tags)),
    Benign("single quotes", spelt(single_quotes)),
    Benign("blanks inside tags", spelt(blanks_in_tags)),
    Benign("letters as references", spelt(ascii_only)),
    Benign("opened and saved again", spelt(saved_again)),
]


def lines(frozen: bytes) -> bytes:
    """Return the frozen bytes with a comment on two lines."""
    return frozen.replace("Em chăm ngoan, ".encode(), "Em chăm ngoan,\n".encode())
