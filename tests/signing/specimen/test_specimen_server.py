"""The specimen server over real HTTP, asked by OpenSSL, by cryptography and by pyHanko."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import urllib3
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.loopback import Child
from signing.specimen.pki import IssuedKey, SpecimenPki
from tests.awaiting import result_of

HTTP = urllib3.PoolManager(maxsize=16, retries=False)
MESSAGE = "Học bạ bản mẫu".encode()
DIGEST = hashlib.sha256(MESSAGE).digest()


def timestamp_request(nonce: int | None = 7, *, wants_chain: bool = True, digest: bytes = DIGEST) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    fields = {"version": "v1", "message_imprint": imprint, "cert_req": wants_chain}
    if nonce is not None:
        fields["nonce"] = nonce
    data: bytes = tsp.TimeStampReq(fields).dump()
    return data


def status_request(issued: IssuedKey, nonce: bytes | None = None) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(issued.certificate, issued.chain[1], hashes.SHA256())
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def post(server: Child, path: str, body: bytes) -> bytes:
    response = HTTP.request("POST", server.url + path, body=body)
    assert response.status == 200
    return response.data


def person(pki: SpecimenPki) -> IssuedKey:
    return pki.issue_person("Trần Văn Mẫu", "001090000002")


@pytest.mark.parametrize("name", ["tsa-1", "tsa-2"])
def test_openssl_verifies_a_timestamp(server: Child, trust_pem: Path, name: str) -> None:
    (trust_pem / "message").write_bytes(MESSAGE)
    (trust_pem / "answer.tsr").write_bytes(post(server, f"/tsa/{name}", timestamp_request()))
    (trust_pem / "query.tsq").write_bytes(timestamp_request())
    for against in (["-data", str(trust_pem / "message")], ["-queryfile", str(trust_pem / "query.tsq")]):
        command = ["openssl", "ts", "-verify", *against, "-in", str(trust_pem / "answer.tsr")]
        command += ["-CAfile", str(trust_pem / "root.pem"), "-untrusted", str(trust_pem / "tsa-ca.pem")]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stderr
        assert "Verification: OK" in outcome.stdout


def test_pyhanko_verifies_a_timestamp_under_the_timestamp_anchor(server: Child, pki: SpecimenPki) -> None:
    answer = tsp.TimeStampResp.load(post(server, "/tsa/tsa-1", timestamp_request()), strict=True)
    signed: cms.SignedData = answer["time_stamp_token"]["content"]
    root = cms.Certificate.load(pki.authority("tsa-ca").certificate.public_bytes(Encoding.DER))
    context = ValidationContext(trust_manager=SimpleTrustManager.build(trust_roots=[root]))
    found = result_of(
        validate_tst_signed_data(signed, context, lambda algorithm: hashlib.new(algorithm, MESSAGE).digest())
    )
    assert found["intact"] and found["valid"] and found["trust_problem_indic"] is None
    assert abs(found["timestamp"] - datetime.now(UTC)) < timedelta(seconds=5)
    assert found["timestamp"].microsecond == 0


def test_a_token_without_chain_carries_no_certificate(server: Child) -> None:
    answer = tsp.TimeStampResp.load(post(server, "/tsa/tsa-1", timestamp_request(wants_chain=False)))
    content = answer["time_stamp_token"]["content"]
    assert len(content["certificates"]) == 0
    assert content["encap_content_info"]["content"].parsed["nonce"].native == 7


@pytest.mark.parametrize("nonce", [None, 0, 127, 128, 2**63, 2**64 - 1])
def test_the_nonce_comes_back(server: Child, nonce: int | None) -> None:
    answer = tsp.TimeStampResp.load(post(server, "/tsa/tsa-2", timestamp_request(nonce)), strict=True)
    info = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["nonce"].native == nonce


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", "bad_data_format"), (b"nonsense", "bad_data_format"), (timestamp_request(digest=b"1"), "bad_alg")],
)
def test_a_bad_timestamp_request_is_rejected(server: Child, body: bytes, reason: str) -> None:
    answer = core.Sequence.load(post(server, "/tsa/tsa-1", body), strict=True)
    assert len(answer) == 1  # a rejection carries no token; asn1crypto's own class insists on one
    status = tsp.PKIStatusInfo.load(answer[0].dump(), strict=True)
    assert status["status"].native == "rejection"
    assert status["fail_info"].native == {reason}


def test_ocsp_says_good_then_revoked_as_soon_as_it_is_on_disk(server: Child, pki: SpecimenPki) -> None:
    issued = person(pki)
    good = ocsp.load_der_ocsp_response(post(server, "/ocsp/public-ca-1", status_request(issued, b"n" * 16)))
    assert good.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert good.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 16
    since = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    pki.revoke(issued.certificate, since, x509.ReasonFlags.cessation_of_operation)
    revoked = ocsp.load_der_ocsp_response(post(server, "/ocsp/public-ca-1", status_request(issued)))
    assert revoked.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert revoked.revocation_time_utc == since
    assert revoked.revocation_reason is x509.ReasonFlags.cessation_of_operation


def test_openssl_believes_the_ocsp_answer(server: Child, pki: SpecimenPki, trust_pem: Path) -> None:
    issued = person(pki)
    (trust_pem / "leaf.pem").write_bytes(issued.certificate_pem)
    command = ["openssl", "ocsp", "-issuer", str(trust_pem / "public-ca-1.pem"), "-url"]
    command += [f"{server.url}/ocsp/public-ca-1", "-cert", str(trust_pem / "leaf.pem")]
    command += ["-CAfile", str(trust_pem / "root.pem"), "-verify_other", str(trust_pem / "public-ca-1.pem")]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Response verify OK" in outcome.stderr
    assert "leaf.pem: good" in outcome.stdout


def test_ocsp_by_get_and_for_strangers(server: Child, pki: SpecimenPki) -> None:
    issued = person(pki)
    encoded = quote(base64.b64encode(status_request(issued)).decode(), safe="")
    response = HTTP.request("GET", f"{server.url}/ocsp/public-ca-1/{encoded}")
    good = ocsp.load_der_ocsp_response(response.data)
    assert good.certificate_status is ocsp.OCSPCertStatus.GOOD
    foreign = ocsp.load_der_ocsp_response(post(server, "/ocsp/public-ca-2", status_request(issued)))
    assert foreign.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    digest = issued.certificate.fingerprint(hashes.SHA256())
    known = ocsp.load_der_ocsp_request(status_request(issued))
    stranger = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        known.issuer_name_hash, known.issuer_key_hash, int.from_bytes(digest[:8]), hashes.SHA256()
    )
    answer = post(server, "/ocsp/public-ca-1", stranger.build().public_bytes(Encoding.DER))
    assert ocsp.load_der_ocsp_response(answer).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_the_list_names_what_was_revoked(server: Child, pki: SpecimenPki, trust_pem: Path) -> None:
    issued = pki.issue_person("Lê Thị Mẫu", "001090000003", issuer="public-ca-2")
    (trust_pem / "leaf.pem").write_bytes(issued.certificate_pem)

    def verify() -> str:
        for name in ("root", "public-ca-2"):
            data = HTTP.request("GET", f"{server.url}/crl/{name}.crl").data
            crl = x509.load_der_x509_crl(data)
            assert crl.is_signature_valid(pki.authority(name).certificate.public_key())  # type: ignore[arg-type]
            (trust_pem / f"{name}.crl").write_bytes(crl.public_bytes(Encoding.PEM))
        command = ["openssl", "verify", "-crl_check_all", "-CAfile", str(trust_pem / "root.pem")]
        for name in ("root", "public-ca-2"):
            command += ["-CRLfile", str(trust_pem / f"{name}.crl")]
        command += ["-untrusted", str(trust_pem / "public-ca-2.pem"), str(trust_pem / "leaf.pem")]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        return outcome.stdout + outcome.stderr

    assert "leaf.pem: OK" in verify()
    pki.revoke(issued.certificate)
    assert "certificate revoked" in verify()


def test_many_at_once_get_their_own_answers(server: Child) -> None:
    def one(number: int) -> bool:
        digest = hashlib.sha256(str(number).encode()).digest()
        data = post(server, f"/tsa/tsa-{number % 2 + 1}", timestamp_request(number, digest=digest))
        content = tsp.TimeStampResp.load(data)["time_stamp_token"]["content"]["encap_content_info"]
        info = content["content"].parsed
        return (info["nonce"].native, info["message_imprint"]["hashed_message"].native) == (number, digest)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(200)))


def test_what_does_not_exist_is_not_served(server: Child) -> None:
    paths = ("/", "/crl/../root/ca.key.pem", "/ca/nobody.cer", "/ocsp/root", "/root/ca.key.pem")
    assert {HTTP.request("GET", server.url + path).status for path in paths} == {404}
    assert HTTP.request("POST", f"{server.url}/control", body=b'{"service": "x", "mode": "ok"}').status == 400


def test_without_the_switch_nobody_can_break_it_and_a_taken_port_is_no_obstacle(tmp_path: Path) -> None:
    arguments = ["--directory", str(tmp_path / "pki")]
    with Child("signing.specimen.server", [*arguments, "--port", "0"]) as first:
        SpecimenPki.ensure(tmp_path / "second", first.url)
        with Child("signing.specimen.server", ["--directory", str(tmp_path / "second")]) as second:
            assert second.url != first.url
            assert HTTP.request("GET", f"{second.url}/healthz").status == 200
        body = b'{"service": "ocsp", "mode": "error"}'
        assert HTTP.request("POST", f"{first.url}/control", body=body).status == 404
