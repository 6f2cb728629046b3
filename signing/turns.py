"""Whose turn it is: of each signer the states that wait, the right, the event, and whose signature comes before."""

from __future__ import annotations

from typing import Final

from records.rules.lifecycle import Event, State
from schools.permissions import Permission
from signing.seal.trust import SignerRole

PERMISSION: Final = {
    SignerRole.HOMEROOM: Permission.SIGN_HOMEROOM,
    SignerRole.LEADER: Permission.SIGN_LEADER,
    SignerRole.SEAL: Permission.SEAL,
}

READY: Final = {
    SignerRole.HOMEROOM: (State.FROZEN,),
    SignerRole.LEADER: (State.HOMEROOM_SIGNED,),
    SignerRole.SEAL: (State.PRINCIPAL_SIGNED, State.SEALING),
}
"""States from which each signer takes over; SEALING: a seal that a crash or an ended session left."""

EVENT: Final = {SignerRole.HOMEROOM: Event.HOMEROOM_SIGNED, SignerRole.LEADER: Event.PRINCIPAL_SIGNED}
"""What a person's signature is in the transcript's life; the seal's are in `signing.actions.sealing`."""

BEFORE: Final = {
    SignerRole.HOMEROOM: None,
    SignerRole.LEADER: SignerRole.HOMEROOM,
    SignerRole.SEAL: SignerRole.LEADER,
}
"""Whose signed document each signer is given; the first one gets the frozen bytes."""
