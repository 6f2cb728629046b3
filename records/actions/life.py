"""The one place where a transcript's state changes, and where its class's counters follow."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid
from records.models import ClassProgress, Transcript, TranscriptVersion
from records.rules import lifecycle
from records.rules.lifecycle import Event, State
from schools import audit
from schools.actors import Actor
from schools.writes import Writes

REACHED = (
    ("confirmed", State.CONFIRMED),
    ("frozen", State.FROZEN),
    ("homeroom_signed", State.HOMEROOM_SIGNED),
    ("principal_signed", State.PRINCIPAL_SIGNED),
    ("issued", State.ISSUED),
)
"""Counters, each with the first state that counts in it; later states count in the earlier ones too."""

RANK = {
    State.DRAFT: 0,
    State.CONFIRMED: 1,
    State.FROZEN: 2,
    State.HOMEROOM_SIGNED: 3,
    State.PRINCIPAL_SIGNED: 4,
    State.SEALING: 4,
    State.ISSUED: 5,
    State.WITHDRAWN: 0,
}


COLUMNS = [field.attname for field in Transcript._meta.concrete_fields]
LOCK = "SELECT * FROM records_transcript WHERE id = %s FOR NO KEY UPDATE"
"""As `select_for_update(no_key=True)` writes it, at a third of the cost: each signature asks for it twice."""


def lock(transcript_id: int) -> Transcript:
    """Return the transcript with its row held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [transcript_id])
        row, names = cursor.fetchone(), [column.name for column in cursor.description]
    if row is None:
        raise Transcript.DoesNotExist
    found = dict(zip(names, row, strict=True))
    return Transcript.from_db(connection.alias, COLUMNS, [found[name] for name in COLUMNS])


def advance(
    transcript: Transcript,
    event: Event,
    *,
    by: Actor,
    reason: str = "",
    version: TranscriptVersion | None = None,
    within: Writes | None = None,
) -> Transcript:
    """Move a locked transcript along its life; `version` becomes current where the event makes one.

    `within`: the row, the counters and the trail go to the database with the other writes of a commit.
    Raises: Conflict, when the table knows no such move; Invalid, when a reason is owed and none is given.
    """
    before = State(transcript.state)
    try:
        after = lifecycle.after(before, event)
    except lifecycle.IllegalMove as illegal:
        raise Conflict(
            _("Học bạ đang ở bước khác; hãy tải lại trang để xem tình trạng mới nhất."),
            code="illegal-move",
            state=illegal.state.value,
            event=illegal.event.value,
        ) from illegal
    if event in lifecycle.NEEDS_REASON and not reason.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": _("Hãy ghi lý do.")}, code="reason-owed")
    transcript.state = after
    transcript.changed_at, transcript.changed_by = by.at, by.person
    transcript.returned_reason = reason if event in (Event.RETURNED, Event.REOPENED) else ""
    if version is not None:
        transcript.current = version
    if within is not None:
        _write(transcript, before, event, reason, by, within)
        return transcript
    with transaction.atomic():
        alone = Writes()
        _write(transcript, before, event, reason, by, alone)
        alone.send()
    return transcript


def _write(
    transcript: Transcript, before: State, event: Event, reason: str, by: Actor, within: Writes
) -> None:
    within.update(
        Transcript.objects.filter(pk=transcript.pk),
        state=transcript.state,
        current=transcript.current_id,
        changed_at=transcript.changed_at,
        changed_by=transcript.changed_by_id,
        returned_reason=transcript.returned_reason,
    )
    _count(transcript.class_year_id, before, State(transcript.state), within)
    audit.record(
        by,
        f"transcript.{event.value.lower()}",
        unit_path=transcript.school_path,
        subject=("transcript", transcript.pk),
        pupil_id=transcript.pupil_id,
        within=within,
        reason=reason,
    )


def _count(class_year: int, before: State, after: State, within: Writes) -> None:
    changes = {}
    for column, first in REACHED:
        step = (RANK[after] >= RANK[first]) - (RANK[before] >= RANK[first])
        if step:
            changes[column] = F(column) + step
    if after is State.WITHDRAWN:
        changes["withdrawn"] = F("withdrawn") + 1
    if not changes:
        return
    rows = ClassProgress.objects.filter(class_year=class_year)

    def first_of_its_class() -> None:
        ClassProgress.objects.get_or_create(class_year_id=class_year)
        rows.update(**changes)

    within.update(rows, otherwise=first_of_its_class, **changes)
