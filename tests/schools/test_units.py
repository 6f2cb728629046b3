"""Units: who may add, edit, close and open them, what is refused, what the trail keeps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from schools import actors
from schools.actions import keepers, staffing, units
from schools.actors import Actor
from schools.models import AuditEvent, Oversight, Unit
from schools.permissions import Permission, Role, may
from tests import factories
from tests.schools.officers import NAMED, officer, trail

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {
    "name": "Trường Tiểu học Bản Mẫu Mới",
    "province_name": "Tỉnh Bản Mẫu",
    "district_name": "Không còn cấp huyện",
    "commune_name": "Xã Mẫu",
    "education_levels": ["02"],
    "opened_on": date(2026, 1, 1),
}


def add(parent: Unit, by: Actor, **changed: Any) -> Unit:
    facts = FACTS | {name: value for name, value in changed.items() if name in FACTS}
    rest = {name: value for name, value in changed.items() if name not in FACTS}
    factories.a_level("school", 3, is_school=True)
    return units.add(parent, **({"code": "99777001", "level": "school"} | rest), facts=facts, by=by)


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
