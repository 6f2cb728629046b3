"""Staff and accounts: who may appoint, who may be reached, the temporary password, the administrator's limits."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from hocba.kernel import clock
from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from records.models import SubjectResult, Transcript
from schools import actors
from schools.actions import staffing
from schools.models import Account, AuditEvent, Membership, Person, Unit
from schools.permissions import ROLE_GRANTS, Permission, Role, holds
from schools.queries import staff
from tests import factories

pytestmark = pytest.mark.django_db

NUMBER = "099000999888"


def appoint(school: Unit, by: Person, **changed: Any) -> Membership:
    """Give a role; every argument may be changed."""
    stated = {
        "full_name": "Nguyễn Thị Bản Mẫu",
        "personal_number": NUMBER,
        "role": Role.TEACHER,
        "title": "Giáo viên",
        "from_on": date(2026, 1, 5),
    }
    return staffing.appoint(school, **(stated | changed), by=factories.actor_of(by))


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_an_appointment_makes_the_person_and_writes_the_trail() -> None:
    school = factories.a_school()
    admin = factories.a_school_admin(school)

    made = appoint(school, admin)

    assert (made.person.full_name, made.role, made.unit) == ("Nguyễn Thị Bản Mẫu", "subject_teacher", school)
    assert made.person.search_name == "nguyen thi ban mau"
    row = AuditEvent.objects.get(action="staff.appoint")
    assert (row.actor_id, row.unit_path, row.subject_id) == (admin.pk, school.path, str(made.person.pk))


def test_a_known_number_is_the_same_person_and_another_name_is_refused() -> None:
    school = factories.a_school()
    admin, known = factories.a_school_admin(school), factories.a_person("Trần Văn Mẫu")

    made = appoint(school, admin, full_name="Trần Văn Mẫu", personal_number=known.personal_number)
    with pytest.raises(Invalid) as refused:
        appoint(school, admin, full_name="Trần Văn Khác", personal_number=known.personal_number)

    assert made.person == known
    assert set(refused.value.fields) == {"personal_number"}


def test_a_parent_who_comes_to_teach_becomes_staff_and_stays_a_parent() -> None:
    class_year = factories.a_class_year(1)
    enrolment = class_year.enrolments.get()
    parent = factories.a_guardian(enrolment.pupil)
    admin = factories.a_school_admin(class_year.school)

    made = appoint(
        class_year.school, admin, full_name=parent.full_name, personal_number=parent.personal_number
    )

    actor = factories.actor_of(made.person)
    assert made.person.kind == "STAFF"
    assert holds(actor, Permission.CHILD_VIEW)


def test_the_same_role_is_not_held_twice_at_once() -> None:
    school = factories.a_school()
    admin = factories.a_school_admin(school)
    appoint(school, admin)

    with pytest.raises(Conflict):
        appoint(school, admin, from_on=date(2026, 2, 1))


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.SUBDEPARTMENT, Role.MINISTRY, Role.SYSTEM])
def test_a_school_gives_out_no_role_of_the_offices_above(role: Role) -> None:
    school = factories.a_school()

    with pytest.raises(Invalid):
        appoint(school, factories.a_school_admin(school), role=role)


def test_nobody_appoints_themselves() -> None:
    school = factories.a_school()
    admin = factories.a_school_admin(school)

    with pytest.raises(NotPermitted):
        appoint(
            school,
            admin,
            full_name=admin.full_name,
            personal_number=admin.personal_number,
            role=Role.PRINCIPAL,
        )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SCHOOL_ADMIN, Role.SYSTEM}))
def test_only_the_administrator_appoints(role: Role) -> None:
    school = factories.a_school()

    with pytest.raises(NotPermitted):
        appoint(school, factories.a_member(school, role))


def test_the_administrator_of_one_school_appoints_in_no_other() -> None:
    school, other = factories.a_school(), factories.a_school()

    with pytest.raises(NotPermitted):
        appoint(other, factories.a_school_admin(school))


def test_a_role_ends_with_its_day_and_its_rights_with_it() -> None:
    school = factories.a_school()
    admin, clerk = factories.a_school_admin(school), factories.a_clerk(school)
    held = clerk.memberships.get()

    staffing.end_role(school, held.pk, on=date(2026, 5, 28), by=factories.actor_of(admin))

    assert holds(factories.actor_of(clerk), Permission.SEAL)
    assert not holds(factories.actor_of(clerk, factories.AT + timedelta(days=1)), Permission.SEAL)
    assert trail() == ["staff.end"]


def test_a_role_ends_neither_before_it_began_nor_later_than_it_ended_nor_elsewhere() -> None:
    school, other = factories.a_school(), factories.a_school()
    by = factories.actor_of(factories.a_school_admin(school))
    held = factories.a_clerk(school).memberships.get()
    held_elsewhere = factories.a_clerk(other).memberships.get()

    with pytest.raises(Invalid):
        staffing.end_role(school, held.pk, on=date(2019, 12, 31), by=by)
    staffing.end_role(school, held.pk, on=date(2026, 5, 1), by=by)
    with pytest.raises(Invalid):
        staffing.end_role(school, held.pk, on=date(2026, 6, 1), by=by)
    with pytest.raises(NotFound):
        staffing.end_role(school, held_elsewhere.pk, on=date(2026, 5, 1), by=by)


def test_the_administrator_takes_over_nobody_who_also_works_elsewhere() -> None:
    """Appointing the principal of another school must not give a way into that principal's account."""
    school, other = factories.a_school(), factories.a_school()
    admin, principal = factories.a_school_admin(school), factories.a_principal(other)
    account = factories.an_account(principal)
    appoint(school, admin, full_name=principal.full_name, personal_number=principal.personal_number)

    with pytest.raises(NotPermitted, match="đơn vị khác"):
        staffing.reset_password(school, principal.pk, by=factories.actor_of(admin))

    account.refresh_from_db()
    assert account.check_password(factories.PASSWORD)


def test_the_administrator_reaches_no_account_of_a_family_or_of_past_staff() -> None:
    class_year = factories.a_class_year(1)
    school = class_year.school
    by = factories.actor_of(factories.a_school_admin(school))
    parent = factories.a_guardian(class_year.enrolments.get().pupil)
    past = factories.a_clerk(school)
    past.memberships.update(to_on=date(2025, 6, 1))
    for one in (parent, past):
        factories.an_account(one)

        with pytest.raises(NotFound):
            staffing.reset_password(school, one.pk, by=by)


def test_an_account_is_opened_once_under_a_free_name() -> None:
    school = factories.a_school()
    by = factories.actor_of(factories.a_school_admin(school))
    teacher, other = factories.a_teacher(school), factories.a_teacher(school)

    password = staffing.open_account(school, teacher.pk, username="co-mau", by=by)

    account = Account.objects.get(person=teacher)
    assert account.check_password(password)
    assert account.password_is_temporary
    assert re.fullmatch(r"([a-hj-km-np-z2-9]{4}-){2}[a-hj-km-np-z2-9]{4}", password)
    with pytest.raises(Conflict):
        staffing.open_account(school, teacher.pk, username="co-mau-2", by=by)
    with pytest.raises(Invalid):
        staffing.open_account(school, other.pk, username="co-mau", by=by)
    assert password not in str(list(AuditEvent.objects.values()))


def test_the_list_is_in_vietnamese_order_with_states_and_without_past_staff() -> None:
    school = factories.a_school()
    admin = factories.a_school_admin(school, "Vũ Văn Ý")
    names = ["Trần Thị Đào", "Lê Văn An", "Phạm Thị Ánh", "Hồ Văn Dũng"]
    people = [factories.a_teacher(school, name) for name in names]
    factories.a_teacher(factories.a_school(), "Bùi Văn An")
    factories.a_teacher(school, "Đỗ Thị Bình").memberships.update(to_on=date(2025, 6, 1))
    account = factories.an_account(people[0])
    account.locked_until = factories.AT + timedelta(minutes=1)
    account.save()

    lines = staff.of_unit(factories.actor_of(admin), school)

    assert [line.full_name for line in lines] == [
        *("Lê Văn An", "Phạm Thị Ánh", "Hồ Văn Dũng", "Trần Thị Đào", "Vũ Văn Ý")
    ]
    assert [line.account_state for line in lines] == ["none", "none", "none", "locked", "none"]


# ---- The pages -----------------------------------------------------------------------------------


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(getattr(person, "account", None) or factories.an_account(person))
    return client


def test_the_pages_appoint_open_reset_and_end() -> None:
    school = factories.a_school()
    client = signed_in(factories.a_school_admin(school))
    stated = {
        "full_name": "Nguyễn Thị Bản Mẫu",
        "personal_number": NUMBER,
        "role": "clerk",
        "title": "Văn thư",
        "from_on": "05/01/2026",
    }

    shown = client.post("/nhan-su/", stated, follow=True)
    made = Membership.objects.get(person__personal_number=NUMBER)
    opened = client.post(f"/nhan-su/{made.person_id}/tai-khoan/", {"viec": "open", "username": "van-thu-mau"})
    reset = client.post(f"/nhan-su/{made.person_id}/tai-khoan/", {"viec": "reset"})
    again = client.get(f"/nhan-su/{made.person_id}/")
    today = clock.now().astimezone(clock.VIETNAM).date()
    client.post(f"/nhan-su/{made.person_id}/vai-tro/{made.pk}/", {"on": today.isoformat()})

    passwords = [
        re.findall(r"<code>([a-z2-9-]{14})</code>", answer.content.decode()) for answer in (opened, reset)
    ]
    made.refresh_from_db()
    assert shown.status_code == 200
    assert [len(found) for found in passwords] == [1, 1]
    assert passwords[0] != passwords[1]
    assert Account.objects.get(username="van-thu-mau").check_password(passwords[1][0])
    assert "no-store" in opened["Cache-Control"]
    assert "<code>" not in again.content.decode()
    assert made.to_on == today


def test_wrong_input_comes_back_with_what_was_typed() -> None:
    school = factories.a_school()
    client = signed_in(factories.a_school_admin(school))

    answer = client.post("/nhan-su/", {"full_name": "Nguyễn Mẫu", "personal_number": "12", "role": "clerk"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Số định danh cá nhân gồm đúng 12 chữ số." in page
    assert 'value="Nguyễn Mẫu"' in page
    assert "Chưa có thông tin này; xin điền vào." in page
    assert not Membership.objects.filter(person__full_name="Nguyễn Mẫu").exists()


def test_the_principal_looks_and_changes_nothing() -> None:
    school = factories.a_school()
    clerk = factories.a_clerk(school)
    factories.an_account(clerk, "van-thu")
    client = signed_in(factories.a_principal(school))

    page = client.get("/nhan-su/").content.decode()
    detail = client.get(f"/nhan-su/{clerk.pk}/").content.decode()
    refused = client.post(f"/nhan-su/{clerk.pk}/tai-khoan/", {"viec": "reset"})
    appointed = client.post(
        "/nhan-su/", {"full_name": "A", "personal_number": NUMBER, "role": "clerk", "from_on": "05/01/2026"}
    )

    assert clerk.full_name in page
    assert "Cấp vai trò" not in page
    assert "Cấp lại mật khẩu" not in detail
    assert (refused.status_code, appointed.status_code) == (403, 403)
    assert clerk.account.__class__.objects.get(pk=clerk.account.pk).check_password(factories.PASSWORD)


def test_a_temporary_password_opens_one_page_until_it_is_changed() -> None:
    school = factories.a_school()
    by = factories.actor_of(factories.a_school_admin(school))
    teacher = factories.a_principal(school)
    password = staffing.open_account(school, teacher.pk, username="hieu-truong-mau", by=by)
    client = Client()
    client.post("/dang-nhap/", {"username": "hieu-truong-mau", "password": password})

    before = client.get("/nhan-su/")
    weak = client.post("/doi-mat-khau/", {"old": password, "new": "1234567890", "again": "1234567890"})
    changed = client.post(
        "/doi-mat-khau/", {"old": password, "new": "thuyền trôi trên sông", "again": "thuyền trôi trên sông"}
    )
    after = client.get("/nhan-su/")

    assert (before.status_code, before["Location"]) == (302, "/doi-mat-khau/")
    assert weak.status_code == 422
    assert changed.status_code == 302
    assert after.status_code == 200
    assert Account.objects.get(person=teacher).check_password("thuyền trôi trên sông")


def test_a_new_password_ends_the_sessions_of_the_old_one() -> None:
    school = factories.a_school()
    admin, clerk = factories.a_school_admin(school), factories.a_clerk(school)
    client = signed_in(clerk)
    before = client.get("/doi-mat-khau/").status_code

    staffing.reset_password(school, clerk.pk, by=factories.actor_of(admin))

    assert (before, client.get("/doi-mat-khau/").status_code) == (200, 302)


def test_the_administrator_reads_no_result_in_any_way() -> None:
    """No permission of the role names a result; the database shows none either; the school's doors are shut."""
    class_year = factories.a_complete_class(1)
    admin = factories.a_school_admin(class_year.school)
    granted = ROLE_GRANTS[Role.SCHOOL_ADMIN]

    with factories.acting(admin) as actor:
        seen = (SubjectResult.objects.count(), Transcript.objects.count(), actor.results_paths)
    client = signed_in(admin)
    doors = [
        client.get(f"/lop/{class_year.code}/{door}/").status_code
        for door in ("mon/TOAN", "chu-nhiem", "phat-hanh")
    ]

    assert seen == (0, 0, ())
    assert {one for one in granted if one.startswith(("records.", "exports."))} == set()
    assert set(doors) <= {403, 404}
    assert actors.of(admin, factories.AT).relations == frozenset()
