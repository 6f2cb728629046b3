"""OCSP and CRL clients against the real specimen server: right, stale, foreign, silent, revoked, kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from signing.seal.evidence import CertificateRevoked, RevocationClient, RevocationUnavailable
from signing.specimen.pki import IssuedKey, SpecimenPki

Switch = Any


@pytest.fixture
def signer(pki: SpecimenPki) -> IssuedKey:
    """A person with a good certificate."""
    return pki.issue_person("Phạm Thị Mẫu", "001090000004")


def test_good_by_both_ways(revocation: RevocationClient, signer: IssuedKey, now: datetime) -> None:
    certificate, issuer = signer.chain
    answer = ocsp.load_der_ocsp_response(revocation.ocsp(certificate, issuer, now))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.serial_number == certificate.serial_number
    crl = x509.load_der_x509_crl(revocation.crl(certificate, issuer, now))
    assert crl.issuer == issuer.subject


def test_revoked_by_both_ways(
    revocation: RevocationClient, pki: SpecimenPki, signer: IssuedKey, now: datetime
) -> None:
    since = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    pki.revoke(signer.certificate, since, x509.ReasonFlags.affiliation_changed)
    for ask in (revocation.ocsp, revocation.crl, revocation.status):
        with pytest.raises(CertificateRevoked) as refused:
            ask(*signer.chain, now)
        assert (refused.value.at, refused.value.reason) == (since, x509.ReasonFlags.affiliation_changed)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("error", "http-503"),
        ("garbage", "malformed"),
        ("stale", "stale"),
        ("foreign", "foreign-responder"),
        ("silent", "no-answer-in-time"),
    ],
)
def test_a_bad_ocsp_answer_is_refused_and_the_list_asked(
    routes: dict[str, str], switch: Switch, signer: IssuedKey, now: datetime, mode: str, reason: str
) -> None:
    client = RevocationClient(timeout=0.3, routes=routes)
    switch("ocsp", mode)
    with pytest.raises(RevocationUnavailable) as refused:
        client.ocsp(*signer.chain, now)
    assert [why for _, why in refused.value.attempts] == [reason]
    status = client.status(*signer.chain, now)
    assert status.ocsp is None and status.crl is not None


@pytest.mark.parametrize(
    ("mode", "reason"), [("stale", "stale"), ("foreign", "foreign-list"), ("garbage", "malformed")]
)
def test_a_bad_list_is_refused(
    revocation: RevocationClient, switch: Switch, signer: IssuedKey, now: datetime, mode: str, reason: str
) -> None:
    switch("crl", mode)
    switch("ocsp", "error")
    with pytest.raises(RevocationUnavailable) as refused:
        revocation.status(*signer.chain, now)
    assert [why for _, why in refused.value.attempts] == ["http-503", reason]


def test_a_certificate_that_was_never_issued_is_not_good(
    revocation: RevocationClient, pki: SpecimenPki, switch: Switch, now: datetime
) -> None:
    """A stolen CA key makes certificates that no list will ever name: "unknown" must stand."""
    authority = pki.authority("public-ca-1")
    kept = authority.register
    authority.register = type(kept)(pki.directory)  # a register that the server never reads
    try:
        forged = pki.issue_person("Kẻ Giả Mẫu", "001090000009")
    finally:
        authority.register = kept
    lists = switch.requests("crl")
    with pytest.raises(RevocationUnavailable) as refused:
        revocation.status(*forged.chain, now)
    assert [why for _, why in refused.value.attempts] == ["unknown-certificate"]
    assert switch.requests("crl") == lists


def test_answers_are_kept_for_minutes_and_lists_for_longer(
    routes: dict[str, str], switch: Switch, signer: IssuedKey, now: datetime
) -> None:
    client = RevocationClient(keep=timedelta(minutes=10), crl_keep=timedelta(hours=1), routes=routes)
    before = switch.requests("ocsp"), switch.requests("crl")

    def asked() -> tuple[int, int]:
        return switch.requests("ocsp") - before[0], switch.requests("crl") - before[1]

    first = client.ocsp(*signer.chain, now)
    client.crl(*signer.chain, now)
    assert client.ocsp(*signer.chain, now + timedelta(minutes=9, seconds=59)) == first
    client.crl(*signer.chain, now + timedelta(minutes=59))
    assert asked() == (1, 1)
    client.ocsp(*signer.chain, now + timedelta(minutes=10))
    client.crl(*signer.chain, now + timedelta(hours=1))
    assert asked() == (2, 2)
    client.forget(signer.certificate)
    client.ocsp(*signer.chain, now + timedelta(minutes=10))
    assert asked() == (3, 2)


def test_a_kept_answer_never_outlives_itself(
    routes: dict[str, str], signer: IssuedKey, now: datetime
) -> None:
    client = RevocationClient(keep=timedelta(days=9), crl_keep=timedelta(days=9), routes=routes)
    client.ocsp(*signer.chain, now)
    client.crl(*signer.chain, now)
    for ask, later in ((client.ocsp, timedelta(hours=2)), (client.crl, timedelta(hours=25))):
        with pytest.raises(RevocationUnavailable) as refused:  # the server's new answer is of now: stale then
            ask(*signer.chain, now + later)
        assert [why for _, why in refused.value.attempts] == ["stale"]


def test_an_answer_of_tomorrow_is_refused(
    revocation: RevocationClient, signer: IssuedKey, now: datetime
) -> None:
    with pytest.raises(RevocationUnavailable) as refused:
        revocation.status(*signer.chain, now - timedelta(days=1))
    assert {why for _, why in refused.value.attempts} == {"from-the-future"}


def test_the_wrong_issuer_is_noticed(
    revocation: RevocationClient, pki: SpecimenPki, signer: IssuedKey, now: datetime
) -> None:
    other = pki.authority("public-ca-2").certificate
    with pytest.raises(RevocationUnavailable):
        revocation.status(signer.certificate, other, now)
