"""Rows of units, staff, accounts and families; found again by their codes on a second run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.hashers import make_password

from hocba.demo import country, names, tree
from hocba.demo.country import StaffPlan
from hocba.demo.pupils import PupilPlan
from hocba.demo.tree import UnitPlan
from hocba.kernel.names import fold
from schools.models import (
    Account,
    Guardianship,
    Membership,
    Person,
    PersonKind,
    Pupil,
    SchoolYear,
    Unit,
    UnitLevel,
)

PASSWORD = "hocba-ban-mau"  # noqa: S105 - of specimens, printed for everybody
PIN = "123456"
LONG_AGO = date(2020, 9, 1)
STAFF_SERIAL = 900_000
"""Personal numbers of staff begin here; those of pupils stay below."""


def school_year(code: str) -> SchoolYear:
    """Return a school year with the closing days of the national regulation."""
    first = int(code[:4])
    days = {
        "starts_on": date(first, 9, 5),
        "ends_on": date(first + 1, 5, 31),
        "closes_on": date(first + 1, 6, 30),
        "supplementary_closes_on": date(first + 1, 8, 15),
    }
    return SchoolYear.objects.get_or_create(code=code, defaults=days)[0]


def units() -> dict[str, Unit]:
    """Return the units of the plan by code."""
    for code, name, rank, is_school in tree.LEVELS:
        UnitLevel.objects.get_or_create(
            code=code, defaults={"name": name, "rank": rank, "is_school": is_school}
        )
    found: dict[str, Unit] = {}
    for plan in tree.UNITS:
        found[plan.code] = unit(plan, found.get(plan.parent))
    return found


def unit(plan: UnitPlan, parent: Unit | None) -> Unit:
    """Return one unit below `parent`."""
    below_ministry = plan.level != "ministry"
    return Unit.objects.get_or_create(
        code=plan.code,
        defaults={
            "level_id": plan.level,
            "parent": parent,
            "path": f"{parent.path if parent else ''}{plan.code}.",
            "name": plan.name,
            "search_name": fold(plan.name),
            "province_name": tree.PROVINCE if below_ministry else "",
            "district_name": tree.NO_DISTRICT if plan.level == "school" else "",
            "commune_name": plan.commune,
            "education_levels": ["02"] if plan.level == "school" else [],
            "opened_on": LONG_AGO,
        },
    )[0]


def staff(
    seed: int, found_units: dict[str, Unit], plans: Iterable[StaffPlan] = country.STAFF
) -> dict[str, Person]:
    """Return the staff by user name, each with an account and a role."""
    chance, password, found = names.chance_of("staff", seed), make_password(PASSWORD), {}
    for number, plan in enumerate(plans):
        born_on = date(1968 + chance.randrange(30), chance.randrange(12) + 1, chance.randrange(28) + 1)
        person = a_person(
            names.full_name(chance, plan.gender),
            PersonKind.STAFF,
            names.personal_number(plan.gender, born_on, STAFF_SERIAL + number),
        )
        Membership.objects.get_or_create(
            person=person,
            unit=found_units[plan.unit],
            role=plan.role,
            from_on=LONG_AGO,
            defaults={"title": plan.title},
        )
        account(plan.username, person, password)
        found[plan.username] = person
    return found


def a_person(name: str, kind: PersonKind, number: str) -> Person:
    """Return the person of that personal number, made when new."""
    person = Person.objects.filter(personal_number=number).first()
    if person is None:
        person = Person(kind=kind, full_name=name, personal_number=number)
        person.name_fields()
        person.save()
    return person


def account(username: str, person: Person, password_hash: str) -> Account:
    """Return the account of that user name; one hash serves all, for hashing is slow."""
    return Account.objects.get_or_create(
        username=username, defaults={"person": person, "password": password_hash}
    )[0]


def a_pupil(plan: PupilPlan, place: str) -> Pupil:
    """Return the pupil of that code, made when new."""
    pupil = Pupil.objects.filter(code=plan.code).first()
    return pupil or _saved(as_pupil(plan, place))


def as_pupil(plan: PupilPlan, place: str) -> Pupil:
    """Return an unsaved row with every field that the national format asks for."""
    pupil = Pupil(
        code=plan.code,
        full_name=plan.full_name,
        personal_number=plan.personal_number,
        register_number=plan.register_number,
        gender=plan.gender,
        born_on=plan.born_on,
        birth_place=f"Trạm Y tế {place}, {tree.PROVINCE}",
        home_town=f"{place}, {tree.PROVINCE}",
        residence=f"{plan.residence}, {tree.PROVINCE}",
        ethnicity=plan.ethnicity,
        nationality="Việt Nam",
        father_name=plan.father_name,
        mother_name=plan.mother_name,
        guardian_name=plan.guardian_name,
    )
    pupil.name_fields()
    return pupil


def _saved(pupil: Pupil) -> Pupil:
    pupil.save()
    return pupil


def guardian(username: str, pupil: Pupil, serial: int, password_hash: str) -> Person:
    """Return the person who answers for a pupil, with an account; the mother, or whoever stands in."""
    name = pupil.guardian_name or pupil.mother_name
    number = names.personal_number("NU", date(1988, 1, 1), serial)
    person = a_person(name, PersonKind.GUARDIAN, number)
    account(username, person, password_hash)
    answers_for(person, pupil, "Người giám hộ" if pupil.guardian_name else "Mẹ")
    return person


def answers_for(person: Person, pupil: Pupil, relation: str) -> None:
    """Let a guardian see this pupil."""
    Guardianship.objects.get_or_create(
        guardian=person, pupil=pupil, from_on=LONG_AGO, defaults={"relation": relation}
    )


def own_account(username: str, pupil: Pupil, password_hash: str) -> Person:
    """Return the pupil's own person, with an account."""
    if pupil.person is None:
        person = Person(kind=PersonKind.PUPIL, full_name=pupil.full_name)
        person.name_fields()
        person.save()
        pupil.person = person
        pupil.save(update_fields=["person"])
    account(username, pupil.person, password_hash)
    return pupil.person
