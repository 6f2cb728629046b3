"""Cut what a class owes into packages, signed in a session that the clerk opened.

The worker later resends exactly these bytes; another grouping, or an ended session, asks the clerk again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from exports.ministry import packages
from exports.models import Delivery, Kind, Package, PackagingSession
from exports.queries import waiting
from exports.queries.waiting import Group
from hocba.kernel.errors import Conflict
from records.national import v1_0
from schools import actors, locks, scopes
from schools.actors import Actor
from schools.locks import Turn
from schools.models import ClassYear
from signing.actions import instruments
from signing.models import SealedDocument, SigningBatch, Withdrawal
from signing.seal import xml
from signing.seal.keys import KeyUnavailable, SessionExhausted, SessionExpired, algorithm_for

Session = PackagingSession | SigningBatch
Clock = Callable[[], datetime]


def cut(group: Group, *, clock: Clock) -> int:
    """Cut and sign the packages of a group; return how many. Idempotent: what has a package is left alone.

    Raises: Conflict with code "session-ended", when the clerk must authorise again; Unavailable, when key,
    timestamp or revocation service do not answer; DocumentTooLarge is told as Conflict "document-too-large".
    """
    with locks.held(Turn.PACKAGING_CLASS, group.class_year_id) as free:
        if not free:
            return 0
        leaves, documents = _waiting_documents(group)
        try:
            parts = packages.cut(documents)
        except packages.DocumentTooLarge as large:
            raise Conflict(code="document-too-large", leaf=leaves[large.index]) from large
        sessions = waiting.open_sessions(group, clock())
        for part in parts:
            mine, leaves = leaves[: len(part)], leaves[len(part) :]
            session, signed = _signed(sessions, list(part), clock())
            _store(group, session, mine, signed, by=actors.system(clock()))
        _close(group, sessions, clock())
        return len(parts)


def _waiting_documents(group: Group) -> tuple[list[int], list[bytes]]:
    rows = waiting.unpacked().filter(class_year=group.class_year_id, kind=group.kind)
    owed = sorted(set(rows.values_list("leaf_id", flat=True)))
    path = ClassYear.objects.select_related("school").get(pk=group.class_year_id).school.path
    blobs = instruments.blobs()
    with scopes.system(path):
        if group.kind == Kind.ISSUE:
            sealed = SealedDocument.objects.filter(leaf__in=owed).order_by("leaf_id")
            issued = list(sealed.values_list("leaf_id", "xml_sha256"))
            return [leaf for leaf, _digest in issued], [blobs.get(digest) for _leaf, digest in issued]
        gone = Withdrawal.objects.filter(leaf__in=owed).order_by("leaf_id")
        withdrawn = list(gone.values_list("leaf_id", "sealed__xml_sha256"))
    return [leaf for leaf, _d in withdrawn], [withdrawal_line(blobs.get(digest)) for _l, digest in withdrawn]


def withdrawal_line(sealed_xml: bytes) -> bytes:
    """Return the line that asks to withdraw a transcript, stated as the sealed file itself states it."""
    general = v1_0.parse(sealed_xml).general
    return packages.withdrawal_element(
        packages.Withdrawal(
            look_up_code=general.look_up_code or "",
            full_name=general.full_name or "",
            gender=general.sex or "",
            birth_date=general.born_on.strftime("%d/%m/%Y") if general.born_on else "",
            personal_number=general.personal_number or "",
            school_name=general.school_name or "",
            school_code=general.school_code or "",
            school_year=general.school_year or "",
        )
    )


def _signed(sessions: list[Session], documents: list[bytes], at: datetime) -> tuple[Session, bytes]:
    """Return the signed list and whose session signed it; sessions that turn out ended are crossed out."""
    while sessions:
        session = sessions[0]
        chain = instruments.chain_of(session.authority)
        prepared = xml.prepare_package(documents, chain, signing_time=at)
        try:
            raw = instruments.keys().sign(session.key_session, [prepared.digest], algorithm_for(chain[0]))[0]
        except (SessionExpired, SessionExhausted):
            _end(sessions.pop(0), at)
            continue
        signed = xml.complete_package(prepared.document, raw)
        token = instruments.timestamps().stamp(xml.imprint_package(signed))
        evidence = instruments.collector().collect(chain, at, tokens=[token])
        return session, xml.attach_package_evidence(signed, token, evidence)
    raise Conflict(code="session-ended")


def _end(session: Session, at: datetime) -> None:
    """Remember that a session is over, so that the clerk's page asks for the PIN at once."""
    if isinstance(session, SigningBatch):
        SigningBatch.objects.filter(pk=session.pk).update(key_session_ends_at=at)
    else:
        PackagingSession.objects.filter(pk=session.pk).update(ends_at=at)


def _close(group: Group, sessions: list[Session], at: datetime) -> None:
    """End the session of a seal with the last package of its class, a clerk's with the last of the school."""
    for session in sessions:
        if (
            isinstance(session, PackagingSession)
            and waiting.unpacked().filter(school=group.school_id).exists()
        ):
            continue
        try:
            instruments.keys().close(session.key_session)
        except KeyUnavailable:
            continue  # a session that cannot be closed ends by itself
        _end(session, at)


@transaction.atomic
def _store(group: Group, session: Session, leaves: list[int], signed: bytes, *, by: Actor) -> None:
    class_year = ClassYear.objects.get(pk=group.class_year_id)
    package = Package.objects.create(
        school_id=group.school_id,
        school_year_id=class_year.school_year_id,
        kind=group.kind,
        authority=session.authority,
        authorised_by_id=session.authorised_by_id,
        message_id=uuid.uuid4(),
        content_sha256=instruments.blobs().put(signed),
        content_bytes=len(signed),
        documents=len(leaves),
        signed_at=by.at,
    )
    owed = Delivery.objects.filter(leaf__in=leaves, state=Delivery.State.WAITING, package__isnull=True)
    owed.update(package=package, next_attempt_at=by.at)
