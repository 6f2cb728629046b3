"""The strict verifier of one sealed PDF: bytes, trust and a moment in, a verdict out; it never raises.

First how the file is built, then what the signature covers and says, then timestamps, path, approval and the
attached XML by its own verifier; last the pages' text, which is read only from files whose seal holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import parse_pdf_date
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from hocba.kernel.canonical import sha256
from signing.seal import certificates
from signing.seal.paths import Embedded, PathFinding, validate_path
from signing.seal.pdf import dressing, painted, revisions, structure
from signing.seal.pdf.cms_check import Signed, read_signature, unpadded
from signing.seal.pdf.compare import differences
from signing.seal.pdf.sheet import NotATranscript, Sheet, sheet_of
from signing.seal.pdf.slots import Slot
from signing.seal.pdf.structure import Anatomy, Refused
from signing.seal.pdf.text import TextUnreadable
from signing.seal.proofs import Case, check_certificates, check_proofs
from signing.seal.timestamps import TimestampFinding, check_timestamp
from signing.seal.trust import AnchorRole, SignerRole, Trust
from signing.seal.verdict import (
    LINE_NAMES,
    Indication,
    Kind,
    Line,
    Reason,
    SignatureReport,
    Verdict,
    conclude,
    with_reasons,
)
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml.checks import approval
from signing.seal.xml.verify import verify_xml

CLAIM_TOLERANCE: Final = timedelta(hours=24)
ROLE: Final = "PDF"
"""How the report names the seal on the PDF, beside the three slots of the XML."""

_HASH = {"pdf.digest", "pdf.not-whole-file", "pdf.changed-after-signing", "pdf.hidden-objects"}


@dataclass(frozen=True, slots=True)
class _Seal:
    """What was found of the PDF's own signature."""

    signed: Signed
    stamp: TimestampFinding
    path: PathFinding
    reasons: tuple[Reason, ...]
    claimed: datetime | None


def verify_pdf(data: bytes, trust: Trust, at: datetime, *, judged: Verdict | None = None) -> Verdict:
    """Return the verdict on one sealed PDF at the moment `at` (aware). Never raises.

    `judged`: the verdict that `verify_xml` has just given on an XML with the same trust and moment; it is
    taken over when the attachment is that very XML, byte for byte.
    """
    try:
        return _verify(data, trust, at, judged)
    except Refused as refused:
        return _refused(refused.code, refused.detail)
    except Exception as error:  # the last resort: a hostile file must never get past by breaking a verifier
        return _refused("pdf.unexpected", type(error).__name__)


def attached_xml(data: bytes) -> bytes:
    """Return the XML attached to a PDF; nothing is vouched for. Raises: Refused."""
    return structure.attached_xml_of(data)


def _verify(data: bytes, trust: Trust, at: datetime, judged: Verdict | None) -> Verdict:
    anatomy = structure.read(data)
    seal, archive = revisions.check(anatomy)
    found = _judge_seal(anatomy, seal, archive, trust, at)
    known = judged is not None and judged.kind is Kind.XML and judged.xml == anatomy.xml
    inner = judged if judged is not None and known else verify_xml(anatomy.xml, trust, at)
    reasons = [*found.reasons, *_binding(anatomy, found, inner, trust)]
    verdict = with_reasons(
        inner,
        reasons,
        kind=Kind.PDF,
        signatures=(*inner.signatures, _report(found, reasons)),
    )
    if verdict.indication is Indication.FAILED or not found.path.good:
        return verdict
    return with_reasons(verdict, _compare(anatomy), kind=Kind.PDF, signatures=verdict.signatures)


def _refused(code: str, detail: str) -> Verdict:
    """Return the verdict on a file that is not built like ours; nothing in it was looked at further."""
    sub = Sub.HASH_FAILURE if code in _HASH else Sub.FORMAT_FAILURE
    reason = _failed(sub, "integrity", code, detail=detail)
    lines = dict.fromkeys(LINE_NAMES, Line.UNKNOWN) | {"log": Line.NOT_SHOWN}
    return conclude(Kind.PDF, [reason], lines=lines)


def _judge_seal(
    anatomy: Anatomy, seal: EmbeddedPdfSignature, archive: EmbeddedPdfSignature, trust: Trust, at: datetime
) -> _Seal:
    evidence = _validation_data(anatomy.reader.root)
    signed = read_signature(seal.pkcs7_content, _digest_of(anatomy.data, seal))
    with_chain = replace(evidence, certificates=tuple(dict.fromkeys((*signed.chain, *evidence.certificates))))
    stamp = check_timestamp(signed.token, sha256(signed.value), trust, evidence=with_chain, at=at, exact=True)
    last = check_timestamp(
        unpadded(archive.pkcs7_content),
        _digest_of(anatomy.data, archive),
        trust,
        evidence=with_chain,
        at=at,
        exact=True,
    )
    proven = stamp.gen_time is not None and not stamp.reasons
    moment = stamp.gen_time if stamp.gen_time is not None and proven else at
    path = validate_path(
        signed.certificate, AnchorRole.ORGANISATION, trust, moment, with_chain, proven=proven
    )
    claimed = parse_pdf_date(seal.sig_object["/M"])
    reasons = [
        *_tagged((*stamp.reasons, *path.reasons)),
        *_tagged(last.reasons),
        *_tagged(_proofs(signed, stamp, last, evidence, trust, at)),
        *_times(claimed, stamp.gen_time, last.gen_time),
    ]
    return _Seal(signed, stamp, path, tuple(reasons), claimed)


def _proofs(
    signed: Signed,
    stamp: TimestampFinding,
    last: TimestampFinding,
    evidence: Embedded,
    trust: Trust,
    at: datetime,
) -> tuple[Reason, ...]:
    """Return where the validation data is not exactly what our signer embeds, or made after `at`.

    The last timestamp stands over it, so nothing proves its own authority's standing but lists of later days.
    """
    if stamp.certificate is None or stamp.gen_time is None or last.certificate is None:
        return ()
    seal, authority, archive = (
        one.public_bytes(Encoding.DER) for one in (signed.certificate, stamp.certificate, last.certificate)
    )
    leaves = ((seal, AnchorRole.ORGANISATION), (authority, AnchorRole.TIMESTAMP))
    case = Case(leaves, evidence, signed.chain, stamp.certificates, chain_first=True)
    return (
        *check_proofs(case, trust, stamp.gen_time, at),
        *check_certificates(last.certificates, archive, trust),
    )


def _digest_of(data: bytes, one: EmbeddedPdfSignature) -> bytes:
    """Return SHA-256 over the byte range, which `revisions` has checked."""
    start, end, rest = [int(number) for number in one.byte_range][1:]
    return sha256(data[:start] + data[end : end + rest])


def _validation_data(root: generic.DictionaryObject) -> Embedded:
    store = root["/DSS"]

    def read(key: str) -> tuple[bytes, ...]:
        return tuple(bytes(item.data) for item in _resolved(structure.value(store, key)))

    return Embedded(read("/Certs"), read("/OCSPs"), read("/CRLs"))


def _resolved(items: generic.ArrayObject | None) -> list[generic.StreamObject]:
    return [items[place] for place in range(len(items))] if items is not None else []


def _times(claimed: datetime, stamped: datetime | None, archived: datetime | None) -> list[Reason]:
    found = []
    if claimed.tzinfo is None or (stamped and abs(claimed - stamped) > CLAIM_TOLERANCE):
        found.append(_failed(Sub.SIG_CONSTRAINTS_FAILURE, "time", "pdf.time-apart"))
    if stamped and archived and archived < stamped:
        found.append(_failed(Sub.TIMESTAMP_ORDER_FAILURE, "time", "pdf.timestamp-order"))
    return found


def _binding(anatomy: Anatomy, found: _Seal, inner: Verdict, trust: Trust) -> list[Reason]:
    """What ties the PDF to its XML: organisation, approval, order of times, metadata."""
    try:
        sheet = sheet_of(anatomy.xml)
    except NotATranscript:
        return [_failed(Sub.FORMAT_FAILURE, "integrity", "pdf.attachment-missing", detail="not a transcript")]
    reasons = _dressed(anatomy, sheet)
    xml_seal = next((slot for slot in sheet.slots if slot.role is SignerRole.SEAL), None)
    if xml_seal is None or not _same_organisation(xml_seal, found.signed.certificate):
        reasons.append(_failed(Sub.SIG_CONSTRAINTS_FAILURE, "signers", "pdf.other-organisation"))
    moment = found.stamp.gen_time
    if moment is None:
        return reasons
    sealed = [one.timestamp for one in inner.signatures if one.role == SignerRole.SEAL.value]
    if sealed and sealed[0] and moment < sealed[0]:
        reasons.append(_failed(Sub.TIMESTAMP_ORDER_FAILURE, "time", "pdf.before-xml"))
    school = etree.fromstring(anatomy.xml).findtext("DU_LIEU_HOC_BA/THONG_TIN_CHUNG/MA_TRUONG") or ""
    reasons += approval(found.signed.certificate, SignerRole.SEAL, school, trust, moment)
    return reasons


def _same_organisation(slot: Slot, certificate: x509.Certificate) -> bool:
    """Say whether both certificates name the same holder; a renewed certificate is still the school's."""
    return x509.load_der_x509_certificate(slot.certificate).subject == certificate.subject


def _dressed(anatomy: Anatomy, sheet: Sheet) -> list[Reason]:
    try:
        dressing.check(anatomy, sheet)
    except Refused as refused:
        return [_failed(Sub.FORMAT_FAILURE, "integrity", refused.code, detail=refused.detail)]
    return []


def _compare(anatomy: Anatomy) -> list[Reason]:
    """What the eye sees must be what the text says, before the text is compared with the data."""
    try:
        last = painted.check(anatomy.reader.root["/Pages"]["/Kids"])
        found = differences(anatomy.data, anatomy.xml)
        if not found:
            painted.check_look_up(last, sheet_of(anatomy.xml).code)
    except Refused as refused:
        return [_failed(Sub.FORMAT_FAILURE, "integrity", refused.code, detail=refused.detail)]
    except (TextUnreadable, NotATranscript):
        return [_failed(Sub.FORMAT_FAILURE, "integrity", "pdf.text-unreadable")]
    return [
        _failed(Sub.HASH_FAILURE, "integrity", "pdf.text-differs", place=one.place, expected=one.expected)
        for one in found[:1]
    ]


def _report(found: _Seal, reasons: list[Reason]) -> SignatureReport:
    certificate = found.signed.certificate
    return SignatureReport(
        role=ROLE,
        signer=certificates.common_name(certificate.subject),
        issuer=certificates.common_name(certificate.issuer),
        signing_time=found.claimed,
        timestamp=found.stamp.gen_time,
        certificate=certificates.report(certificate, found.path.status),
        integrity=not any(reason.line == "integrity" for reason in reasons),
        covers="pdf",
    )


def _tagged(reasons: tuple[Reason, ...]) -> list[Reason]:
    return [replace(one, facts=(("role", ROLE), *one.facts)) for one in reasons]


def _failed(sub: Sub, line: str, code: str, **facts: object) -> Reason:
    return Reason.failed(sub, line, code, **facts)
