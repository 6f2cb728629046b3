"""Staff of a school: people by personal number, their roles from a day on. Accounts are opened elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from hocba.kernel.names import fold
from schools.models import Membership, Person, PersonKind
from schools.permissions import Role

from .lines import Desk, Line

CONTACTS = ("phone", "email")
_ROLES = (
    (
        Role.PRINCIPAL,
        ("hieu truong", "pho hieu truong", "ht", "pht", "can bo quan ly", "cbql", "phho hieu truong"),
    ),
    (Role.CLERK, ("van thu", "nhan vien van thu")),
    (Role.REGISTRAR, ("hoc vu", "nhan vien hoc vu", "giao vu", "nhan vien giao vu")),
    (
        Role.TEACHER,
        ("giao vien", "gv", "giao vien chu nhiem", "gvcn", "giao vien bo mon", "tong phu trach doi"),
    ),
)
_OF_TEACHERS = ("giao vien", "to truong", "to pho")
"""With these words a title begins that teachers bear: "Giáo viên hạng II", "Tổ trưởng chuyên môn"."""


def role_of(title: str) -> Role | None:
    """Return the role that a title means; None when it is none that a list may give."""
    said = " ".join(fold(title).split())
    for role, titles in _ROLES:
        if said in titles:
            return role
    return Role.TEACHER if said.startswith(_OF_TEACHERS) else None


def plan(desk: Desk, lines: Sequence[Line]) -> None:
    """Lay the lines beside the people of these numbers and their roles."""
    numbers = {one.says("personal_number") for one in lines} - {""}
    people = {one.personal_number: one for one in Person.objects.filter(personal_number__in=numbers)}
    open_end = Q(to_on__isnull=True) | Q(to_on__gte=desk.today)
    held = list(Membership.objects.filter(open_end, person__in=people.values()))
    for line in lines:
        role = role_of(line.says("title"))
        if role is None and line.says("title"):
            line.wrong("role-unknown", "title")
        person = people.get(line.says("personal_number"))
        if line.row.is_wrong or role is None:
            continue
        line.linked["role"] = role
        line.target = person
        if person is None:
            line.is_new = True
            continue
        _compare(desk, line, person, role, [one for one in held if one.person_id == person.pk])


def _compare(desk: Desk, line: Line, person: Person, role: Role, held: list[Membership]) -> None:
    if person.kind == PersonKind.PUPIL or person.full_name.casefold() != line.says("full_name").casefold():
        line.wrong("number-other-name", "personal_number")
        return
    here = [one for one in held if one.unit_id == desk.school.pk]
    same = next((one for one in here if one.role == role), None)
    if same is None:
        if person.pk == desk.by.person_id:
            line.wrong("own-role", "title")
        line.is_new = not here
        line.change("title", "", line.says("title"))
    else:
        line.linked["membership"] = same
        line.change("title", same.title, line.says("title"))
    ours = all(one.unit_id == desk.school.pk for one in held) and person.kind == PersonKind.STAFF
    for name in CONTACTS:
        if line.says(name) and line.says(name) != getattr(person, name):
            if ours:
                line.change(name, getattr(person, name), line.says(name))
            else:
                line.care("contact-kept", name)


def write(desk: Desk, lines: Sequence[Line]) -> None:
    """Make and change people and roles, in few statements."""
    fresh = [one for one in lines if one.target is None]
    for line in fresh:
        line.target = Person(
            kind=PersonKind.STAFF,
            full_name=line.says("full_name"),
            personal_number=line.says("personal_number"),
            phone=line.says("phone"),
            email=line.says("email"),
        )
        line.target.name_fields()
    Person.objects.bulk_create([one.target for one in fresh])
    roles, titled, people = [], [], []
    for line in lines:
        held = line.linked.get("membership")
        if held is None:
            roles.append(_role(desk, line))
        elif "title" in line.changes:
            held.title = line.says("title")
            titled.append(held)
        for name in CONTACTS:
            if name in line.changes:
                setattr(line.target, name, line.says(name))
        if line.target.kind != PersonKind.STAFF or any(name in line.changes for name in CONTACTS):
            line.target.kind = PersonKind.STAFF  # a parent who comes to teach
            people.append(line.target)
    Membership.objects.bulk_create(roles)
    Membership.objects.bulk_update(titled, ["title"])
    Person.objects.bulk_update(people, ["kind", *CONTACTS])


def _role(desk: Desk, line: Line) -> Membership:
    return Membership(
        person=line.target,
        unit=desk.school,
        role=line.linked["role"].value,
        title=line.says("title"),
        from_on=line.day("from_on") or min(desk.begins, desk.today),
    )
