"""Whom the receiver believes: the operator's directory, and the certificates it has itself approved."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from django.conf import settings

from exports.receiver.models import Certificate
from hocba.kernel.clock import VIETNAM
from signing.seal.trust import AnchorRole, AuthorityEntry, SignerRole, Trust
from signing.seal.trust_files import TrustBroken, load_trust

_MAX_CHAIN = 4
_lock = threading.Lock()
_loaded: tuple[tuple[tuple[str, int, int], ...], Trust] | None = None


class TrustMissing(OSError):
    """The trust directory cannot be read or contradicts itself; nothing is judged until it is mended."""


def trusted() -> Trust:
    """Return what the directory says, read again when a file in it has changed. Raises: TrustMissing."""
    global _loaded  # noqa: PLW0603 - one cache of a directory per process
    directory: Path = settings.RECEIVER_TRUST_DIR
    try:
        state = tuple(sorted(_state(path) for path in directory.iterdir()))
        with _lock:
            if _loaded is None or _loaded[0] != state:
                _loaded = (state, load_trust(directory))
            trust = _loaded[1]
    except (OSError, TrustBroken) as error:
        raise TrustMissing(str(error)) from error
    if trust.specimen and settings.RECEIVER_PRODUCTION:
        raise TrustMissing("production refuses specimen anchors")
    return trust


def _state(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return path.name, found.st_mtime_ns, found.st_size


def with_approved(trust: Trust) -> Trust:
    """Return the trust in which schools' seals are exactly those approved here, until the register ended them.

    The transactions have no way to tell of an end; the directory's register, where there is one, has.
    Persons stay as the directory's register has them. Without a register there, only seals are known: see
    `judgement`, which then asks nothing about persons but their certificates.
    """
    entries = trust.authorities or ()
    persons = tuple(entry for entry in entries if entry.role is not SignerRole.SEAL)
    return replace(trust, authorities=persons + _approved_seals(entries))


def _approved_seals(register: tuple[AuthorityEntry, ...]) -> tuple[AuthorityEntry, ...]:
    ends = _ends(register)
    approved = Certificate.objects.filter(state=Certificate.State.APPROVED).exclude(sha256="")
    return tuple(
        AuthorityEntry(
            school=one.unit.code,
            role=SignerRole.SEAL,
            certificate_sha256=one.sha256,
            valid_from=datetime.combine(one.effective_on, time(0), VIETNAM),
            valid_to=ends.get((one.unit.code, one.sha256)),
        )
        for one in approved.select_related("unit")
    )


def _ends(register: tuple[AuthorityEntry, ...]) -> dict[tuple[str, str], datetime]:
    """Return, by school and certificate, when the register ended the last approval of a seal."""
    last: dict[tuple[str, str], datetime | None] = {}
    for entry in register:
        if entry.role is SignerRole.SEAL:
            key = (entry.school, entry.certificate_sha256)
            before = last.get(key, entry.valid_to)
            last[key] = None if before is None or entry.valid_to is None else max(before, entry.valid_to)
    return {key: end for key, end in last.items() if end is not None}


def comes_from_trusted_issuer(certificate: x509.Certificate, trust: Trust, at: datetime) -> bool:
    """Say whether a chain of signatures leads from an organisation's certificate to an anchor for seals.

    Revocation is not asked here: a registration carries no evidence, and each seal brings its own.
    """
    anchors = trust.roots.get(AnchorRole.ORGANISATION, ())
    issuers = (*anchors, *trust.intermediates)
    step = certificate
    for _ in range(_MAX_CHAIN):
        issuer = next((one for one in issuers if _issued(step, one, at)), None)
        if issuer is None:
            return False
        if issuer in anchors:
            return True
        step = issuer
    return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    if certificate == issuer or not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
        return False
    try:
        is_authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return is_authority
