"""Files of other makers: v1.0, references by id, no XAdES, no timestamp; the verdict says what is covered."""

from __future__ import annotations

import uuid

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner, methods
from signxml.signer import SignatureReference

from hocba.kernel.clock import iso_vietnam
from signing.seal.verdict import Indication
from signing.seal.xml import FOREIGN, verify_xml
from signing.specimen.pki import IssuedKey
from tests.signing.seal.xml.world import AFTER, LEADER_NUMBER, NOW, World, freeze

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
INCLUSIVE = CanonicalizationMethod.CANONICAL_XML_1_0


def foreign_file(world: World, method: CanonicalizationMethod, *, with_time: bool = True) -> bytes:
    """Return a file as another program makes it: leader and seal, references to data and time, RSA or not."""
    root = etree.fromstring(freeze(str(uuid.uuid4())))
    for name, key, number in (("CBQL", world.leader, LEADER_NUMBER), ("KY_PHAT_HANH", world.seal, None)):
        slot = etree.SubElement(root[1], name)
        etree.SubElement(slot, "NGAY_KY").text = iso_vietnam(NOW)
        if number:
            etree.SubElement(slot, "SO_CCCD").text = number
        slot.append(sign(root, name, key, method, with_time))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def sign(
    root: etree._Element, name: str, key: IssuedKey, method: CanonicalizationMethod, with_time: bool
) -> etree._Element:
    """Let signxml sign the data region and an Object with the Ministry's SigningTime."""
    holder = etree.SubElement(root, f"{{{DS}}}Object", {"Id": f"time-{name}"}, nsmap={"ds": DS})
    prop = etree.SubElement(
        etree.SubElement(holder, f"{{{DS}}}SignatureProperties"),
        f"{{{DS}}}SignatureProperty",
        {"Target": f"#signature-{name}"},
    )
    etree.SubElement(prop, "{urn:other}SigningTime", nsmap={None: "urn:other"}).text = iso_vietnam(NOW)
    signer = XMLSigner(
        method=methods.detached,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=method,
    )
    uris = [root[0].get("Id"), *([f"time-{name}"] if with_time else [])]
    made = signer.sign(
        root,
        key=key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        cert=key.certificate.public_bytes(Encoding.PEM).decode(),
        reference_uri=[SignatureReference(URI="#" + uri, c14n_method=method) for uri in uris],
    )
    root.remove(holder)
    made.append(holder)
    return made


@pytest.fixture(scope="module", params=[EXCLUSIVE, INCLUSIVE], ids=["exclusive", "inclusive"])
def foreign(world: World, request: pytest.FixtureRequest) -> bytes:
    return foreign_file(world, request.param)


def test_it_is_intact_and_nothing_proves_when(world: World, foreign: bytes) -> None:
    verdict = verify_xml(foreign, world.trust, AFTER, FOREIGN)
    assert (verdict.indication, verdict.subindication) == ("INDETERMINATE", "NO_POE")
    assert all(one.integrity for one in verdict.signatures)
    assert [one.covers for one in verdict.signatures] == ["data", "data"]
    codes = {one.code for one in verdict.reasons}
    assert codes == {"signer.homeroom-absent", "timestamp.missing", "path.revocation-unknown"}


def test_it_is_not_taken_for_one_of_ours(world: World, foreign: bytes) -> None:
    verdict = verify_xml(foreign, world.trust, AFTER)
    assert (verdict.indication, verdict.subindication) == ("TOTAL-FAILED", "FORMAT_FAILURE")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Ánh Dương", "Ánh Nguyệt", "digest.data"),
        ("<THONG_TIN_CHUNG>", "<THONG_TIN_CHUNG><!-- x -->", "file.forbidden-markup"),
        ('URI="#data-', 'URI="#x', "layout.reference"),
        ("xmldsig-more#ecdsa-sha256", "xmldsig-more#rsa-sha256", "signature.weak-algorithm"),
        ("2027-05-28T09:30:00+07:00</NGAY_KY>", "2027-05-29T09:30:00+07:00</NGAY_KY>", "time.claims-differ"),
        (
            "2027-05-28T09:30:00+07:00</SigningTime>",
            "2027-05-29T09:30:00+07:00</SigningTime>",
            "digest.time",
        ),
        (
            f"</NGAY_KY><SO_CCCD>{LEADER_NUMBER}",
            "</NGAY_KY><SO_CCCD>099175000457",
            "signer.other-person",
        ),
    ],
)
def test_changes_are_seen(world: World, foreign: bytes, old: str, new: str, code: str) -> None:
    assert old.encode() in foreign
    verdict = verify_xml(foreign.replace(old.encode(), new.encode(), 1), world.trust, AFTER, FOREIGN)
    assert verdict.indication is not Indication.PASSED
    assert code in [one.code for one in verdict.reasons]


def test_a_signature_that_does_not_cover_its_time_fails(world: World) -> None:
    verdict = verify_xml(foreign_file(world, EXCLUSIVE, with_time=False), world.trust, AFTER, FOREIGN)
    assert verdict.indication is Indication.FAILED
    assert "signature.not-covering-time" in [one.code for one in verdict.reasons]


def test_a_flood_of_references_is_not_followed(world: World, genuine: bytes) -> None:
    start, end = genuine.rindex(b"<Reference "), genuine.rindex(b"</Reference>") + len(b"</Reference>")
    hostile = genuine[:end] + genuine[start:end] * 20 + genuine[end:]
    verdict = verify_xml(hostile, world.trust, AFTER, FOREIGN)
    assert [one.code for one in verdict.reasons] == ["layout.reference"]


def test_our_own_files_can_be_read_so_too(world: World, genuine: bytes) -> None:
    verdict = verify_xml(genuine, world.trust, AFTER, FOREIGN)
    assert (verdict.indication, verdict.reasons) == ("TOTAL-PASSED", ())
    assert verdict.signatures[2].covers == "document"


def test_changes_of_our_files_are_seen_so_too(world: World, genuine: bytes) -> None:
    hostile = genuine.replace(b"<SO_CCCD>099175000456</SO_CCCD><Sig", b"<SO_CCCD>099175000457</SO_CCCD><Sig")
    assert hostile != genuine
    verdict = verify_xml(hostile, world.trust, AFTER, FOREIGN)
    assert verdict.subindication == "SIG_CONSTRAINTS_FAILURE"
    assert "digest.document" in [one.code for one in verdict.reasons]
