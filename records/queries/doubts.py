"""Comments of a class that should be read again, from rows that a page has read already: no query of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from records.models import HomeroomRecord, SubjectResult
from records.queries.years import PupilYear
from records.rules import remarks
from records.rules.phrasebook import COMMENT_KINDS
from records.rules.remarks import Doubt, Warning
from schools.models import ClassSubject, Enrolment


@dataclass(frozen=True, slots=True)
class Doubtful:
    """One kind of warning about one comment of several pupils: `about` is a subject's code or a kind of comment.

    `names` are the pupils, `other` is whom a wrong name means, `count` how many have the same comment.
    """

    about: str
    label: str
    doubt: Doubt
    pupils: tuple[Enrolment, ...]
    other: str = ""
    count: int = 0


def of_years(years: Iterable[PupilYear]) -> list[Doubtful]:
    """Return the doubts of whole years, at the end of the year."""
    found = list(years)
    subjects = found[0].subjects if found else ()
    records = {year.enrolment.pk: year.record for year in found if year.record is not None}
    results = {
        subject.subject_code: {
            year.enrolment.pk: year.results[subject.subject_code]
            for year in found
            if subject.subject_code in year.results
        }
        for subject in subjects
    }
    return of_class([year.enrolment for year in found], subjects, results, records)


def of_class(
    enrolments: Iterable[Enrolment],
    subjects: Iterable[ClassSubject],
    results: Mapping[str, Mapping[int, SubjectResult]],
    records: Mapping[int, HomeroomRecord],
) -> list[Doubtful]:
    """Return the doubts of a class at one point: `results` by subject and enrolment, `records` by enrolment.

    What is not written yet is no doubt but missing, and counted there.
    """
    pupils = {one.pk: one for one in enrolments}
    made = []
    for about, field in COMMENT_KINDS.items():
        texts = {key: getattr(row, field) for key, row in records.items()}
        made += _grouped(about, "", pupils, texts)
    for subject in subjects:
        texts = {key: row.comment for key, row in results.get(subject.subject_code, {}).items()}
        made += _grouped(subject.subject_code, subject.label, pupils, texts)
    return made


def _grouped(
    about: str, label: str, pupils: Mapping[int, Enrolment], texts: Mapping[int, str]
) -> list[Doubtful]:
    names = {key: one.pupil.full_name for key, one in pupils.items()}
    warnings = [one for one in remarks.review(texts, names) if one.doubt is not Doubt.EMPTY]
    made = [
        Doubtful(about, label, one.doubt, (pupils[one.pupil],), other=one.name)
        for one in warnings
        if one.doubt is Doubt.OTHER_NAME
    ]
    same: dict[str, list[Warning]] = {}
    for one in warnings:
        if one.doubt is Doubt.REPEATED:
            same.setdefault(remarks.bare(texts[one.pupil], names[one.pupil]), []).append(one)
    for ones in same.values():
        who = tuple(pupils[one.pupil] for one in ones)
        made.append(Doubtful(about, label, Doubt.REPEATED, who, count=len(who)))
    return made
