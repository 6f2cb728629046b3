"""Attacked PDFs are refused, whoever made them; genuine ones pass."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest

from signing.seal.pdf import codes
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication
from tests.signing.seal.pdf import attacks
from tests.signing.seal.pdf.conftest import Genuine


@pytest.mark.parametrize("name", attacks.WITHOUT_KEY)
def test_refuses_what_was_changed_after_sealing(genuine: Genuine, name: str) -> None:
    attacked = attacks.WITHOUT_KEY[name](genuine)
    assert attacked != genuine.sealed
    start = time.process_time()
    verdict = genuine.verdict(attacked)
    assert verdict.indication is Indication.FAILED
    assert verdict.reasons[0].code != "pdf.unexpected"
    assert time.process_time() - start < 5


@pytest.mark.parametrize("name", attacks.REARCHIVED)
def test_refuses_what_hides_behind_a_new_document_timestamp(genuine: Genuine, name: str) -> None:
    verdict = genuine.verdict(attacks.REARCHIVED[name](genuine))
    assert verdict.indication is Indication.FAILED
    assert verdict.reasons[0].code != "pdf.unexpected"


def test_a_new_document_timestamp_alone_is_no_damage(genuine: Genuine) -> None:
    verdict = genuine.verdict(attacks.rearchived(lambda writer: None)(genuine))
    assert verdict.indication is Indication.PASSED


@pytest.mark.parametrize("name", attacks.WITH_KEY)
def test_refuses_what_no_school_may_seal(genuine: Genuine, name: str) -> None:
    attack, code = attacks.WITH_KEY[name]
    verdict = genuine.verdict(attack(genuine))
    assert verdict.indication is Indication.FAILED
    assert not code or code in {reason.code for reason in verdict.reasons}


def test_refuses_the_seal_of_another_organisation(genuine: Genuine) -> None:
    other = genuine.world.organisation("Trường Tiểu học Hoa Súng", "99000202")
    codes = {reason.code for reason in genuine.verdict(genuine.world.seal(genuine.drawn, other)).reasons}
    assert {"pdf.other-organisation", "authority.not-approved"} <= codes


def test_refuses_a_persons_key_in_the_schools_place(genuine: Genuine) -> None:
    verdict = genuine.verdict(genuine.world.seal(genuine.drawn, genuine.world.leader))
    assert verdict.indication is Indication.FAILED
    assert "pdf.other-organisation" in {reason.code for reason in verdict.reasons}


def test_refuses_a_renewed_certificate_that_nobody_approved(genuine: Genuine) -> None:
    renewed = genuine.world.organisation("Trường Tiểu học Hoa Sen", "99000101")
    sealed = genuine.world.seal(genuine.drawn, renewed)
    assert [reason.code for reason in genuine.verdict(sealed).reasons] == ["authority.not-approved"]
    approved = genuine.world.trust((SignerRole.SEAL, renewed.certificate))
    from signing.seal.pdf.verify import verify_pdf

    assert verify_pdf(sealed, approved, genuine.world.clock).indication is Indication.PASSED


def test_refuses_a_pdf_older_than_its_xml(genuine: Genuine) -> None:
    now = genuine.world.clock
    try:
        genuine.world.clock = now - timedelta(hours=6)
        sealed = genuine.world.seal(genuine.drawn)
    finally:
        genuine.world.clock = now
    assert "pdf.before-xml" in {reason.code for reason in genuine.verdict(sealed).reasons}


def test_leaves_open_a_seal_of_an_unknown_issuer(genuine: Genuine, tmp_path) -> None:
    from signing.specimen.pki import SpecimenPki

    stranger = SpecimenPki.ensure(tmp_path).trust()
    from signing.seal.pdf.verify import verify_pdf

    verdict = verify_pdf(genuine.sealed, stranger, genuine.world.clock)
    assert verdict.indication is Indication.INDETERMINATE


def test_every_code_given_is_listed_and_every_listed_one_is_given() -> None:
    room = Path(codes.__file__).parent
    sources = [path.read_text("utf-8") for path in room.glob("*.py") if path.name != "codes.py"]
    given = set(re.findall(r'"(pdf\.[a-z-]+)"', "".join(sources)))
    assert given == set(codes.CODES)
