"""What the pupil achieved: results, the homeroom teacher's record, the transcript and its versions."""

from records.models.desk import CellReturn, Phrase
from records.models.entry_batch import EntryBatch
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
    "CellReturn",
    "ClassProgress",
    "EntryBatch",
    "HomeroomRecord",
    "IssueSheet",
    "LookUpEntry",
    "Phrase",
    "SubjectResult",
    "Transcript",
    "TranscriptBook",
    "TranscriptVersion",
]
