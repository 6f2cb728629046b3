"""The tree of RFC 9162: known roots, every proof for small trees, random large ones."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.log import merkle

# The eight entries and the roots over their prefixes known from the Certificate Transparency test vectors.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Nodes:
    """Nodes in a dictionary, which counts how often it is asked."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.asked = 0

    def node(self, level: int, index: int) -> bytes:
        self.asked += 1
        return self.rows[level, index]


def leaf(number: int) -> bytes:
    return merkle.leaf_hash(number.to_bytes(4, "big"))


@lru_cache
def tree(size: int) -> Nodes:
    nodes, frontier = Nodes(), merkle.Frontier()
    for number in range(size):
        frontier, made = frontier.append(leaf(number))
        for node in made:
            assert (node.level, node.index) not in nodes.rows, "a node was written twice"
            nodes.rows[node.level, node.index] = node.hash
    assert frontier.root() == merkle.root(size, nodes)
    return nodes


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162 §2.1.1, as written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    frontier, _ = merkle.Frontier().extend(merkle.leaf_hash(entry) for entry in ENTRIES[:size])
    expected = ROOTS[size - 1] if size else hashlib.sha256(b"").hexdigest()
    assert frontier.root().hex() == expected


@pytest.mark.parametrize("size", range(65))
def test_roots_agree_with_the_definition(size: int) -> None:
    assert merkle.root(size, tree(64)) == naive_root([leaf(number) for number in range(size)])
    assert merkle.frontier(size, tree(64)).root() == merkle.root(size, tree(64))


@pytest.mark.parametrize("size", range(1, 65))
def test_inclusion_of_every_leaf(size: int) -> None:
    root = merkle.root(size, tree(64))
    for index in range(size):
        path = merkle.inclusion_proof(index, size, tree(64))
        assert merkle.verify_inclusion(index, size, leaf(index), path, root)
        for other in range(size):
            if other != index:
                assert not merkle.verify_inclusion(other, size, leaf(index), path, root)


@pytest.mark.parametrize("new", range(65))
def test_every_prefix_is_consistent(new: int) -> None:
    root = merkle.root(new, tree(64))
    for old in range(new + 1):
        proof = merkle.consistency_proof(old, new, tree(64))
        before = merkle.root(old, tree(64))
        assert merkle.verify_consistency(old, new, before, root, proof)
        if old > 0:
            wrong = merkle.root(old - 1, tree(64))
            assert not merkle.verify_consistency(old, new, wrong, root, proof)


BIG = 5000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_large_trees(data: st.DataObject) -> None:
    nodes = tree(BIG)
    new = data.draw(st.integers(1, BIG))
    old = data.draw(st.integers(0, new))
    index = data.draw(st.integers(0, new - 1))
    root = merkle.root(new, nodes)
    nodes.asked = 0
    path = merkle.inclusion_proof(index, new, nodes)
    assert nodes.asked <= 2 * new.bit_length() + 2, "a proof reads O(log n) nodes"
    assert merkle.verify_inclusion(index, new, leaf(index), path, root)
    proof = merkle.consistency_proof(old, new, nodes)
    assert merkle.verify_consistency(old, new, merkle.root(old, nodes), root, proof)


def flip(items: tuple[bytes, ...], bit: int) -> tuple[bytes, ...]:
    joined = bytearray(b"".join(items))
    joined[bit // 8] ^= 1 << (bit % 8)
    return tuple(bytes(joined[start : start + 32]) for start in range(0, len(joined), 32))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_bit_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 64))
    nodes, root = tree(64), merkle.root(size, tree(64))
    index = data.draw(st.integers(0, size - 1))
    whole = (leaf(index), root, *merkle.inclusion_proof(index, size, nodes))
    first, second, *path = flip(whole, data.draw(st.integers(0, len(whole) * 256 - 1)))
    assert not merkle.verify_inclusion(index, size, first, path, second)

    old = data.draw(st.integers(1, size - 1))
    whole = (merkle.root(old, nodes), root, *merkle.consistency_proof(old, size, nodes))
    first, second, *proof = flip(whole, data.draw(st.integers(0, len(whole) * 256 - 1)))
    assert not merkle.verify_consistency(old, size, first, second, proof)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 64])
def test_a_longer_or_shorter_proof_is_refused(size: int) -> None:
    root = merkle.root(size, tree(64))
    for index in range(size):
        path = merkle.inclusion_proof(index, size, tree(64))
        assert not merkle.verify_inclusion(index, size, leaf(index), (*path, root), root)
        assert not path or not merkle.verify_inclusion(index, size, leaf(index), path[:-1], root)
        assert not merkle.verify_inclusion(index, size, leaf(index), (*path[:-1], b"short"), root)
    for old in range(1, size):
        proof = merkle.consistency_proof(old, size, tree(64))
        before = merkle.root(old, tree(64))
        assert not merkle.verify_consistency(old, size, before, root, (*proof, root))
        assert not merkle.verify_consistency(old, size, before, root, proof[:-1])


def test_ranges_outside_the_tree() -> None:
    nodes = tree(8)
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        with pytest.raises(merkle.BadRange):
            merkle.inclusion_proof(index, size, nodes)
    for old, new in ((9, 8), (-1, 8)):
        with pytest.raises(merkle.BadRange):
            merkle.consistency_proof(old, new, nodes)
    with pytest.raises(merkle.BadRange):
        merkle.Frontier(3, (leaf(0),))
    assert not merkle.verify_consistency(0, 8, leaf(1), merkle.root(8, nodes), ())
