"""The signer: two phases, exact bytes, refusals; other programs accept what it makes."""

from __future__ import annotations

import subprocess
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from signing.seal.trust import SignerRole
from signing.seal.xml import (
    NotSignable,
    WrongSignature,
    attach_evidence,
    complete,
    imprint,
    prepare,
    second_opinion,
    verify_xml,
)
from tests.signing.seal.xml.world import AFTER, NOW, TEACHER_NUMBER, World, freeze, raw_signature

DS = "http://www.w3.org/2000/09/xmldsig#"
XMLSEC1 = [
    "xmlsec1",
    "--verify",
    "--enabled-key-data",
    "x509",
    "--id-attr:id",
    "HOC_BA",
    "--id-attr:Id",
    "DU_LIEU_HOC_BA",
    "--id-attr:Id",
    DS + ":SignatureValue",
    "--id-attr:Id",
    DS + ":SignatureProperty",
    "--id-attr:Id",
    "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
    "--verification-time",
    "2027-05-29 00:00:00",
]


def xmlsec1(file: Path, world: World, xpath: str, *more: str) -> bool:
    """Return whether xmlsec1 accepts the signature, its certificate's path included."""
    anchors = []
    for authority in world.pki.authorities():
        anchors += ["--trusted-pem", str(authority.directory / "ca.cert.pem")]
    command = [*XMLSEC1, *anchors, *more, "--node-xpath", xpath, str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def slot_xpath(role: SignerRole) -> str:
    return f"//*[local-name()='{role.value}']/*[local-name()='Signature']"


@pytest.mark.parametrize("role", SignerRole)
def test_xmlsec1_accepts_each_signature(
    world: World, genuine: bytes, tmp_path: Path, role: SignerRole
) -> None:
    file = tmp_path / "genuine.xml"
    file.write_bytes(genuine)
    assert xmlsec1(file, world, slot_xpath(role))


@pytest.mark.parametrize("role", SignerRole)
def test_xmlsec1_refuses_each_signature_over_changed_data(
    world: World, genuine: bytes, tmp_path: Path, role: SignerRole
) -> None:
    file = tmp_path / "changed.xml"
    file.write_bytes(genuine.replace("Ánh Dương".encode(), "Ánh Nguyệt".encode(), 1))
    assert not xmlsec1(file, world, slot_xpath(role))


def test_signxml_agrees(genuine: bytes) -> None:
    assert second_opinion(genuine)
    assert not second_opinion(genuine.replace("Ánh Dương".encode(), "Ánh Nguyệt".encode(), 1))


def test_the_frozen_data_region_stays_byte_for_byte(world: World) -> None:
    frozen = freeze(str(uuid.uuid4()))
    start = frozen.index(b"<DU_LIEU_HOC_BA")
    end = frozen.index(b"</DU_LIEU_HOC_BA>")
    sealed = world.sealed(frozen=frozen)
    assert sealed[start:end] == frozen[start:end]
    assert sealed.startswith(frozen[:end])


def test_each_layer_keeps_the_bytes_of_the_earlier_ones(world: World) -> None:
    document = freeze(str(uuid.uuid4()))
    inner = document.removesuffix(b"</DANH_SACH_THONG_TIN_KY></HOC_BA>")
    for role in SignerRole:
        document = world.sign(document, role, world.step(role))
        assert document.startswith(inner)
        inner = document.removesuffix(b"</DANH_SACH_THONG_TIN_KY></HOC_BA>")


@pytest.mark.parametrize("bits", [2048, 3072])
def test_rsa_tokens_sign_too(world: World, bits: int) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER, rsa_bits=bits)
    sealed = world.sealed(HOMEROOM={"key": teacher})
    verdict = verify_xml(sealed, world.and_trust((SignerRole.HOMEROOM, teacher, "99000101")), AFTER)
    assert (verdict.indication, verdict.reasons) == ("TOTAL-PASSED", ())
    assert second_opinion(sealed)


def test_ecdsa_is_taken_as_der_and_as_r_and_s(world: World) -> None:
    prepared = start(world)
    der = raw_signature(world.teacher, prepared.digest)
    r, s = decode_dss_signature(der)
    plain = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert complete(prepared.document, SignerRole.HOMEROOM, der) == complete(
        prepared.document, SignerRole.HOMEROOM, plain
    )


def start(world: World, **changes: object):
    arguments = {"signing_time": NOW, "personal_number": TEACHER_NUMBER} | changes
    return prepare(freeze(str(uuid.uuid4())), SignerRole.HOMEROOM, world.teacher.chain, **arguments)


def test_the_prepared_document_has_an_empty_value(world: World) -> None:
    prepared = start(world)
    assert b"></SignatureValue>" in prepared.document
    assert len(prepared.digest) == 32
    assert prepared.algorithm == "ecdsa-sha256"


def test_a_foreign_or_broken_value_is_never_embedded(world: World) -> None:
    prepared = start(world)
    for raw in (
        raw_signature(world.leader, prepared.digest),
        raw_signature(world.teacher, bytes(32)),
        b"",
        bytes(64),
        b"\x30\x06\x02\x01\x01\x02\x01\x01",
    ):
        with pytest.raises(WrongSignature):
            complete(prepared.document, SignerRole.HOMEROOM, raw)


def test_an_rsa_value_is_checked_too(world: World) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER, rsa_bits=2048)
    prepared = prepare(
        freeze(str(uuid.uuid4())),
        SignerRole.HOMEROOM,
        teacher.chain,
        signing_time=NOW,
        personal_number=TEACHER_NUMBER,
    )
    assert prepared.algorithm == "rsa-sha256"
    with pytest.raises(WrongSignature):
        complete(prepared.document, SignerRole.HOMEROOM, bytes(256))


@pytest.mark.parametrize(
    ("changes", "case"),
    [
        ({"personal_number": None}, "personal-number"),
        ({"signing_time": datetime(2027, 5, 28)}, "time-without-zone"),
    ],
)
def test_what_cannot_be_prepared_is_refused(world: World, changes: dict[str, object], case: str) -> None:
    with pytest.raises(NotSignable) as refusal:
        start(world, **changes)
    assert refusal.value.case == case


def test_a_short_key_is_refused(world: World) -> None:
    weak = world.person("Phạm Thu Hường", TEACHER_NUMBER, rsa_bits=1024)
    with pytest.raises(NotSignable) as refusal:
        prepare(
            freeze(str(uuid.uuid4())),
            SignerRole.HOMEROOM,
            weak.chain,
            signing_time=NOW,
            personal_number=TEACHER_NUMBER,
        )
    assert refusal.value.case == "key-not-allowed"


def test_slots_are_signed_in_order_and_once(world: World) -> None:
    frozen = freeze(str(uuid.uuid4()))
    with pytest.raises(NotSignable) as early:
        world.sign(frozen, SignerRole.SEAL, world.step(SignerRole.SEAL))
    led = world.sign(frozen, SignerRole.LEADER, world.step(SignerRole.LEADER))
    with pytest.raises(NotSignable) as late:
        world.sign(led, SignerRole.HOMEROOM, world.step(SignerRole.HOMEROOM))
    with pytest.raises(NotSignable) as twice:
        world.sign(led, SignerRole.LEADER, world.step(SignerRole.LEADER))
    cases = [refusal.value.case for refusal in (early, late, twice)]
    assert cases == ["earlier-slot-missing", "slot-taken", "slot-taken"]


def test_nothing_is_built_on_an_unfinished_slot(world: World) -> None:
    prepared = start(world)
    with pytest.raises(NotSignable) as refusal:
        world.sign(prepared.document, SignerRole.LEADER, world.step(SignerRole.LEADER))
    assert refusal.value.case == "not-signed"
    with pytest.raises(NotSignable):
        imprint(prepared.document, SignerRole.HOMEROOM)


def test_evidence_may_not_come_after_the_next_signer(world: World, genuine: bytes) -> None:
    with pytest.raises(NotSignable) as refusal:
        attach_evidence(genuine, SignerRole.LEADER, b"token", None)
    assert refusal.value.case == "already-covered"


def test_a_second_call_replaces_the_evidence(world: World) -> None:
    prepared = start(world)
    signed = complete(prepared.document, SignerRole.HOMEROOM, raw_signature(world.teacher, prepared.digest))
    once = attach_evidence(signed, SignerRole.HOMEROOM, b"token", None)
    again = attach_evidence(
        attach_evidence(signed, SignerRole.HOMEROOM, b"other", None), SignerRole.HOMEROOM, b"token", None
    )
    assert once == again


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<HOC_BA/>",
        b'<?xml version="1.0"?><HOC_BA/>',
        b'<HOC_BA id="hocba-1"><DU_LIEU_HOC_BA Id="data-1"/></HOC_BA>',
    ],
)
def test_only_our_own_canonical_bytes_are_signed(world: World, document: bytes) -> None:
    with pytest.raises(NotSignable):
        prepare(
            document,
            SignerRole.HOMEROOM,
            world.teacher.chain,
            signing_time=NOW,
            personal_number=TEACHER_NUMBER,
        )


def test_the_same_intent_gives_the_same_digest(world: World) -> None:
    frozen = freeze(str(uuid.uuid4()))
    arguments = {"personal_number": TEACHER_NUMBER}
    one, two, later = (
        prepare(
            frozen,
            SignerRole.HOMEROOM,
            world.teacher.chain,
            signing_time=NOW + timedelta(seconds=seconds),
            **arguments,
        ).digest
        for seconds in (0, 0, 1)
    )
    assert one == two != later
