"""The key agent through its client over real HTTP: sign, limits, PINs, who may ask, what is written down."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import urllib3
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from signing.agent.keyfiles import enrol, unlock
from signing.loopback import Child
from signing.seal.keys import (
    ECDSA_P256_SHA256,
    RSA_SHA256,
    AgentKeys,
    KeyBackend,
    KeyUnavailable,
    PinLocked,
    SessionExhausted,
    SessionExpired,
    WrongPin,
    algorithm_for,
)

PIN = "246810"
HTTP = urllib3.PoolManager(retries=False)
Enrolled = Any


def digests(count: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def is_by(certificate: x509.Certificate, digest: bytes, signature: bytes) -> bool:
    """Return whether the certificate verifies a signature as a device returns it."""
    key, hashed = certificate.public_key(), Prehashed(hashes.SHA256())
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(hashed))
        else:
            assert isinstance(key, rsa.RSAPublicKey)
            key.verify(signature, digest, padding.PKCS1v15(), hashed)
    except InvalidSignature:
        return False
    return True


def journal(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("kind", "algorithm"), [("elliptic", ECDSA_P256_SHA256), ("classic", RSA_SHA256)])
def test_a_whole_class_in_one_session(
    request: pytest.FixtureRequest, keys: AgentKeys, kind: str, algorithm: str
) -> None:
    someone: Enrolled = request.getfixturevalue(kind)
    backend: KeyBackend = keys
    certificate = someone.issued.certificate
    assert backend.certificates(someone.credential) == [
        item.public_bytes(Encoding.DER) for item in someone.issued.chain
    ]
    assert algorithm_for(certificate) == algorithm
    session = backend.authorise(someone.credential, PIN, 35, 5, "Ký học bạ lớp 1A")
    assert session.remaining == 35
    signatures = backend.sign(session.id, digests(35), algorithm)
    pairs = zip(digests(35), signatures, strict=True)
    assert all(is_by(certificate, digest, signature) for digest, signature in pairs)
    assert not is_by(certificate, digests(2)[1], signatures[0])


def test_a_session_signs_no_more_than_was_authorised(keys: AgentKeys, elliptic: Enrolled) -> None:
    session = keys.authorise(elliptic.credential, PIN, 3, 5, "Ba chữ ký")
    keys.sign(session.id, digests(2), ECDSA_P256_SHA256)
    with pytest.raises(SessionExhausted) as refused:
        keys.sign(session.id, digests(2), ECDSA_P256_SHA256)
    assert refused.value.remaining == 1
    assert len(keys.sign(session.id, digests(1), ECDSA_P256_SHA256)) == 1
    with pytest.raises(SessionExhausted):
        keys.sign(session.id, digests(1), ECDSA_P256_SHA256)


def test_a_closed_or_invented_session_is_over(keys: AgentKeys, elliptic: Enrolled) -> None:
    session = keys.authorise(elliptic.credential, PIN, 3, 5, "Rồi thôi")
    keys.close(session.id)
    keys.close(session.id)
    for name in (session.id, "invented"):
        with pytest.raises(SessionExpired):
            keys.sign(name, digests(1), ECDSA_P256_SHA256)


def test_a_session_does_not_survive_its_agent(
    keys: AgentKeys, agent: Child, elliptic: Enrolled, directory: Path
) -> None:
    session = keys.authorise(elliptic.credential, PIN, 3, 5, "Trước khi tắt")
    agent.stop()
    with pytest.raises(KeyUnavailable) as gone:
        keys.sign(session.id, digests(1), ECDSA_P256_SHA256)
    assert gone.value.facts["reason"] == "unreachable"
    with Child("signing.agent", ["--directory", str(directory)]) as again:
        fresh = AgentKeys.from_directory(again.url, directory)
        with pytest.raises(SessionExpired):
            fresh.sign(session.id, digests(1), ECDSA_P256_SHA256)


def test_five_wrong_pins_lock_for_good(
    keys: AgentKeys, agent: Child, elliptic: Enrolled, classic: Enrolled, directory: Path
) -> None:
    left = []
    for _ in range(4):
        with pytest.raises(WrongPin) as wrong:
            keys.authorise(elliptic.credential, "000000", 1, 1, "Thử")
        left.append(wrong.value.remaining)
    assert left == [4, 3, 2, 1]
    with pytest.raises(PinLocked):
        keys.authorise(elliptic.credential, "000000", 1, 1, "Thử")
    agent.stop()
    with Child("signing.agent", ["--directory", str(directory)]) as again:
        fresh = AgentKeys.from_directory(again.url, directory)
        with pytest.raises(PinLocked):
            fresh.authorise(elliptic.credential, PIN, 1, 1, "PIN đúng, nhưng đã khóa")
        assert fresh.authorise(classic.credential, PIN, 1, 1, "Khóa khác").remaining == 1
        unlock(directory, elliptic.credential)
        assert fresh.authorise(elliptic.credential, PIN, 1, 1, "Đã mở").remaining == 1


def test_the_right_pin_forgives_the_wrong_ones(keys: AgentKeys, elliptic: Enrolled) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongPin):
                keys.authorise(elliptic.credential, "1", 1, 1, "Thử")
        keys.authorise(elliptic.credential, PIN, 1, 1, "Đúng")


def test_the_log_tells_all_but_the_secrets(keys: AgentKeys, elliptic: Enrolled, directory: Path) -> None:
    with pytest.raises(WrongPin):
        keys.authorise(elliptic.credential, "135790", 1, 1, "Sai PIN")
    session = keys.authorise(elliptic.credential, PIN, 2, 5, "Ký học bạ lớp 1A")
    keys.sign(session.id, digests(2), ECDSA_P256_SHA256)
    keys.close(session.id)
    lines = journal(directory)
    assert [line["event"] for line in lines] == ["wrong-pin", "authorised", "sign", "closed"]
    assert lines[2]["digests"] == [digest.hex() for digest in digests(2)]
    assert (lines[2]["holder"], lines[2]["purpose"]) == ("Hoàng Thị Mẫu", "Ký học bạ lớp 1A")
    text = (directory / "log.jsonl").read_text()
    token = (directory / "token").read_text()
    assert not [secret for secret in (PIN, "135790", session.id, token) if secret in text]


def test_files_are_private_and_keys_encrypted(elliptic: Enrolled, agent: Child, directory: Path) -> None:
    files = [path for path in directory.rglob("*") if path.is_file() and path.name != ".lock"]
    assert {path.name for path in files} == {"token", "key.pem", "chain.pem", "tries"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    pem = (directory / "credentials" / elliptic.credential / "key.pem").read_bytes()
    assert b"ENCRYPTED" in pem
    with pytest.raises(TypeError, match="encrypted"):
        load_pem_private_key(pem, None)


def test_only_the_holder_of_the_token_is_heard(agent: Child, elliptic: Enrolled, directory: Path) -> None:
    right = f"Bearer {(directory / 'token').read_text()}"
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": right.replace("Bearer", "Basic")},
        {"Authorization": right, "Origin": "http://127.0.0.1"},
        {"Authorization": right, "Host": "attacker.example:80"},
    ]
    for headers in strangers:
        for method, path in (("GET", "/credentials"), ("POST", "/authorize")):
            response = HTTP.request(method, agent.url + path, headers=headers, body=b"{}")
            assert (response.status, response.json()) == (401, {"error": "no-token"}), headers
    known = HTTP.request("GET", f"{agent.url}/credentials", headers={"Authorization": right}).json()
    assert [entry["id"] for entry in known["credentials"]] == [elliptic.credential]


OUT_OF_SHAPE: list[tuple[str, Any]] = [
    ("/authorize", {}),
    ("/authorize", {"minutes": 0}),
    ("/authorize", {"minutes": 61}),
    ("/authorize", {"minutes": True}),
    ("/authorize", {"hashes_expected": 0}),
    ("/authorize", {"hashes_expected": 10_001}),
    ("/authorize", {"pin": 1}),
    ("/authorize", {"purpose": ""}),
    ("/sign", {"digests": []}),
    ("/sign", {"digests": ["AAAA"]}),
    ("/sign", {"digests": ["!"]}),
    ("/sign", {"digests": [7]}),
    ("/sign", {"digests": "AAAA"}),
    ("/nothing", {}),
    ("/sign", []),
]


def test_a_request_out_of_shape_is_refused(agent: Child, elliptic: Enrolled, directory: Path) -> None:
    whole = {
        "credential": elliptic.credential,
        "pin": PIN,
        "hashes_expected": 1,
        "minutes": 1,
        "purpose": "x",
    }
    whole |= {"session": "s", "algorithm": ECDSA_P256_SHA256}
    headers = {"Authorization": f"Bearer {(directory / 'token').read_text()}"}
    for path, wish in OUT_OF_SHAPE:
        body = {**whole, **wish} if isinstance(wish, dict) and wish else wish
        response = HTTP.request("POST", agent.url + path, headers=headers, body=json.dumps(body))
        assert (response.status, response.json()["error"]) == (400, "bad-request"), (path, wish)


def test_the_wrong_algorithm_and_unknown_credentials(keys: AgentKeys, elliptic: Enrolled) -> None:
    session = keys.authorise(elliptic.credential, PIN, 1, 1, "Sai thuật toán")
    with pytest.raises(KeyUnavailable) as refused:
        keys.sign(session.id, digests(1), RSA_SHA256)
    assert refused.value.facts["reason"] == "wrong-algorithm"
    for name in ("0" * 32, "../../etc", "", "a/b"):
        with pytest.raises(KeyUnavailable):
            keys.certificates(name)


def test_a_key_enrolled_while_it_runs_is_found(keys: AgentKeys, directory: Path, pki: Any) -> None:
    issued = pki.issue_organisation("Trường Tiểu học Mẫu", "0100000001")
    name = enrol(directory, issued.key, issued.chain, PIN)
    assert len(keys.certificates(name)) == 2
    other = pki.issue_organisation("Trường Khác Mẫu", "0100000002")
    with pytest.raises(ValueError, match="another key"):
        enrol(directory, issued.key, other.chain, PIN)


def test_a_second_agent_on_the_same_keys_does_not_start(agent: Child, directory: Path) -> None:
    command = [sys.executable, "-m", "signing.agent", "--directory", str(directory)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "already holds the keys" in second.stderr


def test_it_ends_when_the_program_that_started_it_is_gone(directory: Path) -> None:
    command = [sys.executable, "-m", "signing.agent", "--directory", str(directory), "--with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdin is not None
        assert child.stdout.readline().startswith("ready http://127.0.0.1:")
        child.stdin.close()
        assert child.wait(timeout=20) == 0


def test_it_answers_under_the_names_it_was_given_and_no_other(
    directory: Path, elliptic: Enrolled, tmp_path: Path
) -> None:
    with Child(
        "signing.agent", ["--directory", str(directory), "--name", "agent", "--name", "keys.example"]
    ) as child:
        right = f"Bearer {(directory / 'token').read_text('ascii')}"
        status = {
            host: HTTP.request(
                "GET", f"{child.url}/credentials", headers={"Authorization": right, "Host": host}
            ).status
            for host in (
                "agent:8070",
                "keys.example:80",
                "localhost:1",
                "attacker.example:80",
                "agent.evil:80",
            )
        }

    assert status == {
        "agent:8070": 200, "keys.example:80": 200, "localhost:1": 200,
        "attacker.example:80": 401, "agent.evil:80": 401,
    }  # fmt: skip


def test_it_listens_beyond_loopback_only_under_a_name(directory: Path) -> None:
    """127.0.0.2 is this machine still, and not the usual loopback address: the agent must ask for a name."""
    with pytest.raises(RuntimeError):
        Child("signing.agent", ["--directory", str(directory), "--bind", "127.0.0.2"])
    with Child(
        "signing.agent", ["--directory", str(directory), "--bind", "127.0.0.2", "--name", "agent"]
    ) as child:
        assert child.url.startswith("http://127.0.0.2:")
        assert HTTP.request("GET", f"{child.url}/credentials").status == 401
