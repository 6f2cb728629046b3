"""Turn a confirmed year into the canonical bytes that everyone signs; hold back who lacks something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from hocba.kernel.canonical import sha256_hex
from hocba.kernel.errors import Conflict
from records.actions import classes, life
from records.models import ClassProgress, IssueSheet, LookUpEntry, Transcript, TranscriptVersion
from records.national import v1_0
from records.national.document import HistoryRow, TranscriptData
from records.national.text import UnfitText
from records.queries import documents, fixes, years
from records.queries.documents import SchoolFacts
from records.queries.fixes import Fix, Held
from records.queries.years import PupilYear
from records.rules.lifecycle import Event, State
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear
from schools.permissions import Permission, require

FREEZABLE = frozenset({State.CONFIRMED, State.FROZEN, State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED})
SHEET_SOURCES = frozenset({fixes.Source.ISSUE_SHEET, fixes.Source.SYSTEM})


@dataclass(frozen=True, slots=True)
class FreezeReport:
    """What a freeze did, or would do.

    `frozen`: new versions; `unchanged`: pupils whose frozen bytes already say exactly this, left with their
    signatures; `voided`: of the frozen, those who had been signed before; `open`: pupils not confirmed yet.
    """

    frozen: int
    held: tuple[Held, ...]
    unchanged: int = 0
    voided: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class _Work:
    """What all pupils of one freeze share."""

    class_year: ClassYear
    sheet: IssueSheet | None
    facts: SchoolFacts
    histories: dict[int, tuple[HistoryRow, ...]]
    by: Actor


@transaction.atomic
def freeze(class_year: ClassYear, *, sheet: IssueSheet, by: Actor) -> FreezeReport:
    """Freeze every confirmed pupil of the class (and again, before the seal, whose data or sheet changed).

    Each new version has a new look-up code. Pupils who lack something are held and named; the rest goes on.
    Law: CV 2088/BGDĐT-GDTH, Phụ lục 1. Raises: NotPermitted; Conflict, for another class's sheet.
    """
    require(by, Permission.TRANSCRIPT_FREEZE, class_year)
    if sheet.class_year_id != class_year.pk:
        raise Conflict(_("Tờ phát hành này là của lớp khác."), code="other-sheet")
    class_year = classes.lock(class_year)
    list(
        Transcript.objects.select_for_update(no_key=True, of=("self",))
        .filter(class_year=class_year)
        .order_by("pk")
    )
    found = years.of_class(by, class_year)
    work = _work(class_year, sheet, found, by)
    codes = _current(found)
    numbers = _numbers(found)
    frozen = unchanged = voided = 0
    held: list[Held] = []
    for year in found:
        if year.state not in FREEZABLE or year.transcript is None:
            continue
        before = codes.get(year.transcript.pk)
        if before is not None and year.state != State.CONFIRMED and _says_the_same(work, year, before):
            unchanged += 1
            continue
        code = uuid4()
        xml, left = _bytes(work, year, code)
        if xml is None:
            held.append(fixes.held(year.enrolment, left))
            continue
        voided += year.state in (State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED)
        _keep(work, year, year.transcript, code, xml, numbers)
        frozen += 1
    report = FreezeReport(frozen, tuple(held), unchanged, voided, _open(found))
    _record(class_year, sheet, report, by)
    return report


def preview(
    class_year: ClassYear,
    *,
    by: Actor,
    sheet: IssueSheet | None = None,
    years_read: Sequence[PupilYear] | None = None,
) -> FreezeReport:
    """Return what `freeze` would do now, without writing; without a sheet its own tags are not asked for.

    `years_read`: the years of the whole class, when the page has read them. Raises: NotPermitted.
    """
    require(by, Permission.TRANSCRIPT_FREEZE, class_year)
    found = list(years_read) if years_read is not None else years.of_class(by, class_year)
    work = _work(class_year, sheet, found, by)
    codes = _current(found)
    frozen = unchanged = voided = 0
    held: list[Held] = []
    for year in found:
        if year.state not in FREEZABLE or year.transcript is None:
            continue
        before = codes.get(year.transcript.pk)
        if sheet and before and year.state != State.CONFIRMED and _says_the_same(work, year, before):
            unchanged += 1
            continue
        left = _bytes(work, year, uuid4())[1] if sheet else _lacks(work, year)
        if left:
            held.append(fixes.held(year.enrolment, left))
            continue
        voided += year.state in (State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED)
        frozen += 1
    return FreezeReport(frozen, tuple(held), unchanged, voided, _open(found))


def _work(class_year: ClassYear, sheet: IssueSheet | None, found: list[PupilYear], by: Actor) -> _Work:
    histories = documents.histories(class_year, (year.enrolment.pupil_id for year in found))
    return _Work(class_year, sheet, documents.school_facts(class_year.school), histories, by)


def _stated(
    work: _Work, year: PupilYear, code: UUID, created_on: date
) -> tuple[TranscriptData, tuple[Fix, ...]]:
    """Return what the transcript would state, and what is left to mend. Raises: UnfitText."""
    data = documents.document(
        year,
        work.class_year,
        work.facts,
        work.histories.get(year.enrolment.pupil_id, ()),
        sheet=work.sheet,
        look_up_code=str(code),
        created_on=created_on,
    )
    return fixes.fixes_of(year, data, work.facts.decisions)


def _bytes(work: _Work, year: PupilYear, code: UUID) -> tuple[bytes | None, tuple[Fix, ...]]:
    """Return the canonical bytes, or what stands in their way."""
    try:
        data, left = _stated(work, year, code, work.by.today)
        if left:
            return None, left
        xml = v1_0.frozen_bytes(data)
    except UnfitText as unfit:
        return None, (fixes.unfit_text(unfit),)
    except v1_0.Refused as refused:
        return None, tuple(fixes.not_accepted(error.tag) for error in refused.errors)
    errors = v1_0.schema_errors(xml)
    return (None, tuple(fixes.not_accepted(one.tag) for one in errors)) if errors else (xml, ())


def _lacks(work: _Work, year: PupilYear) -> tuple[Fix, ...]:
    """Return what is lacking apart from what a sheet and the freeze itself bring."""
    history = work.histories.get(year.enrolment.pupil_id, ())
    try:
        data = documents.document(year, work.class_year, work.facts, history)
    except UnfitText as unfit:
        return (fixes.unfit_text(unfit),)
    _data, left = fixes.fixes_of(year, data, work.facts.decisions)
    return tuple(one for one in left if one.source not in SHEET_SOURCES)


def _says_the_same(work: _Work, year: PupilYear, before: TranscriptVersion) -> bool:
    """Say whether freezing would state what the current version states, but for the day of making."""
    old = v1_0.parse(bytes(before.frozen_xml))
    try:
        new, left = _stated(work, year, before.look_up_code, old.general.created_on or work.by.today)
    except UnfitText:
        return False
    return not left and new == old


def _current(found: list[PupilYear]) -> dict[int, TranscriptVersion]:
    ids = [year.transcript.current_id for year in found if year.transcript and year.transcript.current_id]
    return {one.transcript_id: one for one in TranscriptVersion.objects.filter(pk__in=ids)}


def _numbers(found: list[PupilYear]) -> dict[int, int]:
    heads = [year.transcript.pk for year in found if year.transcript]
    rows = (
        TranscriptVersion.objects.filter(transcript__in=heads)
        .values_list("transcript")
        .annotate(Max("number"))
    )
    return dict(rows)


def _keep(
    work: _Work, year: PupilYear, head: Transcript, code: UUID, xml: bytes, numbers: dict[int, int]
) -> None:
    assert work.sheet is not None
    trace = [{"code": step.code, **dict(step.facts)} for step in year.result.trace]
    version = TranscriptVersion.objects.create(
        school_path=head.school_path,
        pupil_id=head.pupil_id,
        transcript=head,
        number=numbers.get(head.pk, 0) + 1,
        look_up_code=code,
        issue_sheet=work.sheet,
        frozen_xml=xml,
        frozen_sha256=sha256_hex(xml),
        format_version=v1_0.VERSION,
        rulebook=year.result.rulebook,
        trace=trace,
        replaces=_withdrawn(head) if head.current_id else None,
        frozen_at=work.by.at,
        frozen_by=work.by.person,
    )
    life.advance(head, Event.FROZEN, by=work.by, version=version)


def _withdrawn(head: Transcript) -> TranscriptVersion | None:
    """Return the last version of this transcript that was issued and withdrawn: the new one replaces it."""
    versions = {one.pk: one for one in TranscriptVersion.objects.filter(transcript=head).defer("frozen_xml")}
    entry = (
        LookUpEntry.objects.filter(version_id__in=list(versions), standing="WITHDRAWN")
        .order_by("-issued_at")
        .first()
    )
    return versions[entry.version_id] if entry else None


def _open(found: list[PupilYear]) -> int:
    return sum(year.state == State.DRAFT for year in found)


def _record(class_year: ClassYear, sheet: IssueSheet, report: FreezeReport, by: Actor) -> None:
    ClassProgress.objects.get_or_create(class_year=class_year)
    audit.record(
        by,
        "class.freeze",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=report.frozen,
        sheet=sheet.pk,
        held=len(report.held),
        voided=report.voided,
    )
