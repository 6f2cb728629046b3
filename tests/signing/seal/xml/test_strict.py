"""What the strict verifier says besides its codes; scans over every place. The attacks are in tests/hostile."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from signing import alarms
from signing.seal import codes
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication, Line
from signing.seal.xml import ALONE, STRICT, second_opinion, verify_xml
from signing.seal.xml.codes import CODES
from signing.seal.xml.profile import dissect
from signing.seal.xml.second import agrees
from tests.signing.seal.xml.world import AFTER, NOW, SCHOOL, TEACHER_NUMBER, World, freeze

FORMAT = "FORMAT_FAILURE"


def test_data_changed_between_the_signatures_voids_the_first(world: World) -> None:
    document = world.sign(
        freeze(str(uuid.uuid4())), SignerRole.HOMEROOM, world.step(SignerRole.HOMEROOM)
    ).replace("Ánh Dương".encode(), "Ánh Nguyệt".encode())
    for role in (SignerRole.LEADER, SignerRole.SEAL):
        document = world.sign(document, role, world.step(role))
    verdict = verify_xml(document, world.trust, AFTER)
    assert [(one.code, dict(one.facts)["role"]) for one in verdict.reasons] == [("digest.data", "GVCN")]
    assert [one.integrity for one in verdict.signatures] == [False, True, True]


def test_the_report_says_revoked(world: World) -> None:
    teacher = world.person("Phạm Thu Hường", TEACHER_NUMBER)
    world.pki.revoke(teacher.certificate, NOW - timedelta(hours=5))
    sealed = world.sealed(HOMEROOM={"key": teacher})
    report = verify_xml(sealed, world.and_trust((SignerRole.HOMEROOM, teacher, SCHOOL)), AFTER).signatures[0]
    assert report.certificate is not None
    assert report.certificate.status == "revoked"


def test_a_strangers_timestamp_leaves_the_time_open(world: World, tmp_path) -> None:
    stranger = World(tmp_path / "pki")
    sealed = world.sealed(SEAL={"token": lambda digest: stranger.stamp(digest, NOW + timedelta(hours=2))})
    verdict = verify_xml(sealed, world.trust, AFTER)
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.lines["time"] is Line.UNKNOWN
    assert verdict.lines["integrity"] is Line.PASSED


def test_rubbish_never_raises(world: World) -> None:
    for data in (b"\x00", b"<", b"PK\x03\x04", b"%PDF-1.7", b"<a/>", b"\xff\xfe<", b"<HOC_BA/>", b"&x;", b""):
        verdict = verify_xml(data, world.trust, AFTER)
        assert (verdict.indication, verdict.subindication) == ("TOTAL-FAILED", FORMAT)
        assert verdict.lines["signers"] is Line.UNKNOWN
        assert verdict.lines["integrity"] is Line.FAILED


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


# --- The second opinion ---


def test_the_second_opinion_is_asked_unless_it_is_declined() -> None:
    assert STRICT.second_opinion
    assert replace(STRICT, second_opinion=False) == ALONE


def test_a_verifier_that_reads_other_bytes_disagrees(world: World, genuine: bytes) -> None:
    """Our tree of one file beside the bytes of another: what a difference in parsing would look like."""
    document = dissect(genuine)
    assert agrees(genuine, document)
    assert not agrees(world.sealed(), document)
    assert not agrees(genuine.replace("Ánh Dương".encode(), "Ánh Nguyệt".encode(), 1), document)
    assert not agrees(b"\xef\xbb\xbf" * 2 + genuine, document)


def test_where_two_verifiers_disagree_nobody_is_believed_and_an_alarm_is_raised(
    world: World, genuine: bytes, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """signxml is told to allow no algorithm that we allow: it then refuses what we accept."""
    monkeypatch.setattr("signing.seal.xml.second._METHODS", frozenset())
    assert not second_opinion(genuine)
    assert verify_xml(genuine, world.trust, AFTER, ALONE).indication is Indication.PASSED
    verdict = verify_xml(genuine, world.trust, AFTER)
    assert (verdict.indication, verdict.subindication) == ("INDETERMINATE", "SIG_CRYPTO_FAILURE")
    assert {reason.code for reason in verdict.reasons} == codes.ALARMING
    before = alarms.DISAGREEMENTS._value.get()
    assert alarms.listen(verdict, genuine) is verdict
    assert alarms.DISAGREEMENTS._value.get() == before + 1
    assert "disagree" in caplog.text
    assert "Ánh Dương" not in caplog.text


def test_nothing_else_rings_the_bell(world: World, genuine: bytes, caplog: pytest.LogCaptureFixture) -> None:
    before = alarms.DISAGREEMENTS._value.get()
    for data in (genuine, genuine.replace(b"99000101", b"99000102", 1), b"<a/>"):
        alarms.listen(verify_xml(data, world.trust, AFTER), data)
    assert (alarms.DISAGREEMENTS._value.get(), caplog.text) == (before, "")


def test_codes_that_alarm_are_codes() -> None:
    assert set(CODES) >= codes.ALARMING
