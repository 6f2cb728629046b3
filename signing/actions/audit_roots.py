"""Bind the audit trail to the log: each stretch of time gives one Merkle root, and the root is a leaf.

No row waits for another (there is no chain from row to row), and still nobody can take one away unseen:
whoever holds the rows of a stretch computes its root again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min

from hocba.kernel.canonical import canonical_json
from schools.actors import Actor
from schools.models import AuditEvent, AuditRoot
from signing.actions import ledger
from signing.log import leaf, merkle
from signing.models import LogHead

SETTLED_AFTER = timedelta(minutes=5)
"""Older rows are all committed: no request and no step of a job lasts that long."""

LONGEST_STRETCH = timedelta(minutes=60)
"""After an outage the trail is caught up with in stretches of this length, one a round."""

MONTHS_AHEAD = 2


@transaction.atomic
def settle(*, by: Actor) -> AuditRoot | None:
    """Log the root of the rows since the last one that have settled; None when there are none yet.

    Idempotent: a stretch is closed once, under the log's lock.
    """
    LogHead.objects.select_for_update().get(pk=1)
    start = _start()
    if start is None:
        return None
    end = min(by.at - SETTLED_AFTER, start + LONGEST_STRETCH)
    if end <= start:
        return None
    rows = AuditEvent.objects.filter(at__gte=start, at__lt=end).order_by("at", "id")
    frontier, _nodes = merkle.Frontier().extend(merkle.leaf_hash(encoded(row)) for row in rows.iterator())
    if frontier.size:
        entry = leaf.audit_root(at=by.at, root=frontier.root(), rows=frontier.size, first=start, last=end)
        ledger.append(entry, school_path="")
    return AuditRoot.objects.create(from_at=start, to_at=end, count=frontier.size, root=frontier.root().hex())


def encoded(row: AuditEvent) -> bytes:
    """Return a row as it is hashed. Never change: roots already logged depend on it."""
    return canonical_json(
        {
            "id": row.pk,
            "at": row.at.isoformat(),
            "actor": row.actor_id,
            "role": row.actor_role,
            "action": row.action,
            "unit": row.unit_path,
            "subject": [row.subject_kind, row.subject_id],
            "pupil": row.pupil_id,
            "count": row.count,
            "facts": row.facts,
            "request": row.request_id,
        }
    )


def open_months(*, by: Actor) -> None:
    """Open the trail's partitions of the coming months."""
    with connection.cursor() as cursor:
        for ahead in range(MONTHS_AHEAD + 1):
            cursor.execute(
                "SELECT hocba_open_audit_month((%s::date + make_interval(months => %s))::date)",
                [by.today, ahead],
            )


def _start() -> datetime | None:
    last: datetime | None = AuditRoot.objects.order_by("-to_at").values_list("to_at", flat=True).first()
    if last is None:
        last = AuditEvent.objects.aggregate(first=Min("at"))["first"]
    return last
