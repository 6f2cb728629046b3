"""The life of a transcript: every legal move in one table, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a transcript stands."""

    DRAFT = "DRAFT"
    """Results are being entered."""
    CONFIRMED = "CONFIRMED"
    """Results are complete and confirmed; nothing is entered any more."""
    FROZEN = "FROZEN"
    """The canonical bytes exist; all that follows is made from them."""
    HOMEROOM_SIGNED = "HOMEROOM_SIGNED"
    PRINCIPAL_SIGNED = "PRINCIPAL_SIGNED"
    SEALING = "SEALING"
    """The intent to seal is committed; the key may have been used."""
    ISSUED = "ISSUED"
    WITHDRAWN = "WITHDRAWN"
    """The issued version is void for ever; whether another replaced it is said of that version."""


class Event(StrEnum):
    """What happens to a transcript."""

    CONFIRMED = "CONFIRMED"
    REOPENED = "REOPENED"
    FROZEN = "FROZEN"
    RETURNED = "RETURNED"
    HOMEROOM_SIGNED = "HOMEROOM_SIGNED"
    PRINCIPAL_SIGNED = "PRINCIPAL_SIGNED"
    SEAL_INTENDED = "SEAL_INTENDED"
    SEAL_ABANDONED = "SEAL_ABANDONED"
    """The key answered that it made no seal; never recorded on silence, which is resumed instead."""
    ISSUED = "ISSUED"
    WITHDRAWN = "WITHDRAWN"


MOVES: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.DRAFT, Event.CONFIRMED): State.CONFIRMED,
        (State.CONFIRMED, Event.REOPENED): State.DRAFT,
        (State.CONFIRMED, Event.FROZEN): State.FROZEN,
        # Freezing again (another leader, another date): results stand, every signature over the data is void.
        (State.FROZEN, Event.FROZEN): State.FROZEN,
        (State.HOMEROOM_SIGNED, Event.FROZEN): State.FROZEN,
        (State.PRINCIPAL_SIGNED, Event.FROZEN): State.FROZEN,
        (State.FROZEN, Event.RETURNED): State.DRAFT,
        (State.HOMEROOM_SIGNED, Event.RETURNED): State.DRAFT,
        (State.PRINCIPAL_SIGNED, Event.RETURNED): State.DRAFT,
        (State.FROZEN, Event.HOMEROOM_SIGNED): State.HOMEROOM_SIGNED,
        (State.HOMEROOM_SIGNED, Event.PRINCIPAL_SIGNED): State.PRINCIPAL_SIGNED,
        (State.PRINCIPAL_SIGNED, Event.SEAL_INTENDED): State.SEALING,
        (State.SEALING, Event.SEAL_ABANDONED): State.PRINCIPAL_SIGNED,
        (State.SEALING, Event.ISSUED): State.ISSUED,
        (State.ISSUED, Event.WITHDRAWN): State.WITHDRAWN,
        # Issued anew: the pupil's year begins again, the next freeze is a version under a new code, and the
        # withdrawn version stays what it is, for ever.
        (State.WITHDRAWN, Event.REOPENED): State.DRAFT,
    }
)

NEEDS_REASON = frozenset({Event.REOPENED, Event.RETURNED, Event.SEAL_ABANDONED, Event.WITHDRAWN})
"""Events that nobody may cause without writing why."""

EDITABLE = frozenset({State.DRAFT})
"""States in which results may be entered."""


class IllegalMove(Exception):
    """The event cannot happen in that state; carries both."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{event} is not possible in {state}")
        self.state = state
        self.event = event


def after(state: State | str, event: Event | str) -> State:
    """Return the state that follows.

    Raises: IllegalMove, when the table has no such move; ValueError, for a word that is no state or event.
    """
    key = (State(state), Event(event))
    if key not in MOVES:
        raise IllegalMove(*key)
    return MOVES[key]
