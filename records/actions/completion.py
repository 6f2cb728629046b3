"""Confirm a class's results as complete; reopen or send back what was confirmed or signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from records.actions import classes, life
from records.models import ClassProgress, Transcript, TranscriptBook
from records.queries import documents, fixes, years
from records.queries.fixes import Held
from records.queries.years import PupilYear
from records.rules.lifecycle import Event, State
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear
from schools.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class ConfirmReport:
    """How many were confirmed now, how many had been before, and who is held and why."""

    confirmed: int
    already: int
    held: tuple[Held, ...]


@transaction.atomic
def confirm(class_year: ClassYear, *, by: Actor) -> ConfirmReport:
    """Confirm every pupil whose year is complete; the others stay open and are named with what they lack.

    The head row of each pupil's transcript (and the book of the level) is made here.
    Law: 27/2020/TT-BGDĐT, Điều 9, Điều 11. Raises: NotPermitted; RuleBroken, without a circular for the year.
    """
    require(by, Permission.RESULTS_CONFIRM, class_year)
    class_year = classes.lock(class_year)
    found = years.of_class(by, class_year)
    heads = _heads(class_year, found, by)
    report = (*_open(class_year, found), *_elsewhere(found, heads))
    lacking = {one.enrolment_id for one in report}
    confirmed = 0
    for year in found:
        head = heads.get(year.enrolment.pk)
        if head is None or head.state != State.DRAFT or year.enrolment.pk in lacking:
            continue
        life.advance(life.lock(head.pk), Event.CONFIRMED, by=by)
        confirmed += 1
    audit.record(
        by,
        "results.confirm",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=confirmed,
        held=len(report),
    )
    return ConfirmReport(confirmed, len(found) - len(report) - confirmed, report)


def outstanding(
    by: Actor, class_year: ClassYear, found: Sequence[PupilYear] | None = None
) -> tuple[Held, ...]:
    """Return who could not be confirmed now, and why; writes nothing. `found`: the years, when they were read."""
    return _open(class_year, list(found) if found is not None else years.of_class(by, class_year))


@transaction.atomic
def reopen(transcript: Transcript, *, reason: str, by: Actor) -> Transcript:
    """Open a confirmed year (or a withdrawn transcript) for entry again.

    Raises: NotPermitted; Invalid, without a reason; Conflict, when the transcript is at another step.
    """
    require(by, Permission.RESULTS_REOPEN, transcript)
    return life.advance(_locked(transcript), Event.REOPENED, by=by, reason=reason.strip())


@transaction.atomic
def send_back(transcript: Transcript, *, reason: str, by: Actor) -> Transcript:
    """Return a frozen or signed transcript for correction.

    Exactly this pupil's signatures lose their object: the next freeze makes another version, other bytes.
    Raises: NotPermitted; Invalid, without a reason; Conflict, once the seal has begun.
    """
    require(by, Permission.TRANSCRIPT_RETURN, transcript)
    return life.advance(_locked(transcript), Event.RETURNED, by=by, reason=reason.strip())


def _locked(transcript: Transcript) -> Transcript:
    classes.lock(transcript.class_year)
    return life.lock(transcript.pk)


def _open(class_year: ClassYear, found: list[PupilYear]) -> tuple[Held, ...]:
    facts = documents.school_facts(class_year.school)
    made = []
    for year in found:
        if year.state != State.DRAFT:
            continue
        data = documents.document(year, class_year, facts, ())
        _data, left = fixes.fixes_of(year, data, facts.decisions)
        own = tuple(one for one in left if one.source in fixes.RESULTS_SOURCES)
        if own:
            made.append(fixes.held(year.enrolment, own))
    return tuple(made)


def _elsewhere(found: list[PupilYear], heads: dict[int, Transcript]) -> tuple[Held, ...]:
    lost = [year.enrolment for year in found if year.enrolment.pk not in heads]
    return tuple(fixes.held(one, (fixes.elsewhere(),)) for one in lost)


def _heads(class_year: ClassYear, found: list[PupilYear], by: Actor) -> dict[int, Transcript]:
    heads = {year.enrolment.pk: year.transcript for year in found if year.transcript is not None}
    without = [year for year in found if year.transcript is None]
    if without:
        books = _books(class_year, without, by)
        # A conflict is a pupil whose year was begun in another class: named in the report, not overwritten.
        Transcript.objects.bulk_create(
            [
                Transcript(
                    school_path=class_year.school.path,
                    book=books[year.enrolment.pupil_id],
                    enrolment=year.enrolment,
                    class_year=class_year,
                    pupil_id=year.enrolment.pupil_id,
                    school_year_id=class_year.school_year_id,
                    changed_at=by.at,
                    changed_by=by.person,
                )
                for year in without
            ],
            ignore_conflicts=True,
        )
        made = Transcript.objects.filter(enrolment__in=[year.enrolment for year in without])
        heads |= {one.enrolment_id: one for one in made}
    ClassProgress.objects.update_or_create(class_year=class_year, defaults={"pupils": len(found)})
    return heads


def _books(class_year: ClassYear, found: list[PupilYear], by: Actor) -> dict[int, TranscriptBook]:
    level = class_year.education_level
    pupils = [year.enrolment.pupil_id for year in found]
    TranscriptBook.objects.bulk_create(
        (TranscriptBook(pupil_id=one, education_level=level, opened_on=by.today) for one in pupils),
        ignore_conflicts=True,
    )
    return {
        one.pupil_id: one for one in TranscriptBook.objects.filter(pupil__in=pupils, education_level=level)
    }
