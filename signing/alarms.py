"""What has to wake somebody: two independent verifiers disagree about a signature.

Either the file attacks one of them, or one of them is wrong. A line in the error log names the file by its
SHA-256 alone, and a counter for Prometheus stands beside it; `docs/verification.md` says what to do then.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Final

from prometheus_client import Counter

from signing.seal.codes import ALARMING
from signing.seal.verdict import Verdict

DISAGREEMENTS: Final = Counter(
    "hocba_verifier_disagreements", "Files whose signatures our verifier accepts and signxml does not"
)
_log = logging.getLogger(__name__)


def listen(verdict: Verdict, data: bytes) -> Verdict:
    """Return the verdict as it is, after raising the alarm where a second opinion differs."""
    if any(reason.code in ALARMING for reason in verdict.reasons):
        DISAGREEMENTS.inc()
        _log.error("Two verifiers disagree about the file with SHA-256 %s", hashlib.sha256(data).hexdigest())
    return verdict
