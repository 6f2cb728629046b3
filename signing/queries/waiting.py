"""What a signer is about to sign, read from the frozen bytes themselves; and how a batch is getting on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hocba.kernel.names import sort_key
from records.models import IssueSheet, Transcript
from records.national import v1_0
from records.national.document import TranscriptData
from schools import audit
from schools.actors import Actor
from schools.models import ClassYear
from schools.permissions import Permission, one
from signing.models import Authority, Signature, SigningBatch, SigningItem
from signing.queries import certificates
from signing.seal.trust import SignerRole
from signing.turns import PERMISSION, READY

CHANGED, NOT_COMPLETED, NOT_PROMOTED = "changed", "not-completed", "not-promoted"


@dataclass(frozen=True, slots=True)
class Line:
    """One transcript that waits; `notes` say what is unusual about it, `reward` what it awards."""

    transcript_id: int
    pupil: str
    outcome: str
    promoted: bool | None
    reward: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits for one signer in one class, the unusual first."""

    class_year: ClassYear
    role: SignerRole
    lines: tuple[Line, ...]
    sheet: IssueSheet | None
    batch: SigningBatch | None
    authority: Authority | None

    @property
    def unusual(self) -> int:
        """Return how many transcripts have something to look at."""
        return sum(bool(line.notes) for line in self.lines)


def class_of(by: Actor, code: str, role: SignerRole) -> ClassYear:
    """Return the class when this person signs there in `role`. Raises: NotFound."""
    rows = ClassYear.objects.select_related("school", "school_year", "homeroom_teacher")
    return one(by, PERMISSION[role], rows, code=code)


def waiting(by: Actor, class_year: ClassYear, role: SignerRole) -> Waiting:
    """Return what waits for this signer; the look is written into the trail. Six queries, whatever the size."""
    rows = Transcript.objects.filter(class_year=class_year, state__in=READY[role])
    found = list(
        rows.select_related("current__issue_sheet__leader", "current__issue_sheet__homeroom_teacher")
    )
    changed = set(
        Signature.objects.filter(version__transcript__in=[row.pk for row in found], role=role.value)
        .exclude(version__in=[row.current_id for row in found])
        .values_list("version__transcript_id", flat=True)
    )
    read = [(row, v1_0.parse(bytes(row.current.frozen_xml))) for row in found if row.current]
    read.sort(key=lambda pair: sort_key(pair[1].general.full_name or ""))
    lines = [_line(row, data, changed=row.pk in changed) for row, data in read]
    lines.sort(key=lambda line: not line.notes)
    batch = _last_batch(class_year, role)
    audit.record(
        by,
        "batch.preview",
        unit_path=class_year.school.path,
        subject=("class", class_year.code),
        count=len(lines),
    )
    sheet = found[0].current.issue_sheet if found and found[0].current else None
    return Waiting(
        class_year, role, tuple(lines), sheet, batch, certificates.in_force(by, class_year.school_id, role)
    )


def _line(row: Transcript, data: TranscriptData, *, changed: bool) -> Line:
    summary = data.summary
    notes = []
    if changed:
        notes.append(CHANGED)
    if summary.outcome == "Chưa hoàn thành":
        notes.append(NOT_COMPLETED)
    if summary.promoted is False:
        notes.append(NOT_PROMOTED)
    return Line(
        row.pk,
        data.general.full_name or "",
        summary.outcome or "",
        summary.promoted,
        summary.reward or "",
        tuple(notes),
    )


def _last_batch(class_year: ClassYear, role: SignerRole) -> SigningBatch | None:
    rows = SigningBatch.objects.filter(class_year=class_year, role=role.value)
    return rows.order_by("-pk").first()


def frozen(by: Actor, class_year: ClassYear, role: SignerRole, transcript_id: int) -> TranscriptData:
    """Return all that one waiting transcript states, from the very bytes that will be signed. Raises: NotFound."""
    rows = Transcript.objects.select_related("current").filter(class_year=class_year, current__isnull=False)
    row = one(by, PERMISSION[role], rows, pk=transcript_id)
    audit.record(
        by,
        "transcript.preview",
        unit_path=row.school_path,
        subject=("transcript", row.pk),
        pupil_id=row.pupil_id,
    )
    assert row.current is not None  # filtered above
    return v1_0.parse(bytes(row.current.frozen_xml))


@dataclass(frozen=True, slots=True)
class Failure:
    """One transcript that could not be signed, and why."""

    pupil: str
    code: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How a batch is getting on."""

    batch: SigningBatch
    class_year: ClassYear
    role: SignerRole
    failures: tuple[Failure, ...]
    ends_at: datetime | None

    @property
    def working(self) -> bool:
        """Return whether workers are at it."""
        return self.batch.state == "RUNNING"


def progress(by: Actor, batch_id: int) -> Progress:
    """Return a batch that this person may sign in, or whose transcripts they may read. Raises: NotFound."""
    rows = SigningBatch.objects.select_related(
        "class_year__school", "class_year__school_year", "authorised_by", "authority__certificate"
    )
    batch = one(by, Permission.TRANSCRIPT_VIEW, rows, pk=batch_id)
    failed = SigningItem.objects.filter(batch=batch, state="FAILED").select_related("pupil")
    failures = tuple(
        Failure(row.pupil.full_name, row.failure_code, dict(row.failure_facts))
        for row in failed.order_by("pupil__sort_name")
    )
    ends = batch.key_session_ends_at
    return Progress(batch, batch.class_year, SignerRole(batch.role), failures, ends)
