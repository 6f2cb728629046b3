"""How much is asked of a file: our own profile, with or without a second opinion, or that of other makers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of a file.

    `exact`: our own profile; otherwise other makers' references by id. `second_opinion`: signxml has to agree
    with what our verifier accepts (own profile only).
    """

    name: str
    exact: bool
    second_opinion: bool = False


STRICT: Final = Policy("HOCBA", exact=True, second_opinion=True)
ALONE: Final = Policy("HOCBA", exact=True)
"""The strict verifier without a second opinion: for measuring it, and for files that were judged before."""

FOREIGN: Final = Policy("FOREIGN", exact=False)
