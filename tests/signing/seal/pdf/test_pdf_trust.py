"""Whom a verifier of PDFs believes, and that it has a reason for everything; attacks are in `tests/hostile_pdf`."""

from __future__ import annotations

import re
from pathlib import Path

from signing.seal.pdf import codes
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication
from tests.signing.seal.pdf.conftest import Genuine


def test_refuses_a_renewed_certificate_that_nobody_approved(genuine: Genuine) -> None:
    renewed = genuine.world.organisation("Trường Tiểu học Hoa Sen", "99000101")
    sealed = genuine.world.seal(genuine.drawn, renewed)
    assert [reason.code for reason in genuine.verdict(sealed).reasons] == ["authority.not-approved"]
    approved = genuine.world.trust((SignerRole.SEAL, renewed.certificate))
    from signing.seal.pdf.verify import verify_pdf

    assert verify_pdf(sealed, approved, genuine.world.clock).indication is Indication.PASSED


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
