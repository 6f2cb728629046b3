"""What is collected is enough for a strict path validation that may not ask the network again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from signing.loopback import Child
from signing.seal.evidence import (
    CertificateNotValid,
    CertificateRevoked,
    Evidence,
    EvidenceCollector,
    EvidenceRefused,
    RevocationClient,
    RevocationUnavailable,
    TimestampClient,
)
from signing.seal.evidence.tokens import read_token
from signing.specimen.hostile import Flaw, issue_flawed
from signing.specimen.pki import IssuedKey, SpecimenPki
from tests.awaiting import result_of

DIGEST = hashlib.sha256(b"collected").digest()
Switch = Any


@pytest.fixture
def signer(pki: SpecimenPki) -> IssuedKey:
    """A person with a good certificate."""
    return pki.issue_person("Đỗ Văn Mẫu", "001090000005")


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


async def validate(
    leaf: x509.Certificate, anchor: x509.Certificate, evidence: Evidence, usages: set[str], **more: Any
) -> None:
    context = ValidationContext(
        trust_roots=[asn1(anchor)],
        allow_fetching=False,
        revocation_mode="require",
        ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
        crls=[asn1_crl.CertificateList.load(der) for der in evidence.crls],
        retroactive_revinfo=True,
        **more,
    )
    others = [asn1_x509.Certificate.load(der) for der in evidence.certificates]
    validator = CertificateValidator(asn1(leaf), others, validation_context=context)
    await validator.async_validate_usage(usages)


def run(coroutine: Any) -> None:
    result_of(coroutine)


def test_signer_and_timestamp_validate_offline_with_revocation_required(
    collector: EvidenceCollector,
    stamps: Callable[..., TimestampClient],
    pki: SpecimenPki,
    signer: IssuedKey,
    now: datetime,
) -> None:
    token = stamps().stamp(DIGEST)
    facts = read_token(token)
    evidence = collector.collect(signer.chain, now, tokens=[token])
    for anchor in ("root", "public-ca-1"):
        root = pki.authority(anchor).certificate
        run(validate(signer.certificate, root, evidence, {"digital_signature"}, moment=facts.moment))
    for anchor in ("root", "tsa-ca"):
        root = pki.authority(anchor).certificate
        run(validate(facts.signer, root, evidence, {"digital_signature"}, moment=facts.moment))


def test_without_one_piece_the_strict_validation_fails(
    collector: EvidenceCollector, pki: SpecimenPki, signer: IssuedKey, now: datetime
) -> None:
    evidence = collector.collect(signer.chain, now)
    assert (len(evidence.certificates), len(evidence.ocsps), len(evidence.crls)) == (3, 1, 1)
    root = pki.authority("root").certificate
    for poorer in (
        Evidence(evidence.certificates, (), evidence.crls),
        Evidence(evidence.certificates, evidence.ocsps, ()),
        Evidence((), evidence.ocsps, evidence.crls),
    ):
        with pytest.raises((ValidationError, PathBuildingError)):
            run(validate(signer.certificate, root, poorer, {"digital_signature"}, moment=now))


def test_nothing_is_embedded_twice_and_no_root(
    collector: EvidenceCollector,
    stamps: Callable[..., TimestampClient],
    pki: SpecimenPki,
    signer: IssuedKey,
    now: datetime,
) -> None:
    client = stamps()
    tokens = [client.stamp(DIGEST), client.stamp(DIGEST)]
    evidence = collector.collect(signer.chain, now, tokens=tokens)
    for pieces in (evidence.certificates, evidence.ocsps, evidence.crls):
        assert len(set(pieces)) == len(pieces) > 0
    # signer, its CA, its responder; TSA, its CA, its responder; one list of the root covers both CAs.
    assert (len(evidence.certificates), len(evidence.ocsps), len(evidence.crls)) == (6, 2, 1)
    assert pki.authority("root").certificate.public_bytes(Encoding.DER) not in evidence.certificates


def test_a_class_of_signatures_costs_no_further_questions(
    collector: EvidenceCollector, signer: IssuedKey, switch: Switch, now: datetime
) -> None:
    collector.collect(signer.chain, now)
    before = switch.requests("ocsp"), switch.requests("crl")
    for second in range(40):
        collector.collect(signer.chain, now + timedelta(seconds=second))
    assert (switch.requests("ocsp"), switch.requests("crl")) == before


def test_a_leaf_alone_is_completed(collector: EvidenceCollector, signer: IssuedKey, now: datetime) -> None:
    assert collector.collect(signer.chain[:1], now) == collector.collect(signer.chain, now)


def test_a_revoked_intermediate_stops_everything(collector: EvidenceCollector, tmp_path: Any) -> None:
    other = SpecimenPki.ensure(tmp_path / "pki", "http://127.0.0.1:9")
    issued = other.issue_person("Vũ Thị Mẫu", "001090000006")
    other.revoke(other.authority("public-ca-1").certificate)
    with Child("signing.specimen.server", ["--directory", str(other.directory), "--port", "0"]) as child:
        client = RevocationClient(routes={other.base_url: child.url})
        here = EvidenceCollector(client, [authority.certificate for authority in other.authorities()])
        with pytest.raises(CertificateRevoked) as refused:
            here.collect(issued.chain, datetime.now(UTC))
    assert refused.value.serial == f"{other.authority('public-ca-1').certificate.serial_number:x}"


@pytest.mark.parametrize("flaw", [Flaw.EXPIRED, Flaw.NOT_YET_VALID])
def test_outside_its_life_time(
    collector: EvidenceCollector, pki: SpecimenPki, now: datetime, flaw: Flaw
) -> None:
    issued = issue_flawed(pki, flaw, "Bùi Văn Mẫu", "001090000007", now=now)
    with pytest.raises(CertificateNotValid):
        collector.collect(issued.chain, now)


def test_an_unknown_issuer_and_a_broken_token(
    collector: EvidenceCollector, tmp_path: Any, signer: IssuedKey, now: datetime
) -> None:
    stranger = SpecimenPki.ensure(tmp_path / "stranger").issue_person("Người Lạ Mẫu", "001090000008")
    with pytest.raises(RevocationUnavailable):
        collector.collect(stranger.chain[:1], now)
    with pytest.raises(EvidenceRefused):
        collector.collect(signer.chain, now, tokens=[b"\x30\x00"])


def test_when_nobody_answers_nothing_is_invented(
    collector: EvidenceCollector, signer: IssuedKey, switch: Switch, now: datetime
) -> None:
    switch("ocsp", "error")
    switch("crl", "error")
    with pytest.raises(RevocationUnavailable) as refused:
        collector.collect(signer.chain, now)
    assert {why for _, why in refused.value.attempts} == {"http-503"}
