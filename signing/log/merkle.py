"""The Merkle tree of RFC 9162 §2.1: append in O(log n), prove in O(log n), whatever keeps the nodes.

A node (level, index) is the root of the complete subtree over the leaves [index·2^level, (index+1)·2^level).
Such a node never changes once its last leaf is there, so a table of nodes is append-only too. Hashes are
SHA-256, 32 bytes; sizes and indexes are whole numbers, indexes from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""


class BadRange(Exception):
    """A proof was asked for a leaf or a size that the tree does not have."""


class NodeReader(Protocol):
    """Where complete nodes are kept: a table, a dictionary, tiles."""

    def node(self, level: int, index: int) -> bytes:
        """Return the 32 bytes of a complete node."""


@dataclass(frozen=True, slots=True)
class Node:
    """One complete node, ready to be stored for ever."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """The least to remember to go on appending: the roots of the complete subtrees, left to right.

    One hash for each bit set in `size`, the largest subtree first. Kept in the log's head row.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count() or any(len(item) != HASH_BYTES for item in self.hashes):
            raise BadRange(f"a frontier of size {self.size} has {self.size.bit_count()} hashes of 32 bytes")

    def append(self, leaf: bytes) -> tuple[Frontier, tuple[Node, ...]]:
        """Return the frontier after one more leaf hash, and the nodes that this leaf completed."""
        hashes, hash_, index, level = list(self.hashes), leaf, self.size, 0
        made = [Node(0, index, hash_)]
        while index & 1:
            hash_ = node_hash(hashes.pop(), hash_)
            index, level = index >> 1, level + 1
            made.append(Node(level, index, hash_))
        return Frontier(self.size + 1, (*hashes, hash_)), tuple(made)

    def extend(self, leaves: Iterable[bytes]) -> tuple[Frontier, tuple[Node, ...]]:
        """Return the frontier after many leaf hashes, and all nodes that they completed."""
        frontier = self
        made: list[Node] = []
        for leaf in leaves:
            frontier, nodes = frontier.append(leaf)
            made.extend(nodes)
        return frontier, tuple(made)

    def root(self) -> bytes:
        """Return the root of the tree of this size."""
        if not self.hashes:
            return EMPTY_ROOT
        *left, root = self.hashes
        for hash_ in reversed(left):
            root = node_hash(hash_, root)
        return root


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry (RFC 9162 §2.1.1). Never change: every proof given out depends on it."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, nodes: NodeReader) -> bytes:
    """Return the root of the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _subtree(0, size, nodes)


def frontier(size: int, nodes: NodeReader) -> Frontier:
    """Return the frontier of the first `size` leaves, read back from stored nodes."""
    hashes, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            hashes.append(nodes.node(level, start >> level))
            start += 1 << level
    return Frontier(size, tuple(hashes))


def inclusion_proof(index: int, size: int, nodes: NodeReader) -> tuple[bytes, ...]:
    """Return the path of leaf `index` in the tree of `size` leaves, from the leaf's sibling upwards.

    Raises: BadRange.
    """
    if not 0 <= index < size:
        raise BadRange(f"no leaf {index} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, nodes: NodeReader) -> tuple[bytes, ...]:
    """Return the proof that the tree of `new` leaves begins with that of `old` leaves (RFC 9162 §2.1.4.1).

    Empty when old is 0 or equals new. Raises: BadRange.
    """
    if not 0 <= old <= new:
        raise BadRange(f"a tree of {new} has no prefix of {old}")
    if old in (0, new):
        return ()
    proof, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_subtree(middle, end, nodes))
            end = middle
        else:
            proof.append(_subtree(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        proof.append(_subtree(start, end, nodes))
    return tuple(reversed(proof))


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], expected: bytes) -> bool:
    """Return whether the leaf hash stands at `index` in the tree with that root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes((leaf, expected, *path)):
        return False
    position, last, hash_ = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            hash_ = node_hash(sibling, hash_)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and hash_ == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= new or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    if not proof:
        return False
    return _climb(old, new, old_root, new_root, proof)


def _climb(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, step)
        position, last = position >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _are_hashes(items: Iterable[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in items)


def _split(count: int) -> int:
    """Return the largest power of two smaller than `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _subtree(start: int, end: int, nodes: NodeReader) -> bytes:
    """Return the root over the leaves [start, end); `start` is a multiple of the enclosing power of two."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes.node(level, start >> level)
    middle = start + _split(count)
    return node_hash(_subtree(start, middle, nodes), _subtree(middle, end, nodes))
