"""Do the guards of the database still stand: row-level security, and the audit trail bound to the log."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
from psycopg import sql

from hocba.chaos.ground import SUPERUSER
from hocba.kernel import clock
from schools.models import AuditEvent, AuditRoot, Unit
from signing.actions import audit_roots
from signing.log import merkle

SETTLED_WITHIN = audit_roots.SETTLED_AFTER + timedelta(minutes=4)
"""Rows older than this must be bound to the log: the stretch, a round of the beat, and a broker that was away."""

GUARDED = "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p') ORDER BY relname"


def trail() -> dict[str, Any]:
    """Return whether each root is that of its rows, and what no root covers yet."""
    roots = list(AuditRoot.objects.order_by("to_at"))
    wrong, gaps = [], [one.pk for one, two in pairwise(roots) if one.to_at != two.from_at]
    for root in roots:
        rows = AuditEvent.objects.filter(at__gte=root.from_at, at__lt=root.to_at).order_by("at", "id")
        hashes = [merkle.leaf_hash(audit_roots.encoded(row)) for row in rows]
        frontier, _made = merkle.Frontier().extend(hashes)
        if (frontier.root().hex(), len(hashes)) != (root.root, root.count):
            wrong.append(root.pk)
    old = AuditEvent.objects.filter(at__lt=clock.now() - SETTLED_WITHIN)
    if roots:
        old = old.filter(at__gte=roots[-1].to_at)
    return {
        "roots": len(roots),
        "wrong": wrong,
        "gaps": gaps,
        "unsettled": list(old.values_list("pk", flat=True)[:10]),
        "signatures": AuditEvent.objects.filter(action="transcript.signature").count(),
    }


def row_security() -> dict[str, Any]:
    """Return which guarded tables the application's role can read without a scope, or in a foreign one."""
    with psycopg.connect(os.environ[SUPERUSER], autocommit=True) as owner:
        tables = [row[0] for row in owner.execute(GUARDED).fetchall()]
    school = Unit.objects.filter(level__is_school=True).order_by("path")[0].path
    leaking, foreign = [], []
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        for table in tables:
            name = sql.Identifier(table)
            if app.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone():
                leaking.append(table)
        app.execute("SELECT set_config('hocba.scope', %s, false)", [school])
        for table in tables:
            line = sql.SQL("SELECT 1 FROM {} WHERE school_path <> %s LIMIT 1").format(sql.Identifier(table))
            if app.execute(line, [school]).fetchone():
                foreign.append(table)
    return {"tables": len(tables), "leaking": leaking, "foreign": foreign}
