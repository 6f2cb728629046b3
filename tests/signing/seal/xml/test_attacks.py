"""Hostile variants of genuine files: none may pass, and each is refused for its own reason."""

from __future__ import annotations

import base64
import copy
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication, Line
from signing.seal.xml import STRICT, verify_xml
from signing.seal.xml.codes import CODES
from signing.specimen.hostile import Flaw, issue_flawed
from signing.specimen.pki import ORGANISATION_CA, PUBLIC_CAS
from tests.signing.seal.xml.world import (
    AFTER,
    LEADER_NUMBER,
    NOW,
    OTHER_SCHOOL,
    SCHOOL,
    TEACHER_NUMBER,
    World,
    freeze,
    stamp_with,
)

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XA = "{http://uri.etsi.org/01903/v1.3.2#}"
CODE = "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"
OTHER = "00000000-4d5a-4f6b-8a7c-9d0e1f2a3b4c"

Edit = Callable[[etree._Element], object]


def tree(edit: Edit) -> Callable[[bytes], bytes]:
    """Turn an edit of the tree into an edit of the bytes."""

    def apply(data: bytes) -> bytes:
        root = etree.fromstring(data)
        changed = edit(root)
        return etree.tostring(changed if isinstance(changed, etree._Element) else root, encoding="utf-8")

    return apply


def text(old: str, new: str, count: int = 1) -> Callable[[bytes], bytes]:
    """Turn a replacement into an edit that must change something."""

    def apply(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), count)

    return apply


def slot(root: etree._Element, role: str) -> etree._Element:
    return root.find(f"DANH_SACH_THONG_TIN_KY/{role}")


def signature(root: etree._Element, role: str = "KY_PHAT_HANH") -> etree._Element:
    return slot(root, role).find(DS + "Signature")


def add(parent: etree._Element, xml: str, place: int | None = None) -> None:
    node = etree.fromstring(xml)
    parent.insert(len(parent) if place is None else place, node)


def set_text(path: str, value: str) -> Edit:
    return lambda root: setattr(root.find(path), "text", value)


def set_attribute(path: str, key: str, value: str) -> Edit:
    return lambda root: root.find(path).set(key, value)


def swap_slots(root: etree._Element) -> None:
    one, two = slot(root, "GVCN"), slot(root, "CBQL")
    one.tag, two.tag = two.tag, one.tag
    one.getparent().insert(0, two)


def wrap_in_copy(root: etree._Element) -> etree._Element:
    """The classic wrapping: a forged document around the genuine one, found by its id."""
    forged = etree.fromstring(etree.tostring(root).replace(CODE.encode(), OTHER.encode()))
    forged.find(".//HO_VA_TEN").text = "Nguyễn Văn Giả"
    signature(forged).append(etree.fromstring(f'<Object xmlns="{DS[1:-1]}"/>'))
    signature(forged)[-1].append(root)
    return forged


def second_region(root: etree._Element) -> None:
    forged = copy.deepcopy(root[0])
    forged.find(".//HO_VA_TEN").text = "Nguyễn Văn Giả"
    root.insert(0, forged)


def region_moved_into_object(root: etree._Element) -> None:
    genuine = root[0]
    forged = copy.deepcopy(genuine)
    forged.set("Id", "data-" + OTHER)
    forged.find(".//HO_VA_TEN").text = "Nguyễn Văn Giả"
    root.replace(genuine, forged)
    holder = etree.SubElement(signature(root), DS + "Object")
    holder.append(genuine)


def change_transform(algorithm: str) -> Edit:
    return lambda root: signature(root).find(f".//{DS}Transform").set("Algorithm", algorithm)


def add_transform(root: etree._Element) -> None:
    transforms = signature(root, "GVCN").find(f".//{DS}Transforms")
    add(
        transforms,
        f'<Transform xmlns="{DS[1:-1]}" Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>self::x</XPath></Transform>',
        0,
    )


def drop_reference(index: int) -> Edit:
    def apply(root: etree._Element) -> None:
        info = signature(root)[0]
        info.remove(info[2 + index])

    return apply


def split_base64(root: etree._Element) -> None:
    value = signature(root).find(DS + "SignatureValue")
    value.text = value.text[:20] + "\n" + value.text[20:]


def flip_value(root: etree._Element) -> None:
    value = signature(root).find(DS + "SignatureValue")
    raw = bytearray(base64.b64decode(value.text))
    raw[7] ^= 1
    value.text = base64.b64encode(bytes(raw)).decode()


def low_s_twin(root: etree._Element) -> None:
    """(r, n−s) verifies too, but the timestamp was made over the other spelling."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    value = signature(root).find(DS + "SignatureValue")
    raw = base64.b64decode(value.text)
    s = order - int.from_bytes(raw[32:], "big")
    value.text = base64.b64encode(raw[:32] + s.to_bytes(32, "big")).decode()


def key_info_of(other: str) -> Edit:
    def apply(root: etree._Element) -> None:
        own, foreign = signature(root).find(DS + "KeyInfo"), signature(root, other).find(DS + "KeyInfo")
        for node in list(own):
            own.remove(node)
        for node in foreign:
            own.append(copy.deepcopy(node))

    return apply


def append_certificate(root: etree._Element) -> None:
    data = signature(root).find(f"{DS}KeyInfo/{DS}X509Data")
    data.append(copy.deepcopy(signature(root, "GVCN").find(f"{DS}KeyInfo/{DS}X509Data")[1]))


def add_key_value(root: etree._Element) -> None:
    add(signature(root).find(DS + "KeyInfo"), f'<KeyName xmlns="{DS[1:-1]}">x</KeyName>')


def token_of(other: str) -> Edit:
    def apply(root: etree._Element) -> None:
        name = f".//{XA}EncapsulatedTimeStamp"
        signature(root).find(name).text = signature(root, other).find(name).text

    return apply


def remove_unsigned(root: etree._Element) -> None:
    node = signature(root).find(f".//{XA}UnsignedProperties")
    node.getparent().remove(node)


def remove_named(name: str) -> Edit:
    def apply(root: etree._Element) -> None:
        node = signature(root).find(f".//{XA}{name}")
        node.getparent().remove(node)

    return apply


def second_token(root: etree._Element) -> None:
    node = signature(root).find(f".//{XA}SignatureTimeStamp")
    node.addnext(copy.deepcopy(node))


def drop_slot(role: str) -> Edit:
    return lambda root: root[1].remove(slot(root, role))


def algorithm(uri: str) -> Edit:
    return lambda root: signature(root).find(f"{DS}SignedInfo/{DS}SignatureMethod").set("Algorithm", uri)


FORMAT = "FORMAT_FAILURE"
NAME = "DU_LIEU_HOC_BA/THONG_TIN_CHUNG/HO_VA_TEN"
MARK = "DU_LIEU_HOC_BA/TONG_KET/DANH_SACH_BANG_DIEM/BANG_DIEM/MUC_DAT_DUOC"
BILLION = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

EDITS: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
    # The data
    "another name": (tree(set_text(NAME, "Nguyễn Văn Giả")), "HASH_FAILURE", "digest.data"),
    "another mark": (tree(set_text(MARK, "C")), "HASH_FAILURE", "digest.data"),
    "decomposed letters": (text("Ánh", "A\u0301nh"), FORMAT, "structure.schema"),
    "space in the data": (
        text("<THONG_TIN_CHUNG>", "<THONG_TIN_CHUNG> "),
        "HASH_FAILURE",
        "digest.data",
    ),
    "comment in the name": (text("Ánh Dương<", "Ánh<!-- x --> Dương<"), FORMAT, "file.forbidden-markup"),
    "processing instruction": (text("<HO_VA_TEN>", "<HO_VA_TEN><?x y?>"), FORMAT, "file.forbidden-markup"),
    "CDATA": (text("Nữ</GIOI", "<![CDATA[Nữ]]></GIOI"), FORMAT, "file.forbidden-markup"),
    "attribute in the data": (
        tree(set_attribute(NAME, "class", "x")),
        FORMAT,
        "structure.schema",
    ),
    # The file
    "internal entities": (lambda data: BILLION.encode() + data, FORMAT, "file.forbidden-markup"),
    "comment before": (lambda data: b"<!-- x -->" + data, FORMAT, "file.forbidden-markup"),
    "comment after": (lambda data: data + b"<!-- x -->", FORMAT, "file.forbidden-markup"),
    "instruction after": (lambda data: data + b"<?x y?>", FORMAT, "file.forbidden-markup"),
    "stylesheet": (
        lambda data: b'<?xml-stylesheet href="x"?>' + data,
        FORMAT,
        "file.forbidden-markup",
    ),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), FORMAT, "file.encoding"),
    "UTF-16 without mark": (lambda data: data.decode().encode("utf-16-le"), FORMAT, "file.encoding"),
    "UTF-7 declared": (
        lambda data: b'<?xml version="1.0" encoding="utf-7"?>' + data,
        FORMAT,
        "file.encoding",
    ),
    "XML 1.1": (lambda data: b'<?xml version="1.1"?>' + data, FORMAT, "file.encoding"),
    "Latin-1": (
        lambda data: b'<?xml version="1.0" encoding="iso-8859-1"?>' + data,
        FORMAT,
        "file.encoding",
    ),
    "cut short": (lambda data: data[:-40], FORMAT, "file.not-xml"),
    "two roots": (lambda data: data + data, FORMAT, "file.not-xml"),
    "empty": (lambda data: b"", FORMAT, "file.empty"),
    "too large": (lambda data: data + b" " * (10 * 1024 * 1024), FORMAT, "file.too-large"),
    "too many tags": (text("<SO_CCCD>", "<SO_CCCD>" + "<a/>" * 40_000), FORMAT, "file.too-complex"),
    "too deep": (
        text("<SO_CCCD>", "<SO_CCCD>" + "<a>" * 60 + "</a>" * 60),
        FORMAT,
        "file.too-complex",
    ),
    "too many attributes": (
        text("<HO_VA_TEN>", "<HO_VA_TEN " + " ".join(f'a{n}="x"' for n in range(50_000)) + ">"),
        FORMAT,
        "file.too-complex",
    ),
    "too many namespaces": (
        text("<HOC_BA ", "<HOC_BA " + " ".join(f'xmlns:a{n}="urn:x"' for n in range(3_900)) + " "),
        FORMAT,
        "file.too-complex",
    ),
    # Attributes, ids, namespaces
    "unused namespace": (text("<HOC_BA ", '<HOC_BA xmlns:x="urn:x" '), FORMAT, "file.namespaces"),
    "relative namespace": (text("<HOC_BA ", '<HOC_BA xmlns:x="x" '), FORMAT, "file.namespaces"),
    "xml:base": (text("<HOC_BA ", '<HOC_BA xml:base="http://x.invalid/" '), FORMAT, "file.namespaces"),
    "xml:id": (text("<THONG_TIN_CHUNG>", '<THONG_TIN_CHUNG xml:id="a">'), FORMAT, "file.namespaces"),
    "xml:space": (text("<HO_VA_TEN>", '<HO_VA_TEN xml:space="preserve">'), FORMAT, "file.namespaces"),
    "schema location": (
        text("<HOC_BA ", '<HOC_BA xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true" '),
        FORMAT,
        "file.namespaces",
    ),
    "attribute on the root": (text("<HOC_BA ", '<HOC_BA status="x" '), FORMAT, "layout.attributes"),
    "ID beside Id": (
        text("<DU_LIEU_HOC_BA ", f'<DU_LIEU_HOC_BA ID="data-{OTHER}" '),
        FORMAT,
        "layout.attributes",
    ),
    "same id twice": (
        text("<THONG_TIN_CHUNG>", f'<THONG_TIN_CHUNG id="data-{CODE}">'),
        FORMAT,
        "file.duplicate-id",
    ),
    "id spelt otherwise": (text("<HOC_BA id=", "<HOC_BA Id="), FORMAT, "layout.root"),
    "attribute on a slot": (tree(lambda root: slot(root, "GVCN").set("x", "y")), FORMAT, "layout.attributes"),
    "attribute in an Object": (
        tree(lambda root: signature(root).find(DS + "Object").set("MimeType", "x")),
        FORMAT,
        "layout.attributes",
    ),
    "another look-up code": (text(CODE, OTHER, 1000), "HASH_FAILURE", "digest.data"),
    # Wrapping
    "wrapped in a forgery": (tree(wrap_in_copy), FORMAT, "layout"),
    "two data regions": (tree(second_region), FORMAT, "file.duplicate-id"),
    "data moved into an Object": (tree(region_moved_into_object), FORMAT, "layout"),
    "element after the slots": (
        tree(lambda root: add(root, "<GHI_CHU>x</GHI_CHU>")),
        FORMAT,
        "layout.elements",
    ),
    "text in the root": (text("</DU_LIEU_HOC_BA>", "</DU_LIEU_HOC_BA>x"), FORMAT, "layout.text"),
    "text in the seal's slot": (text("</NGAY_KY><Signature", "</NGAY_KY> <Signature"), FORMAT, "layout.text"),
    "text in the seal's Object": (
        tree(lambda root: setattr(signature(root).find(DS + "Object"), "text", "x")),
        FORMAT,
        "layout.text",
    ),
    "third Object": (
        tree(lambda root: add(signature(root), f'<Object xmlns="{DS[1:-1]}"/>')),
        FORMAT,
        "layout.elements",
    ),
    "second signature": (
        tree(lambda root: signature(root).addnext(copy.deepcopy(signature(root)))),
        FORMAT,
        "file.duplicate-id",
    ),
    # Slots
    "leader's slot gone": (tree(drop_slot("CBQL")), FORMAT, "layout.elements"),
    "seal gone": (tree(drop_slot("KY_PHAT_HANH")), FORMAT, "layout.elements"),
    "teacher's slot gone": (tree(drop_slot("GVCN")), FORMAT, "layout.elements"),
    "slots swapped": (tree(swap_slots), FORMAT, "layout"),
    "slots reordered": (
        tree(lambda root: root[1].insert(0, slot(root, "CBQL"))),
        FORMAT,
        "layout.elements",
    ),
    "unknown slot": (tree(lambda root: add(root[1], "<GVBM/>")), FORMAT, "layout.elements"),
    "another day in the slot": (
        tree(set_text("DANH_SACH_THONG_TIN_KY/CBQL/NGAY_KY", "2027-05-28T10:30:01+07:00")),
        "HASH_FAILURE",
        "digest.document",
    ),
    "another number in the slot": (
        tree(set_text("DANH_SACH_THONG_TIN_KY/GVCN/SO_CCCD", LEADER_NUMBER)),
        "HASH_FAILURE",
        "digest.document",
    ),
    "the seal's day": (
        tree(set_text("DANH_SACH_THONG_TIN_KY/KY_PHAT_HANH/NGAY_KY", "2027-05-29T10:30:00+07:00")),
        "HASH_FAILURE",
        "digest.document",
    ),
    "time without zone": (
        tree(set_text("DANH_SACH_THONG_TIN_KY/KY_PHAT_HANH/NGAY_KY", "2027-05-28T11:30:00")),
        FORMAT,
        "layout.time",
    ),
    # References, transforms, algorithms
    "reference to the document gone": (tree(drop_reference(1)), FORMAT, "layout.elements"),
    "reference to the data gone": (tree(drop_reference(0)), FORMAT, "layout.elements"),
    "XPath transform": (tree(add_transform), FORMAT, "layout.elements"),
    "XSLT transform": (
        tree(change_transform("http://www.w3.org/TR/1999/REC-xslt-19991116")),
        FORMAT,
        "layout.attributes",
    ),
    "inclusive canonical form": (
        tree(change_transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")),
        FORMAT,
        "layout.attributes",
    ),
    "canonical form with comments": (
        tree(change_transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")),
        FORMAT,
        "layout.attributes",
    ),
    "reference to another id": (
        text(f'URI="#data-{CODE}"', f'URI="#data-{OTHER}"'),
        FORMAT,
        "layout.reference",
    ),
    "reference to a file": (
        text(f'URI="#data-{CODE}"', 'URI="file:///etc/passwd"'),
        FORMAT,
        "layout.reference",
    ),
    "empty reference": (text(f'URI="#hocba-{CODE}"', 'URI=""'), FORMAT, "layout.reference"),
    "SHA-1 digest": (
        tree(
            lambda root: (
                signature(root)
                .find(f".//{DS}DigestMethod")
                .set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")
            )
        ),
        FORMAT,
        "layout.attributes",
    ),
    "HMAC": (
        tree(algorithm("http://www.w3.org/2000/09/xmldsig#hmac-sha1")),
        "CRYPTO_CONSTRAINTS_FAILURE",
        "signature.weak-algorithm",
    ),
    "RSA with SHA-1": (
        tree(algorithm("http://www.w3.org/2000/09/xmldsig#rsa-sha1")),
        "CRYPTO_CONSTRAINTS_FAILURE",
        "signature.weak-algorithm",
    ),
    "algorithm of another key": (
        tree(algorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")),
        "CRYPTO_CONSTRAINTS_FAILURE",
        "signature.weak-algorithm",
    ),
    "another signature value": (tree(flip_value), "SIG_CRYPTO_FAILURE", "signature.value"),
    "the other ECDSA twin": (tree(low_s_twin), "HASH_FAILURE", "timestamp.other-data"),
    "base64 on two lines": (tree(split_base64), FORMAT, "layout.base64"),
    # KeyInfo
    "KeyInfo of the leader": (tree(key_info_of("CBQL")), "HASH_FAILURE", "digest.key-info"),
    "a further certificate": (tree(append_certificate), "HASH_FAILURE", "digest.key-info"),
    "a key name": (tree(add_key_value), FORMAT, "layout.elements"),
    "another subject name": (
        tree(
            lambda root: setattr(
                signature(root).find(f".//{DS}X509SubjectName"), "text", "CN=Trường Tiểu học Hoa Mai"
            )
        ),
        "HASH_FAILURE",
        "digest.key-info",
    ),
    "a broken certificate": (
        tree(lambda root: setattr(signature(root).find(f".//{DS}X509Certificate"), "text", "AAAA")),
        FORMAT,
        "layout.certificate",
    ),
    # XAdES
    "another role claimed": (
        tree(lambda root: setattr(signature(root).find(f".//{XA}ClaimedRole"), "text", "CBQL")),
        "HASH_FAILURE",
        "digest.properties",
    ),
    "another Target": (
        tree(lambda root: signature(root).find(f".//{XA}QualifyingProperties").set("Target", "#x")),
        FORMAT,
        "layout.attributes",
    ),
    "another certificate digest": (
        tree(
            lambda root: setattr(
                signature(root).find(f".//{XA}CertDigest/{DS}DigestValue"), "text", "A" * 43 + "="
            )
        ),
        "HASH_FAILURE",
        "digest.properties",
    ),
    # Timestamp and evidence of the seal, which nothing covers
    "no unsigned properties": (tree(remove_unsigned), "NO_POE", "timestamp.missing"),
    "no timestamp": (tree(remove_named("SignatureTimeStamp")), "NO_POE", "timestamp.missing"),
    "no revocation data": (tree(remove_named("RevocationValues")), "TRY_LATER", "path.revocation-unknown"),
    "no OCSP answers": (tree(remove_named("OCSPValues")), "TRY_LATER", "path.revocation-unknown"),
    "timestamp of the leader": (tree(token_of("CBQL")), "HASH_FAILURE", "timestamp.other-data"),
    "two timestamps": (tree(second_token), FORMAT, "layout.elements"),
    "rubbish as timestamp": (
        tree(lambda root: setattr(signature(root).find(f".//{XA}EncapsulatedTimeStamp"), "text", "AAAA")),
        FORMAT,
        "timestamp.format",
    ),
    "rubbish as OCSP answer": (
        tree(lambda root: setattr(signature(root).find(f".//{XA}EncapsulatedOCSPValue"), "text", "AAAA")),
        "TRY_LATER",
        "path.evidence-unreadable",
    ),
    "huge evidence": (
        tree(
            lambda root: setattr(
                signature(root).find(f".//{XA}EncapsulatedCRLValue"), "text", "AAAA" * 200_000
            )
        ),
        "TRY_LATER",
        "path.evidence-too-large",
    ),
}


def check(data: bytes, world: World, sub: str, code: str, trust=None) -> None:
    verdict = verify_xml(data, trust or world.trust, AFTER)
    codes = [reason.code for reason in verdict.reasons]
    assert verdict.indication is not Indication.PASSED
    assert set(codes) <= set(CODES)
    assert any(found.startswith(code) for found in codes), codes
    subs = {reason.subindication for reason in verdict.reasons if reason.code.startswith(code)}
    assert sub in subs, subs
    if sub == verdict.subindication == FORMAT:
        assert verdict.lines["integrity"] is Line.FAILED or code.startswith("timestamp")


@pytest.mark.parametrize("name", EDITS)
def test_no_edit_is_accepted(world: World, genuine: bytes, name: str) -> None:
    edit, sub, code = EDITS[name]
    hostile = edit(genuine)
    assert hostile != genuine
    check(hostile, world, sub, code)


def test_there_are_enough_attacks() -> None:
    assert len(EDITS) >= 40


# Files that were really signed, by the wrong key, at the wrong time, or with the wrong proof.


def test_the_seal_of_another_pupil_does_not_fit(world: World, genuine: bytes) -> None:
    other = world.sealed(str(uuid.uuid4()))
    roots = etree.fromstring(genuine), etree.fromstring(other)
    mine, theirs = (slot(root, "KY_PHAT_HANH") for root in roots)
    mine.getparent().replace(mine, theirs)
    check(etree.tostring(roots[0], encoding="utf-8"), world, FORMAT, "layout")


def test_the_seal_of_another_pupil_does_not_fit_even_with_our_ids(world: World, genuine: bytes) -> None:
    code = str(uuid.uuid4())
    other = world.sealed(code).replace(code.encode(), CODE.encode())
    roots = etree.fromstring(genuine), etree.fromstring(other)
    mine, theirs = (slot(root, "KY_PHAT_HANH") for root in roots)
    mine.getparent().replace(mine, theirs)
    check(etree.tostring(roots[0], encoding="utf-8"), world, "HASH_FAILURE", "digest.document")


def test_data_changed_between_the_signatures_voids_the_first(world: World) -> None:
    document = world.sign(
        freeze(str(uuid.uuid4())), SignerRole.HOMEROOM, world.step(SignerRole.HOMEROOM)
    ).replace("Ánh Dương".encode(), "Ánh Nguyệt".encode())
    for role in (SignerRole.LEADER, SignerRole.SEAL):
        document = world.sign(document, role, world.step(role))
    verdict = verify_xml(document, world.trust, AFTER)
    assert [(one.code, dict(one.facts)["role"]) for one in verdict.reasons] == [("digest.data", "GVCN")]
    assert [one.integrity for one in verdict.signatures] == [False, True, True]


def test_the_teachers_signature_may_not_be_exchanged_before_the_seal(world: World) -> None:
    code = str(uuid.uuid4())
    frozen = freeze(code)
    led = world.sealed(frozen=frozen, roles=[SignerRole.HOMEROOM, SignerRole.LEADER])
    again = world.sealed(frozen=frozen, roles=[SignerRole.HOMEROOM])
    root = etree.fromstring(led)
    mine = slot(root, "GVCN")
    mine.getparent().replace(mine, slot(etree.fromstring(again), "GVCN"))
    document = etree.tostring(root, method="c14n", exclusive=True)
    check(
        world.sign(document, SignerRole.SEAL, world.step(SignerRole.SEAL)),
        world,
        "HASH_FAILURE",
        "digest.countersigned",
    )


def test_one_keys_signature_in_every_slot(world: World) -> None:
    keys = {
        "HOMEROOM": {"key": world.teacher},
        "LEADER": {"key": world.teacher, "number": TEACHER_NUMBER},
        "SEAL": {"key": world.teacher},
    }
    check(world.sealed(**keys), world, "SIG_CONSTRAINTS_FAILURE", "signer.not-the-named")


def test_a_persons_certificate_may_not_seal(world: World) -> None:
    sealed = world.sealed(SEAL={"key": world.leader})
    trust = world.and_trust((SignerRole.SEAL, world.leader, SCHOOL))
    check(sealed, world, "NO_CERTIFICATE_CHAIN_FOUND", "path.unknown-issuer", trust)


def test_an_organisations_certificate_may_not_sign_as_a_person(world: World) -> None:
    sealed = world.sealed(LEADER={"key": world.seal, "number": LEADER_NUMBER})
    check(sealed, world, "NO_CERTIFICATE_CHAIN_FOUND", "path.unknown-issuer")


def test_another_schools_seal_is_not_approved_here(world: World) -> None:
    sealed = world.sealed(SEAL={"key": world.other_seal})
    check(sealed, world, "SIG_CONSTRAINTS_FAILURE", "authority.not-approved")


def test_another_person_with_the_leaders_number_in_the_slot(world: World) -> None:
    impostor = world.person("Lê Thị Bích Hằng", "099175000457")
    sealed = world.sealed(LEADER={"key": impostor})
    trust = world.and_trust((SignerRole.LEADER, impostor, SCHOOL))
    check(sealed, world, "SIG_CONSTRAINTS_FAILURE", "signer.other-person", trust)


def test_a_person_whom_the_data_does_not_name(world: World) -> None:
    deputy = world.person("Vũ Văn Phó", "099180000111")
    sealed = world.sealed(LEADER={"key": deputy, "number": "099180000111"})
    trust = world.and_trust((SignerRole.LEADER, deputy, SCHOOL))
    check(sealed, world, "SIG_CONSTRAINTS_FAILURE", "signer.not-the-named", trust)


def test_a_certificate_that_nobody_approved(world: World) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    check(world.sealed(HOMEROOM={"key": teacher}), world, "SIG_CONSTRAINTS_FAILURE", "authority.not-approved")


def test_an_approval_for_another_school_or_role(world: World) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    sealed = world.sealed(HOMEROOM={"key": teacher})
    for entry in ((SignerRole.HOMEROOM, teacher, OTHER_SCHOOL), (SignerRole.LEADER, teacher, SCHOOL)):
        check(sealed, world, "SIG_CONSTRAINTS_FAILURE", "authority.not-approved", world.and_trust(entry))


def test_an_approval_that_began_later(world: World) -> None:
    early = {
        name: {
            "claimed": NOW - timedelta(days=4, hours=3 - hour),
            "stamped": NOW - timedelta(days=4, hours=3 - hour),
        }
        for hour, name in enumerate(("HOMEROOM", "LEADER", "SEAL"))
    }
    check(world.sealed(**early), world, "SIG_CONSTRAINTS_FAILURE", "authority.not-approved-then")


@pytest.mark.parametrize(
    ("flaw", "sub", "code"),
    [
        (Flaw.EXPIRED, "EXPIRED", "path.expired"),
        (Flaw.NOT_YET_VALID, "NOT_YET_VALID", "path.not-yet-valid"),
        (Flaw.TLS, "CHAIN_CONSTRAINTS_FAILURE", "certificate.purpose"),
        (Flaw.CA, "CHAIN_CONSTRAINTS_FAILURE", "certificate.is-authority"),
        (Flaw.TIMESTAMPING, "CHAIN_CONSTRAINTS_FAILURE", "certificate.purpose"),
        (Flaw.ENCRYPTION_ONLY, "CHAIN_CONSTRAINTS_FAILURE", "certificate.key-usage"),
    ],
)
def test_the_wrong_kind_of_certificate(world: World, flaw: Flaw, sub: str, code: str) -> None:
    key = issue_flawed(world.pki, flaw, "Phạm Thu Hường", TEACHER_NUMBER, now=NOW)
    sealed = world.sealed(HOMEROOM={"key": key})
    check(sealed, world, sub, code, world.and_trust((SignerRole.HOMEROOM, key, SCHOOL)))


def test_a_certificate_from_a_stranger(world: World, tmp_path) -> None:
    stranger = World(tmp_path / "pki")
    sealed = world.sealed(SEAL={"key": stranger.seal, "evidence": False})
    trust = world.and_trust((SignerRole.SEAL, stranger.seal, SCHOOL))
    check(sealed, world, "NO_CERTIFICATE_CHAIN_FOUND", "path.unknown-issuer", trust)


def test_a_timestamp_from_a_stranger(world: World, tmp_path) -> None:
    stranger = World(tmp_path / "pki")
    sealed = world.sealed(SEAL={"token": lambda digest: stranger.stamp(digest, NOW + timedelta(hours=2))})
    verdict = verify_xml(sealed, world.trust, AFTER)
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.lines["time"] is Line.UNKNOWN
    check(sealed, world, "NO_CERTIFICATE_CHAIN_FOUND", "path.unknown-issuer")


def test_a_timestamp_by_a_signers_key(world: World) -> None:
    sealed = world.sealed(
        SEAL={"token": lambda digest: stamp_with(world.leader, digest, NOW + timedelta(hours=2))}
    )
    check(sealed, world, "CHAIN_CONSTRAINTS_FAILURE", "certificate.purpose")


def test_a_timestamp_whose_signature_is_broken(world: World) -> None:
    def token(digest: bytes) -> bytes:
        made = bytearray(world.stamp(digest, NOW + timedelta(hours=2)))
        made[-1] ^= 1
        return bytes(made)

    check(world.sealed(SEAL={"token": token}), world, "SIG_CRYPTO_FAILURE", "timestamp.signature")


def test_backdating_is_seen_in_the_timestamp(world: World) -> None:
    sealed = world.sealed(SEAL={"stamped": NOW + timedelta(days=2)})
    check(sealed, world, "SIG_CONSTRAINTS_FAILURE", "time.claim-too-far")


def test_the_order_of_the_signatures(world: World) -> None:
    for changes in (
        {"claimed": NOW - timedelta(hours=2)},
        {"stamped": NOW - timedelta(hours=2)},
    ):
        check(world.sealed(LEADER=changes), world, "SIG_CONSTRAINTS_FAILURE", "time.order")


def test_revoked_before_the_timestamp(world: World) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    world.pki.revoke(teacher.certificate, NOW - timedelta(hours=5))
    sealed = world.sealed(HOMEROOM={"key": teacher})
    trust = world.and_trust((SignerRole.HOMEROOM, teacher, SCHOOL))
    check(sealed, world, "REVOKED", "path.revoked", trust)
    report = verify_xml(sealed, trust, AFTER).signatures[0]
    assert report.certificate is not None
    assert report.certificate.status == "revoked"


def test_an_answer_older_than_two_days_proves_nothing(world: World) -> None:
    sealed = world.sealed(SEAL={"evidence_at": NOW - timedelta(days=3)})
    check(sealed, world, "TRY_LATER", "path.revocation-unknown")


def test_an_answer_about_another_certificate_proves_nothing(world: World) -> None:
    other = world.organisation("Trường Tiểu học Hoa Cúc", "99000103")
    document = world.sealed(roles=[SignerRole.HOMEROOM, SignerRole.LEADER])
    step = world.step(SignerRole.SEAL, evidence=False)
    sealed = world.sign(document, SignerRole.SEAL, step)
    from signing.seal.xml import attach_evidence, imprint

    digest = imprint(sealed, SignerRole.SEAL)
    hostile = attach_evidence(
        sealed, SignerRole.SEAL, world.stamp(digest, step.stamped), world.evidence(other, step.stamped)
    )
    check(hostile, world, "TRY_LATER", "path.revocation-unknown")


@pytest.mark.parametrize("role", ["HOMEROOM", "LEADER", "SEAL"])
def test_missing_proof_is_not_a_pass(world: World, role: str) -> None:
    check(world.sealed(**{role: {"tsa": None, "evidence": False}}), world, "NO_POE", "timestamp.missing")
    check(world.sealed(**{role: {"without_revocation": True}}), world, "TRY_LATER", "path.revocation-unknown")


def test_the_anchors_of_one_role_vouch_for_no_other(world: World) -> None:
    private = world.organisation("Trường Tiểu học Tư thục", SCHOOL, issuer=PUBLIC_CAS[0])
    public = world.person("Phạm Thu Hường", TEACHER_NUMBER, ORGANISATION_CA)
    for role, key in ((SignerRole.SEAL, private), (SignerRole.HOMEROOM, public)):
        sealed = world.sealed(**{role.name: {"key": key}})
        check(
            sealed,
            world,
            "NO_CERTIFICATE_CHAIN_FOUND",
            "path.unknown-issuer",
            world.and_trust((role, key, SCHOOL)),
        )


def test_rubbish_never_raises(world: World) -> None:
    for data in (b"\x00", b"<", b"PK\x03\x04", b"%PDF-1.7", b"<a/>", b"\xff\xfe<", b"<HOC_BA/>", b"&x;"):
        verdict = verify_xml(data, world.trust, AFTER)
        assert (verdict.indication, verdict.subindication) == ("TOTAL-FAILED", FORMAT)
        assert verdict.lines["signers"] is Line.UNKNOWN


def test_an_error_in_the_verifier_itself_is_a_refusal(world: World, genuine: bytes) -> None:
    def broken(data: bytes) -> tuple[str, ...]:
        raise RuntimeError

    verdict = verify_xml(genuine, world.trust, AFTER, STRICT, structure=broken)
    assert [one.code for one in verdict.reasons] == ["file.broken"]


def test_every_byte_of_the_frame_counts(world: World, genuine: bytes) -> None:
    """Flip one letter in every text that is not base64; nothing may stay unnoticed."""
    places = [match.start(1) for match in re.finditer(rb">([^<>\s])[^<>]{0,60}<", genuine)]
    assert len(places) > 80
    for place in places[::3]:
        letter = b"1" if genuine[place : place + 1] != b"1" else b"2"
        hostile = genuine[:place] + letter + genuine[place + 1 :]
        assert verify_xml(hostile, world.trust, AFTER).indication is not Indication.PASSED, place
