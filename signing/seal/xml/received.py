"""Check a DANH_SACH_HOC_BA: an organisation's signature over sealed transcripts, each given back alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes

from signing.seal.paths import Embedded, validate_path
from signing.seal.trust import AnchorRole, SignerRole, Trust
from signing.seal.verdict import Indication, Kind, Line, Reason, SubIndication, Verdict, conclude
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml import words
from signing.seal.xml.build import canonical
from signing.seal.xml.checks import approval, instant, integrity, load_certificate, proofs_of, stamp_of
from signing.seal.xml.package import LIST_ROLE, LIST_TAIL
from signing.seal.xml.profile import Signed, attributes, dissect_signature
from signing.seal.xml.reader import Malformed, read
from signing.seal.xml.words import ds


@dataclass(frozen=True, slots=True)
class PackageVerdict:
    """What was found about the list itself; each of `documents` has to be verified on its own."""

    indication: Indication
    subindication: SubIndication | None
    reasons: tuple[Reason, ...]
    documents: tuple[bytes, ...]
    signing_time: datetime | None = None
    certificate_sha256: str | None = None


def verify_package(data: bytes, trust: Trust, at: datetime, *, sender: str | None = None) -> PackageVerdict:
    """Return the verdict on a list at the moment `at` (aware), and its transcripts as bytes. Never raises.

    The signer's certificate must be approved as the seal of the unit `sender`, or, without `sender`, of some
    unit. A timestamp is optional; without one the certificate is judged at `at`.
    """
    try:
        return _verify(data, trust, at, sender)
    except Malformed as refused:
        return _refused(refused.code, refused.where)
    except Exception:  # the last resort: a hostile file must never get past a verifier by breaking it
        return _refused("file.broken", "")


def _verify(data: bytes, trust: Trust, at: datetime, sender: str | None) -> PackageVerdict:
    root = read(data, listed=True)
    if root.tag != words.LIST:
        raise Malformed("layout.root")
    attributes(root, id=words.LIST_ID)
    if len(root) < 2 or root[-1].tag != ds("Signature"):
        raise Malformed("layout.elements", words.LIST)
    inner = list(root)[:-1]
    if any(node.tag != words.DOCUMENT for node in inner):
        raise Malformed("layout.elements", words.LIST)
    if root.text or any(node.tail for node in root):
        raise Malformed("layout.text", words.LIST)
    signed = dissect_signature(root[-1], LIST_TAIL, {"#" + words.LIST_ID: ("list", root, None)})
    verdict, fingerprint = _judge(signed, trust, at, sender)
    return PackageVerdict(
        indication=verdict.indication,
        subindication=verdict.subindication,
        reasons=verdict.reasons,
        documents=tuple(canonical(node) for node in inner),
        signing_time=instant(signed.ministry_time, "SigningTime"),
        certificate_sha256=fingerprint,
    )


def _judge(signed: Signed, trust: Trust, at: datetime, sender: str | None) -> tuple[Verdict, str]:
    certificate = load_certificate(signed.certificates)
    reasons = [*integrity(signed, certificate, LIST_ROLE)]
    if signed.roles != (LIST_ROLE,):
        reasons.append(_wrong("signers", "signer.role"))
    if signed.certificate_digest != certificate.fingerprint(hashes.SHA256()):
        reasons.append(_wrong("signers", "certificate.digest"))
    if signed.xades_time != signed.ministry_time:
        reasons.append(_wrong("time", "time.claims-differ"))
    moment, proven = at, False
    if signed.token is not None:
        stamp = stamp_of(signed, trust, at, exact=True)
        if signed.evidence != Embedded():
            reasons += proofs_of(signed, AnchorRole.ORGANISATION, stamp, trust, at)
        reasons += stamp.reasons
        if stamp.gen_time is not None and not stamp.reasons:
            moment, proven = stamp.gen_time, True
    evidence = Embedded(
        (*signed.certificates[1:], *signed.evidence.certificates),
        signed.evidence.ocsps,
        signed.evidence.crls,
    )
    path = validate_path(
        certificate,
        AnchorRole.ORGANISATION,
        trust,
        moment,
        evidence,
        proven=proven,
        revocation_required=False,
    )
    reasons += path.reasons
    reasons += approval(certificate, SignerRole.SEAL, sender, trust, moment)
    lines = {"log": Line.NOT_SHOWN, "status": Line.NOT_SHOWN}
    return conclude(Kind.XML, reasons, lines=lines), certificate.fingerprint(hashes.SHA256()).hex()


def _wrong(line: str, code: str) -> Reason:
    return Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, line, code, role=LIST_ROLE)


def _refused(code: str, where: str) -> PackageVerdict:
    facts = {"where": where} if where else {}
    reason = Reason.failed(Sub.FORMAT_FAILURE, "integrity", code, **facts)
    return PackageVerdict(reason.indication, reason.subindication, (reason,), ())
