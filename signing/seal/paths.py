"""Is this certificate trusted for this kind of signature, at that moment, by the evidence at hand?

Paths are built to the anchors of one role only, with revocation required for the whole path and taken from
embedded evidence, never from the network. Both the XML and the PDF verifier ask here.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Final, Protocol, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator import errors as path_errors
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import CertificateRegistry
from pyhanko_certvalidator.revinfo.archival import process_legacy_crl_input, process_legacy_ocsp_input
from pyhanko_certvalidator.revinfo.manager import RevinfoManager

from signing.seal.certificates import end_entity_findings, name_text
from signing.seal.lists import Standing, from_anchor, standings
from signing.seal.moments import answers, boundaries, fresh_crls, fresh_ocsps
from signing.seal.trust import AnchorRole, Trust
from signing.seal.verdict import Reason
from signing.seal.verdict import SubIndication as Sub

MAX_LIST_BYTES: Final = 512 * 1024
MAX_ITEM_BYTES: Final = 32 * 1024
MAX_EVIDENCE_ITEMS: Final = 32
"""Bounds on what may be embedded (a CRL; a certificate or OCSP answer; how many of all), so that a hostile
file cannot buy minutes of work."""

_CACHE_SIZE: Final = 20_000

UNREADABLE: Final = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What libraries raise for DER that is broken somewhere deep, when it is first read."""

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class EvidenceLike(Protocol):
    """What is asked of evidence, whoever collected it: DER of certificates, OCSP answers, CRLs."""

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """Certificates that complete the paths."""

    @property
    def ocsps(self) -> tuple[bytes, ...]:
        """OCSP responses."""

    @property
    def crls(self) -> tuple[bytes, ...]:
        """Certificate revocation lists."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Evidence as it was found in a file."""

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class PathFinding:
    """What was found: reasons (none when the path holds), status good, revoked, expired or unknown."""

    reasons: tuple[Reason, ...]
    status: str
    chain: tuple[str, ...] = field(default=())
    """SHA-256, hexadecimal, of the certificates from the anchor to the signer, when a path was found."""

    @property
    def good(self) -> bool:
        """Whether nothing was found against the certificate."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class _Question:
    """Everything but the moment that the answer depends on."""

    certificate: bytes
    kind: AnchorRole
    anchors: tuple[bytes, ...]
    others: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    proven: bool
    required: bool

    def digest(self) -> bytes:
        """Return the key of the caches: no bytes of a file are kept in them."""
        whole = hashlib.sha256(f"{self.kind.value} {self.proven} {self.required}".encode())
        for part in ((self.certificate,), self.anchors, self.others, self.ocsps, self.crls):
            whole.update(b"|%d" % len(part))
            for item in part:
                whole.update(b":%d:" % len(item))
                whole.update(item)
        return whole.digest()


def validate_path(
    certificate: x509.Certificate,
    kind: AnchorRole,
    trust: Trust,
    moment: datetime,
    evidence: EvidenceLike,
    *,
    proven: bool = True,
    revocation_required: bool | None = None,
) -> PathFinding:
    """Return whether `certificate` was trusted for `kind` at `moment` (aware), by `evidence` alone.

    `proven` says that a timestamp vouches for the moment; without it an expiry or revocation leaves the
    verdict open instead of breaking it (EN 319 102-1 §5.2.6). Signers need revocation data on every
    certificate below the anchor, at most EVIDENCE_MAX_AGE old; timestamp authorities only where
    it is at hand; `revocation_required` overrules that.
    """
    if revocation_required is None:
        revocation_required = kind is not AnchorRole.TIMESTAMP
    line = "time" if kind is AnchorRole.TIMESTAMP else "signers"
    der = _der(certificate)
    if _too_much(evidence):
        return PathFinding((Reason.unknown(Sub.TRY_LATER, line, "path.evidence-too-large"),), "unknown")
    rules = end_entity_findings(certificate, kind, line)
    question = _Question(
        certificate=der,
        kind=kind,
        anchors=ders(trust.roots.get(kind, ())),
        others=(*evidence.certificates, *ders(trust.intermediates)),
        ocsps=evidence.ocsps,
        crls=evidence.crls,
        proven=proven,
        required=revocation_required,
    )
    found = _answer(question, line, moment)
    return PathFinding((*rules, *found.reasons), found.status, found.chain)


def clear_cache() -> None:
    """Forget every path that was judged; only benchmarks need it."""
    _findings.clear()
    _dates_of.clear()


_findings: dict[tuple[bytes, int, int], PathFinding] = {}
_one_at_a_time = Lock()  # asn1crypto parses a part when it is first asked for: threads must not meet there
_dates_of: dict[bytes, list[datetime]] = {}


def _answer(question: _Question, line: str, moment: datetime) -> PathFinding:
    """Look the question up by the interval between dates that matter in which the moment lies.

    Whatever the library compares, it compares the moment with a date inside a certificate or a piece of
    evidence; so between two neighbouring dates the answer cannot change, and the cache is exact.
    """
    digest = question.digest()
    try:
        dates = _dates_of.get(digest)
        if dates is None:
            certificates = (question.certificate, *question.anchors, *question.others)
            dates = boundaries(certificates, question.ocsps, question.crls)
            remember(_dates_of, digest, dates)
        key = (digest, bisect_left(dates, moment), bisect_right(dates, moment))
        found = _findings.get(key)
        if found is None:
            with _one_at_a_time:
                found = _judge(question, line, moment)
            remember(_findings, key, found)
    except UNREADABLE:
        return PathFinding((Reason.unknown(Sub.TRY_LATER, line, "path.evidence-unreadable"),), "unknown")
    return found


def remember(cache: dict[K, V], key: K, value: V) -> None:
    """Keep an answer; a cache that is full is emptied, so that no file can make it grow."""
    if len(cache) >= _CACHE_SIZE:
        cache.clear()
    cache[key] = value


def _judge(question: _Question, line: str, moment: datetime) -> PathFinding:
    """Ask pyhanko-certvalidator. Whatever it says is turned into a finding."""
    loaded = x509.load_der_x509_certificate(question.certificate)
    if not question.anchors or loaded.issuer == loaded.subject:  # who vouches for himself leads to nobody
        return PathFinding((_no_chain(line, question),), "unknown")
    ocsps = fresh_ocsps(question.ocsps, loaded, moment)
    crls, said = _anchors_lists(question, loaded, ocsps, moment)
    fingerprint = loaded.fingerprint(hashes.SHA256())
    since = min((one.revoked for one in said if one.revoked and one.certificate == fingerprint), default=None)
    if since is not None:
        return _revoked("path.revoked", since, line, question)
    context = _context(question, crls, ocsps, said, moment)
    validator = CertificateValidator(_load(question.certificate), validation_context=context)
    try:
        path = _run(validator.async_validate_path())
    except path_errors.PathBuildingError:
        return PathFinding((_no_chain(line, question),), "unknown")
    except path_errors.ValidationError as error:
        return _broken(error, line, question)
    whole = list(path.iter_certs(include_root=True))
    if _too_long(whole):
        reason = Reason.unknown(
            Sub.CHAIN_CONSTRAINTS_FAILURE, line, "path.broken", subject=_subject(question.certificate)
        )
        return PathFinding((reason,), "unknown")
    return PathFinding((), "good", tuple(hashlib.sha256(one.dump()).hexdigest() for one in whole))


def _too_long(path: list[asn1_x509.Certificate]) -> bool:
    """Return whether more authorities stand below the anchor than it may have.

    RFC 5280 §6.1 takes nothing from an anchor but name and key, and the library keeps to that; but ours are
    issuing authorities, and their own issuer has set them a limit.
    """
    constraints = path[0].basic_constraints_value
    limit = constraints["path_len_constraint"].native if constraints is not None else None
    return limit is not None and len(path) - 2 > limit


def _broken(error: path_errors.ValidationError, line: str, question: _Question) -> PathFinding:
    """Return the finding for a path that exists and does not hold (EN 319 102-1 §5.2.6.4, §5.3.4)."""
    subject = _subject(question.certificate)
    at_signer = getattr(error, "is_ee_cert", True) and not getattr(error, "is_side_validation", False)
    if isinstance(error, path_errors.RevokedError):
        code = "path.revoked" if at_signer else "path.authority-revoked"
        return _revoked(code, error.revocation_dt, line, question)
    if isinstance(error, path_errors.ExpiredError):
        facts = {"subject": subject, "expired": error.expired_dt.isoformat()}
        if question.proven and at_signer:
            return PathFinding((Reason.failed(Sub.EXPIRED, line, "path.expired", **facts),), "expired")
        return PathFinding(
            (Reason.unknown(Sub.OUT_OF_BOUNDS_NO_POE, line, "path.expired", **facts),), "expired"
        )
    if isinstance(error, path_errors.NotYetValidError):
        reason = Reason.failed(Sub.NOT_YET_VALID, line, "path.not-yet-valid", subject=subject)
        return PathFinding((reason,), "unknown")
    if isinstance(error, path_errors.InsufficientRevinfoError):
        reason = Reason.unknown(Sub.TRY_LATER, line, "path.revocation-unknown", subject=subject)
        return PathFinding((reason,), "unknown")
    if isinstance(error, path_errors.DisallowedAlgorithmError):
        reason = Reason.unknown(Sub.CRYPTO_CONSTRAINTS_FAILURE, line, "path.weak-algorithm", subject=subject)
        return PathFinding((reason,), "unknown")
    reason = Reason.unknown(Sub.CHAIN_CONSTRAINTS_FAILURE, line, "path.broken", subject=subject)
    return PathFinding((reason,), "unknown")


def _revoked(code: str, since: datetime, line: str, question: _Question) -> PathFinding:
    facts = {"subject": _subject(question.certificate), "since": since.isoformat()}
    if question.proven:
        return PathFinding((Reason.failed(Sub.REVOKED, line, code, **facts),), "revoked")
    return PathFinding((Reason.unknown(Sub.REVOKED_NO_POE, line, code, **facts),), "revoked")


def _context(
    question: _Question,
    crls: list[bytes],
    ocsps: list[bytes],
    said: list[Standing],
    moment: datetime,
) -> ValidationContext:
    """Return the library's context; what the anchors' own lists say goes in as assertions."""
    roots = [_load(anchor) for anchor in question.anchors]
    registry = CertificateRegistry.build([*roots, *(_load(other) for other in question.others)])
    return ValidationContext(
        trust_roots=roots,
        certificate_registry=registry,
        revinfo_manager=RevinfoManager(
            registry,
            POEManager(),
            crls=process_legacy_crl_input(crls),
            ocsps=process_legacy_ocsp_input(ocsps),
            assertions=[
                NonRevokedStatusAssertion(one.certificate, moment) for one in said if one.revoked is None
            ],
        ),
        moment=moment,
        allow_fetching=False,
        revinfo_policy=_REVOCATION[question.required],
        time_tolerance=timedelta(0),
    )


def _anchors_lists(
    question: _Question, signer: x509.Certificate, ocsps: list[bytes], moment: datetime
) -> tuple[list[bytes], list[Standing]]:
    """Return the other lists, and what lists by the anchors themselves say.

    That a certificate is revoked always counts; that it is not, only where no OCSP answer speaks of it.
    """
    anchors = [x509.load_der_x509_certificate(one) for one in question.anchors]
    certificates = [signer, *(x509.load_der_x509_certificate(one) for one in question.others)]
    answered = {single["cert_id"]["serial_number"].native for der in ocsps for single in answers(der)}
    silent = {one.fingerprint(hashes.SHA256()) for one in certificates if one.serial_number not in answered}
    remaining: list[bytes] = []
    said: list[Standing] = []
    for der in fresh_crls(question.crls, signer, moment):
        listed = x509.load_der_x509_crl(der)
        if from_anchor(listed, anchors):
            said += standings(listed, certificates, moment)
        else:
            remaining.append(der)
    revoked = {one.certificate for one in said if one.revoked is not None}
    kept = [one for one in said if one.revoked is not None or one.certificate in silent - revoked]
    return remaining, kept


def _no_chain(line: str, question: _Question) -> Reason:
    return Reason.unknown(
        Sub.NO_CERTIFICATE_CHAIN_FOUND,
        line,
        "path.unknown-issuer",
        subject=_subject(question.certificate),
        issuer=name_text(x509.load_der_x509_certificate(question.certificate).issuer),
    )


def _subject(der: bytes) -> str:
    return name_text(x509.load_der_x509_certificate(der).subject)


_REQUIRED: Final = RevocationCheckingPolicy(
    RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
)
_WHERE_AT_HAND: Final = RevocationCheckingPolicy(
    RevocationCheckingRule.CHECK_IF_DECLARED_SOFT, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
)
# Data issued after the moment says at least as much about it as data issued before.
_REVOCATION: Final = {
    True: CertRevTrustPolicy(_REQUIRED, retroactive_revinfo=True),
    False: CertRevTrustPolicy(_WHERE_AT_HAND, retroactive_revinfo=True),
}


def _too_much(evidence: EvidenceLike) -> bool:
    small = (*evidence.certificates, *evidence.ocsps)
    return (
        len(small) + len(evidence.crls) > MAX_EVIDENCE_ITEMS
        or any(len(item) > MAX_ITEM_BYTES for item in small)
        or any(len(item) > MAX_LIST_BYTES for item in evidence.crls)
    )


@lru_cache(maxsize=1024)
def _load(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)


@lru_cache(maxsize=64)
def ders(certificates: tuple[x509.Certificate, ...]) -> tuple[bytes, ...]:
    """Return the DER of certificates that are believed: a tuple of a trust, asked for at each signature."""
    return tuple(one.public_bytes(Encoding.DER) for one in certificates)


@lru_cache(maxsize=4096)
def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _run(work: Coroutine[object, object, T]) -> T:
    """Run a coroutine that never waits (nothing is fetched), whether or not a loop runs around us."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        work.close()
    raise RuntimeError("path validation tried to wait, though fetching is off")
