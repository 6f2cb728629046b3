"""Seals made by one who has a key: other rules, other containers, other certificates, other times and proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigSeedSubFilter

from signing.seal.evidence import Evidence
from signing.seal.pdf import seal as room
from signing.seal.pdf.cms import signed_data
from signing.specimen.pki import IssuedKey
from tests.hostile_pdf.bytewise import CONTAINER
from tests.hostile_pdf.ground import Ground, Variant, family
from tests.signing.seal.pdf.world import signer

Stamp = Callable[[bytes], bytes]
Change = Callable[[Ground, cms.SignedData], None]


GENUINE = room.SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
"""How a transcript is certified."""


@dataclass(frozen=True)
class Plan:
    """How to seal the drawn file; what is None is as it should be."""

    key: IssuedKey | None = None
    stamp: Stamp | None = None
    archive_stamp: Stamp | None = None
    evidence: Evidence | None = None
    claimed: timedelta = timedelta(0)
    change: Callable[[cms.ContentInfo], object] | None = None
    container: Callable[[bytes], bytes] | None = None
    rules: room.SigMDPSetup | None = GENUINE
    filter: SigSeedSubFilter = SigSeedSubFilter.PADES
    field: str = room.SEAL_FIELD


def sealed(g: Ground, plan: Plan, drawn: bytes | None = None) -> bytes:
    """Return the drawn file sealed by a plan; the clock of the world goes on."""
    world = g.world
    key = plan.key or world.school
    stamp, moment = plan.stamp or world.stamp, world.clock + plan.claimed

    def container(digest: bytes) -> bytes:
        made = signed_data(digest, sign=signer(key), chain=key.chain, stamp=stamp)
        if plan.change is None:
            return made
        content = cms.ContentInfo.load(made)
        plan.change(content)
        return content.dump()

    placeholder = room.SignatureObject(timestamp=moment, subfilter=plan.filter, bytes_reserved=32768)
    setup = room.SigObjSetup(placeholder, mdp_setup=plan.rules)
    certified = room._embed(room._open(drawn or g.drawn), plan.field, setup, plan.container or container)
    evidence = plan.evidence or world.evidence(key)
    archive = plan.archive_stamp or world.stamp
    return room._archive(certified, archive, key.chain, evidence, room.TOKEN_ROOM)


def by(plan: Plan) -> Callable[[Ground], bytes]:
    return lambda g: sealed(g, plan)


def rule(**changes: object) -> Plan:
    return Plan(rules=replace(GENUINE, **changes))


RULES = family(
    "rules",
    ("filling in allowed", by(rule(docmdp_perms=MDPPerm.FILL_FORMS)), "pdf.not-certified"),
    ("annotating allowed", by(rule(docmdp_perms=MDPPerm.ANNOTATE)), "pdf.not-certified"),
    ("no certification", by(Plan(rules=None)), "pdf.not-certified"),
    ("approval instead", by(rule(certify=False)), "pdf.not-certified"),
    ("fields locked only", by(Plan(rules=room.SigMDPSetup(
        "sha256", certify=True, field_lock=FieldMDPSpec(FieldMDPAction.ALL), docmdp_perms=MDPPerm.NO_CHANGES
    ))), "pdf."),
    ("an old kind of signature", by(Plan(filter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)), "pdf.signature-form"),
    ("another field", by(Plan(field="Approval")), "pdf.signature-form"),
)  # fmt: skip


# --- the container ---


def content(change: Callable[[cms.SignedData], object]) -> Callable[[Ground], bytes]:
    """Return an attack on the finished container; nothing is signed again."""
    return lambda g: sealed(g, Plan(change=lambda one: change(one["content"])))


def resigned(
    change: Callable[[Ground, list[cms.CMSAttribute]], list[cms.CMSAttribute]],
) -> Callable[[Ground], bytes]:
    """Return an attack on the signed attributes, signed again with the school's true key."""

    def attack(g: Ground) -> bytes:
        def edit(one: cms.ContentInfo) -> None:
            info = one["content"]["signer_infos"][0]
            info["signed_attrs"] = cms.CMSAttributes(change(g, list(info["signed_attrs"])))
            digest = hashlib.sha256(info["signed_attrs"].untag().dump()).digest()
            info["signature"] = signer(g.world.school)(digest)
            token = cms.ContentInfo.load(g.world.stamp(hashlib.sha256(info["signature"].native).digest()))
            info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]

        return sealed(g, Plan(change=edit))

    return attack


def without(name: str) -> Callable[[Ground, list[cms.CMSAttribute]], list[cms.CMSAttribute]]:
    return lambda g, found: [one for one in found if one["type"].native != name]


def with_value(
    name: str, value: object
) -> Callable[[Ground, list[cms.CMSAttribute]], list[cms.CMSAttribute]]:
    return lambda g, found: [
        *without(name)(g, found), cms.CMSAttribute({"type": name, "values": [value]})
    ]  # fmt: skip


def names_another(g: Ground, found: list[cms.CMSAttribute]) -> list[cms.CMSAttribute]:
    other = hashlib.sha256(g.world.leader.certificate.public_bytes(Encoding.DER)).digest()
    value = tsp.SigningCertificateV2({"certs": [{"cert_hash": other}]})
    return with_value("signing_certificate_v2", value)(g, found)


def no_attributes(g: Ground) -> bytes:
    """The signature stands over the digest itself."""

    def container(digest: bytes) -> bytes:
        made = cms.ContentInfo.load(
            signed_data(digest, sign=signer(g.world.school), chain=g.world.school.chain, stamp=g.world.stamp)
        )
        info = made["content"]["signer_infos"][0]
        info["signed_attrs"] = None
        info["signature"] = signer(g.world.school)(digest)
        return made.dump()

    return sealed(g, Plan(container=container))


def unsigned(name: str, value: object) -> Callable[[cms.SignedData], object]:
    def change(one: cms.SignedData) -> None:
        info = one["signer_infos"][0]
        info["unsigned_attrs"] = [*info["unsigned_attrs"], {"type": name, "values": [value]}]

    return change


def no_token(one: cms.SignedData) -> None:
    one["signer_infos"][0]["unsigned_attrs"] = None


def twice_stamped(one: cms.SignedData) -> None:
    attribute = one["signer_infos"][0]["unsigned_attrs"][0]
    token = attribute["values"][0]
    one["signer_infos"][0]["unsigned_attrs"] = [
        {"type": "signature_time_stamp_token", "values": [token, token]}
    ]  # fmt: skip


def with_certificate(g: Ground) -> bytes:
    stranger = cms.CertificateChoices.load(g.world.leader.certificate.public_bytes(Encoding.DER))

    def change(one: cms.ContentInfo) -> None:
        one["content"]["certificates"] = [*one["content"]["certificates"], stranger]

    return sealed(g, Plan(change=change))


def other_digest_name(g: Ground) -> bytes:
    def change(one: cms.SignedData) -> None:
        one["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": "sha1"})

    return content(change)(g)


def raw_value(change: Callable[[bytes], bytes]) -> Callable[[Ground], bytes]:
    def edit(one: cms.SignedData) -> None:
        info = one["signer_infos"][0]
        info["signature"] = change(info["signature"].native)

    return content(edit)


def sha1_signature(g: Ground) -> bytes:
    """Honestly weak: digest, attributes and signature with SHA-1."""

    def container(digest: bytes) -> bytes:
        key = g.world.school
        made = cms.ContentInfo.load(
            signed_data(digest, sign=signer(key), chain=key.chain, stamp=g.world.stamp)
        )
        info = made["content"]["signer_infos"][0]
        info["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": "sha1"})
        info["signature_algorithm"] = {"algorithm": "sha1_ecdsa"}
        attributes = info["signed_attrs"].untag().dump()
        info["signature"] = key.key.sign(attributes, ec.ECDSA(hashes.SHA1()))  # noqa: S303
        return made.dump()

    return sealed(g, Plan(container=container))


def in_place(which: int, value: Callable[[bytes], bytes]) -> Callable[[Ground], bytes]:
    """Return an attack that puts another container into the finished file: first the seal's, then the archive's."""

    def attack(g: Ground) -> bytes:
        found = list(CONTAINER.finditer(g.sealed))[which]
        old = bytes.fromhex(found[0][1:-1].decode())
        new = value(old).hex().upper().encode().ljust(2 * len(old), b"0")
        assert len(new) == 2 * len(old)
        return g.sealed[: found.start() + 1] + new + g.sealed[found.end() - 1 :]

    return attack


def garbage(value: bytes, which: int = 0) -> Callable[[Ground], bytes]:
    return in_place(which, lambda old: value)


def two_signers(old: bytes) -> bytes:
    made = cms.ContentInfo.load(old)
    one = made["content"]["signer_infos"][0]
    made["content"]["signer_infos"] = [one, one.copy()]
    made["content"]["certificates"] = []  # else there is no room
    return made.dump()


def identifier_by_key(one: cms.SignedData) -> None:
    one["signer_infos"][0]["sid"] = cms.SignerIdentifier("subject_key_identifier", b"\1" * 20)


def fewer_certificates(one: cms.SignedData) -> None:
    one["certificates"] = []


def swapped_in(g: Ground) -> bytes:
    """The archive's place holds the seal's own timestamp, over other data."""
    seal = bytes.fromhex(CONTAINER.search(g.sealed)[0][1:-1].decode())
    info = cms.ContentInfo.load(seal)["content"]["signer_infos"][0]
    return in_place(1, lambda old: info["unsigned_attrs"][0]["values"][0].dump())(g)


CONTAINERS = family(
    "CMS",
    ("no signed attributes", no_attributes, "pdf.signature-form"),
    ("no message digest", resigned(without("message_digest")), "pdf.signature-form"),
    ("another message digest", resigned(with_value("message_digest", bytes(32))), "pdf.digest"),
    ("no signing certificate", resigned(without("signing_certificate_v2")), "pdf.signature-form"),
    ("another signing certificate", resigned(names_another), "pdf.signature-form"),
    ("no content type", resigned(without("content_type")), "pdf.signature-form"),
    ("another content type", resigned(with_value("content_type", "signed_data")), "pdf.signature-form"),
    ("a signing time of its own", resigned(with_value("signing_time",
     cms.Time({"utc_time": core.UTCTime("270528000000Z")}))),
     "pdf.signature-form"),
    ("two signers", in_place(0, two_signers), "pdf."),
    ("content inside", content(lambda one: one["encap_content_info"].__setitem__("content", b"x")),
     "pdf.signature-form"),
    ("without timestamp", content(no_token), "pdf.timestamp-missing"),
    ("two timestamps", content(twice_stamped), "pdf.signature-form"),
    ("an unsigned attribute more", content(unsigned("1.2.3.4", core.UTF8String("x"))), "pdf.signature-form"),
    ("a certificate more", with_certificate, "pdf.signature-form evidence."),
    ("no certificates", content(fewer_certificates), "pdf.signature-form"),
    ("signer named by key", content(identifier_by_key), "pdf.signature-form"),
    ("digest named otherwise", other_digest_name, "pdf.weak-algorithm"),
    ("SHA-1 throughout", sha1_signature, "pdf.weak-algorithm"),
    ("algorithm named otherwise", content(lambda one: one["signer_infos"][0].__setitem__("signature_algorithm",
     {"algorithm": "sha256_rsa"})),
     "pdf.signature-form pdf.signature"),
    ("one bit of the value", raw_value(lambda v: v[:-1] + bytes([v[-1] ^ 1])), "pdf.signature"),
    ("an empty value", raw_value(lambda v: b""), "pdf.signature"),
    ("a value of zeros", raw_value(lambda v: bytes.fromhex("3006020100020100")), "pdf.signature"),
    ("no DER", garbage(b"\x30\x03abc"), "pdf."),
    ("no container at all", garbage(b"hello, this is text"), "pdf."),
    ("lengths of milliards", garbage(b"\x30\x84\x7f\xff\xff\xff"), "pdf."),
    ("deep DER", garbage(b"\x30\x82\x10\x00" + b"\x30\x80" * 2046), "pdf."),
    ("no DER in the archive", garbage(b"\x30\x03abc", 1), "pdf. timestamp."),
    ("text in the archive", garbage(b"hello, this is text", 1), "pdf. timestamp."),
    ("lengths of milliards in the archive", garbage(b"\x30\x84\x7f\xff\xff\xff", 1), "pdf. timestamp."),
    ("deep DER in the archive", garbage(b"\x30\x82\x10\x00" + b"\x30\x80" * 2046, 1), "pdf. timestamp."),
    ("two signers in the archive", in_place(1, two_signers), "pdf. timestamp."),
    ("the seal in the archive", swapped_in, "pdf. timestamp."),
)  # fmt: skip


VARIANTS: list[Variant] = [*RULES, *CONTAINERS]
