"""What still waits for a package, and whether somebody has opened a key session that may sign it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from exports.models import Delivery, Kind, PackagingSession
from schools.models import Unit
from signing.models import Authority, SigningBatch
from signing.seal.trust import SignerRole

ROWS_A_PACKAGE = 150
"""Transcripts that surely fit into one list, for the number of signatures to ask for."""


@dataclass(frozen=True, slots=True)
class Group:
    """The deliveries of one class and one kind that wait to be packed."""

    class_year_id: int
    school_id: int
    kind: str
    documents: int


def unpacked() -> QuerySet[Delivery]:
    """Return the deliveries that no package holds yet: new transcripts, and withdrawals of delivered ones."""
    ready = Q(kind=Kind.ISSUE) | Q(kind=Kind.WITHDRAWAL, of__state=Delivery.State.ACCEPTED)
    return Delivery.objects.filter(
        ready, state=Delivery.State.WAITING, package__isnull=True, class_year__isnull=False
    )


def groups(at: datetime, *, school: Unit | None = None) -> list[Group]:
    """Return what can be packed now, oldest first; a class whose seal is still at work waits for its end."""
    rows = unpacked() if school is None else unpacked().filter(school=school)
    sealing = SigningBatch.objects.filter(role=SignerRole.SEAL, state=SigningBatch.State.RUNNING)
    rows = rows.exclude(kind=Kind.ISSUE, class_year__in=sealing.values("class_year"))
    counted = rows.values("class_year_id", "school_id", "kind").annotate(
        documents=Count("leaf", distinct=True)
    )
    return [Group(**one) for one in counted.order_by("class_year_id", "kind")]


def signatures(waiting: list[Group]) -> int:
    """Return how many lists these groups make at most."""
    return sum(-(-group.documents // ROWS_A_PACKAGE) for group in waiting)


def open_sessions(group: Group, at: datetime) -> list[PackagingSession | SigningBatch]:
    """Return the sessions that may sign a group: that of the class's seal first, then the clerk's own."""
    found: list[PackagingSession | SigningBatch] = []
    if group.kind == Kind.ISSUE:
        seals = _seals(at).filter(class_year=group.class_year_id)
        found += seals.select_related("authority__certificate", "authority__school").order_by("-pk")
    own = _own(at).filter(school=group.school_id)
    return [
        *found,
        *own.select_related("authority__certificate", "authority__school").order_by("-pk"),
    ]


def without_session(groups: list[Group], at: datetime) -> list[Group]:
    """Return the groups that no open session may sign: two queries, however many there are."""
    sealed = set(
        _seals(at)
        .filter(class_year__in=[group.class_year_id for group in groups])
        .values_list("class_year_id", flat=True)
    )
    own = set(
        _own(at).filter(school__in={group.school_id for group in groups}).values_list("school_id", flat=True)
    )
    return [
        group
        for group in groups
        if group.school_id not in own and not (group.kind == Kind.ISSUE and group.class_year_id in sealed)
    ]


def _seals(at: datetime) -> QuerySet[SigningBatch]:
    """Return the seal's batches that are through while their key session is still open."""
    done = SigningBatch.objects.filter(
        role=SignerRole.SEAL,
        state=SigningBatch.State.DONE,
        key_session_ends_at__gt=at,
        authority__state=Authority.State.APPROVED,
    )
    return done.exclude(key_session="")


def _own(at: datetime) -> QuerySet[PackagingSession]:
    """Return the sessions that clerks opened for packages."""
    return PackagingSession.objects.filter(ends_at__gt=at, authority__state=Authority.State.APPROVED)
