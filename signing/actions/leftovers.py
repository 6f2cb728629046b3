"""What nobody needs any more: counts of failed openings, drafts of files whose writer was killed."""

from __future__ import annotations

from datetime import datetime

from schools.actions import devices, tries
from signing.actions import guesses, instruments


def clear(at: datetime) -> tuple[int, int]:
    """Delete what no longer matters at `at`; return how many counts and how many drafts. Raises: OSError."""
    counts = guesses.forget(at) + tries.forget(at) + devices.forget(at)
    return counts, instruments.blobs().clear_drafts(at)
