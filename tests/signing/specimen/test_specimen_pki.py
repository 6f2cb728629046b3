"""The specimen PKI: what its certificates say, what lies on disk, what an outside verifier thinks of it."""

from __future__ import annotations

import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from signing.seal.trust import AnchorRole
from signing.specimen.hostile import Flaw, issue_flawed
from signing.specimen.pki import TIMESTAMP_AUTHORITIES, SpecimenPki
from signing.specimen.profiles import SPECIMEN

PERSON = ("Nguyễn Thị Mẫu", "001090000001")


def openssl_verify(trust: Path, leaf: Path, ca: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["openssl", "verify", *options, "-CAfile", str(trust / "root.pem")]
    command += ["-untrusted", str(trust / f"{ca}.pem"), str(leaf)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_second_call_reads_the_same_pki_and_keeps_its_address(tmp_path: Path) -> None:
    first = SpecimenPki.ensure(tmp_path / "pki", "http://127.0.0.1:18089/")
    second = SpecimenPki.ensure(tmp_path / "pki", "http://127.0.0.1:29999")
    assert second.base_url == "http://127.0.0.1:18089"
    assert [a.certificate for a in first.authorities()] == [a.certificate for a in second.authorities()]
    assert SpecimenPki.ensure(tmp_path / "other").anchors() != first.anchors()


def test_private_files_are_for_the_owner_only(pki: SpecimenPki) -> None:
    keys = list(pki.directory.rglob("*.key.pem"))
    assert len(keys) == 6 + 5 + 3  # CAs, responders, two timestamp authorities and the operator
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert stat.S_IMODE(pki.directory.stat().st_mode) == 0o700


def test_a_person_certificate_follows_the_documented_convention(pki: SpecimenPki) -> None:
    issued = pki.issue_person(*PERSON, organisation="Trường Tiểu học Mẫu", days=30)
    certificate = issued.certificate
    subject = {item.oid: item.value for item in certificate.subject}
    assert subject[NameOID.COMMON_NAME] == "Nguyễn Thị Mẫu"
    assert subject[NameOID.SERIAL_NUMBER] == "CCCD:001090000001"
    assert subject[NameOID.ORGANIZATION_NAME] == "Trường Tiểu học Mẫu"
    assert any(SPECIMEN in str(name.value) for name in (*certificate.subject, *certificate.issuer))
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=30)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    urls = {item.access_method: item.access_location.value for item in access}
    assert urls[AuthorityInformationAccessOID.OCSP] == f"{pki.base_url}/ocsp/public-ca-1"
    assert isinstance(issued.key, ec.EllipticCurvePrivateKey)
    assert isinstance(certificate.issuer and issued.chain[1].public_key(), rsa.RSAPublicKey)


def test_a_school_certificate_names_its_code(pki: SpecimenPki) -> None:
    certificate = pki.issue_organisation("Trường Tiểu học Mẫu", "0100000001").certificate
    number = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value
    assert number == "MST:0100000001"
    assert certificate.issuer == pki.authority("organisation-ca").certificate.subject


def test_anchors_are_per_role_and_share_nothing(pki: SpecimenPki) -> None:
    anchors = pki.anchors()
    assert set(anchors) == set(AnchorRole)
    every = [certificate for certificates in anchors.values() for certificate in certificates]
    assert len(set(every)) == len(every) == 5
    assert pki.authority("root").certificate not in every
    assert pki.trust().specimen


def test_timestamp_authorities_have_the_critical_single_purpose(pki: SpecimenPki) -> None:
    for name in TIMESTAMP_AUTHORITIES:
        extension = pki.timestamp_authority(name).certificate.extensions.get_extension_for_class(
            x509.ExtendedKeyUsage
        )
        assert extension.critical
        assert list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_openssl_accepts_the_paths(pki: SpecimenPki, trust_pem: Path) -> None:
    leaf = trust_pem / "leaf.pem"
    leaf.write_bytes(pki.issue_person(*PERSON, issuer="public-ca-2").certificate_pem)
    good = openssl_verify(trust_pem, leaf, "public-ca-2", "-x509_strict")
    assert good.returncode == 0, good.stderr
    tsa = openssl_verify(trust_pem, trust_pem / "tsa-1.pem", "tsa-ca", "-purpose", "timestampsign")
    assert tsa.returncode == 0, tsa.stderr
    assert openssl_verify(trust_pem, leaf, "public-ca-1").returncode != 0


def test_rsa_keys_as_tokens_have_them(pki: SpecimenPki) -> None:
    issued = pki.issue_person(*PERSON, rsa_bits=2048)
    assert isinstance(issued.key, rsa.RSAPrivateKey)
    assert issued.certificate.public_key() == issued.key.public_key()


@pytest.mark.parametrize("flaw", list(Flaw))
def test_flawed_certificates_have_their_flaw_and_a_true_issuer(pki: SpecimenPki, flaw: Flaw) -> None:
    now = datetime.now(UTC)
    certificate = issue_flawed(pki, flaw, *PERSON, now=now).certificate
    certificate.verify_directly_issued_by(pki.authority("public-ca-1").certificate)
    extensions = certificate.extensions
    purposes = [list(e.value) for e in extensions if isinstance(e.value, x509.ExtendedKeyUsage)]
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    key = certificate.public_key()
    found = {
        Flaw.EXPIRED: certificate.not_valid_after_utc < now,
        Flaw.NOT_YET_VALID: certificate.not_valid_before_utc > now,
        Flaw.TLS: purposes == [[ExtendedKeyUsageOID.SERVER_AUTH]],
        Flaw.CA: extensions.get_extension_for_class(x509.BasicConstraints).value.ca,
        Flaw.TIMESTAMPING: purposes == [[ExtendedKeyUsageOID.TIME_STAMPING]],
        Flaw.ENCRYPTION_ONLY: usage.key_encipherment
        and not usage.digital_signature
        and not usage.content_commitment,
        Flaw.SHORT_RSA: isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048,
    }
    assert [name for name, present in found.items() if present] == [flaw]


def test_revoking_a_stranger_is_refused(pki: SpecimenPki) -> None:
    with pytest.raises(KeyError):
        pki.revoke(0x1234567890ABCDEF)
