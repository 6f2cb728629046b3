"""Proof of standing: missing, stale, from the future, by the wrong one, about another, saying unknown or revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.seal.paths import Embedded, EvidenceLike
from signing.seal.trust import SignerRole
from signing.specimen.authority import Authority
from signing.specimen.pki import ORGANISATION_CA, PUBLIC_CAS, IssuedKey
from signing.specimen.status import RevocationList
from tests.hostile.kit import Kit
from tests.hostile.standing import (
    SEALED,
    Said,
    Status,
    answer,
    error,
    list_of,
    other_cas_responder,
    own_responder,
    signers_key,
)
from tests.hostile.tree import LEADER, XA, drop, find, one, set_text, twice, within
from tests.hostile.variant import (
    CRYPTO,
    FAILED,
    FORMAT,
    LATER,
    Make,
    Variant,
    edited,
    refused,
    signed_as,
    undecided,
)
from tests.signing.seal.xml.world import LEADER_NUMBER, NOW

PROPERTIES = within("ds:Object/xa:QualifyingProperties/xa:UnsignedProperties/xa:UnsignedSignatureProperties")
REVOCATION, CERTIFICATES = f"{PROPERTIES}/{XA}RevocationValues", f"{PROPERTIES}/{XA}CertificateValues"
UNKNOWN_STANDING = "path.revocation-unknown"


def proving(change: Callable[[Kit, EvidenceLike], EvidenceLike], role: str = "SEAL") -> Make:
    """The slot signed honestly, with this in place of its evidence."""
    return lambda kit: kit.world.sealed(kit.code, **{role: {"proof": lambda there: change(kit, there)}})


def said(what: Said, *, responder: Callable[[Kit], IssuedKey] | None = None) -> Make:
    """The first answer, which is about the seal's certificate, says this."""

    def change(kit: Kit, there: EvidenceLike) -> EvidenceLike:
        by = replace(what, responder=responder(kit)) if responder else what
        mine = answer(kit, kit.world.seal, by)
        certificates = there.certificates
        if by.responder is not None:
            lower, _, *rest = certificates  # the false responder stands where the true one stood
            certificates = (lower, by.responder.certificate.public_bytes(Encoding.DER), *rest)
        return Embedded(certificates, (mine, *there.ocsps[1:]), there.crls)

    return proving(change)


def lists(made: Callable[[Kit, Sequence[bytes]], Sequence[bytes]]) -> Make:
    return proving(lambda kit, there: Embedded(there.certificates, there.ocsps, tuple(made(kit, there.crls))))


def answers(made: Callable[[Kit, Sequence[bytes]], Sequence[bytes]]) -> Make:
    return proving(lambda kit, there: Embedded(there.certificates, tuple(made(kit, there.ocsps)), there.crls))


def by_list_only(listed: Callable[[Kit, Authority], bytes]) -> Make:
    """No answer speaks of the seal: the CA's list does."""

    def change(kit: Kit, there: EvidenceLike) -> EvidenceLike:
        authority = kit.world.pki.authority(ORGANISATION_CA)
        lower, _, *rest = there.certificates
        return Embedded((lower, *rest), there.ocsps[1:], (listed(kit, authority), *there.crls))

    return proving(change)


def revoked_leader(*, hidden: bool) -> Make:
    """A revoked leader; the answer in the file is older than the revocation, or somebody else's."""

    def build(kit: Kit) -> bytes:
        key = kit.approve(kit.world.person("Lê Thị Bích Hằng", LEADER_NUMBER), SignerRole.LEADER)
        before = answer(
            kit, key, Said(this_update=NOW - timedelta(days=4), next_update=NOW - timedelta(days=3))
        )
        kit.world.pki.revoke(key.certificate, NOW - timedelta(days=1))

        def proof(there: EvidenceLike) -> EvidenceLike:
            return Embedded(there.certificates, (before,) if hidden else there.ocsps, there.crls)

        return kit.world.sealed(kit.code, LEADER={"key": key, "proof": proof})

    return build


def rubbish(path: str, item: str) -> Make:
    return edited(set_text(f"{path}//{XA}{item}", "AAAA"))


def swapped(root: etree._Element) -> None:
    first, second = (find(root, within("", role) + f"//{XA}OCSPValues") for role in (LEADER, "KY_PHAT_HANH"))
    one_, two = first.getparent(), second.getparent()
    assert one_ is not None and two is not None
    one_.append(second)
    two.append(first)


def sup(name: str, build: Make, code: str = "evidence.superfluous") -> Variant:
    return Variant(name, build, FAILED, FORMAT, code)


def open_(name: str, build: Make, code: str = UNKNOWN_STANDING) -> Variant:
    return Variant(name, build, "", LATER, code)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)

VARIANTS: list[Variant] = [
    # Missing
    open_("no revocation data", edited(drop(REVOCATION))),
    open_("no answers", edited(drop(f"{REVOCATION}/{XA}OCSPValues"))),
    open_("no lists", edited(drop(f"{REVOCATION}/{XA}CRLValues")), "evidence.missing"),
    open_("no certificates", edited(drop(CERTIFICATES)), "evidence.missing"),
    *(
        undecided(
            f"signed without revocation data: {role}",
            signed_as(**{role: {"without_revocation": True}}),
            LATER,
            UNKNOWN_STANDING,
        )
        for role in ("HOMEROOM", "LEADER", "SEAL")
    ),
    *(
        open_(f"signed without any evidence: {role}", signed_as(**{role: {"evidence": False}}))
        for role in ("HOMEROOM", "LEADER", "SEAL")
    ),
    refused(
        "empty RevocationValues",
        edited(lambda root: [find(root, REVOCATION).remove(each) for each in list(find(root, REVOCATION))]),
        "layout.elements",
    ),
    refused(
        "empty OCSPValues",
        edited(
            lambda root: [
                one(root, "xa:OCSPValues").remove(each) for each in list(one(root, "xa:OCSPValues"))
            ]
        ),
        "layout.elements",
    ),
    refused("RevocationValues twice", edited(twice(REVOCATION)), "layout.elements"),
    refused(
        "RevocationValues before the certificates",
        edited(lambda root: find(root, CERTIFICATES).addprevious(find(root, REVOCATION))),
        "layout.elements",
    ),
    refused(
        "an answer among the lists' elements",
        edited(lambda root: one(root, "xa:CRLValues").append(one(root, "xa:EncapsulatedOCSPValue"))),
        "layout.elements",
    ),
    # Said at the wrong time
    open_("older than two days", signed_as(SEAL={"evidence_at": SEALED - timedelta(days=3)})),
    open_(
        "an hour older than two days", said(Said(this_update=SEALED - 49 * HOUR, next_update=SEALED + HOUR))
    ),
    open_(
        "expired before the proof", said(Said(this_update=SEALED - 3 * HOUR, next_update=SEALED - 2 * HOUR))
    ),
    Variant(
        "without nextUpdate and three days old",
        said(Said(this_update=SEALED - timedelta(days=3), next_update=None)),
        "",
        LATER,
        UNKNOWN_STANDING,
    ),
    # Said otherwise
    open_("status unknown", said(Said(Status.UNKNOWN)), "evidence.answer-unknown"),
    open_(
        "an answer of years later",
        said(Said(this_update=SEALED + 900 * DAY, next_update=SEALED + 901 * DAY)),
        "evidence.future",
    ),
    open_(
        "a list of years later",
        lists(
            lambda kit, there: (
                list_of(kit.world.pki.authority("root"), issued=SEALED + 900 * DAY),
                *there[1:],
            )
        ),
        "evidence.future",
    ),
    *(
        Variant(
            f"a list that names the authority {name}",
            lists(
                lambda kit, there, name=name: (  # type: ignore[misc]
                    list_of(
                        kit.world.pki.authority("root"),
                        revoked=kit.world.pki.authority(name).certificate.serial_number,
                    ),
                    *there[1:],
                )
            ),
            FAILED,
            "REVOKED",
            "path.authority-revoked",
        )
        for name in (ORGANISATION_CA, "tsa-ca")
    ),
    Variant("status revoked", said(Said(Status.REVOKED)), FAILED, "REVOKED", "path.revoked"),
    open_("about another number", said(Said(serial=12345))),
    open_("refused to answer", answers(lambda kit, there: (error("try_later"), *there[1:]))),
    open_(
        "an answer that says malformed", answers(lambda kit, there: (error("malformed_request"), *there[1:]))
    ),
    # Said by the wrong one
    Variant(
        "by another CA's responder", said(Said(), responder=other_cas_responder), "", LATER, UNKNOWN_STANDING
    ),
    Variant("by the signer", said(Said(), responder=signers_key), "", LATER, UNKNOWN_STANDING),
    Variant(
        "by a responder without the purpose",
        said(Said(), responder=own_responder(purpose=False)),
        "",
        LATER,
        UNKNOWN_STANDING,
    ),
    Variant(
        "by a responder under another CA",
        said(Said(), responder=own_responder(issuer=PUBLIC_CAS[0])),
        "",
        LATER,
        UNKNOWN_STANDING,
    ),
    sup(
        "with the issuer's certificate in the answer",
        said(
            Said(others=True),
            responder=lambda kit: IssuedKey(
                *kit.world.pki.authority(ORGANISATION_CA).responder,
                (
                    kit.world.pki.authority(ORGANISATION_CA).certificate,
                    kit.world.pki.authority("root").certificate,
                ),
            ),
        ),
        "evidence",
    ),
    Variant(
        "a broken signature under the answer",
        answers(lambda kit, there: (there[0][:-9] + bytes([there[0][-9] ^ 1]) + there[0][-8:], *there[1:])),
        "",
        LATER,
        UNKNOWN_STANDING,
    ),
    # Too much
    sup(
        "two answers",
        answers(lambda kit, there: (*there, answer(kit, kit.world.seal, Said(this_update=SEALED - HOUR)))),
    ),
    sup(
        "an answer with a nonce beside the first",
        answers(lambda kit, there: (*there, answer(kit, kit.world.seal, Said(nonce=True)))),
    ),
    sup(
        "the leader's answer as well",
        answers(lambda kit, there: (*there, answer(kit, kit.world.leader, Said()))),
    ),
    sup("the same answer twice", answers(lambda kit, there: (there[0], *there)), "evidence.order"),
    sup("answers in another order", answers(lambda kit, there: tuple(reversed(there))), "evidence.order"),
    sup(
        "bytes behind an answer", answers(lambda kit, there: (there[0] + b"\0", *there[1:])), "evidence.form"
    ),
    open_("rubbish as answer", rubbish(REVOCATION, "EncapsulatedOCSPValue"), "path.evidence-unreadable"),
    open_("rubbish as list", rubbish(REVOCATION, "EncapsulatedCRLValue"), "path.evidence-unreadable"),
    open_(
        "rubbish as certificate",
        rubbish(CERTIFICATES, "EncapsulatedX509Certificate"),
        "path.evidence-unreadable",
    ),
    open_(
        "a certificate as answer",
        answers(lambda kit, there: (kit.world.seal.certificate.public_bytes(Encoding.DER), *there[1:])),
        "path.evidence-unreadable",
    ),
    refused("evidence swapped between slots", edited(swapped), "evidence.superfluous"),
    sup("the teacher's evidence", proving(lambda kit, there: kit.world.evidence(kit.world.teacher, SEALED))),
    sup(
        "a stranger's certificate",
        proving(
            lambda kit, there: Embedded(
                (*there.certificates, kit.world.leader.certificate.public_bytes(Encoding.DER)),
                there.ocsps,
                there.crls,
            )
        ),
    ),
    # Lists
    open_(
        "a list of three days ago",
        by_list_only(lambda kit, by: list_of(by, issued=SEALED - timedelta(days=3), life=timedelta(days=9))),
    ),
    open_(
        "a list that ended before",
        by_list_only(lambda kit, by: list_of(by, issued=SEALED - 3 * HOUR, life=HOUR)),
    ),
    open_(
        "another CA's list",
        by_list_only(lambda kit, by: RevocationList(kit.world.pki.authority(PUBLIC_CAS[0])).at(SEALED)),
    ),
    open_(
        "a list in the CA's name, signed by the seal",
        by_list_only(lambda kit, by: list_of(by, key=kit.world.seal.key)),
    ),
    open_(
        "a list of other reasons only",
        by_list_only(
            lambda kit, by: list_of(
                by,
                extension=x509.IssuingDistributionPoint(
                    None, None, False, False, frozenset({x509.ReasonFlags.key_compromise}), False, False
                ),
            )
        ),
    ),
    open_(
        "a list of authorities only",
        by_list_only(
            lambda kit, by: list_of(
                by, extension=x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
            )
        ),
    ),
    open_(
        "an indirect list",
        by_list_only(
            lambda kit, by: list_of(
                by, extension=x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
            )
        ),
    ),
    open_(
        "a difference of lists",
        by_list_only(lambda kit, by: list_of(by, extension=x509.DeltaCRLIndicator(4))),
    ),
    Variant(
        "a list that names the seal",
        by_list_only(lambda kit, by: list_of(by, revoked=kit.world.seal.certificate.serial_number)),
        FAILED,
        "REVOKED",
        "path.revoked",
    ),
    Variant(
        "a list that names the seal beside a good answer",
        lists(
            lambda kit, there: (
                *there,
                list_of(
                    kit.world.pki.authority(ORGANISATION_CA), revoked=kit.world.seal.certificate.serial_number
                ),
            )
        ),
        FAILED,
        "REVOKED",
        "path.revoked",
    ),
    sup(
        "a list that nothing asks for",
        lists(lambda kit, there: (*there, RevocationList(kit.world.pki.authority("tsa-ca")).at(SEALED))),
    ),
    sup(
        "a list of a stranger's",
        lists(lambda kit, there: (*there, RevocationList(kit.world.pki.authority("operator-ca")).at(SEALED))),
    ),
    Variant(
        "a broken signature under a list",
        lists(lambda kit, there: (there[0][:-1] + bytes([there[0][-1] ^ 1]), *there[1:])),
        FAILED,
        CRYPTO,
        "evidence.signature",
    ),
    # A revocation that is to be hidden
    Variant("revoked, with the answer of before", revoked_leader(hidden=True), "", LATER, UNKNOWN_STANDING),
    Variant("revoked, and it says so", revoked_leader(hidden=False), FAILED, "REVOKED", "path.revoked"),
]
