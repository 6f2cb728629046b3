"""The strict verifier of one sealed XML: bytes, trust and a moment in, a verdict out; it never raises.

First the form (positions, not ids), then digests, values, statements, timestamps, paths, approvals, order.
What is not covered by the seal, or compared with something that is, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from lxml import etree

from hocba.kernel.canonical import code_hash, code_salt
from records.national import v1_0
from signing.seal import certificates
from signing.seal.timestamps import MAX_ACCURACY
from signing.seal.trust import SignerRole, Trust
from signing.seal.verdict import (
    LINE_NAMES,
    Kind,
    Line,
    Reason,
    Status,
    Verdict,
    conclude,
    with_reasons,
)
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml import foreign
from signing.seal.xml.build import canonical
from signing.seal.xml.checks import Finding, judge_slot
from signing.seal.xml.policy import STRICT, Policy
from signing.seal.xml.profile import Document, dissect
from signing.seal.xml.reader import Malformed, read
from signing.seal.xml.second import agrees

Structure = Callable[[bytes], Iterable[object]]
"""Tells where a file leaves the national format; nothing when nowhere."""

_BARE: Final = b"<HOC_BA"
"""How a file begins that has neither declaration nor mark: every reader then reads the same bytes."""

NAMED: Final = {
    SignerRole.HOMEROOM: "SO_CCCD_GIAO_VIEN_CHU_NHIEM",
    SignerRole.LEADER: "SO_CCCD_GIAM_HIEU_KY_HOC_BA",
}
"""Where the signed data names the persons who are to sign."""


def verify_xml(
    data: bytes,
    trust: Trust,
    at: datetime,
    policy: Policy = STRICT,
    *,
    structure: Structure = v1_0.schema_errors,
) -> Verdict:
    """Return the verdict on one sealed transcript at the moment `at` (aware). Never raises."""
    try:
        return _verify(data, trust, at, policy, structure)
    except Malformed as refused:
        return _refused(data, refused.code, refused.where, refused.role)
    except Exception:  # the last resort: a hostile file must never get past a verifier by breaking it
        return _refused(data, "file.broken")


def data_region(data: bytes) -> bytes:
    """Return the canonical bytes of DU_LIEU_HOC_BA: what was signed, and all that may be shown.

    They also hide the look-up code best (`salted`): unlike the file they cannot be written in another way
    without breaking the seal. Raises: Malformed.
    """
    return canonical(_region(read(data, exact=False)))


def _region(root: etree._Element) -> etree._Element:
    region = next(iter(root), None)
    if region is None or region.tag != "DU_LIEU_HOC_BA":
        raise Malformed("layout.elements", "HOC_BA")
    return region


def _verify(data: bytes, trust: Trust, at: datetime, policy: Policy, structure: Structure) -> Verdict:
    document = dissect(data) if policy.exact else foreign.dissect(data)
    school = document.data.findtext("THONG_TIN_CHUNG/MA_TRUONG") or ""
    findings = [judge_slot(slot, trust, at, school, exact=policy.exact) for slot in document.slots]
    form = (*_version(document), *_schema(document, data, structure))
    found = [reason for finding in findings for reason in finding.reasons]
    changed = any(reason.code == "digest.data" for reason in found)
    reasons = [  # what was changed later is not the school's mistake: that it breaks the format comes second
        *(() if changed else form),
        *found,
        *(form if changed else ()),
        *_named(document),
        *_persons(document, findings),
        *_order(document, findings),
    ]
    status, notes = standing(document, trust)
    verdict = conclude(
        Kind.XML,
        (*reasons, *notes),
        look_up_code=document.code,
        signatures=tuple(finding.report for finding in findings),
        structure=not form,
        status=status,
        status_at=trust.statuses_at,
        lines=_lines(status),
        xml=data,
    )
    if policy.second_opinion and verdict.lines["integrity"] is Line.PASSED and not agrees(data, document):
        doubt = Reason.unknown(Sub.SIG_CRYPTO_FAILURE, "integrity", "signature.second-opinion")
        return with_reasons(verdict, [doubt])
    return verdict


def _version(document: Document) -> tuple[Reason, ...]:
    """What states another version of the format is not judged by this one's rules."""
    stated = document.data.findtext("THONG_TIN_CHUNG/PHIEN_BAN")
    if stated in (None, v1_0.VERSION):
        return ()
    return (Reason.failed(Sub.FORMAT_FAILURE, "integrity", "structure.version", version=stated[:20]),)


def _schema(document: Document, data: bytes, structure: Structure) -> tuple[Reason, ...]:
    if structure is v1_0.schema_errors and data.startswith(_BARE) and not v1_0.tree_errors(document.root):
        return ()  # what is asked of the bytes was asked by the reader, and the tree is the same
    errors = list(structure(data))
    if not errors:
        return ()
    return (Reason.failed(Sub.FORMAT_FAILURE, "integrity", "structure.schema", detail=str(errors[0])),)


def _named(document: Document) -> list[Reason]:
    """The persons who sign must be those whom the signed data names."""
    found = []
    for slot in document.slots:
        if slot.role not in NAMED:
            continue
        named = document.data.findtext(f"THONG_TIN_CHUNG/{NAMED[slot.role]}")
        if named != slot.personal_number:
            found.append(
                Reason.failed(
                    Sub.SIG_CONSTRAINTS_FAILURE, "signers", "signer.not-the-named", role=slot.role.value
                )
            )
    return found


def _persons(document: Document, findings: list[Finding]) -> list[Reason]:
    """Note what is lawful and worth knowing: no homeroom teacher, or one person in both slots."""
    slots = {slot.role: slot for slot in document.slots}
    homeroom, leader = slots.get(SignerRole.HOMEROOM), slots[SignerRole.LEADER]
    if homeroom is None:
        return [Reason.noted("signers", "signer.homeroom-absent")]
    if homeroom.personal_number == leader.personal_number:
        name = certificates.common_name(findings[0].certificate.subject)
        return [Reason.noted("signers", "signer.same-person", signer=name)]
    return []


def _order(document: Document, findings: list[Finding]) -> list[Reason]:
    """Each signs over what the one before has signed, so neither claim nor proof may run backwards."""
    found = []
    pairs = zip(findings, findings[1:], document.slots[1:], strict=False)
    for earlier, later, slot in pairs:
        backwards = later.claimed + MAX_ACCURACY < earlier.claimed
        if earlier.moment is not None and later.moment is not None:
            backwards |= later.moment + MAX_ACCURACY < earlier.moment
        if backwards:
            found.append(
                Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "time", "time.order", role=slot.role.value)
            )
    return found


def standing(document: Document, trust: Trust) -> tuple[Status, list[Reason]]:
    """Look the transcript up in the dated list of withdrawals.

    The salt is made from the signed data, which no other spelling of the file changes.
    """
    if trust.statuses is None:
        return Status.UNKNOWN, [Reason.noted("status", "status.no-list")]
    entry = trust.statuses.get(code_hash(document.code, code_salt(canonical(document.data))))
    if entry is not None and entry.status in (Status.WITHDRAWN, Status.REPLACED):
        since = entry.since.isoformat()
        return entry.status, [Reason.noted("status", f"status.{entry.status.value}", since=since)]
    return Status.VALID, []


def _lines(status: Status) -> dict[str, Line]:
    states = {Status.VALID: Line.PASSED, Status.UNKNOWN: Line.UNKNOWN}
    return {"log": Line.NOT_SHOWN, "status": states.get(status, Line.FAILED)}


def _refused(data: bytes, code: str, where: str = "", role: str = "") -> Verdict:
    """Return the verdict on a file that does not have the form: nothing else about it is known."""
    facts = {name: value for name, value in (("where", where), ("role", role)) if value}
    lines = dict.fromkeys(LINE_NAMES, Line.UNKNOWN) | {"log": Line.NOT_SHOWN}
    if code == "layout.elements.unsigned":
        lines["signers"] = Line.FAILED
    reason = Reason.failed(Sub.FORMAT_FAILURE, "integrity", code, **facts)
    return conclude(Kind.XML, [reason], lines=lines, xml=data)
