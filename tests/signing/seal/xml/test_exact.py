"""After issue nothing may be added, left out or spelt otherwise: scans over every place, and chosen attacks."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.seal.evidence import Evidence
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication
from signing.seal.xml import attach_evidence, imprint, verify_xml
from signing.seal.xml.profile import dissect
from signing.specimen.pki import ROOT_CA, TSA_CA
from signing.specimen.status import RevocationList
from tests.signing.seal.sources import Nearby, collected
from tests.signing.seal.xml.world import AFTER, NOW, World

SEED = 20270528
LETTERS = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=<> \n"&'
SEALED = NOW + timedelta(hours=2)
OPENING = b"<xades:UnsignedProperties>"


def changed(data: bytes, places: range, count: int) -> Iterator[tuple[int, bytes]]:
    """Give `count` copies, each with one other character in a place within `places`."""
    chance = random.Random(SEED)
    for _ in range(count):
        place = chance.choice(places)
        other = chance.choice([one for one in LETTERS if one != data[place]])
        yield place, data[:place] + bytes([other]) + data[place + 1 :]


@pytest.mark.parametrize("part", ["whole", "last slot's evidence"])
def test_no_character_may_be_changed(world: World, genuine: bytes, part: str) -> None:
    start = 0 if part == "whole" else genuine.rindex(OPENING)
    accepted = [
        place
        for place, hostile in changed(genuine, range(start, len(genuine)), 400)
        if verify_xml(hostile, world.trust, AFTER).indication is Indication.PASSED
        and etree.tostring(etree.fromstring(hostile), method="c14n")
        != etree.tostring(etree.fromstring(genuine), method="c14n")
    ]
    assert accepted == []


# ---- The seal's evidence rewritten, by one who has no key of the school ----------------------------------------


def resealed(data: bytes, token: bytes | None = None, **changes: tuple[bytes, ...]) -> bytes:
    """Return the file with other evidence beside the seal, which nothing later covers."""
    signed = dissect(data).slots[-1].signed
    kept = signed.evidence
    evidence = Evidence(
        changes.get("certificates", kept.certificates),
        changes.get("ocsps", kept.ocsps),
        changes.get("crls", kept.crls),
    )
    return attach_evidence(data, SignerRole.SEAL, token or signed.token, evidence)


def evidence_of(data: bytes, place: int = -1) -> Evidence:
    kept = dissect(data).slots[place].signed.evidence
    return Evidence(kept.certificates, kept.ocsps, kept.crls)


def rewritten(token: bytes, edit: Callable[[cms.SignedData], object]) -> bytes:
    content = cms.ContentInfo.load(token)
    edit(content["content"])
    return content.dump(force=True)


def token_of(data: bytes) -> bytes:
    token = dissect(data).slots[-1].signed.token
    assert token is not None
    return token


def with_certificate(world: World, data: bytes) -> bytes:
    foreign = world.leader.certificate.public_bytes(Encoding.DER)
    return resealed(data, certificates=(*evidence_of(data).certificates, foreign))


def with_root(world: World, data: bytes) -> bytes:
    root = world.pki.authority(ROOT_CA).certificate.public_bytes(Encoding.DER)
    return resealed(data, certificates=(*evidence_of(data).certificates, root))


def with_certificate_twice(world: World, data: bytes) -> bytes:
    there = evidence_of(data).certificates
    return resealed(data, certificates=(*there, there[0]))


def with_certificates_reordered(world: World, data: bytes) -> bytes:
    return resealed(data, certificates=evidence_of(data).certificates[::-1])


def with_a_list_more(world: World, data: bytes) -> bytes:
    other = RevocationList(world.pki.authority(TSA_CA)).at(SEALED)
    return resealed(data, crls=(*evidence_of(data).crls, other))


def with_a_strangers_list(world: World, data: bytes) -> bytes:
    other = RevocationList(world.pki.authority("operator-ca")).at(SEALED)
    return resealed(data, crls=(*evidence_of(data).crls, other))


def with_anothers_answer(world: World, data: bytes) -> bytes:
    return resealed(data, ocsps=(*evidence_of(data).ocsps, evidence_of(data, 0).ocsps[0]))


def with_a_second_answer(world: World, data: bytes) -> bytes:
    chain = world.seal.chain
    later = Nearby(world.pki).status(chain[0], chain[1], SEALED + timedelta(minutes=9)).ocsp
    assert later is not None
    return resealed(data, ocsps=(*evidence_of(data).ocsps, later.der))


def with_the_teachers_evidence(world: World, data: bytes) -> bytes:
    other = evidence_of(data, 0)
    return resealed(data, certificates=other.certificates, ocsps=other.ocsps, crls=other.crls)


def without(kind: str, place: int) -> Callable[[World, bytes], bytes]:
    def attack(world: World, data: bytes) -> bytes:
        there = list(getattr(evidence_of(data), kind))
        del there[place]
        return resealed(data, **{kind: tuple(there)})

    return attack


def with_old_answers(world: World, data: bytes) -> bytes:
    old = collected(world.pki, world.seal.chain, SEALED - timedelta(days=5), token_of(data))
    return resealed(data, ocsps=old.ocsps, crls=old.crls)


def with_an_old_answer_on_the_authority(world: World, data: bytes) -> bytes:
    """What proves the timestamp authority's standing is stale; the seal's own proof is fresh."""
    old = collected(world.pki, world.seal.chain, SEALED - timedelta(days=5), token_of(data))
    return resealed(data, ocsps=(evidence_of(data).ocsps[0], *old.ocsps[1:]))


def with_trailing_bytes(kind: str) -> Callable[[World, bytes], bytes]:
    def attack(world: World, data: bytes) -> bytes:
        first, *rest = getattr(evidence_of(data), kind)
        return resealed(data, **{kind: (first + b"\x00", *rest)})

    return attack


def with_a_long_length(world: World, data: bytes) -> bytes:
    """The first answer with its outer length in three octets instead of two: BER, not DER."""
    first, *rest = evidence_of(data).ocsps
    assert first[:2] == b"\x30\x82"
    return resealed(data, ocsps=(b"\x30\x83\x00" + first[2:], *rest))


def with_a_stranger_in_the_token(world: World, data: bytes) -> bytes:
    foreign = world.leader.certificate.public_bytes(Encoding.DER)

    def edit(signed: cms.SignedData) -> None:
        signed["certificates"] = [
            *(one.chosen for one in signed["certificates"]),
            cms.Certificate.load(foreign),
        ]

    return resealed(data, rewritten(token_of(data), edit))


def with_the_root_in_the_token(world: World, data: bytes) -> bytes:
    root = world.pki.authority(ROOT_CA).certificate.public_bytes(Encoding.DER)

    def edit(signed: cms.SignedData) -> None:
        signed["certificates"] = [*(one.chosen for one in signed["certificates"]), cms.Certificate.load(root)]

    return resealed(data, rewritten(token_of(data), edit))


def with_an_unsigned_attribute(world: World, data: bytes) -> bytes:
    note = {"type": "1.2.3.4", "values": [core.UTF8String("x")]}

    def edit(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = [note]

    return resealed(data, rewritten(token_of(data), edit))


def with_another_version(world: World, data: bytes) -> bytes:
    def edit(signed: cms.SignedData) -> None:
        signed["version"] = "v4"

    return resealed(data, rewritten(token_of(data), edit))


def with_bytes_behind_the_token(world: World, data: bytes) -> bytes:
    return resealed(data, token_of(data) + b"\x05\x00")


def with_a_second_timestamp(world: World, data: bytes) -> bytes:
    root = etree.fromstring(data)
    node = root.findall(".//{*}SignatureTimeStamp")[-1]
    other = etree.fromstring(etree.tostring(node))
    token = world.stamp(imprint(data, SignerRole.SEAL), SEALED + timedelta(minutes=4))
    other[-1].text = base64.b64encode(token).decode("ascii")
    node.addnext(other)
    return etree.tostring(root, encoding="utf-8")


ATTACKS: dict[str, tuple[Callable[[World, bytes], bytes], str]] = {
    "a foreign certificate": (with_certificate, "evidence.superfluous"),
    "the root": (with_root, "evidence.superfluous"),
    "a certificate twice": (with_certificate_twice, "evidence.order"),
    "certificates in another order": (with_certificates_reordered, "evidence.order"),
    "a list that nothing asks for": (with_a_list_more, "evidence.superfluous"),
    "another authority's list": (with_a_strangers_list, "evidence.superfluous"),
    "another person's answer": (with_anothers_answer, "evidence.superfluous"),
    "a second answer": (with_a_second_answer, "evidence.superfluous"),
    "another slot's evidence": (with_the_teachers_evidence, "evidence.superfluous"),
    "no signer's certificate": (without("certificates", 0), "evidence.missing"),
    "no responder's certificate": (without("certificates", 1), "evidence.missing"),
    "no authority's certificate": (without("certificates", -1), "evidence.missing"),
    "no answer on the signer": (without("ocsps", 0), "path.revocation-unknown"),
    "no answer on the timestamp authority": (without("ocsps", 1), "evidence.missing"),
    "no list": (without("crls", 0), "evidence.missing"),
    "old answers": (with_old_answers, "path.revocation-unknown"),
    "an old answer on the authority": (with_an_old_answer_on_the_authority, "evidence.stale"),
    "bytes behind a certificate": (with_trailing_bytes("certificates"), "evidence.form"),
    "bytes behind an answer": (with_trailing_bytes("ocsps"), "evidence.form"),
    "bytes behind a list": (with_trailing_bytes("crls"), "evidence.form"),
    "a length spelt otherwise": (with_a_long_length, "evidence.form"),
    "a stranger in the token": (with_a_stranger_in_the_token, "evidence.superfluous"),
    "the root in the token": (with_the_root_in_the_token, "evidence.superfluous"),
    "an unsigned attribute in the token": (with_an_unsigned_attribute, "timestamp.not-exact"),
    "another version in the token": (with_another_version, "timestamp.not-exact"),
    "bytes behind the token": (with_bytes_behind_the_token, "timestamp.format"),
    "a second timestamp": (with_a_second_timestamp, "layout.elements"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_other_evidence_is_accepted(world: World, genuine: bytes, name: str) -> None:
    attack, code = ATTACKS[name]
    hostile = attack(world, genuine)
    assert hostile != genuine
    verdict = verify_xml(hostile, world.trust, AFTER)
    assert verdict.indication is not Indication.PASSED
    assert code in [reason.code for reason in verdict.reasons]


def test_the_same_evidence_attached_again_is_the_same_file(genuine: bytes) -> None:
    assert resealed(genuine) == genuine


def test_evidence_swapped_between_slots_breaks_the_seal(world: World, genuine: bytes) -> None:
    root = etree.fromstring(genuine)
    first, second = root.findall(".//{*}OCSPValues")[:2]
    one, two = first.getparent(), second.getparent()
    one.append(second)
    two.append(first)
    verdict = verify_xml(etree.tostring(root, encoding="utf-8"), world.trust, AFTER)
    assert verdict.indication is Indication.FAILED
    assert "digest.document" in [reason.code for reason in verdict.reasons]


def test_a_later_genuine_timestamp_proves_less_and_is_borne_for_a_day(world: World, genuine: bytes) -> None:
    """Anyone may ask the authority to stamp the same value again; what it says is true, only later.

    So a bare XML with it still holds, within the day that claim and proof may lie apart. It is another file:
    the log's leaf and the PDF hold the SHA-256 of the issued one, and a bundle with it is refused.
    """
    value = imprint(genuine, SignerRole.SEAL)
    later = resealed(genuine, world.stamp(value, SEALED + timedelta(minutes=30)))
    verdict = verify_xml(later, world.trust, AFTER)
    assert verdict.indication is Indication.PASSED
    assert verdict.signatures[-1].timestamp == SEALED + timedelta(minutes=30)
    much_later = resealed(genuine, world.stamp(value, SEALED + timedelta(hours=25)))
    verdict = verify_xml(much_later, world.trust, AFTER)
    assert verdict.indication is Indication.FAILED
    assert "time.claim-too-far" in [reason.code for reason in verdict.reasons]


def test_where_the_root_is_not_known_its_list_leaves_the_verdict_open(world: World, genuine: bytes) -> None:
    from dataclasses import replace

    verdict = verify_xml(genuine, replace(world.trust, intermediates=()), AFTER)
    assert verdict.indication is Indication.INDETERMINATE
    assert {reason.code for reason in verdict.reasons} == {"evidence.issuer-unknown"}


def test_a_broken_signature_in_the_evidence_is_named(world: World, genuine: bytes) -> None:
    first, *rest = evidence_of(genuine).crls
    broken = first[:-1] + bytes([first[-1] ^ 1])
    verdict = verify_xml(resealed(genuine, crls=(broken, *rest)), world.trust, AFTER)
    assert verdict.indication is Indication.FAILED
    assert "evidence.signature" in [reason.code for reason in verdict.reasons]


def test_a_list_instead_of_an_answer_is_as_good(world: World) -> None:
    """Where the responder is silent our signer embeds the authority's list: the other one right form."""
    document = world.sealed(str(uuid.uuid4()))
    evidence = evidence_of(document)
    issuer = world.seal.chain[1]
    by_list = Nearby(world.pki).crl(world.seal.certificate, issuer, SEALED)
    certificates = (evidence.certificates[0], *evidence.certificates[2:])  # without the responder
    fallen_back = resealed(
        document, certificates=certificates, ocsps=evidence.ocsps[1:], crls=(by_list, *evidence.crls)
    )
    assert verify_xml(fallen_back, world.trust, AFTER).reasons == ()
