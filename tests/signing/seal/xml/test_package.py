"""The Ministry's list: inner transcripts keep their bytes and verify alone and inside it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication
from signing.seal.xml import (
    NotSignable,
    WrongSignature,
    attach_package_evidence,
    build_package,
    complete_package,
    imprint_package,
    prepare_package,
    verify_package,
    verify_xml,
)
from signing.specimen.pki import IssuedKey
from tests.signing.seal.xml.test_sign import xmlsec1
from tests.signing.seal.xml.world import AFTER, NOW, SCHOOL, World, raw_signature

SENT = NOW + timedelta(hours=3)


@dataclass(frozen=True)
class Parcel:
    documents: tuple[bytes, ...]
    package: bytes


def pack(world: World, documents: tuple[bytes, ...], key: IssuedKey | None = None) -> bytes:
    key = key or world.seal
    prepared = prepare_package(documents, key.chain, signing_time=SENT)
    return complete_package(prepared.document, raw_signature(key, prepared.digest))


@pytest.fixture(scope="module")
def parcel(world: World) -> Parcel:
    documents = tuple(world.sealed(str(uuid.uuid4())) for _ in range(2))
    return Parcel(documents, pack(world, documents))


def test_a_genuine_list_passes_and_gives_its_transcripts_back(world: World, parcel: Parcel) -> None:
    verdict = verify_package(parcel.package, world.trust, AFTER, sender=SCHOOL)
    assert (verdict.indication, verdict.reasons) == ("TOTAL-PASSED", ())
    assert verdict.documents == parcel.documents
    assert verdict.signing_time == SENT
    assert all(verify_xml(one, world.trust, AFTER).reasons == () for one in verdict.documents)


def test_the_transcripts_stand_in_it_byte_for_byte(parcel: Parcel) -> None:
    assert parcel.package.startswith(
        b'<DANH_SACH_HOC_BA id="dataDanhSach">' + b"".join(parcel.documents) + b"<Signature "
    )


def test_xmlsec1_accepts_the_list_and_everything_in_it(world: World, parcel: Parcel, tmp_path: Path) -> None:
    file = tmp_path / "list.xml"
    file.write_bytes(parcel.package)
    known = ("--id-attr:id", "DANH_SACH_HOC_BA")
    assert xmlsec1(file, world, "/*/*[local-name()='Signature']", *known)
    for place in (1, 2):
        for role in SignerRole:
            inside = f"/*/*[{place}]//*[local-name()='{role.value}']/*[local-name()='Signature']"
            assert xmlsec1(file, world, inside, *known)


def test_a_timestamp_and_evidence_may_be_added(world: World, parcel: Parcel) -> None:
    token = world.stamp(imprint_package(parcel.package), SENT)
    package = attach_package_evidence(parcel.package, token, world.evidence(world.seal, SENT, token))
    verdict = verify_package(package, world.trust, AFTER, sender=SCHOOL)
    assert (verdict.indication, verdict.reasons) == ("TOTAL-PASSED", ())
    long_after = verify_package(package, world.trust, NOW + timedelta(days=7000), sender=SCHOOL)
    assert long_after.indication is Indication.PASSED


def test_without_a_timestamp_an_expired_key_proves_nothing(world: World, parcel: Parcel) -> None:
    verdict = verify_package(parcel.package, world.trust, NOW + timedelta(days=7000), sender=SCHOOL)
    assert verdict.subindication == "OUT_OF_BOUNDS_NO_POE"


def without_one(parcel: Parcel) -> bytes:
    return parcel.package.replace(parcel.documents[0], b"")


def twice(parcel: Parcel) -> bytes:
    return parcel.package.replace(parcel.documents[0], parcel.documents[0] * 2)


def reordered(parcel: Parcel) -> bytes:
    return parcel.package.replace(b"".join(parcel.documents), b"".join(parcel.documents[::-1]))


def inner_changed(parcel: Parcel) -> bytes:
    return parcel.package.replace("Ánh Dương".encode(), "Ánh Nguyệt".encode(), 1)


def with_text(parcel: Parcel) -> bytes:
    return parcel.package.replace(b'"dataDanhSach">', b'"dataDanhSach">x')


def with_attribute(parcel: Parcel) -> bytes:
    return parcel.package.replace(b"<DANH_SACH_HOC_BA ", b'<DANH_SACH_HOC_BA x="y" ')


def with_stranger(parcel: Parcel) -> bytes:
    return parcel.package.replace(b'"dataDanhSach">', b'"dataDanhSach"><GHI_CHU/>')


def unsigned(parcel: Parcel) -> bytes:
    return build_package(parcel.documents)


def one_alone(parcel: Parcel) -> bytes:
    return parcel.documents[0]


def value_changed(parcel: Parcel) -> bytes:
    head, _, tail = parcel.package.rpartition(b"<SignatureValue")
    return (
        head
        + b"<SignatureValue"
        + re.sub(rb">([A-Za-z0-9+/])", lambda m: b">B" if m[1] != b"B" else b">C", tail, count=1)
    )


@pytest.mark.parametrize(
    ("edit", "sub", "code"),
    [
        (without_one, "HASH_FAILURE", "digest.list"),
        (twice, "FORMAT_FAILURE", "file.duplicate-id"),
        (reordered, "HASH_FAILURE", "digest.list"),
        (inner_changed, "HASH_FAILURE", "digest.list"),
        (with_text, "FORMAT_FAILURE", "layout.text"),
        (with_attribute, "FORMAT_FAILURE", "layout.attributes"),
        (with_stranger, "FORMAT_FAILURE", "layout.elements"),
        (unsigned, "FORMAT_FAILURE", "layout.elements"),
        (one_alone, "FORMAT_FAILURE", "layout.root"),
        (value_changed, "SIG_CRYPTO_FAILURE", "signature.value"),
        (lambda parcel: b"rubbish", "FORMAT_FAILURE", "file.not-xml"),
    ],
)
def test_no_change_of_the_list_is_accepted(world: World, parcel: Parcel, edit, sub: str, code: str) -> None:
    verdict = verify_package(edit(parcel), world.trust, AFTER, sender=SCHOOL)
    assert (verdict.indication, verdict.subindication) == ("TOTAL-FAILED", sub)
    assert verdict.reasons[0].code == code


def test_only_the_senders_approved_seal_may_send(world: World, parcel: Parcel) -> None:
    other = pack(world, parcel.documents, world.other_seal)
    verdict = verify_package(other, world.trust, AFTER, sender=SCHOOL)
    assert verdict.reasons[0].code == "authority.not-approved"
    person = pack(world, parcel.documents, world.leader)
    verdict = verify_package(person, world.trust, AFTER, sender=SCHOOL)
    assert {one.code for one in verdict.reasons} == {"path.unknown-issuer", "authority.not-approved"}
    assert verify_package(other, world.trust, AFTER).indication is Indication.PASSED


def test_a_wrong_value_is_never_embedded(world: World, parcel: Parcel) -> None:
    prepared = prepare_package(parcel.documents, world.seal.chain, signing_time=SENT)
    with pytest.raises(WrongSignature):
        complete_package(prepared.document, raw_signature(world.leader, prepared.digest))


@pytest.mark.parametrize("documents", [(), (b"<HOC_BA/>",), (b"<HOC_BA", b"/>")])
def test_only_canonical_transcripts_are_packed(world: World, documents: tuple[bytes, ...]) -> None:
    with pytest.raises(NotSignable):
        prepare_package(documents, world.seal.chain, signing_time=SENT)
