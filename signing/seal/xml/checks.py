"""Judge one signature taken apart: digests, value, statements, timestamp, path, holder, approval."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from signing.seal import certificates
from signing.seal.paths import MAX_ITEM_BYTES, Embedded, validate_path
from signing.seal.proofs import Case, check_proofs
from signing.seal.timestamps import TimestampFinding, check_timestamp
from signing.seal.trust import ANCHOR_OF, AnchorRole, AuthorityEntry, SignerRole, Trust
from signing.seal.verdict import CertificateReport, Reason, SignatureReport
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml import words
from signing.seal.xml.build import Algorithm, algorithm_of
from signing.seal.xml.profile import Signed, Slot
from signing.seal.xml.reader import Malformed

CLAIM_TOLERANCE: Final = timedelta(hours=24)
"""How far the claimed time may lie from the proven one."""

_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_OWN_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+07:00")
_HASHES: Final[dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_ALGORITHMS: Final = {
    f"http://www.w3.org/2001/04/xmldsig-more#{kind}-{digest}": (kind, digest)
    for kind in ("rsa", "ecdsa")
    for digest in _HASHES
}
_PARTS_OF_DATA: Final = frozenset({"data", "document"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one slot; `moment` is the time every decision used, None when none is proven."""

    report: SignatureReport
    reasons: tuple[Reason, ...]
    certificate: x509.Certificate
    claimed: datetime
    moment: datetime | None


def judge_slot(slot: Slot, trust: Trust, at: datetime, school: str, *, exact: bool) -> Finding:
    """Return what is found about the signature in one slot. Raises: Malformed, for unreadable values."""
    role = slot.role.value
    certificate = load_certificate(slot.signed.certificates)
    claimed = instant(slot.signed_on, words.SIGNED_ON, exact=exact)
    broken = _integrity(slot.signed, certificate, role, exact=exact)
    stated = _statements(slot.signed, certificate, role, slot.signed_on, exact=exact)
    stamp = stamp_of(slot.signed, trust, at, exact=exact)
    path_reasons, status = _path(slot.signed, certificate, ANCHOR_OF[slot.role], trust, stamp, at)
    reasons = (
        *broken,
        *stated,
        *_tagged(stamp.reasons, role),
        *_claim(claimed, stamp, role),
        *_tagged(path_reasons, role),
        *_tagged(_proofs(slot, stamp, path_reasons, trust, at) if exact else (), role),
        *_holder(slot, certificate),
        *approval(certificate, slot.role, school, trust, stamp.gen_time or at),
    )
    report = _report(slot, certificate, claimed, stamp, status, intact=not broken)
    return Finding(report, reasons, certificate, claimed, stamp.gen_time)


def load_certificate(chain: tuple[bytes, ...]) -> x509.Certificate:
    """Return the signer's certificate, which stands first. Raises: Malformed."""
    if not chain or any(len(one) > MAX_ITEM_BYTES for one in chain):
        raise Malformed("layout.certificate")
    return _loaded(chain[0])


@lru_cache(maxsize=1024)
def _loaded(data: bytes) -> x509.Certificate:
    """Read a certificate to its last part; the same few sign a whole school."""
    try:
        certificate = x509.load_der_x509_certificate(data)
        certificate.public_key()
        list(certificate.extensions)
        list(certificate.subject)
        list(certificate.issuer)
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        x509.InvalidVersion,
    ) as error:
        raise Malformed("layout.certificate") from error
    return certificate


def instant(text: str, where: str, *, exact: bool = False) -> datetime:
    """Return the instant a time of the format states, `exact`: as our signer writes it. Raises: Malformed."""
    try:
        if (_OWN_TIME if exact else _TIME).fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # a shape that fits and a day that does not exist
    raise Malformed("layout.time", where)


def integrity(signed: Signed, certificate: x509.Certificate, role: str) -> tuple[Reason, ...]:
    """Return what breaks the bytes of a signature of our own profile."""
    return _integrity(signed, certificate, role, exact=True)


def _integrity(
    signed: Signed, certificate: x509.Certificate, role: str, *, exact: bool
) -> tuple[Reason, ...]:
    found = [
        Reason.failed(Sub.HASH_FAILURE, "integrity", f"digest.{one.kind}", role=role)
        for one in signed.references
        if hashlib.new(one.digest, one.found).digest() != one.stated
    ]
    kind, digest = _ALGORITHMS.get(signed.algorithm, (None, "sha256"))
    if kind is None or (exact and digest != "sha256") or not _key_fits(certificate, kind, exact=exact):
        found.append(
            Reason.unknown(Sub.CRYPTO_CONSTRAINTS_FAILURE, "integrity", "signature.weak-algorithm", role=role)
        )
    elif not _value_holds(certificate, signed, _HASHES[digest]()):
        found.append(Reason.failed(Sub.SIG_CRYPTO_FAILURE, "integrity", "signature.value", role=role))
    kinds = {one.kind for one in signed.references}
    if not kinds & _PARTS_OF_DATA and "list" not in kinds:
        found.append(
            Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "integrity", "signature.not-covering-data", role=role)
        )
    if not kinds & {"time", "document"}:
        found.append(
            Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "integrity", "signature.not-covering-time", role=role)
        )
    return tuple(found)


def _key_fits(certificate: x509.Certificate, kind: str, *, exact: bool) -> bool:
    key = certificate.public_key()
    if exact:
        wanted = {Algorithm.RSA: "rsa", Algorithm.ECDSA: "ecdsa"}
        algorithm = algorithm_of(certificate)
        return algorithm is not None and wanted[algorithm] == kind
    if isinstance(key, rsa.RSAPublicKey):
        return kind == "rsa" and certificates.MIN_RSA_BITS <= key.key_size <= certificates.MAX_RSA_BITS
    return kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256


def _value_holds(certificate: x509.Certificate, signed: Signed, digest: hashes.HashAlgorithm) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signed.value, signed.signed_info, padding.PKCS1v15(), digest)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            size = (key.key_size + 7) // 8
            if len(signed.value) != 2 * size:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signed.value[:size], signed.value[size:]))
            key.verify(encode_dss_signature(r, s), signed.signed_info, ec.ECDSA(digest))
            return True
    except (InvalidSignature, ValueError):
        return False
    return False


def _statements(
    signed: Signed, certificate: x509.Certificate, role: str, signed_on: str, *, exact: bool
) -> list[Reason]:
    """Compare what the signer states with the certificate, the slot and itself."""
    found = []
    fingerprint = hashlib.sha256(signed.certificates[0]).digest()
    if signed.certificate_digest not in (None, fingerprint):
        found.append(("signers", "certificate.digest"))
    if exact and not certificates.is_name(signed.subject_name or "", certificate.subject):
        found.append(("signers", "certificate.subject-name"))
    if signed.roles and signed.roles[0] != role and exact:
        found.append(("signers", "signer.role"))
    written = [(signed.ministry_time, "SigningTime"), (signed_on, words.SIGNED_ON)]
    if signed.xades_time is not None:
        written.append((signed.xades_time, "SigningTime"))
    times = {instant(text, where, exact=exact) for text, where in written}
    if len(times) != 1:
        found.append(("time", "time.claims-differ"))
    return [Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, line, code, role=role) for line, code in found]


def stamp_of(signed: Signed, trust: Trust, at: datetime, *, exact: bool) -> TimestampFinding:
    """Return what the signature's timestamp proves."""
    if signed.token is None:
        return TimestampFinding(None, "", (Reason.unknown(Sub.NO_POE, "time", "timestamp.missing"),))
    imprint = hashlib.sha256(signed.value_canonical).digest()
    return check_timestamp(signed.token, imprint, trust, evidence=signed.evidence, at=at, exact=exact)


def _proofs(
    slot: Slot, stamp: TimestampFinding, path: tuple[Reason, ...], trust: Trust, at: datetime
) -> tuple[Reason, ...]:
    """Return what is wrong with the evidence in a slot; of strangers it is not asked what it should be."""
    if any(one.code == "path.unknown-issuer" for one in (*stamp.reasons, *path)):
        return ()
    return proofs_of(slot.signed, ANCHOR_OF[slot.role], stamp, trust, at)


def proofs_of(
    signed: Signed, kind: AnchorRole, stamp: TimestampFinding, trust: Trust, at: datetime
) -> tuple[Reason, ...]:
    """Return where the evidence is not exactly what our signer embeds; without a timestamp it proves nothing."""
    if stamp.certificate is None or stamp.gen_time is None:
        return ()
    authority = stamp.certificate.public_bytes(Encoding.DER)
    leaves = ((signed.certificates[0], kind), (authority, AnchorRole.TIMESTAMP))
    case = Case(leaves, signed.evidence, signed.certificates, stamp.certificates)
    return check_proofs(case, trust, stamp.gen_time, at)


def _path(
    signed: Signed,
    certificate: x509.Certificate,
    kind: AnchorRole,
    trust: Trust,
    stamp: TimestampFinding,
    at: datetime,
) -> tuple[tuple[Reason, ...], str]:
    evidence = Embedded(
        tuple(dict.fromkeys((*signed.certificates[1:], *signed.evidence.certificates))),
        signed.evidence.ocsps,
        signed.evidence.crls,
    )
    proven = stamp.gen_time is not None and not stamp.reasons
    moment = stamp.gen_time if stamp.gen_time is not None and proven else at
    found = validate_path(certificate, kind, trust, moment, evidence, proven=proven)
    return found.reasons, found.status


def _claim(claimed: datetime, stamp: TimestampFinding, role: str) -> tuple[Reason, ...]:
    if stamp.gen_time is None or abs(claimed - stamp.gen_time) <= CLAIM_TOLERANCE:
        return ()
    return (
        Reason.failed(
            Sub.SIG_CONSTRAINTS_FAILURE,
            "time",
            "time.claim-too-far",
            role=role,
            claimed=claimed.isoformat(),
            proven=stamp.gen_time.isoformat(),
        ),
    )


def _holder(slot: Slot, certificate: x509.Certificate) -> tuple[Reason, ...]:
    """A person's slot names the person by number: it must be the certificate's holder."""
    if slot.role is SignerRole.SEAL:
        return ()
    if certificates.personal_numbers(certificate) == {slot.personal_number}:
        return ()
    return (
        Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "signers", "signer.other-person", role=slot.role.value),
    )


def approval(
    certificate: x509.Certificate, role: SignerRole, school: str | None, trust: Trust, moment: datetime
) -> tuple[Reason, ...]:
    """Ask the register whether the certificate might sign in this role at this school at that moment.

    `school` None asks for any school (who forwards a package).
    """
    if trust.authorities is None:
        return (Reason.unknown(Sub.TRY_LATER, "authority", "authority.no-register", role=role.value),)
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    entries = [
        entry
        for entry in entries_of(trust, fingerprint)
        if entry.role is role and school in (None, entry.school)
    ]
    facts = {"role": role.value, "school": school or ""}
    if not entries:
        return (_not_approved("authority.not-approved", facts),)
    if any(_covers(entry, moment) for entry in entries):
        return ()
    ends = [one.valid_to for one in entries if one.valid_from <= moment and one.valid_to is not None]
    if ends:
        return (_not_approved("authority.ended", facts | {"since": max(ends).isoformat()}),)
    return (_not_approved("authority.not-approved-then", facts),)


def _not_approved(code: str, facts: dict[str, str]) -> Reason:
    return Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "authority", code, **facts)


def _covers(entry: AuthorityEntry, moment: datetime) -> bool:
    return entry.valid_from <= moment and (entry.valid_to is None or moment < entry.valid_to)


_registers: dict[int, tuple[tuple[AuthorityEntry, ...], dict[str, list[AuthorityEntry]]]] = {}


def entries_of(trust: Trust, fingerprint: str) -> list[AuthorityEntry]:
    """Return the register's entries for one certificate, through an index made once per register."""
    register = trust.authorities or ()
    kept = _registers.get(id(register))
    if kept is None or kept[0] is not register:
        index: dict[str, list[AuthorityEntry]] = {}
        for entry in register:
            index.setdefault(entry.certificate_sha256.lower(), []).append(entry)
        if len(_registers) > 8:
            _registers.clear()
        kept = _registers[id(register)] = (register, index)
    return kept[1].get(fingerprint, [])


def _tagged(reasons: tuple[Reason, ...], role: str) -> list[Reason]:
    """Say of path and timestamp findings in whose slot they were made."""
    return [
        Reason(one.indication, one.subindication, one.line, one.code, (("role", role), *one.facts))
        for one in reasons
    ]


def covers(slot: Slot) -> str:
    """Return what the signature covers: data, data+countersigned, document; what a report shows as scope."""
    kinds = {one.kind for one in slot.signed.references}
    if "document" in kinds:
        return "document"
    if "data" in kinds:
        return "data+countersigned" if "countersigned" in kinds else "data"
    return "nothing"


def _report(
    slot: Slot,
    certificate: x509.Certificate,
    claimed: datetime,
    stamp: TimestampFinding,
    status: str,
    *,
    intact: bool,
) -> SignatureReport:
    described: CertificateReport = certificates.report(certificate, status)
    return SignatureReport(
        role=slot.role.value,
        signer=certificates.common_name(certificate.subject),
        issuer=certificates.common_name(certificate.issuer),
        signing_time=claimed,
        timestamp=stamp.gen_time,
        certificate=described,
        integrity=intact,
        covers=covers(slot),
        personal_number=slot.personal_number or "",
    )
