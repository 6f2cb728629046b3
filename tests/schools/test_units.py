"""Units: who may add, edit, close and open them, what is refused, what the trail keeps; who keeps them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from schools import actors
from schools.actions import keepers, staffing, units, years
from schools.actors import Actor
from schools.models import Account, AuditEvent, Membership, Oversight, Person, SchoolYear, Unit
from schools.permissions import Permission, Role, may
from tests import factories

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {
    "name": "Trường Tiểu học Bản Mẫu Mới",
    "province_name": "Tỉnh Bản Mẫu",
    "district_name": "Không còn cấp huyện",
    "commune_name": "Xã Mẫu",
    "education_levels": ["02"],
    "opened_on": date(2026, 1, 1),
}
NAMED: dict[str, Any] = {
    "full_name": "Nguyễn Thị Bản Mẫu",
    "personal_number": "099000111222",
    "role": Role.SCHOOL_ADMIN,
    "title": "Quản trị viên",
    "username": "quan-tri-mau",
}


def officer(department: Unit | None = None, role: Role = Role.DEPARTMENT) -> Actor:
    return factories.actor_of(factories.a_member(department or factories.a_department(), role))


def add(parent: Unit, by: Actor, **changed: Any) -> Unit:
    facts = FACTS | {name: value for name, value in changed.items() if name in FACTS}
    rest = {name: value for name, value in changed.items() if name not in FACTS}
    factories.a_level("school", 3, is_school=True)
    return units.add(parent, **({"code": "99777001", "level": "school"} | rest), facts=facts, by=by)


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


# ---- The tree ------------------------------------------------------------------------------------


def test_a_school_is_added_beneath_an_office_with_its_path_and_trail() -> None:
    office = factories.a_subdepartment()
    assert office.parent is not None

    made = add(office, officer(office.parent), name="  Trường   Tiểu học Ánh Dương ")

    made.refresh_from_db()
    assert (made.path, made.name) == (f"{office.path}99777001.", "Trường Tiểu học Ánh Dương")
    assert made.search_name == "truong tieu hoc anh duong"
    row = AuditEvent.objects.get(action="unit.add")
    assert (row.unit_path, row.subject_id, row.facts["level"]) == (made.path, "99777001", "school")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "99 777"}, "code"),
        ({"code": "99.777"}, "code"),
        ({"code": "9" * 21}, "code"),
        ({"code": ""}, "code"),
        ({"name": " "}, "name"),
        ({"name": "Trường \u202e mẫu"}, "name"),
        ({"name": "T" * 201}, "name"),
        ({"commune_name": "x" * 121}, "commune_name"),
        ({"education_levels": []}, "education_levels"),
        ({"education_levels": ["09"]}, "education_levels"),
        ({"level": "department"}, "level"),
        ({"level": "nowhere"}, "level"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(changed: dict[str, Any], field: str) -> None:
    department = factories.a_department()

    with pytest.raises(Invalid) as refused:
        add(department, officer(department), **changed)

    assert field in refused.value.fields
    assert not Unit.objects.filter(path__startswith=department.path).exclude(pk=department.pk).exists()
    assert trail() == []


def test_a_code_is_used_once_even_of_a_closed_unit() -> None:
    department = factories.a_department()
    by = officer(department)
    units.close(add(department, by), on=by.today, by=by)

    with pytest.raises(Invalid) as refused:
        add(department, by)

    assert "code" in refused.value.fields


def test_nothing_stands_beneath_a_school_or_a_closed_office() -> None:
    department = factories.a_department()
    by = officer(department)
    school = add(department, by)
    office = factories.a_subdepartment(department)
    units.close(office, on=by.today, by=by)

    with pytest.raises(Invalid):
        add(school, by, code="99777002")
    with pytest.raises(Conflict):
        add(office, by, code="99777003")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEPARTMENT, Role.MINISTRY, Role.SYSTEM}))
def test_only_who_keeps_the_tree_adds_edits_and_closes(role: Role) -> None:
    school = factories.a_school()
    by = factories.actor_of(factories.a_member(school, role))

    for act in (
        lambda: add(school, by),
        lambda: units.edit(school, facts={"name": "Tên khác"}, by=by),
        lambda: units.close(school, on=by.today, by=by),
        lambda: units.reopen(school, by=by),
        lambda: units.oversee(school, overseers=[], by=by),
        lambda: keepers.name(school, **NAMED, by=by),
    ):
        with pytest.raises(NotPermitted):
            act()
    school.refresh_from_db()
    assert (school.closed_on, trail()) == (None, [])


def test_another_province_reaches_nothing_here() -> None:
    school, by = factories.a_school(), officer()
    assert school.parent is not None

    for act in (
        lambda: add(school.parent, by),  # type: ignore[arg-type]
        lambda: units.edit(school, facts={"commune_name": "Xã Khác"}, by=by),
        lambda: units.close(school, on=by.today, by=by),
        lambda: keepers.name(school, **NAMED, by=by),
        lambda: keepers.reset_password(school, 1, by=by),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_only_the_system_adds_a_root() -> None:
    factories.a_level("ministry", 0)

    with pytest.raises(NotPermitted):
        units.add(
            None,
            code="BGD2",
            level="ministry",
            facts=FACTS,
            by=officer(factories.the_ministry(), Role.MINISTRY),
        )
    made = units.add(None, code="BGD2", level="ministry", facts=FACTS, by=actors.system(factories.AT))

    assert (made.path, made.parent) == ("BGD2.", None)


def test_an_edit_keeps_code_and_place_and_tells_both_values() -> None:
    school = factories.a_school(name="Trường Cũ")
    assert school.parent is not None
    by = officer(school.parent)

    changed = units.edit(school, facts={"name": "Trường Mới", "commune_name": "Xã Bản Mẫu"}, by=by)
    nothing = units.edit(school, facts={"name": "Trường Mới"}, by=by)

    school.refresh_from_db()
    assert (changed, nothing) == (("name",), ())
    assert (school.name, school.search_name) == ("Trường Mới", "truong moi")
    row = AuditEvent.objects.get(action="unit.edit")
    assert row.facts["changed"] == {"name": ["Trường Cũ", "Trường Mới"]}


def test_the_schools_administrator_puts_the_place_right_and_nothing_else() -> None:
    school = factories.a_school(commune_name="", education_levels=[])
    by = factories.actor_of(factories.a_school_admin(school))

    changed = units.edit(school, facts={"commune_name": "Xã Bản Mẫu", "district_name": ""}, by=by)
    for facts in ({"name": "Trường Danh Giá"}, {"education_levels": ["02"]}, {"opened_on": date(2020, 1, 1)}):
        with pytest.raises(NotPermitted):
            units.edit(school, facts=facts, by=by)

    school.refresh_from_db()
    assert (set(changed), school.commune_name) == ({"commune_name", "district_name"}, "Xã Bản Mẫu")
    assert not may(by, Permission.RESULT_VIEW, factories.a_class_year(1, school=school))


def test_a_unit_closes_with_a_day_after_what_is_beneath_and_opens_again() -> None:
    department = factories.a_department()
    by = officer(department)
    office = factories.a_subdepartment(department)
    school = add(office, by)
    admin = factories.actor_of(factories.a_school_admin(school))

    with pytest.raises(Conflict, match="1 đơn vị"):
        units.close(office, on=by.today, by=by)
    with pytest.raises(Invalid):
        units.close(school, on=date(2025, 12, 31), by=by)
    units.close(school, on=by.today, by=by)
    units.close(office, on=by.today, by=by)
    school.refresh_from_db()
    with pytest.raises(Invalid):
        staffing.appoint(
            school, full_name="A B", personal_number="099000333444", role=Role.CLERK, title="",
            from_on=by.today + timedelta(days=1), by=admin,
        )  # fmt: skip
    with pytest.raises(Conflict):
        keepers.name(school, **(NAMED | {"role": Role.REGISTRAR}), by=by)
    with pytest.raises(Conflict):
        units.reopen(school, by=by)
    units.reopen(office, by=by)
    units.reopen(school, by=by)

    assert trail() == ["unit.add", "unit.close", "unit.close", "unit.reopen", "unit.reopen"]
    assert Unit.objects.get(pk=school.pk).closed_on is None


def test_nobody_closes_the_own_unit() -> None:
    department = factories.a_department()
    ministry = officer(factories.the_ministry(), Role.MINISTRY)

    for act in (
        lambda by: units.close(department, on=by.today, by=by),
        lambda by: units.reopen(department, by=by),
    ):
        with pytest.raises(NotPermitted):
            act(officer(department))
        act(ministry)
    with pytest.raises(NotPermitted):
        units.close(factories.the_ministry(), on=ministry.today, by=ministry)


def test_the_database_deletes_no_unit() -> None:
    office = factories.a_subdepartment()

    with pytest.raises(DatabaseError), transaction.atomic():
        Unit.objects.filter(pk=office.pk).delete()

    assert Unit.objects.filter(pk=office.pk).exists()


# ---- Further overseers ---------------------------------------------------------------------------


def test_overseers_come_and_go_with_their_day() -> None:
    department = factories.a_department()
    by = officer(department)
    first, second = factories.a_subdepartment(department), factories.a_subdepartment(department)
    school = factories.a_school(parent=department)
    watcher = factories.a_member(second, Role.SUBDEPARTMENT)

    units.oversee(school, overseers=[first.code], by=by)
    changed = units.oversee(school, overseers=[second.code], by=by)
    again = units.oversee(school, overseers=[second.code], by=by)

    assert (set(changed), again) == ({first.code, second.code}, ())
    assert may(factories.actor_of(watcher), Permission.STANDING_VIEW, school)
    ended = Oversight.objects.get(overseer=first)
    assert (ended.from_on, ended.to_on) == (by.today, by.today)


def test_nobody_opens_a_school_to_another_province_or_takes_its_overseer_away() -> None:
    department, foreign = factories.a_department(), factories.a_department()
    by, school = officer(department), factories.a_school(parent=department)
    Oversight.objects.create(unit=school, overseer=foreign, from_on=factories.LONG_AGO)

    with pytest.raises(Invalid):
        units.oversee(school, overseers=[foreign.code], by=by)
    with pytest.raises(Invalid):  # an office is overseen by its parent alone
        units.oversee(department, overseers=[factories.a_subdepartment(department).code], by=by)
    units.oversee(school, overseers=[], by=by)

    assert Oversight.objects.get(overseer=foreign).to_on is None


# ---- Who keeps a unit ----------------------------------------------------------------------------


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


# ---- School years --------------------------------------------------------------------------------

DAYS = {
    "starts_on": date(2031, 9, 5),
    "ends_on": date(2032, 5, 31),
    "closes_on": date(2032, 6, 30),
    "supplementary_closes_on": date(2032, 8, 15),
}


def test_a_school_year_is_opened_once_and_its_days_move_with_a_trail() -> None:
    by = actors.system(factories.AT)

    _year, first = years.keep("2031-2032", days=DAYS, by=by)
    _year, second = years.keep("2031-2032", days=DAYS, by=by)
    _year, third = years.keep("2031-2032", days=DAYS | {"ends_on": date(2032, 5, 30)}, by=by)

    assert (first, second, third) == (years.DAYS, (), ("ends_on",))
    assert SchoolYear.objects.get(code="2031-2032").ends_on == date(2032, 5, 30)
    assert trail() == ["school-year.open", "school-year.edit"]


@pytest.mark.parametrize(
    ("code", "days", "field"),
    [
        ("2031-2033", {}, "code"),
        ("2031", {}, "code"),
        ("2031-2032", {"starts_on": date(2030, 9, 5)}, "starts_on"),
        ("2031-2032", {"ends_on": date(2031, 9, 4)}, "ends_on"),
        ("2031-2032", {"supplementary_closes_on": date(2033, 1, 1)}, "supplementary_closes_on"),
    ],
)
def test_a_school_year_out_of_shape_is_refused(code: str, days: dict[str, date], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        years.keep(code, days=DAYS | days, by=actors.system(factories.AT))

    assert field in refused.value.fields


def test_no_officer_moves_the_school_year_of_the_whole_registry() -> None:
    with pytest.raises(NotPermitted):
        years.keep("2031-2032", days=DAYS, by=officer(factories.the_ministry(), Role.MINISTRY))
