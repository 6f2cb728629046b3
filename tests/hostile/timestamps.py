"""Time: claims that differ or lie apart from the proof; timestamps missing, foreign, broken, back-dated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from lxml import etree

from signing.seal.trust import SignerRole
from signing.specimen.pki import IssuedKey
from tests.hostile.certificates import own
from tests.hostile.kit import Kit
from tests.hostile.tokens import (
    SEALED,
    broken,
    by_hand,
    false_authority,
    from_a_stranger,
    rewritten,
    token,
    two_signers,
    unnamed,
    whole_answer,
)
from tests.hostile.tree import HOLDER, HOMEROOM, LEADER, SEAL, XA, drop, find, one, set_text, twice, within
from tests.hostile.variant import (
    CHAIN,
    CONSTRAINTS,
    CRYPTO,
    FAILED,
    FORMAT,
    NO_CHAIN,
    OPEN,
    WEAK,
    Edit,
    Make,
    Variant,
    changed,
    edited,
    refused,
    resigned,
    signed_as,
    undecided,
    wrong,
)
from tests.signing.seal.xml.world import NOW, stamp_with

UNSIGNED = within("ds:Object/xa:QualifyingProperties/xa:UnsignedProperties")
STAMP = UNSIGNED + f"/{XA}UnsignedSignatureProperties/{XA}SignatureTimeStamp"


def sealed_with(made: Callable[[Kit, bytes], bytes]) -> Make:
    """Seal with this token; all else is honest."""
    return lambda kit: kit.world.sealed(kit.code, SEAL={"token": lambda imprint: made(kit, imprint)})


def stamped(delta: timedelta, role: str = "SEAL") -> Make:
    return signed_as(**{role: {"stamped": NOW + delta}})


def taken_from(role: str) -> Edit:
    def edit(root: etree._Element) -> None:
        one(root, "xa:EncapsulatedTimeStamp").text = one(root, "xa:EncapsulatedTimeStamp", role).text

    return edit


def thieving(**info: object) -> Make:
    return sealed_with(
        lambda kit, imprint: by_hand(kit, kit.world.pki.timestamp_authority("tsa-1"), imprint, **info)
    )


def by_false(authority: Callable[[Kit], IssuedKey]) -> Make:
    return sealed_with(lambda kit, imprint: stamp_with(authority(kit), imprint, SEALED))


def without_certificates(signed: Any) -> None:
    signed["certificates"] = None


def edited_token(edit: Callable[[Any], object]) -> Make:
    return sealed_with(lambda kit, imprint: rewritten(token(kit, imprint), edit))


def claimed(text: str, *, everywhere: bool = True, role: str = SEAL) -> Edit:
    """The three statements of the time, or one of them, written so."""

    def edit(root: etree._Element) -> None:
        find(root, f"{HOLDER}/{role}/NGAY_KY").text = text
        if everywhere:
            one(root, "ds:SignatureProperty", role)[0].text = text
            one(root, "xa:SigningTime", role).text = text

    return edit


def only(name: str, text: str) -> Edit:
    def edit(root: etree._Element) -> None:
        node = one(root, name)
        (node[0] if len(node) else node).text = text

    return edit


def ended_between(kit: Kit) -> bytes:
    """The leader claims the last second of the certificate; the proof is younger."""
    life = timedelta(days=5, hours=1, seconds=1)
    key = own(kit.world, ec.generate_private_key(ec.SECP256R1()), life=life)
    return kit.world.sealed(kit.code, LEADER={"key": kit.approve(key, SignerRole.LEADER)})


LOCAL = "2027-05-28T11:30:00+07:00"
WRITTEN = {
    "without zone": "2027-05-28T11:30:00",
    "in UTC": "2027-05-28T04:30:00Z",
    "in another zone": "2027-05-28T06:30:00+02:00",
    "without colon in the zone": "2027-05-28T11:30:00+0700",
    "with a blank": "2027-05-28 11:30:00+07:00",
    "with fractions": "2027-05-28T11:30:00.0+07:00",
    "with a comma": "2027-05-28T11:30:00,0+07:00",
    "without seconds": "2027-05-28T11:30+07:00",
    "on a day that does not exist": "2027-02-30T11:30:00+07:00",
    "at an hour that does not exist": "2027-05-28T24:30:00+07:00",
    "in the year 0": "0000-05-28T11:30:00+07:00",
    "in the year 10000": "12027-05-28T11:30:00+07:00",
    "in other digits": "２０２７-05-28T11:30:00+07:00",
    "as a day": "2027-05-28",
    "with a blank behind": LOCAL + " ",
    "as nothing": "x",
}

VARIANTS: list[Variant] = [
    # Claims
    *(
        refused(f"time {name}, signed", resigned(claimed(text)), "layout.time")
        for name, text in WRITTEN.items()
    ),
    wrong(
        "NGAY_KY differs from SigningTime, signed",
        resigned(claimed("2027-05-28T11:31:00+07:00", everywhere=False)),
        "time.claims-differ",
    ),
    wrong(
        "the Ministry's SigningTime differs, signed",
        resigned(only("ds:SignatureProperty", "2027-05-28T11:31:00+07:00")),
        "time.claims-differ",
    ),
    wrong(
        "XAdES' SigningTime differs, signed",
        resigned(only("xa:SigningTime", "2027-05-28T11:31:00+07:00")),
        "time.claims-differ",
    ),
    changed(
        "the Ministry's SigningTime changed",
        edited(only("ds:SignatureProperty", "2027-05-28T11:31:00+07:00")),
        "digest.time",
    ),
    changed(
        "XAdES' SigningTime changed",
        edited(only("xa:SigningTime", "2027-05-28T11:31:00+07:00")),
        "digest.properties",
    ),
    wrong(
        "claimed two days before the proof",
        resigned(
            claimed("2027-05-26T11:30:00+07:00", role=HOMEROOM),
        ),
        "time.claim-too-far",
    ),
    wrong(
        "claimed two days after the proof",
        resigned(claimed("2027-05-30T11:30:00+07:00")),
        "time.claim-too-far",
    ),
    wrong(
        "claimed a minute more than a day before",
        stamped(timedelta(hours=26, minutes=1)),
        "time.claim-too-far",
    ),
    wrong("claimed in another year", resigned(claimed("2026-05-28T11:30:00+07:00")), "time.claim-too-far"),
    wrong(
        "claimed before the certificate began",
        resigned(claimed("2027-05-20T11:30:00+07:00", role=HOMEROOM)),
        "time.claim-too-far",
    ),
    # Proofs that are missing
    undecided("no unsigned properties", edited(drop(UNSIGNED)), "NO_POE", "timestamp.missing"),
    undecided("no timestamp", edited(drop(STAMP)), "NO_POE", "timestamp.missing"),
    *(
        undecided(f"never stamped: {role}", signed_as(**{role: {"tsa": None}}), "NO_POE", "timestamp.missing")
        for role in ("HOMEROOM", "LEADER", "SEAL")
    ),
    refused("an empty timestamp", edited(set_text(STAMP + f"/{XA}EncapsulatedTimeStamp", "")), "layout.text"),
    refused("two timestamps", edited(twice(STAMP)), "layout.elements"),
    refused(
        "two tokens in one timestamp", edited(twice(STAMP + f"/{XA}EncapsulatedTimeStamp")), "layout.elements"
    ),
    refused(
        "a timestamp without its canonical form",
        edited(lambda root: find(root, STAMP).remove(find(root, STAMP)[0])),
        "layout.elements",
    ),
    refused(
        "a timestamp over another canonical form",
        edited(lambda root: find(root, STAMP)[0].set("Algorithm", "http://www.w3.org/2006/12/xml-c14n11")),
        "layout.attributes",
    ),
    refused(
        "a timestamp over all data",
        edited(lambda root: setattr(find(root, STAMP), "tag", XA + "AllDataObjectsTimeStamp")),
        "layout.elements",
    ),
    # Tokens about something else, or of nobody
    changed("the leader's timestamp", edited(taken_from(LEADER)), "timestamp.other-data"),
    changed(
        "another pupil's timestamp",
        lambda kit: kit.edited(
            lambda root: setattr(
                one(root, "xa:EncapsulatedTimeStamp"),
                "text",
                one(etree.fromstring(kit.other_pupil), "xa:EncapsulatedTimeStamp").text,
            )
        ),
        "timestamp.other-data",
    ),
    changed(
        "a timestamp over the data",
        sealed_with(lambda kit, imprint: token(kit, hashlib.sha256(kit.genuine).digest())),
        "timestamp.other-data",
    ),
    changed(
        "a timestamp over zeros",
        sealed_with(lambda kit, imprint: token(kit, bytes(32))),
        "timestamp.other-data",
    ),
    undecided(
        "a timestamp over SHA-1",
        thieving(message_imprint={"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}),
        WEAK,
        "timestamp.weak-algorithm",
    ),
    undecided("a stranger's authority", sealed_with(from_a_stranger), NO_CHAIN, "path.unknown-issuer"),
    Variant(
        "the leader's key as authority",
        sealed_with(lambda kit, imprint: stamp_with(kit.world.leader, imprint, SEALED)),
        "",
        CHAIN,
        "certificate.purpose",
    ),
    Variant("an authority without purpose", by_false(false_authority()), "", CHAIN, "certificate.purpose"),
    Variant(
        "an authority for web servers",
        by_false(false_authority(ExtendedKeyUsageOID.SERVER_AUTH)),
        "",
        CHAIN,
        "certificate.purpose",
    ),
    Variant(
        "an authority for two purposes",
        by_false(false_authority(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CLIENT_AUTH)),
        "",
        CHAIN,
        "certificate.purpose",
    ),
    # Broken tokens
    refused(
        "rubbish as token",
        edited(set_text(STAMP + f"/{XA}EncapsulatedTimeStamp", "AAAA")),
        "timestamp.format",
    ),
    refused("the whole answer as token", sealed_with(whole_answer), "timestamp.format"),
    refused(
        "bytes behind the token",
        sealed_with(lambda kit, imprint: token(kit, imprint) + b"\x05\x00"),
        "timestamp.format",
    ),
    refused("half a token", sealed_with(lambda kit, imprint: token(kit, imprint)[:400]), "timestamp.format"),
    refused(
        "a certificate as token",
        sealed_with(lambda kit, imprint: kit.world.seal.certificate.public_bytes(Encoding.DER)),
        "timestamp.format",
    ),
    refused("two signers in the token", edited_token(two_signers), "timestamp.format"),
    Variant("a broken signature in the token", sealed_with(broken), FAILED, CRYPTO, "timestamp.signature"),
    Variant(
        "no commitment to the authority",
        edited_token(unnamed),
        FAILED,
        CONSTRAINTS,
        "timestamp.certificate-not-identified",
    ),
    Variant(
        "another time in the token",
        sealed_with(lambda kit, imprint: token(kit, imprint).replace(b"20270528043000Z", b"20270528033000Z")),
        FAILED,
        CRYPTO,
        "timestamp.signature",
    ),
    Variant(
        "an unsigned attribute in the token",
        edited_token(
            lambda signed: signed["signer_infos"][0].__setitem__(
                "unsigned_attrs", [{"type": "1.2.3.4", "values": [cms.OctetString(b"x")]}]
            )
        ),
        FAILED,
        FORMAT,
        "timestamp.not-exact",
    ),
    # Back-dated, with the authority's own key
    wrong("back-dated by two days", stamped(timedelta(days=-2)), "time.claim-too-far"),
    wrong("forward-dated by two days", stamped(timedelta(days=2)), "time.claim-too-far"),
    wrong("back-dated by an hour", stamped(timedelta(minutes=30)), "time.order"),
    Variant(
        "stamped before the certificate began",
        signed_as(HOMEROOM={"claimed": NOW - timedelta(days=6), "stamped": NOW - timedelta(days=6)}),
        FAILED,
        "NOT_YET_VALID",
        "path.not-yet-valid",
    ),
    Variant("stamped a second after the certificate ended", ended_between, FAILED, "EXPIRED", "path.expired"),
    undecided(
        "stamped in the future",
        signed_as(SEAL={"claimed": NOW + timedelta(days=700), "stamped": NOW + timedelta(days=700)}),
        "TIMESTAMP_ORDER_FAILURE",
        "timestamp.future",
    ),
    Variant(
        "an authority two hours unsure",
        thieving(accuracy={"seconds": 7200}),
        OPEN,
        CONSTRAINTS,
        "timestamp.inaccurate",
    ),
    Variant(
        "an authority a minute and more unsure",
        thieving(accuracy={"seconds": 60, "millis": 1}),
        OPEN,
        CONSTRAINTS,
        "timestamp.inaccurate",
    ),
    Variant(
        "an authority not yet valid",
        thieving(gen_time=datetime(2001, 1, 1, tzinfo=UTC)),
        "",
        CONSTRAINTS,
        "time.claim-too-far",
    ),
    Variant("another version of the token", thieving(version=7), "", FORMAT, "timestamp.format"),
    Variant(
        "a critical extension in the token",
        thieving(
            extensions=[{"extn_id": "1.3.6.1.4.1.32473.9.9", "critical": True, "extn_value": b"\x05\x00"}]
        ),
        "",
        FORMAT,
        "timestamp.format",
    ),
]
