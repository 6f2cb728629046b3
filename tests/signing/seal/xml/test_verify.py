"""Genuine files pass, also written otherwise; what the verdict tells; withdrawals cannot be escaped."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from hocba.kernel.canonical import code_hash, code_salt
from records.national import v1_0
from signing.seal.trust import SignerRole, StatusEntry, Trust
from signing.seal.verdict import Indication, Line, Status
from signing.seal.xml import data_region, verify_xml
from signing.seal.xml.codes import CODES
from signing.specimen.pki import PUBLIC_CAS
from tests.signing.seal.xml.world import (
    AFTER,
    LEADER_NUMBER,
    NOW,
    SCHOOL,
    TEACHER_NUMBER,
    World,
    freeze,
)

CODE = "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c"
PASSED = {
    "integrity": "passed",
    "signers": "passed",
    "authority": "passed",
    "time": "passed",
    "log": "not-shown",
    "status": "passed",
}


def test_a_genuine_file_passes(world: World, genuine: bytes) -> None:
    verdict = verify_xml(genuine, world.trust, AFTER)
    assert (verdict.indication, verdict.subindication, verdict.reasons) == ("TOTAL-PASSED", None, ())
    assert verdict.lines == PASSED
    assert verdict.look_up_code == CODE
    assert verdict.structure
    assert verdict.status is Status.VALID


def test_the_report_tells_who_when_and_what(world: World, genuine: bytes) -> None:
    teacher, leader, seal = verify_xml(genuine, world.trust, AFTER).signatures
    assert [one.role for one in (teacher, leader, seal)] == ["GVCN", "CBQL", "KY_PHAT_HANH"]
    assert [one.covers for one in (teacher, leader, seal)] == ["data", "data+countersigned", "document"]
    assert teacher.signer == "Phạm Thu Hường"
    assert teacher.personal_number == TEACHER_NUMBER
    assert teacher.issuer == "BẢN MẪU CA công cộng Một"
    assert teacher.signing_time == NOW
    assert teacher.timestamp == NOW + timedelta(seconds=2)
    assert seal.certificate is not None
    assert seal.certificate.status == "good"
    assert all(one.integrity for one in (teacher, leader, seal))


def test_it_passes_long_after_the_certificates_expired(world: World, genuine: bytes) -> None:
    assert verify_xml(genuine, world.trust, NOW + timedelta(days=20 * 365)).reasons == ()


def test_it_passes_when_the_homeroom_teacher_does_not_sign(world: World) -> None:
    sealed = world.sealed(roles=[SignerRole.LEADER, SignerRole.SEAL])
    verdict = verify_xml(sealed, world.trust, AFTER)
    assert verdict.indication is Indication.PASSED
    assert [one.code for one in verdict.reasons] == ["signer.homeroom-absent"]
    assert verdict.signatures[0].covers == "data"


def test_revoked_after_the_signature_still_passes(world: World) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    sealed = world.sealed(HOMEROOM={"key": teacher})
    world.pki.revoke(teacher.certificate, NOW + timedelta(days=3))
    trust = world.and_trust((SignerRole.HOMEROOM, teacher, SCHOOL))
    assert verify_xml(sealed, trust, AFTER).reasons == ()


def test_evidence_by_list_only_is_enough(world: World) -> None:
    from signing.seal.paths import Embedded, validate_path
    from signing.seal.trust import AnchorRole
    from signing.specimen.status import RevocationList

    authority = world.pki.authority(PUBLIC_CAS[0])
    lists = Embedded(crls=(RevocationList(authority).at(NOW),))
    certificate = world.teacher.certificate
    assert validate_path(certificate, AnchorRole.PERSON, world.trust, NOW, lists).status == "good"
    old = Embedded(crls=(RevocationList(authority).at(NOW - timedelta(days=3)),))
    assert validate_path(certificate, AnchorRole.PERSON, world.trust, NOW, old).status == "unknown"
    revoked = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    world.pki.revoke(revoked.certificate, NOW - timedelta(hours=1))
    lists = Embedded(crls=(RevocationList(authority).at(NOW),))
    found = validate_path(revoked.certificate, AnchorRole.PERSON, world.trust, NOW, lists)
    assert [one.subindication for one in found.reasons] == ["REVOKED"]
    before = validate_path(
        revoked.certificate, AnchorRole.PERSON, world.trust, NOW - timedelta(hours=2), lists
    )
    assert before.status == "good"


def test_one_person_may_hold_both_roles_and_it_is_said(world: World) -> None:
    frozen = freeze(str(uuid.uuid4()), homeroom_teacher_personal_number=LEADER_NUMBER)
    sealed = world.sealed(frozen=frozen, HOMEROOM={"key": world.leader, "number": LEADER_NUMBER})
    verdict = verify_xml(sealed, world.and_trust((SignerRole.HOMEROOM, world.leader, SCHOOL)), AFTER)
    assert verdict.indication is Indication.PASSED
    assert [one.code for one in verdict.reasons] == ["signer.same-person"]


def declared(data: bytes) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + data


def standalone(data: bytes) -> bytes:
    return b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n" + data + b"\n"


def byte_order_mark(data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


def rewritten(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), encoding="utf-8", xml_declaration=True)


def ascii_only(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data))  # letters beyond ASCII as character references


def single_quotes(data: bytes) -> bytes:
    return data.replace(
        b'<HOC_BA id="' + b"hocba-" + CODE.encode() + b'">', b"<HOC_BA\n  id='hocba-" + CODE.encode() + b"' >"
    )


def with_prefixes_kept(data: bytes) -> bytes:
    return etree.tostring(etree.ElementTree(etree.fromstring(data)), encoding="utf-8")


BENIGN = [declared, standalone, byte_order_mark, rewritten, ascii_only, single_quotes, with_prefixes_kept]


@pytest.mark.parametrize("variant", BENIGN)
def test_the_same_document_written_otherwise_passes(world: World, genuine: bytes, variant) -> None:
    data = variant(genuine)
    verdict = verify_xml(data, world.trust, AFTER)
    assert (verdict.indication, verdict.reasons) == ("TOTAL-PASSED", ())
    assert data_region(data) == data_region(genuine)


def with_status(trust: Trust, material: bytes, status: Status) -> Trust:
    name = code_hash(CODE, code_salt(material))
    return replace(trust, statuses={name: StatusEntry(name, status, NOW + timedelta(days=2))})


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.REPLACED])
def test_a_withdrawn_transcript_is_intact_and_shows_red(world: World, genuine: bytes, status: Status) -> None:
    verdict = verify_xml(genuine, with_status(world.trust, data_region(genuine), status), AFTER)
    assert verdict.indication is Indication.PASSED
    assert verdict.status is status
    assert verdict.lines["status"] is Line.FAILED
    assert [one.code for one in verdict.reasons] == [f"status.{status.value}"]


@pytest.mark.parametrize("variant", BENIGN)
def test_no_other_spelling_escapes_a_withdrawal(world: World, genuine: bytes, variant) -> None:
    trust = with_status(world.trust, data_region(genuine), Status.WITHDRAWN)
    assert verify_xml(variant(genuine), trust, AFTER).status is Status.WITHDRAWN


def test_the_data_shown_is_what_was_signed(genuine: bytes) -> None:
    region = etree.fromstring(data_region(genuine))
    assert region.findtext("THONG_TIN_CHUNG/HO_VA_TEN") == "Nguyễn Thị Ánh Dương"
    assert v1_0.parse(genuine).general.full_name == "Nguyễn Thị Ánh Dương"


@pytest.mark.parametrize(
    ("changes", "line", "code"),
    [
        ({"authorities": None}, "authority", "authority.no-register"),
        ({"roots": {}}, "signers", "path.unknown-issuer"),
    ],
)
def test_what_cannot_be_known_is_indeterminate(
    world: World, genuine: bytes, changes: dict[str, object], line: str, code: str
) -> None:
    verdict = verify_xml(genuine, replace(world.trust, **changes), AFTER)
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.lines[line] is Line.UNKNOWN
    assert code in [one.code for one in verdict.reasons]


def test_without_a_status_list_the_standing_is_unknown_and_lowers_nothing(
    world: World, genuine: bytes
) -> None:
    verdict = verify_xml(genuine, replace(world.trust, statuses=None), AFTER)
    assert (verdict.indication, verdict.status) == ("TOTAL-PASSED", Status.UNKNOWN)
    assert verdict.lines["status"] is Line.UNKNOWN


def test_before_its_own_timestamps_nothing_is_certain(world: World, genuine: bytes) -> None:
    verdict = verify_xml(genuine, world.trust, NOW - timedelta(days=1))
    assert verdict.indication is Indication.INDETERMINATE
    assert "timestamp.future" in [one.code for one in verdict.reasons]


def test_every_code_in_use_is_listed() -> None:
    import re
    from pathlib import Path

    import signing.seal.xml as room

    folder = Path(room.__file__).parent
    sources = [
        *folder.glob("*.py"),
        *(
            folder.parent / f"{name}.py"
            for name in ("paths", "timestamps", "tokens", "certificates", "proofs")
        ),
    ]
    used: set[str] = set()
    for source in sources:
        if source.name != "codes.py":
            used |= set(
                re.findall(
                    r'"((?:file|layout|structure|digest|signature|certificate|signer|time|timestamp|path|evidence|authority|status)(?:\.[a-z0-9-]+)+)"',
                    source.read_text(),
                )
            )
    kinds = ("data", "document", "countersigned", "time", "properties", "key-info", "own", "list")
    assert used | {f"digest.{kind}" for kind in kinds} | {"status.withdrawn", "status.replaced"} == set(CODES)
