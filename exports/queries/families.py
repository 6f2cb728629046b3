"""What a family sees of its own child: the years, the issued documents, why an outcome is what it is, who looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from records.explain import Explanation, explain
from records.national import v1_0
from records.national.codes import code_list
from records.national.document import SubjectRow, TranscriptData
from schools import audit
from schools.actors import Actor
from schools.models import AuditEvent, Enrolment, Person, PersonKind, Pupil
from schools.permissions import Permission, one, visible
from signing.models import SealedDocument, Withdrawal

LOOKS_SHOWN = 30
VALID, WITHDRAWN = "valid", "withdrawn"


@dataclass(frozen=True, slots=True)
class Child:
    """One child in the list: class and school of the newest year, and how many transcripts are issued."""

    pupil: Pupil
    enrolment: Enrolment | None
    documents: int


@dataclass(frozen=True, slots=True)
class Trait:
    """A quality or competence in words."""

    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Year:
    """One issued transcript as a story, read from its signed data."""

    sealed: SealedDocument
    standing: str
    withdrawal: Withdrawal | None
    data: TranscriptData
    subjects: tuple[tuple[SubjectRow, str], ...]
    competences: tuple[Trait, ...]
    qualities: tuple[Trait, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened or changed the child's record: who, as what, what, when; repeated looks of a day are one."""

    at: datetime
    name: str
    role: str
    action: str
    times: int


@dataclass(frozen=True, slots=True)
class Story:
    """All years of one child; `underway`: a year whose transcript is not issued yet, and how far it is."""

    pupil: Pupil
    years: tuple[Year, ...]
    underway: tuple[Enrolment, ...]
    looks: tuple[Look, ...]


def children(by: Actor) -> list[Child]:
    """Return the children this person answers for (a pupil: itself): three queries, whatever the number."""
    newest = Enrolment.objects.select_related("class_year__school", "school_year").order_by(
        "-school_year_id", "-arrived_on"
    )
    sealed = SealedDocument.objects.only("pk", "pupil_id")
    rows = visible(by, Permission.CHILD_VIEW, Pupil.objects.all()).order_by("-born_on", "pk")
    found = rows.prefetch_related(
        Prefetch("enrolments", queryset=newest), Prefetch("sealed_documents", queryset=sealed)
    )
    return [
        Child(pupil, next(iter(pupil.enrolments.all()), None), len(pupil.sealed_documents.all()))
        for pupil in found
    ]


def story(by: Actor, pupil_id: int) -> Story:
    """Return one child's story, and write this very look into the family's trail. Raises: NotFound."""
    pupil = one(by, Permission.CHILD_VIEW, Pupil.objects.all(), pk=pupil_id)
    rows = visible(by, Permission.CHILD_VIEW, SealedDocument.objects.filter(pupil=pupil))
    rows = rows.select_related("version", "class_year__school", "class_year__school_year", "withdrawal")
    years = tuple(year_of(row) for row in rows.order_by("-class_year__school_year_id", "-pk"))
    enrolments = visible(
        by, Permission.CHILD_VIEW, Enrolment.objects.filter(pupil=pupil, left_on__isnull=True)
    )
    enrolments = enrolments.select_related("class_year__school", "school_year")
    done = {year.sealed.class_year.school_year_id for year in years if year.standing == VALID}
    looks = tuple(_looks(pupil))
    audit.record(
        by,
        "child.view",
        unit_path=_path(years, enrolments),
        subject=("pupil", pupil.pk),
        pupil_id=pupil.pk,
    )
    underway = tuple(one_row for one_row in enrolments if one_row.school_year_id not in done)
    return Story(pupil, years, underway, looks)


def _path(years: Iterable[Year], enrolments: Iterable[Enrolment]) -> str:
    for year in years:
        return year.sealed.school_path
    for enrolment in enrolments:
        return enrolment.class_year.school.path
    return ""


def year_of(sealed: SealedDocument) -> Year:
    """Return an issued transcript in words, from the bytes that were signed."""
    data = v1_0.parse(bytes(sealed.version.frozen_xml))
    withdrawal = getattr(sealed, "withdrawal", None)
    levels = code_list().subject_levels
    return Year(
        sealed=sealed,
        standing=WITHDRAWN if withdrawal else VALID,
        withdrawal=withdrawal,
        data=data,
        subjects=tuple((row, levels.get(row.level or "", "")) for row in data.subjects),
        competences=tuple(_traits(data, ("general", "specific"))),
        qualities=tuple(_traits(data, ("quality",))),
        explanation=explain(sealed.version.trace),
    )


def _traits(data: TranscriptData, kinds: tuple[str, ...]) -> Iterable[Trait]:
    levels = code_list().trait_levels
    for trait in code_list().traits:
        stated = getattr(data.traits, trait.field)
        if trait.kind in kinds and stated:
            yield Trait(trait.name, levels.get(stated, stated))


def _looks(pupil: Pupil) -> Iterable[Look]:
    """Return who of the staff looked at or changed the record, the newest first, a day's repetitions as one."""
    rows = AuditEvent.objects.filter(pupil_id=pupil.pk).order_by("-at")[: LOOKS_SHOWN * 5]
    events = list(rows.values_list("at", "actor_id", "actor_role", "action"))
    staff = Person.objects.filter(pk__in={event[1] for event in events}, kind=PersonKind.STAFF)
    names = dict(staff.values_list("pk", "full_name"))
    grouped: dict[tuple[object, int, str], Look] = {}
    for at, actor, role, action in events:
        if actor not in names:
            continue
        key = (at.date(), actor, action)
        before = grouped.get(key)
        first = before.at if before else at
        grouped[key] = Look(first, names[actor], role, action, (before.times if before else 0) + 1)
    return list(grouped.values())[:LOOKS_SHOWN]
