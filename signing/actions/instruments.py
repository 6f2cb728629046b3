"""The instruments of signing, made once a process from the settings."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hocba.kernel import clock
from hocba.kernel.blobs import BlobStore, FileBlobs
from hocba.kernel.errors import Unavailable
from signing.log.notes import SignerKey
from signing.models import Authority
from signing.seal.evidence import EvidenceCollector, RevocationClient, TimestampClient
from signing.seal.keys import AgentKeys, KeyBackend
from signing.seal.signed_lists import TrustBroken
from signing.seal.trust import AnchorRole, AuthorityEntry, SignerRole, StatusEntry, Trust
from signing.seal.trust_files import load_trust


@cache
def keys() -> KeyBackend:
    """Return the client of the key agent. Raises: KeyUnavailable."""
    return AgentKeys.from_directory(settings.KEY_AGENT_URL, Path(settings.KEY_AGENT_DIR))


@cache
def timestamps() -> TimestampClient:
    """Return the client of the timestamp authorities, the first one first."""
    believed = [*anchors().roots.get(AnchorRole.TIMESTAMP, ()), *anchors().intermediates]
    return TimestampClient(settings.TSA_URLS, anchors=believed, clock=clock.now, routes=settings.PKI_ROUTES)


@cache
def collector() -> EvidenceCollector:
    """Return the collector of certificates and revocation data, with its cache."""
    believed = anchors()
    authorities = [one for group in believed.roots.values() for one in group]
    return EvidenceCollector(
        RevocationClient(routes=settings.PKI_ROUTES), [*authorities, *believed.intermediates]
    )


@cache
def anchors() -> Trust:
    """Return what `TRUST_DIR` makes a verifier believe, read once a process. Raises: Unavailable."""
    try:
        return load_trust(Path(settings.TRUST_DIR))
    except TrustBroken as broken:
        raise Unavailable(
            _("Thư mục tin cậy của máy chủ chưa đúng. Hãy báo người vận hành hệ thống."),
            code="trust-broken",
            case=broken.code,
        ) from broken


@cache
def blobs() -> BlobStore:
    """Return the write-once store of documents."""
    return FileBlobs(Path(settings.BLOB_ROOT))


@cache
def log_key() -> SignerKey:
    """Return the key that signs checkpoints of the log."""
    return SignerKey.parse(Path(settings.LOG_KEY_FILE).read_text("ascii").strip())


def forget() -> None:
    """Let go of every instrument: the settings or the trust directory have changed."""
    for one in (keys, timestamps, collector, anchors, blobs, log_key):
        one.cache_clear()


def chain_of(authority: Authority) -> list[x509.Certificate]:
    """Return the certificates of an entry of the register, the signer's own first."""
    certificate = authority.certificate
    ders = [bytes(certificate.der), *(base64.b64decode(one) for one in certificate.chain_der)]
    return [x509.load_der_x509_certificate(der) for der in ders]


def entries(authorities: list[Authority]) -> tuple[AuthorityEntry, ...]:
    """Return approved (and ended) rows of the register as the verifier reads them."""
    return tuple(
        AuthorityEntry(
            school=row.school.code,
            role=SignerRole(row.role),
            certificate_sha256=row.certificate.sha256,
            valid_from=row.from_at,
            valid_to=row.to_at,
        )
        for row in authorities
    )


def trust_for(register: tuple[AuthorityEntry, ...], at: datetime) -> Trust:
    """Return the anchors with these rows of the register as they stand in the database at `at`."""
    return replace(anchors(), authorities=register, authorities_at=at, statuses=None)


def with_statuses(trust: Trust, statuses: dict[str, StatusEntry], at: datetime) -> Trust:
    """Return `trust` with the withdrawals as the database has them at `at`."""
    return replace(trust, statuses=statuses, statuses_at=at)
