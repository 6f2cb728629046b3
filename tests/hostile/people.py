"""Signers who may not sign: wrong certificates, wrong persons, no approval, or none at that time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from signing.seal.paths import Embedded, EvidenceLike
from signing.seal.trust import SignerRole
from signing.specimen.hostile import Flaw
from signing.specimen.pki import ORGANISATION_CA, PUBLIC_CAS
from tests.hostile.certificates import COMMON, LEADER_NAME, NUMBER, own, renamed, usage, with_sha1
from tests.hostile.impostors import (
    Below,
    Certificate,
    as_ca,
    behind_the_cas_back,
    ended,
    flawed,
    fresh,
    imitation,
    in_the_teachers_name,
    lower_authority,
    named,
    own_list,
    person,
    purpose,
    responder,
    revoked,
    self_signed,
    under_a_person,
    with_extension,
)
from tests.hostile.kit import Kit
from tests.hostile.variant import (
    CHAIN,
    FAILED,
    LATER,
    NO_CHAIN,
    OPEN,
    WEAK,
    Make,
    Variant,
    undecided,
    wrong,
)
from tests.signing.seal.xml.world import LEADER_NUMBER, NOW, OTHER_SCHOOL, SCHOOL, TEACHER_NUMBER, World

LEADER, HOMEROOM, SEAL = SignerRole.LEADER, SignerRole.HOMEROOM, SignerRole.SEAL
UNKNOWN_OID = ObjectIdentifier("1.3.6.1.4.1.32473.9.9")


def by(made: Certificate, role: SignerRole = LEADER, **approval: object) -> Make:
    """The slot signed with this key, which the register approves, so that only its flaw speaks against it."""

    def build(kit: Kit) -> bytes:
        key = made(kit.world)
        if approval.pop("approved", True):
            kit.approve(key, role, **approval)  # type: ignore[arg-type]
        return kit.world.sealed(kit.code, **{role.name: {"key": key}})

    return build


def unapproved(made: Certificate, role: SignerRole = LEADER) -> Make:
    return lambda kit: kit.world.sealed(kit.code, **{role.name: {"key": made(kit.world)}})


def numbered(made: Certificate, number: str, role: SignerRole = LEADER) -> Make:
    """The slot names this person's number."""

    def build(kit: Kit) -> bytes:
        key = kit.approve(made(kit.world), role)
        return kit.world.sealed(kit.code, **{role.name: {"key": key, "number": number}})

    return build


def proven(made: Callable[[World], Below]) -> Make:
    """The false issuer also says, in a list of its own, that what it issued was never revoked."""

    def build(kit: Kit) -> bytes:
        below = made(kit.world)
        key, upper = kit.approve(below.key, LEADER), below.upper
        step = kit.world.step(LEADER)

        def proof(evidence: EvidenceLike) -> Embedded:
            above = kit.world.bare_evidence(upper, step.stamped)
            return Embedded(
                tuple(dict.fromkeys((*evidence.certificates, *above.certificates))),
                (*evidence.ocsps, *above.ocsps),
                (*evidence.crls, own_list(upper, step.stamped)),
            )

        return kit.world.sealed(kit.code, LEADER={"key": key, "proof": proof})

    return build


def stranger(kit: Kit) -> bytes:
    """Another specimen PKI altogether, with the same names in it."""
    other = World(kit.world.directory.parent / "stranger")
    kit.approve(other.seal, SEAL)
    return kit.world.sealed(kit.code, SEAL={"key": other.seal, "evidence": False})


def one_key_everywhere(kit: Kit) -> bytes:
    teacher = kit.world.teacher
    return kit.world.sealed(
        kit.code,
        HOMEROOM={"key": teacher},
        LEADER={"key": teacher, "number": TEACHER_NUMBER},
        SEAL={"key": teacher},
    )


def early(kit: Kit) -> bytes:
    """All of it a week before the approvals began."""
    moments = {
        name: {key: NOW - timedelta(days=4, hours=3 - hour) for key in ("claimed", "stamped")}
        for hour, name in enumerate(("HOMEROOM", "LEADER", "SEAL"))
    }
    return kit.world.sealed(kit.code, **moments)


def chain(name: str, made: Certificate, code: str) -> Variant:
    return Variant(name, by(made), "", CHAIN, code)


NOT_APPROVED, NOT_THEN, ENDED, UNKNOWN = (
    "authority.not-approved",
    "authority.not-approved-then",
    "authority.ended",
    "path.unknown-issuer",
)

VARIANTS: list[Variant] = [
    # Wrong kind of certificate
    chain("the CA itself", as_ca, "certificate.is-authority"),
    chain("a CA's profile", flawed(Flaw.CA), "certificate.is-authority"),
    chain(
        "an end entity that may sign certificates",
        with_extension(usage("digital_signature", "key_cert_sign")),
        "certificate.is-authority",
    ),
    chain("a web server's", flawed(Flaw.TLS), "certificate.purpose"),
    chain("a timestamp authority's profile", flawed(Flaw.TIMESTAMPING), "certificate.purpose"),
    chain(
        "the timestamp authority's own",
        lambda world: world.pki.timestamp_authority("tsa-1"),
        "certificate.purpose",
    ),
    chain("the OCSP responder's own", responder, "certificate.purpose"),
    chain("for code", purpose(ExtendedKeyUsageOID.CODE_SIGNING), "certificate.purpose"),
    chain("for anything", purpose(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), "certificate.purpose"),
    chain("for encryption", flawed(Flaw.ENCRYPTION_ONLY), "certificate.key-usage"),
    chain("for key agreement", with_extension(usage("key_agreement")), "certificate.key-usage"),
    chain(
        "without key usage",
        lambda world: own(world, fresh(), without=[x509.KeyUsage]),
        "certificate.key-usage",
    ),
    chain(
        "with an unknown critical extension",
        lambda world: own(
            world, fresh(), more=[(x509.UnrecognizedExtension(UNKNOWN_OID, b"\x05\x00"), True)]
        ),
        "path.broken",
    ),
    Variant(
        "under a person's certificate",
        by(lambda world: under_a_person(world).key),
        "",
        LATER,
        "path.revocation-unknown",
    ),
    Variant(
        "under a CA below a CA",
        by(lambda world: lower_authority()(world).key),
        "",
        LATER,
        "path.revocation-unknown",
    ),
    Variant(
        "under a person's certificate, with its own list", proven(under_a_person), "", CHAIN, "path.broken"
    ),
    Variant("under a CA below a CA, with its own list", proven(lower_authority()), "", CHAIN, "path.broken"),
    Variant(
        "under a CA with name constraints, with its own list",
        proven(
            lower_authority((x509.NameConstraints([x509.DirectoryName(renamed((COMMON, "x")))], None), True))
        ),
        "",
        CHAIN,
        "path.broken",
    ),
    Variant(
        "signed by the CA with SHA-1",
        by(lambda world: with_sha1(own(world, fresh()), world)),
        "",
        WEAK,
        "path.weak-algorithm",
    ),
    # Wrong issuer
    undecided("self-signed", by(self_signed), NO_CHAIN, UNKNOWN),
    undecided("from a stranger's CA of the same name", stranger, NO_CHAIN, UNKNOWN),
    undecided(
        "a person's under the organisations' CA",
        by(person(LEADER_NAME, LEADER_NUMBER, ORGANISATION_CA)),
        NO_CHAIN,
        UNKNOWN,
    ),
    undecided(
        "a seal's under the persons' CA",
        by(lambda world: world.organisation("Trường Tiểu học Tư thục", SCHOOL, issuer=PUBLIC_CAS[0]), SEAL),
        NO_CHAIN,
        UNKNOWN,
    ),
    undecided("a person's certificate seals", by(lambda world: world.leader, SEAL), NO_CHAIN, UNKNOWN),
    Variant("the seal signs as leader", by(lambda world: world.seal), FAILED, NO_CHAIN, UNKNOWN),
    undecided("the operator seals", by(lambda world: world.pki.operator, SEAL), NO_CHAIN, UNKNOWN),
    # Made with the CA's key
    wrong("made with the CA's key, in the right name", unapproved(behind_the_cas_back), NOT_APPROVED),
    wrong(
        "made with the CA's key, known to its responder",
        unapproved(lambda world: own(world, fresh())),
        NOT_APPROVED,
    ),
    wrong("same serial and subject, other key", unapproved(imitation), NOT_APPROVED),
    wrong("same subject as the teacher's", unapproved(in_the_teachers_name, HOMEROOM), NOT_APPROVED),
    Variant(
        "approved, but its responder does not know it",
        by(behind_the_cas_back),
        OPEN,
        LATER,
        "evidence.answer-unknown",
    ),
    # Time
    Variant("expired", by(flawed(Flaw.EXPIRED)), FAILED, "EXPIRED", "path.expired"),
    Variant("expired a day before", by(ended(timedelta(days=4))), FAILED, "EXPIRED", "path.expired"),
    Variant("not yet valid", by(flawed(Flaw.NOT_YET_VALID)), FAILED, "NOT_YET_VALID", "path.not-yet-valid"),
    Variant(
        "valid an hour too late",
        by(lambda world: own(world, fresh(), start=NOW + timedelta(hours=2))),
        FAILED,
        "NOT_YET_VALID",
        "path.not-yet-valid",
    ),
    Variant("revoked before", by(revoked(timedelta(hours=5))), FAILED, "REVOKED", "path.revoked"),
    Variant(
        "revoked a day before it was issued",
        by(revoked(timedelta(days=6))),
        FAILED,
        "REVOKED",
        "path.revoked",
    ),
    # Approval
    wrong("approved by nobody", unapproved(person(LEADER_NAME, LEADER_NUMBER)), NOT_APPROVED),
    wrong("approved later", by(person(LEADER_NAME, LEADER_NUMBER), since=timedelta(hours=2)), NOT_THEN),
    wrong(
        "approved a second too late",
        by(person(LEADER_NAME, LEADER_NUMBER), since=timedelta(hours=1, seconds=3)),
        NOT_THEN,
    ),
    wrong("approval ended", by(person(LEADER_NAME, LEADER_NUMBER), until=timedelta(minutes=30)), ENDED),
    wrong(
        "approval ended that second",
        by(person(LEADER_NAME, LEADER_NUMBER), until=timedelta(hours=1, seconds=2)),
        ENDED,
    ),
    wrong(
        "approved for another school",
        by(person(LEADER_NAME, LEADER_NUMBER), school=OTHER_SCHOOL),
        NOT_APPROVED,
    ),
    wrong(
        "approved as teacher",
        lambda kit: kit.world.sealed(
            kit.code, LEADER={"key": kit.approve(kit.world.person(LEADER_NAME, LEADER_NUMBER), HOMEROOM)}
        ),
        NOT_APPROVED,
    ),
    wrong(
        "approved as seal",
        lambda kit: kit.world.sealed(
            kit.code, LEADER={"key": kit.approve(kit.world.person(LEADER_NAME, LEADER_NUMBER), SEAL)}
        ),
        NOT_APPROVED,
    ),
    wrong("all before the approvals", early, NOT_THEN),
    wrong("another school's seal", unapproved(lambda world: world.other_seal, SEAL), NOT_APPROVED),
    # Person
    wrong("another person", by(person("Lê Thị Bích Hằng", "099175000457")), "signer.other-person"),
    wrong(
        "a person whom the data does not name",
        numbered(person("Vũ Văn Phó", "099180000111"), "099180000111"),
        "signer.not-the-named",
    ),
    wrong(
        "the teacher as leader", numbered(lambda world: world.teacher, TEACHER_NUMBER), "signer.not-the-named"
    ),
    wrong("the teacher under the leader's number", by(lambda world: world.teacher), "signer.other-person"),
    wrong("one key in every slot", one_key_everywhere, "signer.not-the-named"),
    wrong("no number in the certificate", by(named(renamed((COMMON, LEADER_NAME)))), "signer.other-person"),
    wrong(
        "two numbers in the certificate",
        by(
            named(
                renamed(
                    (COMMON, LEADER_NAME),
                    (NUMBER, f"CCCD:{LEADER_NUMBER}"),
                    (NameOID.USER_ID, "CCCD:099175000457"),
                )
            )
        ),
        "signer.other-person",
    ),
    wrong(
        "the number in the name only",
        by(named(renamed((COMMON, f"{LEADER_NAME} CCCD:{LEADER_NUMBER}")))),
        "signer.other-person",
    ),
    wrong(
        "the number with letters behind it",
        by(named(renamed((COMMON, LEADER_NAME), (NUMBER, f"CCCD:{LEADER_NUMBER}A")))),
        "signer.other-person",
    ),
    wrong(
        "a passport of the same digits",
        by(named(renamed((COMMON, LEADER_NAME), (NUMBER, f"HC:{LEADER_NUMBER}")))),
        "signer.other-person",
    ),
    wrong(
        "the number in full-width digits",
        by(
            named(
                renamed(
                    (COMMON, LEADER_NAME),
                    (NameOID.USER_ID, "".join(chr(ord(one) + 0xFEE0) for one in LEADER_NUMBER)),
                )
            )
        ),
        "signer.other-person",
    ),
]
