"""Who keeps a unit: named, helped and ended from the level above, and nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from schools.actions import keepers
from schools.models import Account, AuditEvent, Membership, Person
from schools.permissions import Role
from tests import factories
from tests.schools.officers import NAMED, officer, trail

pytestmark = pytest.mark.django_db


def test_the_first_administrator_gets_an_account_and_a_password_kept_nowhere() -> None:
    school = factories.a_school()
    assert school.parent is not None

    named = keepers.name(school, **NAMED, by=officer(school.parent))

    account = Account.objects.get(username="quan-tri-mau")
    held = Membership.objects.get(person=named.person_id)
    assert account.check_password(named.password) and account.password_is_temporary
    assert (held.role, held.unit, held.from_on) == ("school_admin", school, date(2026, 5, 28))
    assert trail() == ["staff.appoint", "account.open"]
    assert named.password not in str(list(AuditEvent.objects.values()))


def test_only_the_first_of_a_school_is_named_from_above() -> None:
    school = factories.a_school()
    assert school.parent is not None
    by = officer(school.parent)
    keepers.name(school, **NAMED, by=by)
    other = NAMED | {"personal_number": "099000111333", "username": "nguoi-khac"}

    with pytest.raises(Conflict):
        keepers.name(school, **other, by=by)
    registrar = keepers.name(school, **(other | {"role": Role.REGISTRAR}), by=by)

    assert Membership.objects.get(person=registrar.person_id).role == "registrar"


def test_no_registrar_is_named_from_above_where_a_class_is() -> None:
    class_year = factories.a_class_year(1)
    department = class_year.school.parent
    assert department is not None

    with pytest.raises(Conflict):
        keepers.name(class_year.school, **(NAMED | {"role": Role.REGISTRAR}), by=officer(department))


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.CLERK, Role.DEPARTMENT, Role.MINISTRY, Role.SYSTEM])
def test_no_other_role_of_a_school_is_given_from_above(role: Role) -> None:
    school = factories.a_school()
    assert school.parent is not None

    with pytest.raises(Invalid):
        keepers.name(school, **(NAMED | {"role": role}), by=officer(school.parent))


def test_an_office_has_several_people_in_the_role_of_its_level_alone() -> None:
    department = factories.a_department()
    office, by = factories.a_subdepartment(department), officer(department)
    second = NAMED | {"personal_number": "099000111333", "username": "nguoi-khac", "role": Role.SUBDEPARTMENT}

    keepers.name(office, **(NAMED | {"role": Role.SUBDEPARTMENT}), by=by)
    keepers.name(office, **second, by=by)
    with pytest.raises(Invalid):
        keepers.name(office, **(NAMED | {"role": Role.DEPARTMENT}), by=by)
    with pytest.raises(Conflict):
        keepers.name(office, **second, by=by)

    assert Membership.objects.filter(unit=office).count() == 2


def test_a_known_person_keeps_the_own_account_and_a_wrong_name_changes_nothing() -> None:
    school, known = factories.a_school(), factories.a_person("Trần Văn Mẫu")
    assert school.parent is not None
    by, account = officer(school.parent), factories.an_account(known, "tran-van-mau")
    stated = NAMED | {"personal_number": known.personal_number}

    with pytest.raises(Invalid):
        keepers.name(school, **stated, by=by)
    named = keepers.name(school, **(stated | {"full_name": "Trần Văn Mẫu", "username": ""}), by=by)

    account.refresh_from_db()
    assert (named.username, named.password) == ("tran-van-mau", "")
    assert account.check_password(factories.PASSWORD)


@pytest.mark.parametrize("username", ["", "da-co-nguoi"])
def test_without_a_free_name_for_signing_in_nothing_is_made(username: str) -> None:
    school = factories.a_school()
    assert school.parent is not None
    factories.an_account(factories.a_person(), "da-co-nguoi")

    with pytest.raises(Invalid) as refused:
        keepers.name(school, **(NAMED | {"username": username}), by=officer(school.parent))

    assert "username" in refused.value.fields
    assert not Person.objects.filter(personal_number=NAMED["personal_number"]).exists()


def test_nobody_names_themselves() -> None:
    department = factories.a_department()
    by = officer(department)
    own = {"full_name": by.person.full_name, "personal_number": by.person.personal_number}

    with pytest.raises(NotPermitted):
        keepers.name(
            factories.a_subdepartment(department), **(NAMED | own | {"role": Role.SUBDEPARTMENT}), by=by
        )


def test_the_level_above_helps_who_lost_a_password_but_never_to_an_account_that_reads_results() -> None:
    class_year = factories.a_class_year(1)
    school = class_year.school
    assert school.parent is not None
    by = officer(school.parent)
    admin, registrar = factories.a_school_admin(school), factories.a_registrar(school)
    also_principal, also_teacher = factories.a_school_admin(school), factories.a_school_admin(school)
    elsewhere, parent = factories.a_school_admin(school), factories.a_school_admin(school)
    Membership.objects.create(
        person=also_principal, unit=school, role=Role.PRINCIPAL, from_on=factories.LONG_AGO
    )
    class_year.teachings.filter(subject_code="AN").update(teacher=also_teacher)
    Membership.objects.create(
        person=elsewhere, unit=factories.a_school(), role=Role.SCHOOL_ADMIN, from_on=factories.LONG_AGO
    )
    class_year.enrolments.get().pupil.guardianships.create(
        guardian=parent, relation="Mẹ", from_on=factories.LONG_AGO
    )
    for one in (admin, registrar, also_principal, also_teacher, elsewhere, parent):
        factories.an_account(one)

    given = keepers.reset_password(school, admin.pk, by=by)
    for one in (registrar, also_principal, also_teacher, elsewhere, parent):
        with pytest.raises(NotPermitted):
            keepers.reset_password(school, one.pk, by=by)
    with pytest.raises(NotFound):
        keepers.reset_password(school, factories.a_clerk(school).pk, by=by)
    with pytest.raises(NotPermitted):
        keepers.reset_password(school.parent, by.person_id, by=by)

    assert Account.objects.get(person=admin).check_password(given)
    assert trail() == ["account.reset"]


def test_a_role_given_from_above_ends_from_above_and_no_other_does() -> None:
    school = factories.a_school()
    assert school.parent is not None
    by = officer(school.parent)
    admin, clerk = factories.a_school_admin(school), factories.a_clerk(school)

    keepers.end(school, admin.memberships.get().pk, on=by.today, by=by)
    with pytest.raises(NotFound):
        keepers.end(school, clerk.memberships.get().pk, on=by.today, by=by)
    with pytest.raises(NotPermitted):
        keepers.end(school.parent, by.person.memberships.get().pk, on=by.today, by=by)

    assert admin.memberships.get().to_on == by.today
    assert clerk.memberships.get().to_on is None
