"""The trust directory: what is written is believed, and whatever is damaged, forged or misplaced is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from signing.log.notes import KeyType, SignerKey
from signing.seal import signed_lists, trust_files
from signing.seal.trust import AnchorRole, AuthorityEntry, SignerRole, StatusEntry
from signing.seal.trust_files import Anchors, TrustBroken
from signing.seal.verdict import Status
from signing.specimen.pki import IssuedKey, SpecimenPki
from signing.specimen.profiles import TLS

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
LOG = SignerKey("log.example/specimen", KeyType.LOG, bytes(32)).verifier
WITNESS = SignerKey("witness.example/specimen", KeyType.WITNESS, bytes(32)).verifier
ONE = AuthorityEntry("79000001", SignerRole.SEAL, "ab" * 32, NOW - timedelta(days=9), None)
TWO = AuthorityEntry("79000002", SignerRole.LEADER, "cd" * 32, NOW - timedelta(days=9), NOW)
GONE = StatusEntry("ef" * 32, Status.WITHDRAWN, NOW)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SpecimenPki:
    return SpecimenPki.ensure(tmp_path_factory.mktemp("pki"), now=NOW - timedelta(days=30))


@pytest.fixture
def directory(pki: SpecimenPki, tmp_path: Path) -> Path:
    roots = {
        AnchorRole.PERSON: ("public-ca-1.pem", "public-ca-2.pem"),
        AnchorRole.ORGANISATION: ("organisation-ca.pem",),
        AnchorRole.TIMESTAMP: ("tsa-ca.pem",),
        AnchorRole.OPERATOR: ("operator-ca.pem",),
    }
    anchors = Anchors(roots, ("root.pem",), (str(LOG),), (str(WITNESS),), specimen=True)
    trust_files.write_anchors(tmp_path, anchors, pki.public_files())
    return tmp_path


def signature(key: IssuedKey, message: bytes) -> bytes:
    if isinstance(key.key, rsa.RSAPrivateKey):
        return key.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.key.sign(message, ec.ECDSA(hashes.SHA256()))


def finished(key: IssuedKey, signed: dict[str, object]) -> bytes:
    return trust_files.attach(signed, key.chain, signature(key, trust_files.to_sign(signed)))


def authority(*entries: AuthorityEntry, at: datetime = NOW, scope: str = "") -> dict[str, object]:
    return signed_lists.authority_list(entries, number=1, issued_at=at, scope=scope)


def status(*entries: StatusEntry, at: datetime = NOW, scope: str = "") -> dict[str, object]:
    return signed_lists.status_list(entries, number=1, issued_at=at, scope=scope)


def test_what_is_written_is_believed(directory: Path, pki: SpecimenPki) -> None:
    trust_files.write_authority(directory, finished(pki.operator, authority(ONE, TWO)))
    trust_files.write_status(directory, finished(pki.operator, status(GONE)))
    trust = trust_files.load_trust(directory)
    assert trust.authorities == (ONE, TWO)
    assert trust.statuses == {GONE.code_hash: GONE}
    assert trust.authorities_at == trust.statuses_at == NOW
    assert dict(trust.roots) == pki.anchors()
    assert trust.log_keys == (str(LOG),)
    assert trust.witness_keys == (str(WITNESS),)
    assert trust.specimen


def test_without_lists_nothing_is_known_of_them(directory: Path) -> None:
    trust = trust_files.load_trust(directory)
    assert trust.authorities is None
    assert trust.statuses is None


def test_a_remote_key_may_answer_r_and_s(pki: SpecimenPki) -> None:
    signed = authority(ONE)
    r, s = utils.decode_dss_signature(signature(pki.operator, trust_files.to_sign(signed)))
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    data = trust_files.attach(signed, pki.operator.chain, raw)
    opened = signed_lists.open_authority(data, pki.anchors()[AnchorRole.OPERATOR])
    assert opened.entries == (ONE,)
    with pytest.raises(TrustBroken, match=r"trust\.signature"):
        trust_files.attach(signed, pki.operator.chain, raw[::-1])


def test_an_operator_with_an_rsa_token(pki: SpecimenPki) -> None:
    key = pki.issue_person("Vận hành mẫu", "000000000001", "operator-ca", rsa_bits=2048, not_before=NOW)
    data = finished(key, status(GONE))
    assert signed_lists.open_status(data, pki.anchors()[AnchorRole.OPERATOR]).entries == {
        GONE.code_hash: GONE
    }


def change(path: Path, edit: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    record = json.loads(path.read_bytes())
    edit(record)
    path.write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda record: record["signed"].update(issued_at="2026-06-02T08:00:00+00:00"), "trust.signature"),
        (lambda record: record["signed"]["entries"].clear(), "trust.signature"),
        (lambda record: record["signed"]["entries"][0].update(school="79000009"), "trust.signature"),
        (lambda record: record["signature"].update(value="AAAA"), "trust.signature"),
        (lambda record: record["signature"].update(algorithm="rsa-sha256"), "trust.signature"),
        (lambda record: record["signature"].update(algorithm="none"), "trust.list-form"),
        (lambda record: record["signature"].update(certificates=[]), "trust.list-form"),
        (lambda record: record["signed"].update(list="status"), "trust.list-form"),
        (lambda record: record["signed"].update(v=2), "trust.list-form"),
        (lambda record: record.pop("signature"), "trust.list-form"),
    ],
)
def test_a_changed_list_is_refused(directory: Path, pki: SpecimenPki, edit, code: str) -> None:  # type: ignore[no-untyped-def]
    trust_files.write_authority(directory, finished(pki.operator, authority(ONE)))
    change(directory / "authority.json", edit)
    with pytest.raises(TrustBroken, match=code):
        trust_files.load_trust(directory)


def test_a_list_does_not_pass_for_the_other(directory: Path, pki: SpecimenPki) -> None:
    trust_files.write_authority(directory, finished(pki.operator, status(GONE)))
    with pytest.raises(TrustBroken, match=r"trust\.list-form"):
        trust_files.load_trust(directory)


def test_only_the_operator_may_sign(directory: Path, pki: SpecimenPki) -> None:
    teacher = pki.issue_person("Giáo viên mẫu", "000000000002", not_before=NOW - timedelta(days=1))
    school = pki.issue_organisation("Trường mẫu", "0000", not_before=NOW - timedelta(days=1))
    server = pki.issue_person(
        "Máy chủ mẫu", "000000000003", "operator-ca", profile=TLS, not_before=NOW - timedelta(days=1)
    )
    late = pki.issue_person("Vận hành mẫu", "000000000004", "operator-ca", not_before=NOW + timedelta(days=1))
    for key, code in (
        (teacher, "trust.anchor"),
        (school, "trust.anchor"),
        (server, "trust.signer"),
        (late, "trust.expired"),
    ):
        trust_files.write_authority(directory, finished(key, authority(ONE)))
        with pytest.raises(TrustBroken) as broken:
            trust_files.load_trust(directory)
        assert broken.value.code == code
        assert broken.value.facts["list"] == "authority"


def test_a_leaf_certificate_issues_nobody(pki: SpecimenPki) -> None:
    """The operator's own key makes no further operators."""
    from signing.specimen.profiles import SIGNER, Issuer, Validity, issue, person_name

    key = ec.generate_private_key(ec.SECP256R1())
    place = "http://127.0.0.1:1/"
    false = issue(
        Issuer(pki.operator.certificate, pki.operator.key, place, place, None),
        person_name("Vận hành giả", "000000000005", None),
        key.public_key(),
        Validity(NOW - timedelta(days=1), NOW + timedelta(days=1)),
        SIGNER,
    )
    forged = IssuedKey(false, key, (false, *pki.operator.chain))
    with pytest.raises(TrustBroken, match=r"trust\.anchor"):
        signed_lists.open_authority(finished(forged, authority(ONE)), pki.anchors()[AnchorRole.OPERATOR])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("anchors.json", None, "trust.missing"),
        ("anchors.json", b"{", "trust.anchors-form"),
        ("anchors.json", b"[]", "trust.anchors-form"),
        ("operator-ca.pem", None, "trust.missing"),
        ("operator-ca.pem", b"nothing", "trust.certificate"),
    ],
)
def test_a_damaged_directory_is_refused(directory: Path, name: str, content: bytes | None, code: str) -> None:
    (directory / name).unlink()
    if content is not None:
        (directory / name).write_bytes(content)
    with pytest.raises(TrustBroken) as broken:
        trust_files.load_trust(directory)
    assert (broken.value.code, broken.value.facts["file"]) == (code, name)


@pytest.mark.parametrize(
    "edit",
    [
        lambda record: record["anchors"].update(anybody=["root.pem"]),
        lambda record: record["anchors"].update(operator=["../operator-ca.pem"]),
        lambda record: record["anchors"].update(operator="root.pem"),
        lambda record: record.update(logs=[str(WITNESS)]),
        lambda record: record.update(witnesses=["key"]),
        lambda record: record.update(specimen=1),
        lambda record: record.update(v=2),
    ],
)
def test_anchors_that_say_something_else(directory: Path, edit) -> None:  # type: ignore[no-untyped-def]
    change(directory / "anchors.json", edit)
    with pytest.raises(TrustBroken, match=r"trust\.anchors-form"):
        trust_files.load_trust(directory)


def test_a_certificate_nobody_names_is_not_believed(directory: Path, pki: SpecimenPki) -> None:
    change(directory / "anchors.json", lambda record: record["anchors"].update(operator=[]))
    trust_files.write_authority(directory, finished(pki.operator, authority(ONE)))
    with pytest.raises(TrustBroken, match=r"trust\.anchor"):
        trust_files.load_trust(directory)


def test_the_newer_list_counts_and_no_withdrawal_is_undone(directory: Path, pki: SpecimenPki) -> None:
    trust_files.write_authority(directory, finished(pki.operator, authority(ONE, TWO)))
    trust_files.write_status(directory, finished(pki.operator, status(GONE)))
    trust = trust_files.load_trust(directory)
    before, after = NOW - timedelta(days=1), NOW + timedelta(days=1)
    older = trust_files.with_lists(
        trust, finished(pki.operator, authority(at=before)), finished(pki.operator, status(at=before))
    )
    assert older == trust
    newer = trust_files.with_lists(
        trust, finished(pki.operator, authority(TWO, at=after)), finished(pki.operator, status(at=after))
    )
    assert newer.authorities == (TWO,)
    assert newer.statuses == {GONE.code_hash: GONE}
    assert newer.statuses_at == newer.authorities_at == after


def test_an_extract_speaks_only_of_its_school(directory: Path, pki: SpecimenPki) -> None:
    trust_files.write_authority(directory, finished(pki.operator, authority(ONE, TWO)))
    trust = trust_files.load_trust(directory)
    ended = AuthorityEntry(ONE.school, ONE.role, ONE.certificate_sha256, ONE.valid_from, NOW)
    foreign = AuthorityEntry(TWO.school, SignerRole.SEAL, "12" * 32, NOW, None)
    register = finished(pki.operator, authority(ended, foreign, at=NOW + timedelta(days=1), scope=ONE.school))
    withdrawals = finished(pki.operator, status(GONE, scope=ONE.school))
    merged = trust_files.with_lists(trust, register, withdrawals, school=ONE.school)
    assert set(merged.authorities or ()) == {TWO, ended}
    assert merged.statuses == {GONE.code_hash: GONE}
    for lists in ((register, None), (None, withdrawals)):
        for school in (TWO.school, None):
            with pytest.raises(TrustBroken, match=r"trust\.scope"):
                trust_files.with_lists(trust, *lists, school=school)
    trust_files.write_status(directory, withdrawals)
    with pytest.raises(TrustBroken, match=r"trust\.scope"):
        trust_files.load_trust(directory)
