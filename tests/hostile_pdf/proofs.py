"""Seals with a certificate that may not, with timestamps that prove something else, with proofs amiss."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from signing.seal.evidence import Evidence
from signing.specimen.pki import IssuedKey
from signing.specimen.status import RevocationList
from signing.specimen.timestamping import TimestampAuthority, Twist
from tests.hostile_pdf.containers import Plan, Stamp, by, sealed
from tests.hostile_pdf.ground import Ground, Variant, family

# --- certificates ---


def other_school(g: Ground) -> bytes:
    return sealed(g, Plan(key=g.world.organisation("Trường Tiểu học Hoa Súng", "99000202")))


def unapproved(g: Ground) -> bytes:
    return sealed(g, Plan(key=g.world.organisation("Trường Tiểu học Hoa Sen", "99000101")))


def strangers_seal(g: Ground) -> bytes:
    key = g.stranger.issue_organisation(
        "Trường Tiểu học Hoa Sen", "99000101", not_before=g.world.school.certificate.not_valid_before_utc
    )
    return sealed(g, Plan(key=key, evidence=g.world.evidence(g.world.school)))


def authority_as_signer(g: Ground) -> bytes:
    authority = g.world.pki.authority("organisation-ca")
    key = IssuedKey(authority.certificate, authority.key, (authority.certificate,))
    return sealed(g, Plan(key=key, evidence=g.world.evidence(g.world.school)))


def timestamper(g: Ground) -> bytes:
    return sealed(
        g, Plan(key=g.world.pki.timestamp_authority("tsa-1"), evidence=g.world.evidence(g.world.school))
    )


def flawed(name: str) -> Callable[[Ground], bytes]:
    return lambda g: sealed(g, Plan(key=g.flawed[name], evidence=of_key(g, g.flawed[name])))


def of_key(g: Ground, key: IssuedKey) -> Evidence | None:
    """Return proofs for a certificate that our collector refuses: those of the school's other one."""
    start, end = key.certificate.not_valid_before_utc, key.certificate.not_valid_after_utc
    return None if start < g.world.clock < end else g.world.evidence(g.world.school)


CERTIFICATES = family(
    "certificate",
    ("another school's seal", other_school, "pdf.other-organisation"),
    ("not approved", unapproved, "authority.not-approved"),
    ("the leader's", lambda g: sealed(g, Plan(key=g.world.leader)), "pdf.other-organisation"),
    ("the teacher's", lambda g: sealed(g, Plan(key=g.world.homeroom)), "pdf.other-organisation"),
    ("the operator's", lambda g: sealed(g, Plan(key=g.world.pki.operator)), "pdf.other-organisation path."),
    ("expired", flawed("expired"), "path. certificate."),
    ("not yet valid", flawed("not yet valid"), "path. certificate."),
    ("revoked", flawed("revoked"), "path. certificate."),
    ("for TLS", flawed("TLS"), "path. certificate."),
    ("of an authority", flawed("CA"), "path. certificate."),
    ("for timestamps", flawed("timestamper"), "path. certificate."),
    ("RSA too short", flawed("short RSA"), "path. certificate. algorithm."),
    ("under the persons' authority", flawed("persons' CA"), "path."),
    ("of a stranger", strangers_seal, "path."),
    ("the issuing authority itself", authority_as_signer, "path. certificate."),
    ("the timestamp authority", timestamper, "path. certificate."),
)


# --- times and proofs ---


def stamped(
    name: str = "tsa-1",
    *,
    hours: float = 0,
    twist: Twist | None = None,
    stranger: bool = False,
    other: bool = False,
) -> Callable[[Ground], Stamp]:
    """Return a timestamp authority that does one thing wrong."""

    def made(g: Ground) -> Stamp:
        pki = g.stranger if stranger else g.world.pki

        def stamp(digest: bytes) -> bytes:
            asked = tsp.TimeStampReq({
                "version": 1, "cert_req": True,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"},
                                    "hashed_message": bytes(32) if other else digest},
            })  # fmt: skip
            authority = TimestampAuthority(pki.timestamp_authority(name))
            answer = authority.answer(asked.dump(), g.world.clock + timedelta(hours=hours), twist or Twist())
            return bytes(tsp.TimeStampResp.load(answer)["time_stamp_token"].dump())

        return stamp

    return made  # fmt: skip


def signed_by_the_school(g: Ground) -> Stamp:
    """A token that the school made itself."""
    key = g.world.school
    authority = TimestampAuthority(key)

    def stamp(digest: bytes) -> bytes:
        asked = tsp.TimeStampReq({"version": 1, "cert_req": True, "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}})  # fmt: skip
        return bytes(
            tsp.TimeStampResp.load(authority.answer(asked.dump(), g.world.clock))["time_stamp_token"].dump()
        )

    return stamp


def seal_stamp(make: Callable[[Ground], Stamp]) -> Callable[[Ground], bytes]:
    return lambda g: sealed(g, Plan(stamp=make(g)))


def archive_stamp(make: Callable[[Ground], Stamp]) -> Callable[[Ground], bytes]:
    return lambda g: sealed(g, Plan(archive_stamp=make(g)))


STAMPS = family(
    "timestamp",
    *(
        row
        for where, of in (("", seal_stamp), ("archive ", archive_stamp))
        for row in (
            (f"{where}of a stranger", of(stamped(stranger=True)), "timestamp. path. evidence."),
            (f"{where}over other data", of(stamped(other=True)), "timestamp."),
            (f"{where}over another digest", of(stamped(twist=Twist(other_imprint=True))), "timestamp."),
            (f"{where}with a broken signature", of(stamped(twist=Twist(broken_signature=True))), "timestamp."),
            (f"{where}by the school itself", of(signed_by_the_school), "timestamp. path. evidence."),
            (f"{where}a day and more before", of(stamped(hours=-30)), "pdf. timestamp. evidence."),
        )
    ),
    ("a day and more after", seal_stamp(stamped(hours=30)), "pdf.time-apart pdf.timestamp-order timestamp."),
    ("archive before the seal", archive_stamp(stamped(hours=-2)), "pdf.timestamp-order"),
    ("claimed two days before", by(Plan(claimed=timedelta(days=-2))), "pdf.time-apart"),
    ("claimed two days after", by(Plan(claimed=timedelta(days=2))), "pdf.time-apart"),
    ("before the XML was sealed", lambda g: earlier(g, timedelta(hours=6)), "pdf.before-xml"),
)  # fmt: skip


def earlier(g: Ground, by_how_much: timedelta) -> bytes:
    now = g.world.clock
    try:
        g.world.clock = now - by_how_much
        return sealed(g, Plan())
    finally:
        g.world.clock = now


def proofs(change: Callable[[Ground, Evidence], Evidence]) -> Callable[[Ground], bytes]:
    def attack(g: Ground) -> bytes:
        genuine = g.world.evidence(g.world.school)
        kept = Evidence(genuine.certificates, genuine.ocsps, genuine.crls)
        return sealed(g, Plan(evidence=change(g, kept)))

    return attack


def answers_of(by_how_much: timedelta) -> Callable[[Ground, Evidence], Evidence]:
    """Return what takes the answers of another moment: before or after now."""

    def change(g: Ground, e: Evidence) -> Evidence:
        now = g.world.clock
        try:
            g.world.clock = now + by_how_much
            other = g.world.evidence(g.world.school)
        finally:
            g.world.clock = now
        return Evidence(e.certificates, other.ocsps, e.crls)

    return change


TWO_DAYS_AGO, YEARS_LATER = timedelta(hours=-48, minutes=-10), timedelta(days=800)


def from_a_stranger(g: Ground, e: Evidence) -> Evidence:
    listed = RevocationList(g.stranger.authority("organisation-ca")).at(g.world.clock)
    return Evidence(e.certificates, (), (listed,))


def of_the_leader(g: Ground, e: Evidence) -> Evidence:
    other = g.world.evidence(g.world.leader)
    return Evidence(e.certificates, other.ocsps, e.crls)


def a_certificate_more(g: Ground, e: Evidence) -> Evidence:
    foreign = g.world.leader.certificate.public_bytes(Encoding.DER)
    return Evidence((*e.certificates, foreign), e.ocsps, e.crls)


PROOFS = family(
    "proof",
    ("none", proofs(lambda g, e: Evidence((), (), ())), "evidence. path."),
    ("no answers", proofs(lambda g, e: Evidence(e.certificates, (), e.crls)), "evidence. path."),
    ("no lists", proofs(lambda g, e: Evidence(e.certificates, e.ocsps, ())), "evidence. path."),
    ("no responders", proofs(lambda g, e: Evidence(e.certificates[:1], e.ocsps, e.crls)), "evidence. path."),
    ("stale", proofs(answers_of(TWO_DAYS_AGO)), "evidence. path."),
    ("of years later", proofs(answers_of(YEARS_LATER)), "evidence.future"),
    ("of a stranger", proofs(from_a_stranger), "evidence. path."),
    ("of another signer", proofs(of_the_leader), "evidence. path."),
    ("in another order", proofs(lambda g, e: Evidence(e.certificates, e.ocsps[::-1], e.crls)), "evidence."),
    ("a certificate more", proofs(a_certificate_more), "evidence."),
)  # fmt: skip

VARIANTS: list[Variant] = [*CERTIFICATES, *STAMPS, *PROOFS]
