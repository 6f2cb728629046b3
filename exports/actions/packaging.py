"""Cut what a sealed class owes into packages, signed in the session that the clerk opened for the seal.

The worker later resends exactly these bytes; another grouping, or an ended session, asks the clerk again.
"""

from __future__ import annotations

import uuid

from django.db import transaction

from exports.ministry import packages
from exports.models import Delivery, Package
from hocba.kernel.errors import Conflict
from schools import scopes
from schools.actors import Actor
from signing.actions import instruments
from signing.models import SealedDocument, SigningBatch
from signing.seal import xml
from signing.seal.keys import SessionExhausted, SessionExpired, algorithm_for

LOCK_CLASS = 0x5170


def waiting_batches() -> list[int]:
    """Return finished seal batches with deliveries that have no package yet, and a session still open."""
    rows = SigningBatch.objects.filter(
        state=SigningBatch.State.DONE,
        role="KY_PHAT_HANH",
        class_year_id__in=Delivery.objects.filter(package__isnull=True).values("class_year_id"),
    )
    return list(rows.values_list("pk", flat=True))


def cut(batch_id: int, *, by: Actor) -> int:
    """Cut and sign the packages of a batch; return how many. Idempotent: what has a package is left alone.

    Raises: Conflict with code "session-ended", when the clerk must authorise again; KeyUnavailable.
    """
    batch = SigningBatch.objects.select_related(
        "class_year__school", "authority__certificate", "authority__school"
    ).get(pk=batch_id)
    with scopes.system(batch.class_year.school.path):
        rows = SealedDocument.objects.filter(batch=batch, leaf__deliveries__package__isnull=True)
        waiting = list(rows.distinct().order_by("leaf_id").values_list("leaf_id", "xml_sha256"))
    if not waiting:
        return 0
    blobs = instruments.blobs()
    documents = [blobs.get(digest) for _leaf, digest in waiting]
    leaves = [leaf for leaf, _digest in waiting]
    groups = packages.cut(documents)
    for group in groups:
        mine, leaves = leaves[: len(group)], leaves[len(group) :]
        _store(batch, mine, _signed(batch, list(group), by), by)
    return len(groups)


def _signed(batch: SigningBatch, documents: list[bytes], by: Actor) -> bytes:
    chain = instruments.chain_of(batch.authority)
    prepared = xml.prepare_package(documents, chain, signing_time=by.at)
    try:
        raw = instruments.keys().sign(batch.key_session, [prepared.digest], algorithm_for(chain[0]))[0]
    except (SessionExpired, SessionExhausted) as over:
        raise Conflict(code="session-ended") from over
    signed = xml.complete_package(prepared.document, raw)
    token = instruments.timestamps().stamp(xml.imprint_package(signed))
    evidence = instruments.collector().collect(chain, by.at, tokens=[token])
    return xml.attach_package_evidence(signed, token, evidence)


@transaction.atomic
def _store(batch: SigningBatch, leaves: list[int], signed: bytes, by: Actor) -> None:
    owed = Delivery.objects.select_for_update(of=("self",)).filter(leaf__in=leaves, package__isnull=True)
    if not owed.exists():
        return
    package = Package.objects.create(
        batch=batch,
        school=batch.class_year.school,
        message_id=uuid.uuid4(),
        content_sha256=instruments.blobs().put(signed),
        content_bytes=len(signed),
        documents=len(leaves),
        signed_at=by.at,
    )
    Delivery.objects.filter(pk__in=owed.values("pk")).update(package=package, next_attempt_at=by.at)
