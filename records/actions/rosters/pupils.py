"""Pupils of a school: found by code and by personal number, put into their class. Empty cells clear nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Max, Q

from hocba.kernel.names import sort_key
from records.models import ClassProgress, HomeroomRecord, SubjectResult, Transcript
from schools import audit
from schools.actions.pupils import FIELDS
from schools.models import ClassYear, Enrolment, Pupil
from schools.permissions import Permission, visible
from schools.writes import Writes

from .lines import Desk, Line

MOST_IN_A_STATEMENT: Final = 500


class Known:
    """The pupils whom the lines may mean, by code and by number, and which of them this person keeps."""

    def __init__(self, desk: Desk, lines: Sequence[Line], number_field: str) -> None:
        codes = {one.says("code") for one in lines} - {""}
        numbers = {one.says(number_field) for one in lines} - {""}
        rows = Pupil.objects.filter(Q(code__in=codes) | Q(personal_number__in=numbers))
        self._field = number_field
        self._by_code = {one.code: one for one in rows}
        self._by_number = {one.personal_number: one for one in rows if one.personal_number}
        ours = visible(desk.by, Permission.PUPIL_EDIT, Pupil.objects.filter(pk__in=[one.pk for one in rows]))
        self._ours = set(ours.values_list("pk", flat=True))
        here = Enrolment.objects.filter(pupil__in=rows, left_on__isnull=True, school_year=desk.year)
        self.enrolments = {one.pupil_id: one for one in here.select_related("class_year")}
        self._elsewhere = {
            one.pupil_id for one in self.enrolments.values() if one.class_year.school_id != desk.school.pk
        }

    def meant(self, line: Line) -> Pupil | None:
        """Return whom a line means; None for nobody known, or with the reason noted. No name of another school's."""
        code, number = line.says("code"), line.says(self._field)
        by_code, by_number = self._by_code.get(code), self._by_number.get(number)
        found = by_code or by_number
        if found is None:
            return None
        named = [one for one in (by_code, by_number) if one is not None]
        if any(one.pk not in self._ours or one.pk in self._elsewhere for one in named):
            line.wrong("elsewhere", "code" if by_code else self._field)
        elif by_code and by_number and by_code.pk != by_number.pk:
            line.wrong("two-pupils", "code", by_code=by_code.full_name, by_number=by_number.full_name)
        elif by_code is None and code:
            line.wrong("code-differs", "code", known=found.code)
        else:
            return found
        return None


def plan(desk: Desk, lines: Sequence[Line]) -> None:
    """Lay the lines beside the pupils of the school and the classes of the year."""
    known = Known(desk, lines, "personal_number")
    rows = ClassYear.objects.filter(school=desk.school, school_year=desk.year)
    classes = {one.name.casefold(): one for one in rows}
    begun = _begun(known.enrolments.values())
    for line in lines:
        class_year = classes.get(line.says("class_name").casefold())
        if class_year is None and line.says("class_name"):
            line.wrong("class-unknown", "class_name")
        born_on = line.day("born_on") if not line.row.is_wrong else None
        if born_on is not None and born_on > desk.today:
            line.wrong("born-late", "born_on")
        pupil = known.meant(line)
        if line.row.is_wrong:
            continue
        line.target, line.is_new = pupil, pupil is None
        line.linked["class"] = class_year
        if pupil is None:
            if not line.says("code"):
                line.wrong("no-code", "code")
            continue
        for name in FIELDS:
            line.change(name, getattr(pupil, name), line.day(name) if name == "born_on" else line.says(name))
        _seat(line, known.enrolments.get(pupil.pk), class_year, begun)


def _seat(line: Line, held: Enrolment | None, class_year: ClassYear | None, begun: set[int]) -> None:
    """Note where the pupil sits now; a class is left only while nothing is entered there."""
    line.linked["enrolment"] = held
    if class_year is None or (held is not None and held.class_year_id == class_year.pk):
        return
    if held is not None and held.pk in begun:
        line.wrong("class-begun", "class_name", now=held.class_year.name)
    line.changes["class_name"] = [held.class_year.name if held else "", class_year.name]


def _begun(enrolments: Iterable[Enrolment]) -> set[int]:
    """Return the enrolments for which something has been entered or confirmed."""
    keys = [one.pk for one in enrolments]
    found: set[int] = set()
    for model in (SubjectResult, HomeroomRecord, Transcript):
        found.update(
            model.objects.filter(enrolment__in=keys).values_list("enrolment_id", flat=True).distinct()
        )
    return found


def write(desk: Desk, lines: Sequence[Line]) -> None:
    """Make and change pupils, seat them, tell each family's trail; the number of statements does not grow by row."""
    fresh = [one for one in lines if one.target is None]
    known = [one for one in lines if not one.is_new]
    for line in fresh:
        line.target = Pupil(code=line.says("code"))
        _fill(line, [name for name in FIELDS if line.says(name)])
    Pupil.objects.bulk_create([one.target for one in fresh], batch_size=MOST_IN_A_STATEMENT)
    altered = [one for one in known if set(one.changes) - {"class_name"}]
    for line in altered:
        _fill(line, [name for name in line.changes if name != "class_name"])
        line.target.version += 1
    columns = [*FIELDS, "sort_name", "search_name", "version"]
    Pupil.objects.bulk_update([one.target for one in altered], columns, batch_size=MOST_IN_A_STATEMENT)
    _enrol(desk, [one for one in lines if one.is_new or "class_name" in one.changes])
    writes = Writes()
    for line in lines:
        audit.record(
            desk.by,
            "pupil.import",
            unit_path=desk.school.path,
            subject=("pupil", line.target.pk),
            pupil_id=line.target.pk,
            within=writes,
            fields=sorted(line.changes) if not line.is_new else ["new"],
        )
    writes.send()


def _fill(line: Line, names: Sequence[str]) -> None:
    for name in names:
        setattr(line.target, name, line.day(name) if name == "born_on" else line.says(name))
    line.target.name_fields()


def _enrol(desk: Desk, lines: Sequence[Line]) -> None:
    """Seat pupils at the end of the list of their class, in Vietnamese order among themselves."""
    classes: dict[int, list[Line]] = defaultdict(list)
    left: set[int] = set()
    for line in lines:
        if line.linked.get("class") is not None:
            classes[line.linked["class"].pk].append(line)
    last = dict(
        Enrolment.objects.filter(class_year__in=classes).values_list("class_year").annotate(Max("number"))
    )
    made, moved = [], []
    for key, seated in classes.items():
        ordered = sorted(seated, key=lambda one: (sort_key(one.target.full_name), one.target.code))
        for number, line in enumerate(ordered, start=last.get(key, 0) + 1):
            held = line.linked.get("enrolment")
            if held is None:
                made.append(_enrolment(desk, line, number))
                continue
            left.add(held.class_year_id)
            held.class_year, held.number = line.linked["class"], number
            moved.append(held)
    Enrolment.objects.bulk_create(made, batch_size=MOST_IN_A_STATEMENT)
    Enrolment.objects.bulk_update(moved, ["class_year", "number"], batch_size=MOST_IN_A_STATEMENT)
    for key in {*classes, *left}:
        count = Enrolment.objects.filter(class_year=key, left_on__isnull=True).count()
        ClassProgress.objects.filter(class_year=key).update(pupils=count)


def _enrolment(desk: Desk, line: Line, number: int) -> Enrolment:
    return Enrolment(
        class_year=line.linked["class"],
        pupil=line.target,
        school_year=desk.year,
        number=number,
        arrived_on=max(desk.begins, min(desk.today, desk.year.ends_on)),
    )
