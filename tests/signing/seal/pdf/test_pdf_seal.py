"""The sealed PDF: PAdES B-LTA that we, pyHanko and poppler accept, with keys of both kinds."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.seal.pdf.seal import NotSealable, seal_pdf
from signing.seal.pdf.verify import attached_xml, verify_pdf
from signing.seal.raw import WrongSignature
from signing.seal.trust import AnchorRole, SignerRole
from signing.seal.verdict import Indication, Kind, Line
from tests.awaiting import result_of
from tests.signing.seal.pdf.conftest import Genuine
from tests.signing.seal.pdf.world import signer


def test_passes_with_every_line_known(genuine: Genuine) -> None:
    verdict = genuine.verdict(genuine.sealed)
    assert (verdict.indication, verdict.reasons, verdict.kind) == (Indication.PASSED, (), Kind.PDF)
    assert verdict.structure
    assert set(verdict.lines.values()) == {Line.PASSED, Line.NOT_SHOWN}
    assert [one.role for one in verdict.signatures] == ["GVCN", "CBQL", "KY_PHAT_HANH", "PDF"]
    last = verdict.signatures[-1]
    assert (last.signer, last.covers, last.integrity) == ("Trường Tiểu học Hoa Sen", "pdf", True)
    assert last.certificate is not None
    assert last.certificate.status == "good"
    assert last.timestamp is not None
    assert verdict.xml == genuine.xml == attached_xml(genuine.sealed)


def test_leaves_what_was_drawn_as_it_was(genuine: Genuine) -> None:
    assert genuine.sealed.startswith(genuine.drawn.rstrip(b"\n"))


def test_poppler_finds_the_seal_valid(genuine: Genuine, tmp_path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(genuine.sealed)
    said = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=True).stdout
    first, second = said.split("Signature #2")
    assert "Signature is Valid" in first
    assert "ETSI.CAdES.detached" in first
    assert "Total document signed" in second


def test_pyhanko_agrees_for_the_long_term(genuine: Genuine) -> None:
    """A second opinion: AdES validation with archive data, offline, and no change beyond it."""

    def anchors(role: AnchorRole) -> CertValidationPolicySpec:
        certificates = [
            asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in genuine.trust.roots[role]
        ]
        return CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(certificates),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        )

    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=anchors(AnchorRole.ORGANISATION),
            ts_cert_validation_policy=anchors(AnchorRole.TIMESTAMP),
            local_knowledge=LocalKnowledge(),
        )
    )
    seal = PdfFileReader(io.BytesIO(genuine.sealed)).embedded_signatures[0]
    found = result_of(ades_lta_validation(seal, spec))
    assert found.api_status is not None
    assert found.api_status.intact
    assert found.api_status.valid
    assert found.api_status.docmdp_ok
    assert found.api_status.modification_level.name in {"NONE", "LTA_UPDATES"}


def test_rsa_keys_seal_too(genuine: Genuine) -> None:
    key = genuine.world.organisation("Trường Tiểu học Hoa Sen", "99000101", rsa_bits=2048)
    sealed = genuine.world.seal(genuine.drawn, key)
    trust = genuine.world.trust((SignerRole.SEAL, key.certificate))
    assert verify_pdf(sealed, trust, genuine.world.clock).reasons == ()


def test_equal_arguments_differ_only_in_signatures(genuine: Genuine) -> None:
    """With the same raw signature and tokens the file is the same, byte for byte."""
    world, kept = genuine.world, {}

    def seal(sign, stamp) -> bytes:
        return seal_pdf(
            genuine.drawn,
            sign=sign,
            chain=world.school.chain,
            stamp=stamp,
            evidence=evidence,
            signing_time=world.clock,
        )

    def once(make):
        return lambda digest: kept.setdefault(digest, make(digest))

    evidence = world.evidence(world.school)
    first = seal(once(signer(world.school)), once(world.stamp))
    assert seal(once(signer(world.school)), once(world.stamp)) == first


def test_refuses_what_cannot_be_sealed(genuine: Genuine) -> None:
    world = genuine.world
    with pytest.raises(NotSealable):
        world.seal(genuine.sealed)
    with pytest.raises(NotSealable):
        world.seal(b"%PDF-1.7\nnothing")
    with pytest.raises(WrongSignature):
        seal_pdf(
            genuine.drawn,
            sign=signer(world.leader),
            chain=world.school.chain,
            stamp=world.stamp,
            evidence=world.evidence(world.school),
            signing_time=world.clock,
        )


def test_without_a_register_the_authority_stays_open(genuine: Genuine) -> None:
    bare = genuine.world.pki.trust()
    verdict = verify_pdf(genuine.sealed, bare, genuine.world.clock)
    assert verdict.indication is Indication.INDETERMINATE
    assert verdict.lines["authority"] is Line.UNKNOWN


def test_verifying_needs_neither_renderer_nor_framework(genuine: Genuine, tmp_path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(genuine.sealed)
    script = (
        "import sys; from datetime import datetime, UTC; from signing.seal.pdf.verify import verify_pdf;"
        "from signing.seal.trust import Trust; data = open(sys.argv[1], 'rb').read();"
        "print(verify_pdf(data, Trust(roots={}), datetime.now(UTC)).indication);"
        "print([name for name in ('weasyprint', 'django', 'jinja2') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "sealed.pdf")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    assert said[:2] == ["INDETERMINATE", "[]"]
