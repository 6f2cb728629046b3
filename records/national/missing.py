"""What a document still lacks before it can be frozen: each tag, where it comes from, who may mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from records.national.codes import V1_0, TagSpec, code_list
from records.national.document import TranscriptData


class Source(StrEnum):
    """Where a value is kept."""

    PUPIL_FILE = "pupil_file"
    RESULTS = "results"
    HOMEROOM_RECORD = "homeroom_record"
    ISSUE_SHEET = "issue_sheet"
    SCHOOL = "school"
    SYSTEM = "system"


class Mender(StrEnum):
    """Which role may put it right."""

    REGISTRAR = "registrar"
    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM_TEACHER = "homeroom_teacher"
    PRINCIPAL = "principal"
    SCHOOL_ADMIN = "school_admin"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class MissingTag:
    """A required tag without a value."""

    group: str
    tag: str
    label: str
    """The Ministry's name of the field."""
    source: Source
    mender: Mender
    row: str = ""
    """Which row lacks it: the subject's name, the history row's class."""


def missing_tags(data: TranscriptData, version: str = V1_0) -> tuple[MissingTag, ...]:
    """Return every required tag that has no value, in the order of the format.

    Nothing is ever filled in here: a value that does not exist is the province's to decide about.
    """
    return tuple(_missing(data, version))


def _missing(data: TranscriptData, version: str) -> Iterator[MissingTag]:
    groups = code_list(version).groups
    yield from _lacks(groups, "THONG_TIN_CHUNG", data.general)
    if not data.history:
        yield from _lacks(groups, "DONG", None)
    for year in data.history:
        yield from _lacks(groups, "DONG", year, year.class_name or "")
    yield from _lacks(groups, "TONG_KET", data.summary)
    if not data.subjects:
        yield from _lacks(groups, "BANG_DIEM", None)
    for subject in data.subjects:
        yield from _lacks(groups, "BANG_DIEM", subject, subject.name or subject.code or "")
    yield from _lacks(groups, "NANG_LUC_PHAM_CHAT", data.traits)


def _lacks(
    groups: Mapping[str, tuple[TagSpec, ...]], group: str, values: object, row: str = ""
) -> Iterator[MissingTag]:
    for spec in groups[group]:
        if spec.required and (values is None or getattr(values, spec.field) is None):
            source, mender = Source(spec.source), Mender(spec.mender)
            yield MissingTag(group, spec.tag, spec.label, source, mender, row)
