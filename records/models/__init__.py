"""What the pupil achieved: results, the homeroom teacher's record, the transcript and its versions."""

from records.models.gradebook import AssessmentPoint, HomeroomRecord, SubjectResult
from records.models.transcript import (
    ClassProgress,
    IssueSheet,
    LookUpEntry,
    Transcript,
    TranscriptBook,
    TranscriptVersion,
)

__all__ = [
    "AssessmentPoint",
    "ClassProgress",
    "HomeroomRecord",
    "IssueSheet",
    "LookUpEntry",
    "SubjectResult",
    "Transcript",
    "TranscriptBook",
    "TranscriptVersion",
]
