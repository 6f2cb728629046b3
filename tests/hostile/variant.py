"""One hostile file: how it is made, and what the verifier has to say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from tests.hostile.kit import Kit

Edit = Callable[[etree._Element], object]
Make = Callable[["Kit"], bytes]

FAILED, OPEN = "TOTAL-FAILED", "INDETERMINATE"
FORMAT = "FORMAT_FAILURE"
HASH = "HASH_FAILURE"
CRYPTO = "SIG_CRYPTO_FAILURE"
CONSTRAINTS = "SIG_CONSTRAINTS_FAILURE"
CHAIN = "CHAIN_CONSTRAINTS_FAILURE"
NO_CHAIN = "NO_CERTIFICATE_CHAIN_FOUND"
WEAK = "CRYPTO_CONSTRAINTS_FAILURE"
LATER = "TRY_LATER"


@dataclass(frozen=True)
class Variant:
    """A hostile file; among the findings must be one with this code, weight and sub-indication."""

    name: str
    make: Make
    indication: str
    sub: str
    code: str


def refused(name: str, make: Make, code: str) -> Variant:
    """A file that does not have the form."""
    return Variant(name, make, FAILED, FORMAT, code)


def changed(name: str, make: Make, code: str) -> Variant:
    """A file that is not what was signed."""
    return Variant(name, make, FAILED, HASH, code)


def wrong(name: str, make: Make, code: str) -> Variant:
    """A file that was signed validly, by the wrong person, at the wrong time or over the wrong things."""
    return Variant(name, make, FAILED, CONSTRAINTS, code)


def undecided(name: str, make: Make, sub: str, code: str) -> Variant:
    """A file of which nothing good can be said, and nothing bad proven."""
    return Variant(name, make, OPEN, sub, code)


def edited(edit: Edit) -> Make:
    """Change the tree of the genuine file, without any key."""
    return lambda kit: kit.edited(edit)


def resigned(edit: Edit, **slots: object) -> Make:
    """Change the tree, then sign it again in every slot with the genuine keys: all valid, and wrong."""
    return lambda kit: kit.resigned(edit, **slots)


def spelt(change: Callable[[bytes], bytes]) -> Make:
    """Change the bytes of the genuine file."""

    def make(kit: Kit) -> bytes:
        hostile = change(kit.genuine)
        assert hostile != kit.genuine
        return hostile

    return make


def text(old: str, new: str, count: int = 1) -> Make:
    """Replace text that must be there."""

    def change(data: bytes) -> bytes:
        assert old.encode() in data, old
        return data.replace(old.encode(), new.encode(), count)

    return spelt(change)


def signed_as(**steps: dict[str, object]) -> Make:
    """Seal a fresh file with other steps than the honest ones: `HOMEROOM={…}`, `LEADER={…}`, `SEAL={…}`."""
    return lambda kit: kit.world.sealed(kit.code, **steps)
