"""The audit trail is bound to the log: a root a stretch, and no row can go unseen."""

from datetime import timedelta

import pytest
from django.db import connection

from hocba.database import as_owner
from hocba.kernel import clock
from schools import actors, audit
from schools.models import AuditEvent, AuditRoot
from signing.actions import audit_roots
from signing.log import merkle
from signing.log.leaf import Leaf
from signing.models import LogLeaf

pytestmark = pytest.mark.django_db(transaction=True)


def written(minutes_ago: int, count: int) -> None:
    by = actors.system(clock.now() - timedelta(minutes=minutes_ago))
    for number in range(count):
        audit.record(by, "transcript.view", unit_path="vn.", subject=("pupil", number), note="có dấu")


def recomputed(root: AuditRoot) -> str:
    rows = AuditEvent.objects.filter(at__gte=root.from_at, at__lt=root.to_at).order_by("at", "id")
    frontier, _ = merkle.Frontier().extend(merkle.leaf_hash(audit_roots.encoded(row)) for row in rows)
    return frontier.root().hex()


def test_settled_rows_become_one_leaf_and_fresh_ones_wait() -> None:
    written(20, 3)
    written(1, 2)

    root = audit_roots.settle(by=actors.system(clock.now()))

    assert root is not None
    assert root.count == 3
    assert recomputed(root) == root.root
    leaf = Leaf.parse(bytes(LogLeaf.objects.get().entry))
    assert (leaf.event, leaf.fields["root"], leaf.fields["rows"]) == ("audit-root", root.root, "3")


def test_the_next_stretch_begins_where_the_last_ended() -> None:
    written(20, 1)
    now = clock.now()
    first = audit_roots.settle(by=actors.system(now))
    again = audit_roots.settle(by=actors.system(now))
    later = audit_roots.settle(by=actors.system(now + timedelta(minutes=3)))

    assert again is None
    assert first is not None
    assert later is not None
    assert later.from_at == first.to_at
    assert LogLeaf.objects.count() == 1


def test_a_row_taken_away_changes_the_root() -> None:
    written(20, 3)
    root = audit_roots.settle(by=actors.system(clock.now()))
    assert root is not None

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM schools_auditevent WHERE subject_id = '1'")
        cursor.execute("SET session_replication_role = origin")

    assert recomputed(root) != root.root


def test_the_coming_months_have_partitions() -> None:
    audit_roots.open_months(by=actors.system(clock.now() + timedelta(days=600)))

    by = actors.system(clock.now() + timedelta(days=600))
    audit.record(by, "transcript.view", unit_path="vn.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM schools_auditevent")
        (part,) = cursor.fetchone() or ("",)
    assert part == f"schools_auditevent_{by.today:%Y%m}"
