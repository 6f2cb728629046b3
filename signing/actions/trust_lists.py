"""Publish who may sign and what was withdrawn, as signed, dated lists: one pair a school, one pair of all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from hocba.kernel.canonical import canonical_json, sha256_hex
from records.models import LookUpEntry
from schools import scopes
from schools.actors import Actor
from schools.models import PATH_END, Unit
from signing.actions import instruments
from signing.models import Authority, TrustList, Withdrawal
from signing.seal import signed_lists, trust_files
from signing.seal.keys import ECDSA_P256_SHA256
from signing.seal.trust import StatusEntry
from signing.seal.verdict import Status

WHOLE_REGISTRY = ""
OLDEST = timedelta(days=1)


def newest(school_paths: Iterable[str]) -> dict[str, TrustList]:
    """Return the newest lists of each of these schools that has any, by path."""
    found = {}
    for unit in Unit.objects.filter(path__in=list(school_paths)):
        row = TrustList.objects.filter(scope_code=unit.code).order_by("-number").first()
        if row is not None:
            found[unit.path] = row
    return found


def refresh(scope_code: str, *, by: Actor) -> TrustList:
    """Publish the lists of one school (or of the whole registry, scope "") if what they state has changed.

    The operator's key is used between two transactions. Raises: KeyUnavailable.
    """
    path = Unit.objects.get(code=scope_code).path if scope_code else _root_path()
    with scopes.system(path):
        entries = instruments.entries(_register(path))
        statuses = _withdrawn(path)
    stated = sha256_hex(
        canonical_json(
            [
                [one.school + one.role + one.certificate_sha256 + str(one.valid_to) for one in entries],
                [one.code_hash + one.status for one in statuses],
            ]
        )
    )
    latest = TrustList.objects.filter(scope_code=scope_code).order_by("-number").first()
    if latest is not None and latest.content_sha256 == stated and not _grows_old(latest, by):
        return latest
    number = (TrustList.objects.filter(scope_code=scope_code).aggregate(last=Max("number"))["last"] or 0) + 1
    authority = signed_lists.authority_list(entries, number=number, issued_at=by.at, scope=scope_code)
    status = signed_lists.status_list(statuses, number=number, issued_at=by.at, scope=scope_code)
    signed = _signed([authority, status])
    with transaction.atomic():
        row, _made = TrustList.objects.get_or_create(
            scope_code=scope_code,
            number=number,
            defaults={
                "authority": signed[0].decode(),
                "status": signed[1].decode(),
                "content_sha256": stated,
                "published_at": by.at,
            },
        )
    return row


def write_out(directory: Path, *, by: Actor) -> TrustList:
    """Publish the whole registry's lists and put them into the trust directory that verifiers are given."""
    row = refresh(WHOLE_REGISTRY, by=by)
    for name, text, write in (
        (trust_files.AUTHORITY, row.authority, trust_files.write_authority),
        (trust_files.STATUS, row.status, trust_files.write_status),
    ):
        path = directory / name
        if not path.exists() or path.read_bytes() != text.encode():  # verifiers read again what has changed
            write(directory, text.encode())
    return row


def _grows_old(latest: TrustList, by: Actor) -> bool:
    """The whole registry's list is dated anew each day, so that its silence means something."""
    return latest.scope_code == WHOLE_REGISTRY and by.at - latest.published_at > OLDEST


def _root_path() -> str:
    return Unit.objects.filter(parent__isnull=True).order_by("path").values_list("path", flat=True)[0]


def _register(path: str) -> list[Authority]:
    rows = Authority.objects.filter(
        school__path__gte=path, school__path__lt=path + PATH_END, state__in=["APPROVED", "ENDED"]
    )
    return list(rows.select_related("school", "certificate").order_by("pk"))


def _withdrawn(path: str) -> list[StatusEntry]:
    rows = list(
        Withdrawal.objects.filter(school_path__gte=path, school_path__lt=path + PATH_END)
        .order_by("pk")
        .values_list("sealed__code_hash", "sealed__look_up_code", "withdrawn_at")
    )
    replaced = set(
        LookUpEntry.objects.filter(
            look_up_code__in=[code for _hash, code, _at in rows], standing="REPLACED"
        ).values_list("look_up_code", flat=True)
    )
    return [
        StatusEntry(code_hash, Status.REPLACED if code in replaced else Status.WITHDRAWN, at)
        for code_hash, code, at in rows
    ]


def _signed(lists: list[dict[str, object]]) -> list[bytes]:
    keys = instruments.keys()
    pin = Path(settings.OPERATOR_PIN_FILE).read_text("utf-8").strip()
    credential = settings.OPERATOR_CREDENTIAL
    chain = [x509.load_der_x509_certificate(der) for der in keys.certificates(credential)]
    session = keys.authorise(credential, pin, len(lists), 1, "trust-lists")
    digests = [hashlib.sha256(signed_lists.to_sign(one)).digest() for one in lists]
    values = keys.sign(session.id, digests, ECDSA_P256_SHA256)
    return [signed_lists.attach(one, chain, value) for one, value in zip(lists, values, strict=True)]
