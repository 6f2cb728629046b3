"""Who answers for a pupil: found by personal number, else by name among those who answer for this pupil already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from schools import audit
from schools.models import Account, Guardianship, Person, PersonKind, Pupil
from schools.permissions import Permission, visible
from schools.writes import Writes

from .lines import Desk, Line
from .pupils import Known
from .staff import CONTACTS


def plan(desk: Desk, lines: Sequence[Line]) -> None:
    """Lay the lines beside the pupils, the people of these numbers, and who answers for whom."""
    known = Known(desk, lines, "pupil_number")
    for line in lines:
        line.linked["pupil"] = known.meant(line)
        if line.linked["pupil"] is None and not line.row.is_wrong:
            line.wrong("pupil-unknown", "code" if line.says("code") else "pupil_number")
    good = [one for one in lines if not one.row.is_wrong]
    numbers = {one.says("personal_number") for one in good} - {""}
    people = {one.personal_number: one for one in Person.objects.filter(personal_number__in=numbers)}
    open_end = Q(to_on__isnull=True) | Q(to_on__gte=desk.today)
    rows = Guardianship.objects.filter(open_end, pupil__in=[one.linked["pupil"].pk for one in good])
    there: dict[int, list[Guardianship]] = defaultdict(list)
    for held in rows.select_related("guardian"):
        there[held.pupil_id].append(held)
    ours = _contacts_kept_here(desk, {one.guardian_id for held in there.values() for one in held})
    seen: set[tuple[int, str]] = set()
    names: dict[str, str] = {}
    for line in good:
        key = (line.linked["pupil"].pk, line.says("personal_number") or line.says("full_name").casefold())
        if key in seen:
            line.wrong("twice-in-file", "full_name")
            continue
        seen.add(key)
        number, name = line.says("personal_number"), line.says("full_name").casefold()
        if number and names.setdefault(number, name) != name:
            line.wrong("number-other-name", "personal_number")
            continue
        _compare(line, people.get(line.says("personal_number")), there[key[0]], ours)


def _contacts_kept_here(desk: Desk, people: set[int]) -> set[int]:
    """Return those whose number and address this school may change: no account of theirs, no child elsewhere."""
    pupils = Pupil.objects.filter(guardianships__guardian__in=people)
    ours = set(visible(desk.by, Permission.PUPIL_EDIT, pupils).values_list("pk", flat=True))
    rows = Guardianship.objects.filter(guardian__in=people).values_list("guardian_id", "pupil_id")
    beyond = {guardian for guardian, pupil in rows if pupil not in ours}
    accounts = set(Account.objects.filter(person__in=people).values_list("person_id", flat=True))
    return people - beyond - accounts


def _compare(line: Line, person: Person | None, there: list[Guardianship], ours: set[int]) -> None:
    name = line.says("full_name").casefold()
    if person is not None and (person.kind == PersonKind.PUPIL or person.full_name.casefold() != name):
        line.wrong("number-other-name", "personal_number")
        return
    held = _held(line, person, there)
    if line.row.is_wrong:
        return
    line.linked["person"] = person or (held.guardian if held else None)
    line.target, line.is_new = held, held is None
    found = line.linked["person"]
    if held is not None:
        line.change("relation", held.relation, line.says("relation"))
        line.change("personal_number", held.guardian.personal_number, line.says("personal_number"))
    if found is None:
        return
    for field in CONTACTS:
        if not line.says(field) or line.says(field) == getattr(found, field):
            continue
        if found.pk in ours and found.kind == PersonKind.GUARDIAN:
            line.change(field, getattr(found, field), line.says(field))
        else:
            line.care("contact-kept", field)


def _held(line: Line, person: Person | None, there: list[Guardianship]) -> Guardianship | None:
    """Return the row that says so already: of this person, else of this name without another number."""
    number, name = line.says("personal_number"), line.says("full_name").casefold()
    if person is not None:
        return next((one for one in there if one.guardian_id == person.pk), None)
    named = [one for one in there if one.guardian.full_name.casefold() == name]
    if number:
        named = [one for one in named if not one.guardian.personal_number]
    if len(named) > 1:
        line.wrong("guardian-ambiguous", "full_name")
    return named[0] if named else None


def write(desk: Desk, lines: Sequence[Line]) -> None:
    """Make people and what ties them to pupils; one person for all rows with the same number."""
    made: dict[object, Person] = {}
    for line in lines:
        if line.linked["person"] is None:
            key = line.says("personal_number") or line.row.number
            line.linked["person"] = made.setdefault(key, _person(line))
    Person.objects.bulk_create(made.values())
    changed, related = {}, []
    for line in lines:
        person = line.linked["person"]
        for field in (*CONTACTS, "personal_number"):
            if field in line.changes:
                setattr(person, field, line.says(field))
                changed[person.pk] = person
        if line.target is not None and "relation" in line.changes:
            line.target.relation = line.says("relation")
            related.append(line.target)
    Person.objects.bulk_update(changed.values(), [*CONTACTS, "personal_number"])
    Guardianship.objects.bulk_update(related, ["relation"])
    Guardianship.objects.bulk_create(_tie(desk, one) for one in lines if one.target is None)
    writes = Writes()
    for line in lines:
        pupil = line.linked["pupil"]
        audit.record(
            desk.by,
            "pupil.import",
            unit_path=desk.school.path,
            subject=("pupil", pupil.pk),
            pupil_id=pupil.pk,
            within=writes,
            fields=["guardian"],
        )
    writes.send()


def _person(line: Line) -> Person:
    person = Person(
        kind=PersonKind.GUARDIAN,
        full_name=line.says("full_name"),
        personal_number=line.says("personal_number"),
        phone=line.says("phone"),
        email=line.says("email"),
    )
    person.name_fields()
    return person


def _tie(desk: Desk, line: Line) -> Guardianship:
    return Guardianship(
        guardian=line.linked["person"],
        pupil=line.linked["pupil"],
        relation=line.says("relation"),
        from_on=desk.today,
    )
