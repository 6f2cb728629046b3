"""Every hostile variant, by family."""

from __future__ import annotations

from tests.hostile import (
    algorithms,
    content,
    data,
    exhaustion,
    identifiers,
    keyinfo,
    markup,
    order,
    people,
    revocation,
    timestamps,
    transforms,
    wrapping,
)
from tests.hostile.variant import Variant

FAMILIES: dict[str, list[Variant]] = {
    module.__name__.rpartition(".")[2]: module.VARIANTS
    for module in (
        wrapping,
        identifiers,
        content,
        markup,
        transforms,
        algorithms,
        keyinfo,
        people,
        order,
        timestamps,
        revocation,
        data,
        exhaustion,
    )
}

NASTY: tuple[tuple[str, str], ...] = (
    ("wrapping", "wrapped in a forgery's Object"),
    ("wrapping", "two regions, the forged first"),
    ("identifiers", "id by a DTD's default"),
    ("content", "another mark"),
    ("markup", "a file as entity, used"),
    ("markup", "a NUL"),
    ("markup", "a right-to-left mark, signed"),
    ("markup", "UTF-16 with a document type"),
    ("transforms", "a style sheet that reads a file, signed"),
    ("algorithms", "HMAC with the public key as secret"),
    ("people", "made with the CA's key, in the right name"),
    ("people", "another person"),
    ("order", "another pupil's KY_PHAT_HANH with our ids"),
    ("timestamps", "no timestamp"),
    ("data", "a name of 5,000 letters, signed"),
    ("exhaustion", "billion laughs"),
    ("exhaustion", "19,000 levels"),
    ("exhaustion", "150,000 attributes"),
    ("exhaustion", "RSA with an endless exponent"),
    ("exhaustion", "a token of nested sequences"),
)
"""What goes through the door that strangers use."""
