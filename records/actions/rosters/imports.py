"""Bring a list in: first a dry run that is kept as a row, then the import of exactly what it showed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hocba.kernel.errors import Conflict, Invalid
from hocba.kernel.text import tidy
from records.actions.rosters import classes, guardians, pupils, staff, teachings
from records.actions.rosters.lines import CHANGED, NEW, WRONG, Desk, Line, counts, fingerprint
from schools import audit, roster_texts
from schools.actors import Actor
from schools.models import RosterImport, RosterState, SchoolYear, Unit
from schools.permissions import Permission, one, require
from schools.rosters.columns import Kind
from schools.rosters.reading import BadFile
from schools.rosters.rows import Finding, Row, parse

PERMISSIONS: Final = {
    Kind.STAFF: Permission.STAFF_EDIT,
    Kind.CLASSES: Permission.PUPIL_EDIT,
    Kind.TEACHINGS: Permission.PUPIL_EDIT,
    Kind.PUPILS: Permission.PUPIL_EDIT,
    Kind.GUARDIANS: Permission.PUPIL_EDIT,
}
"""What each list asks for beside ROSTER_KEEP."""
_ROOMS: Final[dict[Kind, ModuleType]] = {
    Kind.STAFF: staff,
    Kind.CLASSES: classes,
    Kind.TEACHINGS: teachings,
    Kind.PUPILS: pupils,
    Kind.GUARDIANS: guardians,
}
GOOD_FOR: Final = timedelta(days=1)
"""A dry run older than this is made anew; its rows are personal data and are emptied."""


def kinds(by: Actor, school: Unit) -> tuple[Kind, ...]:
    """Return the lists that this person may bring in here, in the order of a first day."""
    return tuple(kind for kind in Kind if _may(by, kind, school))


def _may(by: Actor, kind: Kind, school: Unit) -> bool:
    from_roles = by.paths(Permission.ROSTER_KEEP), by.paths(PERMISSIONS[kind])
    return all(paths and school.path.startswith(paths) for paths in from_roles)


def _require(by: Actor, kind: Kind, school: Unit) -> None:
    require(by, Permission.ROSTER_KEEP, school)
    require(by, PERMISSIONS[kind], school)


@transaction.atomic
def preview(
    school: Unit, year: SchoolYear, *, kind: Kind, data: bytes, file_name: str = "", by: Actor
) -> RosterImport:
    """Read a file, lay it beside what the school has, and keep the dry run. Changes nothing else.

    Raises: NotPermitted; Invalid with a sentence beside the field `file`; Conflict, for a unit that is no open school.
    """
    _require(by, kind, school)
    _open_school(school, by)
    try:
        roster = parse(data, kind)
    except BadFile as bad:
        raise Invalid(fields={"file": roster_texts.refusal(bad.code, bad.facts)}, code=bad.code) from bad
    if not roster.rows:
        raise Invalid(fields={"file": roster_texts.refusal("no-rows", {})}, code="no-rows")
    lines = _laid(Desk(school, year, by), kind, roster.rows)
    _forget_old(school, by)
    made = RosterImport.objects.create(
        school=school,
        school_year=year,
        kind=kind.value,
        file_name=tidy(file_name, lines=False)[:200],
        file_hash=hashlib.sha256(data).hexdigest(),
        mapping={
            "sheet": roster.sheet[:60],
            "heading": roster.header_row,
            "columns": roster.mapping,
            "unused": list(roster.unused),
        },
        rows=[one.record() for one in lines],
        counts=counts(lines) | {"passed": roster.passed_over},
        fingerprint=fingerprint(lines),
        made_by=by.person,
        made_at=by.at,
    )
    _tell(by, "roster.preview", made)
    return made


@transaction.atomic
def apply(number: int, *, by: Actor) -> RosterImport:
    """Bring in every line of a dry run that is not wrong, in one transaction; a second time changes nothing.

    Raises: NotFound; NotPermitted; Conflict, when the school has changed since the dry run or it is a day old.
    """
    rows = RosterImport.objects.select_related("school__level", "school_year")
    seen = one(by, Permission.ROSTER_KEEP, rows, pk=number)
    kind = Kind(seen.kind)
    _require(by, kind, seen.school)
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=seen.school_id)  # one import at a time
    roster = rows.select_for_update(no_key=True, of=("self",)).get(pk=number)
    if roster.state == RosterState.APPLIED:
        return roster
    _open_school(roster.school, by)
    if by.at - roster.made_at > GOOD_FOR:
        raise Conflict(
            _("Bản xem trước này đã quá một ngày. Hãy chọn lại tệp để xem trước lần nữa."), code="stale"
        )
    desk = Desk(roster.school, roster.school_year, by)
    lines = _laid(desk, kind, [_row(kept) for kept in roster.rows])
    if fingerprint(lines) != roster.fingerprint:
        raise _changed()
    good = [line for line in lines if line.verdict in (NEW, CHANGED)]
    try:
        with transaction.atomic():
            _ROOMS[kind].write(desk, good)
    except IntegrityError as meanwhile:
        raise _changed() from meanwhile
    roster.state, roster.applied_at, roster.applied_by = RosterState.APPLIED, by.at, by.person
    roster.rows = [line.record() for line in lines if line.verdict == WRONG]
    roster.save(update_fields=["state", "applied_at", "applied_by", "rows"])
    _tell(by, "roster.apply", roster)
    return roster


def _changed() -> Conflict:
    return Conflict(
        _(
            "Dữ liệu của trường đã thay đổi từ lúc xem trước nên chưa nhập gì. Hãy chọn lại tệp để xem trước lần nữa."
        ),
        code="stale",
    )


def _laid(desk: Desk, kind: Kind, rows: Sequence[Row]) -> list[Line]:
    lines = [Line(row) for row in rows]
    _ROOMS[kind].plan(desk, lines)
    return lines


def _row(kept: dict[str, Any]) -> Row:
    """Return a line as it was read; what planning found is judged anew."""
    found = [Finding(**one) for one in kept["findings"]]
    return Row(kept["number"], kept["values"], [one for one in found if _is_of_file(one)])


def _is_of_file(found: Finding) -> bool:
    """Say whether reading gave it: planning names no column, and repeats with the number of the first row."""
    return bool(found.column) or "row" in found.facts


def _open_school(school: Unit, by: Actor) -> None:
    if not school.level.is_school:
        raise Conflict(_("Danh sách chỉ nhập được ở một trường."), code="no-school")
    if school.closed_on is not None and school.closed_on < by.today:
        raise Conflict(_("Trường đã đóng, không nhập danh sách được nữa."), code="closed")


def _forget_old(school: Unit, by: Actor) -> None:
    old = RosterImport.objects.filter(
        school=school, state=RosterState.PREVIEWED, made_at__lt=by.at - GOOD_FOR
    )
    old.exclude(rows=[]).update(rows=[])


def _tell(by: Actor, action: str, roster: RosterImport) -> None:
    audit.record(
        by,
        action,
        unit_path=roster.school.path,
        subject=("roster", roster.pk),
        count=sum(roster.counts.get(name, 0) for name in ("new", "changed", "same", "wrong")),
        kind=roster.kind,
        file=roster.file_hash,
        **{name: roster.counts[name] for name in ("new", "changed", "wrong")},
    )
