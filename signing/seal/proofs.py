"""Is the evidence beside a signature exactly what our signer embeds: all of it needed, nothing missing?

Files never grow after issue, so the evidence has one right form. From each signer and timestamp authority the
way goes up to the root; each certificate on it stands there once, followed by the responder that answers for
it, with one OCSP answer or one list. Whatever is there beside that, is written otherwise, or is signed by
somebody else, was put there later. Whether the certificates were good is judged in `paths`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from signing.seal import proof_items as items
from signing.seal.moments import EVIDENCE_MAX_AGE
from signing.seal.paths import EvidenceLike, ders, remember
from signing.seal.proof_items import NotExact
from signing.seal.trust import AnchorRole, Trust
from signing.seal.verdict import Reason
from signing.seal.verdict import SubIndication as Sub

LINE: Final = "signers"
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far in the verifier's future evidence may be dated."""

DEEPEST: Final = 6
"""Certificates between a signer and its root."""


@dataclass(frozen=True, slots=True)
class Case:
    """Whose evidence it is, and what else stands around the signature.

    `leaves`: the signer first, then the timestamp authority. `chain`: the certificates that the signer put
    beside the signature, its own first. `token`: those inside the timestamp. `chain_first`: the chain stands
    before everything else in the evidence, too (PDF).
    """

    leaves: tuple[tuple[bytes, AnchorRole], ...]
    evidence: EvidenceLike
    chain: tuple[bytes, ...] = ()
    token: tuple[bytes, ...] = ()
    chain_first: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What holds at every moment, and until when the evidence speaks."""

    reasons: tuple[Reason, ...]
    until: datetime | None = None
    since: datetime | None = None
    """When the newest of the evidence was made."""

    ended: datetime | None = None
    """Since when an authority on the way is revoked."""


@dataclass(slots=True)
class _Needed:
    """What has to be there, in order; dictionaries keep it and drop doubles."""

    certificates: dict[bytes, None] = field(default_factory=dict)
    ocsps: dict[bytes, None] = field(default_factory=dict)
    crls: dict[bytes, None] = field(default_factory=dict)
    issuers: dict[bytes, bytes] = field(default_factory=dict)
    """Who issued what is on the ways: certificate → issuer."""

    tops: list[bytes] = field(default_factory=list)
    until: list[datetime] = field(default_factory=list)
    since: list[datetime] = field(default_factory=list)
    ended: list[datetime] = field(default_factory=list)
    missing: bool = False


def check_proofs(case: Case, trust: Trust, moment: datetime, at: datetime) -> tuple[Reason, ...]:
    """Return where the evidence is not exactly what it must be at `moment` (aware): nothing, when it is.

    `at` is the verifier's moment, after which no evidence can have been made.
    """
    trusted = _trusted(trust, case)
    key = _key(case, trusted)
    found = _known.get(key)
    if found is None:
        found = _found(case, trusted)
        remember(_known, key, found)
    if found.reasons:
        return found.reasons
    if found.ended is not None and found.ended <= moment:
        return (_failed("path.authority-revoked", Sub.REVOKED),)
    if found.until is not None and found.until < moment:
        return (_unknown("evidence.stale"),)
    if found.since is not None and found.since > at + CLOCK_TOLERANCE:
        return (_unknown("evidence.future"),)
    return ()


def check_certificates(token: tuple[bytes, ...], leaf: bytes, trust: Trust) -> tuple[Reason, ...]:
    """Return what is wrong with the certificates in a timestamp that has no evidence (the PDF's last)."""
    case = Case(((leaf, AnchorRole.TIMESTAMP),), _NOTHING, token=token)
    try:
        way = [one for one, _ in _way(leaf, _candidates(case, _trusted(trust, case)))]
    except NotExact:
        return (_failed("evidence.form"),)
    return () if _all_in(token, way) else (_failed("evidence.superfluous"),)


def clear_cache() -> None:
    """Forget what was found; only benchmarks need it."""
    _known.clear()


_known: dict[bytes, _Found] = {}


@dataclass(frozen=True, slots=True)
class _Nothing:
    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


_NOTHING: Final = _Nothing()


def _found(case: Case, trusted: tuple[bytes, ...]) -> _Found:
    try:
        for one in case.evidence.crls:
            items.revocation_list(one)
        answers = [items.answer(one) for one in case.evidence.ocsps]
        inside = [found for one in answers if one.said for found in one.certificates]
        for one in (*case.evidence.certificates, *case.chain, *case.token, *inside):
            items.certificate(one)
        needed = _needed(case, trusted)
    except NotExact:
        return _Found((_failed("evidence.form"),))
    reasons = [*_differences(case, needed), *_around(case, needed, inside)]
    return _Found(
        tuple(dict.fromkeys(reasons)),
        min(needed.until, default=None),
        max(needed.since, default=None),
        min(needed.ended, default=None),
    )


def _needed(case: Case, trusted: tuple[bytes, ...]) -> _Needed:
    candidates = _candidates(case, trusted)
    needed = _Needed()
    if case.chain_first:
        needed.certificates.update(dict.fromkeys(case.chain))
    done: set[bytes] = set()
    for leaf, _kind in case.leaves:
        for certificate, issuer in _way(leaf, candidates):
            needed.certificates.setdefault(certificate)
            if certificate in done:
                continue
            done.add(certificate)
            if issuer is not None:
                needed.issuers[certificate] = issuer
                _prove(certificate, issuer, case, needed, leaf=certificate == leaf)
            else:
                needed.tops.append(certificate)
                needed.missing |= certificate not in trusted
    return needed


def _prove(certificate: bytes, issuer: bytes, case: Case, needed: _Needed, *, leaf: bool) -> None:
    """Find the one proof that a certificate was not revoked: the answer of a responder, else a list."""
    for one in case.evidence.ocsps:
        if not items.is_about(one, certificate, issuer):
            continue
        by = items.responder(one, issuer)
        found = items.answer(one)
        if by is None or not found.said:
            continue
        needed.ocsps.setdefault(one)
        fresh = found.this_update + EVIDENCE_MAX_AGE
        needed.until.append(min(found.next_update or fresh, fresh))
        needed.since.append(found.this_update)
        if not leaf and found.revoked is not None:
            needed.ended.append(found.revoked)
        if by != issuer and by not in needed.certificates:
            needed.certificates[by] = None
            if not items.unchecked(by):
                _list(by, issuer, case, needed, leaf=False)
        return
    _list(certificate, issuer, case, needed, leaf=leaf)


def _list(certificate: bytes, issuer: bytes, case: Case, needed: _Needed, *, leaf: bool) -> None:
    for one in case.evidence.crls:
        if items.listed_by(one, issuer):
            listed = items.revocation_list(one)
            needed.crls.setdefault(one)
            needed.since.append(listed.last_update_utc)
            entry = listed.get_revoked_certificate_by_serial_number(
                items.certificate(certificate).serial_number
            )
            if entry is not None and not leaf:  # of the signer it is judged in `paths`, with what follows
                needed.ended.append(entry.revocation_date_utc)
            if listed.next_update_utc is not None:
                needed.until.append(listed.next_update_utc)
            if leaf:
                needed.until.append(listed.last_update_utc + EVIDENCE_MAX_AGE)
            return
    needed.missing = True


def _way(leaf: bytes, candidates: tuple[bytes, ...]) -> list[tuple[bytes, bytes | None]]:
    """Return the certificates from `leaf` to below the root, each with its issuer, the last maybe without."""
    found: list[tuple[bytes, bytes | None]] = []
    current = leaf
    for _ in range(DEEPEST):
        read = items.certificate(current)
        if read.issuer == read.subject:
            break
        above = (one for one in candidates if one != current and items.issued(current, one))
        issuer = next(above, None)
        found.append((current, issuer))
        if issuer is None:
            break
        current = issuer
    return found


def _candidates(case: Case, trusted: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return who may have issued something: those whom the verifier knows come first."""
    return tuple(dict.fromkeys((*trusted, *case.evidence.certificates, *case.chain, *case.token)))


def _differences(case: Case, needed: _Needed) -> Iterable[Reason]:
    pairs = (
        (case.evidence.certificates, needed.certificates),
        (case.evidence.ocsps, needed.ocsps),
        (case.evidence.crls, needed.crls),
    )
    missing = needed.missing
    for there, wanted in pairs:
        extra = [one for one in there if one not in wanted and not _waits(one, needed)]
        lacking = [one for one in wanted if one not in there]
        missing |= bool(lacking)
        if extra:
            yield _reason(extra[0], needed)
        elif not lacking and [one for one in there if one in wanted] != list(wanted):
            yield _failed("evidence.order")
    if missing:
        yield _unknown("evidence.missing")


def _waits(extra: bytes, needed: _Needed) -> bool:
    """Return whether a responder's certificate stands there whose answer is gone: that is missing, not this."""
    if not needed.missing:
        return False
    try:
        return any(items.delegated(extra, by) for by in needed.issuers.values())
    except NotExact:
        return False


def _reason(extra: bytes, needed: _Needed) -> Reason:
    """Say of an item that nothing needs whether it names one of these authorities and is not signed by it."""
    issuer = _issuer_name(extra)
    if issuer is None:  # an OCSP answer: it names a certificate, not an authority
        about = [by for one, by in needed.issuers.items() if items.is_about(extra, one, by)]
        signed = any(items.responder(extra, by) for by in about)
        if signed and not items.answer(extra).said:
            return _unknown("evidence.answer-unknown")
    else:
        about = [by for by in needed.issuers.values() if items.certificate(by).subject == issuer]
        signed = any(_is_signed(extra, by) for by in about)
        if any(items.certificate(one).issuer == issuer for one in needed.tops):
            return _unknown("evidence.issuer-unknown", Sub.NO_CERTIFICATE_CHAIN_FOUND)
    if about and not signed:
        return _failed("evidence.signature", Sub.SIG_CRYPTO_FAILURE)
    return _failed("evidence.superfluous")


def _issuer_name(extra: bytes) -> x509.Name | None:
    for read in (items.certificate, items.revocation_list):
        try:
            return read(extra).issuer
        except NotExact:
            continue
    return None


def _is_signed(extra: bytes, issuer: bytes) -> bool:
    try:
        return items.issued(extra, issuer) or items.delegated(extra, issuer)
    except NotExact:
        return items.listed_by(extra, issuer)


def _around(case: Case, needed: _Needed, inside: list[bytes]) -> Iterable[Reason]:
    """The certificates beside the evidence belong to the same ways, and the signer's chain is in order."""
    allowed = list(needed.certificates)
    if not _all_in(case.token, allowed) or not set(inside) <= set(allowed):
        yield _failed("evidence.superfluous")
    for lower, upper in zip(case.chain, case.chain[1:], strict=False):
        if not items.issued(lower, upper):
            yield _failed("evidence.superfluous")


def _all_in(some: tuple[bytes, ...], allowed: Iterable[bytes]) -> bool:
    return len(set(some)) == len(some) and set(some) <= set(allowed)


def _trusted(trust: Trust, case: Case) -> tuple[bytes, ...]:
    kinds = {kind for _, kind in case.leaves}
    roots = [one for kind in AnchorRole if kind in kinds for one in ders(trust.roots.get(kind, ()))]
    return tuple(dict.fromkeys((*roots, *ders(trust.intermediates))))


def _key(case: Case, trusted: tuple[bytes, ...]) -> bytes:
    """Return the name of a question: no bytes of a file are kept."""
    whole = hashlib.sha256()
    evidence = case.evidence
    parts = (
        tuple(leaf for leaf, _ in case.leaves),
        trusted,
        evidence.certificates,
        evidence.ocsps,
        evidence.crls,
        case.chain,
        case.token,
        (b"first",) if case.chain_first else (),
    )
    for part in parts:
        whole.update(b"%d;" % len(part))
        for one in part:
            whole.update(b"%d:" % len(one))
            whole.update(one)
    return whole.digest()


def _failed(code: str, sub: Sub = Sub.FORMAT_FAILURE) -> Reason:
    return Reason.failed(sub, LINE, code)


def _unknown(code: str, sub: Sub = Sub.TRY_LATER) -> Reason:
    return Reason.unknown(sub, LINE, code)
