"""Who vouches for it: certificates, signatures, sealed documents, the transparency log."""

from signing.models.attempts import LookUpAttempt
from signing.models.certificates import Authority, Certificate, Ending
from signing.models.ledger import (
    Checkpoint,
    LogHead,
    LogLeaf,
    LogNode,
    PinnedProof,
    SealedDocument,
    TrustList,
    Withdrawal,
)
from signing.models.workflow import Signature, SigningBatch, SigningItem

__all__ = [
    "Authority",
    "Certificate",
    "Checkpoint",
    "Ending",
    "LogHead",
    "LogLeaf",
    "LogNode",
    "LookUpAttempt",
    "PinnedProof",
    "SealedDocument",
    "Signature",
    "SigningBatch",
    "SigningItem",
    "TrustList",
    "Withdrawal",
]
