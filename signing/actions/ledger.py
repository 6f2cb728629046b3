"""The transparency log: append under the head's lock, sign checkpoints, pin proofs."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from schools.actors import Actor
from schools.models import Unit
from schools.writes import Writes
from signing.actions import instruments, trust_lists
from signing.log import merkle, notes
from signing.log.leaf import Leaf
from signing.log.proof import Proof
from signing.models import Checkpoint, LogHead, LogLeaf, LogNode, PinnedProof

PROOFS_A_ROUND = 2000
"""Proofs pinned by one checkpoint; the next checkpoint goes on."""


class StoredNodes:
    """The log's complete nodes in the table, remembered once read."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the 32 bytes of a complete node."""
        key = (level, index)
        if key not in self._known:
            row = LogNode.objects.values_list("hash", flat=True).get(level=level, index=index)
            self._known[key] = bytes(row)
        return self._known[key]


GROW = "UPDATE signing_loghead SET size = size + 1 WHERE id = 1 RETURNING size - 1"
FRONTIER = """
    SELECT node.level, node.index, node.hash
    FROM signing_loghead AS head
    CROSS JOIN generate_series(0, 62) AS place (level)
    JOIN signing_lognode AS node
      ON node.level = place.level AND node.index = (head.size - 1 >> place.level + 1) << 1
    WHERE head.id = 1 AND (head.size - 1 >> place.level) & 1 = 1
"""
"""The roots of the complete subtrees as they were before `GROW`: one for each bit set in the size."""


class _Peaks(dict[tuple[int, int], bytes]):
    def node(self, level: int, index: int) -> bytes:
        return self[level, index]


@transaction.atomic(savepoint=False)
def append(leaf: Leaf, *, school_path: str, within: Writes | None = None) -> LogLeaf:
    """Append a leaf at the next index. The head row stays locked until the transaction ends, so that no
    reader of the log can skip an index that commits late.

    `within`: what was gathered before is sent together with the head's lock, which thus is the last one
    taken; the leaf itself goes with what is gathered next.
    """
    entry = leaf.encode()
    digest = merkle.leaf_hash(entry)
    together = Writes() if within is None else within
    together.run(GROW)
    together.run(FRONTIER)
    *_before, [(size,)], peaks = together.send()
    known = _Peaks({(level, index): bytes(hash_) for level, index, hash_ in peaks})
    _frontier, made = merkle.frontier(size, known).append(digest)
    row = LogLeaf(
        index=size,
        entry=entry,
        leaf_hash=digest,
        event=leaf.event.value,
        school_path=school_path,
        appended_at=leaf.at,
    )
    together.insert(*(LogNode(level=one.level, index=one.index, hash=one.hash) for one in made))
    together.insert(row)
    if within is None:
        together.send()
    return row


def checkpoint(*, by: Actor) -> Checkpoint | None:
    """Sign the log's head if it grew, and pin the proofs of the leaves it newly covers.

    Return the newest checkpoint, or None while the log is empty. Idempotent for a size; the head is held
    only while it is signed, so that pinning many proofs lets others append.
    """
    newest = _signed_head(by)
    if newest is not None:
        _pin(newest)
    return newest


@transaction.atomic
def _signed_head(by: Actor) -> Checkpoint | None:
    size = LogHead.objects.select_for_update().get(pk=1).size
    if size == 0:
        return None
    newest = Checkpoint.objects.filter(size=size).first()
    if newest is not None:
        return newest
    root = merkle.root(size, StoredNodes())
    note = notes.sign_checkpoint(notes.Checkpoint(settings.LOG_ORIGIN, size, root), instruments.log_key())
    return Checkpoint.objects.create(size=size, root=root.hex(), note=note.decode(), signed_at=by.at)


def schools_waiting() -> list[str]:
    """Return the codes of schools with issued leaves that no proof is pinned for yet."""
    paths = _unpinned().values("school_path")
    return list(Unit.objects.filter(path__in=paths).values_list("code", flat=True))


def _unpinned() -> QuerySet[LogLeaf]:
    return LogLeaf.objects.filter(proof__isnull=True, event="issue")


def _pin(newest: Checkpoint) -> None:
    leaves = _unpinned().filter(index__lt=newest.size)
    waiting = list(leaves.order_by("index").values_list("index", "school_path")[:PROOFS_A_ROUND])
    if not waiting:
        return
    nodes = StoredNodes()
    lists = trust_lists.newest({path for _index, path in waiting})
    note = newest.note.encode()
    made = (
        PinnedProof(
            leaf_id=index,
            checkpoint=newest,
            proof=Proof(index, merkle.inclusion_proof(index, newest.size, nodes), note).encode().decode(),
            trust_list=lists[path],
        )
        for index, path in waiting
        if path in lists
    )
    # Two workers may pin the same leaf: both proofs are good, the first one stays.
    PinnedProof.objects.bulk_create(made, ignore_conflicts=True)
