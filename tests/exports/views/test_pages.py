"""The doors of delivery, families and standing: who may, what is shown, what the trail keeps, how many queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records.models import ClassProgress, HomeroomRecord, SubjectResult, Transcript, TranscriptVersion
from schools.models import AuditEvent, ClassYear, Oversight, Person, Unit
from schools.permissions import Role
from signing.actions import withdrawals
from signing.models import SealedDocument
from tests import factories
from tests.exports import papers

pytestmark = pytest.mark.django_db

Enter = Callable[[Person | None], Client]


def queries(client: Client, url: str) -> int:
    """Return how many queries a page takes."""
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_clerk_reads_states_answers_and_what_to_do(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=4)
    papers.deliver(class_year, "ACCEPTED", "REFUSED", "SENT", "WAITING")
    clerk = enter(factories.a_clerk(class_year.school))

    page = clerk.get(reverse("exports:deliveries")).content.decode()
    rows = clerk.get(reverse("exports:delivery-class", args=[class_year.code])).content.decode()

    assert f"Lớp {class_year.name}" in page and "Nơi nhận trả lại" in page and "Đã được duyệt" in page
    for words in ("Đã tiếp nhận", "Đã gửi, chờ trả lời", "Chờ gửi", "Ngày sinh không đúng quy cách"):
        assert words in rows
    assert "Thu hồi học bạ này, sửa dữ liệu nêu trên rồi phát hành lại." in rows
    assert "ROW_FORMAT · NGAY_SINH" in rows
    assert AuditEvent.objects.get(action="delivery.view").count == 4


def test_clerk_is_asked_for_the_pin_only_while_packages_wait(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=2)
    papers.deliver(class_year, "HELD")
    school = class_year.school

    clerk = enter(factories.a_clerk(school)).get(reverse("exports:deliveries")).content.decode()
    principal = enter(factories.a_principal(school)).get(reverse("exports:deliveries")).content.decode()

    assert 'name="pin"' in clerk and "gửi 2 học bạ đã phát hành" in clerk
    assert 'name="pin"' not in principal and "Có gói gửi đang chờ văn thư ký" in principal
    papers.deliver(other := papers.an_issued_class(pupils=1), "ACCEPTED")
    assert 'name="pin"' not in enter(factories.a_clerk(other.school)).get("/gui-so/").content.decode()


def test_department_sees_answers_without_names(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=1)
    papers.deliver(class_year, "REFUSED")
    department = class_year.school.parent
    assert department is not None
    officer = enter(factories.a_member(department, Role.DEPARTMENT))
    name = class_year.enrolments.get().pupil.full_name

    page = officer.get(reverse("exports:delivery-class", args=[class_year.code])).content.decode()

    assert "Ngày sinh không đúng quy cách" in page
    assert name not in page
    assert "Gửi lại" not in page


def test_refused_rows_go_back_into_the_queue(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=2)
    _first, second = papers.deliver(class_year, "ACCEPTED", "REFUSED")
    clerk = enter(factories.a_clerk(class_year.school))

    answer = clerk.post(reverse("exports:send-again", args=[class_year.code]), follow=True)

    second.refresh_from_db()
    assert (second.state, second.package) == ("WAITING", None)
    assert 'name="pin"' in answer.content.decode()
    assert AuditEvent.objects.get(action="delivery.send-again").count == 1


def test_guardian_reads_a_year_and_why_and_who_looked(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=2)
    mine, other = (row.pupil for row in class_year.enrolments.all())
    guardian = enter(factories.a_guardian(mine))
    principal = factories.a_principal(class_year.school, "Đặng Thị Hiệu Trưởng Mẫu")
    enter(principal).get(reverse("schools:pupil", args=[mine.pk]))

    listed = guardian.get(reverse("exports:children")).content.decode()
    told = guardian.get(reverse("exports:child", args=[mine.pk])).content.decode()

    assert mine.full_name in listed and other.full_name not in listed
    for words in (
        "Hoàn thành xuất sắc",
        "Vì sao em được xếp",
        "Tải bản in (PDF)",
        "Yêu nước",
        "Hoàn thành tốt",
    ):
        assert words in told
    assert "Đặng Thị Hiệu Trưởng Mẫu" in told and "Xem hồ sơ học sinh" in told
    seen = AuditEvent.objects.get(action="child.view")
    assert (seen.pupil_id, seen.unit_path) == (mine.pk, class_year.school.path)


def test_guardian_never_sees_another_child(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=2)
    mine, other = (row.pupil for row in class_year.enrolments.all())
    guardian = enter(factories.a_guardian(mine))
    pupil = enter(factories.a_pupil_account(mine))

    for client in (guardian, pupil):
        assert client.get(reverse("exports:child", args=[mine.pk])).status_code == 200
        assert client.get(reverse("exports:child", args=[other.pk])).status_code == 404
    assert not AuditEvent.objects.filter(action="child.view", pupil_id=other.pk).exists()


def test_row_level_security_alone_keeps_other_children_away(enter: Enter) -> None:
    """Without the policy: plain rows of the tables, in the scope that the web door gives a guardian."""
    class_year = papers.an_issued_class(pupils=3)
    mine = class_year.enrolments.order_by("number")[0].pupil

    with factories.acting(factories.a_guardian(mine)):
        for model in (SealedDocument, Transcript, TranscriptVersion, SubjectResult, HomeroomRecord):
            assert set(model._base_manager.values_list("pupil_id", flat=True)) == {mine.pk}, model


def test_a_withdrawn_transcript_says_so_first(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=1)
    pupil = class_year.enrolments.get().pupil
    with factories.acting(factories.a_clerk(class_year.school)) as clerk:
        withdrawals.withdraw(SealedDocument.objects.get(), reason="Ghi nhầm ngày sinh của em", by=clerk)
    guardian = enter(factories.a_guardian(pupil))

    told = guardian.get(reverse("exports:child", args=[pupil.pk])).content.decode()
    (row,) = guardian.get("/api/v1/transcripts/").json()["results"]

    assert "Học bạ này đã bị thu hồi ngày 28/05/2026" in told and "Ghi nhầm ngày sinh" in told
    assert "Nhà trường đang hoàn thiện" in told
    assert row["standing"] == "withdrawn"


def test_a_draft_is_not_shown_to_the_family(enter: Enter) -> None:
    class_year = factories.a_complete_class(pupils=1)
    pupil = class_year.enrolments.get().pupil

    told = enter(factories.a_guardian(pupil)).get(reverse("exports:child", args=[pupil.pk])).content.decode()

    assert "Nhà trường đang hoàn thiện" in told
    assert "Hoàn thành tốt" not in told


def test_totals_agree_from_the_ministry_down_to_the_class(enter: Enter) -> None:
    department = factories.a_department()
    office = factories.a_subdepartment(department)
    first = papers.an_issued_class(pupils=2, school=factories.a_school(parent=office))
    second = factories.a_complete_class(pupils=3, school=factories.a_school(parent=department))
    ClassProgress.objects.filter(class_year=first).update(delivered=1)
    year = first.school_year_id
    ministry = factories.a_member(factories.the_ministry(), Role.MINISTRY)

    top, sums = _table(enter(ministry), "", year)
    assert [row[0] for row in top] == [department.code]
    assert sums == top[0][2:]
    rows, total = _table(enter(ministry), department.code, year)
    assert [row[0] for row in rows] == sorted([office.code, second.school.code])
    assert total == top[0][2:]
    classes, school = _table(enter(ministry), first.school.code, year)
    assert classes == [[first.code, first.name, "1", "2", "2", "2", "2", "2", "2", "1", "0", *["0"] * 4]]
    beneath, _total = _table(enter(ministry), office.code, year)
    assert beneath[0][2:] == school
    assert total[:2] == ["2", "5"]


def _table(client: Client, code: str, year: str) -> tuple[list[list[str]], list[str]]:
    address = reverse("exports:standing-unit", args=[code]) if code else reverse("exports:standing")
    answer = client.get(f"{address}?nam={year}&dang=csv")
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return rows[1:-1], rows[-1][2:]


def test_standing_counts_who_can_sign(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=1)
    school = class_year.school
    papers.an_authority(school, factories.homeroom_of(class_year))
    papers.an_authority(school, factories.teacher_of(class_year, "AN"), to_at=papers.NOW)
    principal = enter(factories.a_principal(school))

    _rows, total = _table(principal, "", class_year.school_year_id)

    signers, certified, schools, seals = total[-4:]
    assert (certified, schools, seals) == ("1", "1", "1")
    assert int(signers) == 5  # the homeroom teacher, two subject teachers, two principals
    assert AuditEvent.objects.get(action="standing.export").unit_path == school.path


def test_an_overseer_beside_the_tree_sees_the_unit_in_its_table(enter: Enter) -> None:
    school = factories.a_school()
    beside = factories.a_department()
    Oversight.objects.create(unit=school, overseer=beside, from_on=factories.LONG_AGO)
    class_year = factories.a_complete_class(pupils=2, school=school)
    officer = enter(factories.a_member(beside, Role.DEPARTMENT))

    rows, total = _table(officer, beside.code, class_year.school_year_id)

    assert [row[0] for row in rows] == [school.code]
    assert total[:2] == ["1", "2"]


@pytest.mark.parametrize("door", ["deliveries", "delivery-class", "child", "children", "standing"])
def test_queries_do_not_grow_with_the_rows(enter: Enter, door: str) -> None:
    counts = []
    for pupils in (1, 30):
        class_year = papers.an_issued_class(pupils=pupils)
        papers.deliver(class_year, "REFUSED", "ACCEPTED", "SENT", "WAITING")
        client, url = _visit(enter, door, class_year, pupils)
        client.get(url)
        counts.append(queries(client, url))

    assert counts[0] == counts[1] and counts[0] <= 30, counts


def _visit(enter: Enter, page: str, class_year: ClassYear, rows: int) -> tuple[Client, str]:
    if page in ("deliveries", "delivery-class"):
        arguments = [class_year.code] if page == "delivery-class" else []
        return enter(factories.a_clerk(class_year.school)), reverse(f"exports:{page}", args=arguments)
    if page == "standing":
        unit = class_year.school.parent
        assert unit is not None
        for _ in range(rows):
            factories.a_class_year(1, school=factories.a_school(parent=unit))
        return enter(factories.a_member(unit, Role.DEPARTMENT)), reverse("exports:standing")
    pupil = class_year.enrolments.order_by("number")[0].pupil
    guardian = factories.a_guardian(pupil)
    if page == "children":
        for enrolment in class_year.enrolments.all()[1:]:
            guardian.guardianships.create(pupil=enrolment.pupil, relation="Mẹ", from_on=factories.LONG_AGO)
        return enter(guardian), reverse("exports:children")
    return enter(guardian), reverse("exports:child", args=[pupil.pk])


MATRIX: dict[str, dict[str, int]] = {
    "stranger": {"deliveries": 302, "children": 302, "standing": 302, "look-up": 200},
    "clerk": {"deliveries": 200, "children": 403, "standing": 200, "look-up": 200},
    "principal": {"deliveries": 200, "children": 403, "standing": 200, "look-up": 200},
    "registrar": {"deliveries": 200, "children": 403, "standing": 200, "look-up": 200},
    "school_admin": {"deliveries": 403, "children": 403, "standing": 403, "look-up": 200},
    "subject_teacher": {"deliveries": 403, "children": 403, "standing": 403, "look-up": 200},
    "subdepartment": {"deliveries": 403, "children": 403, "standing": 200, "look-up": 200},
    "department": {"deliveries": 200, "children": 403, "standing": 200, "look-up": 200},
    "ministry": {"deliveries": 403, "children": 403, "standing": 200, "look-up": 200},
    "guardian": {"deliveries": 403, "children": 200, "standing": 403, "look-up": 200},
}


@pytest.mark.parametrize("who", MATRIX)
def test_who_may_open_what(enter: Enter, who: str) -> None:
    class_year = factories.a_class_year(1)
    client = enter(_person(who, class_year.school, class_year))

    found = {page: client.get(reverse(f"exports:{page}")).status_code for page in MATRIX[who]}

    assert found == MATRIX[who]


def _person(who: str, school: Unit, class_year: ClassYear) -> Person | None:
    if who == "stranger":
        return None
    if who == "guardian":
        return factories.a_guardian(class_year.enrolments.get().pupil)
    above: dict[str, Any] = {
        "subdepartment": factories.a_subdepartment(),
        "department": school.parent,
        "ministry": factories.the_ministry(),
    }
    return factories.a_member(above.get(who, school), Role(who))


def test_other_schools_are_absent(enter: Enter) -> None:
    class_year = papers.an_issued_class(pupils=1)
    papers.deliver(class_year, "ACCEPTED")
    stranger = enter(factories.a_clerk(factories.a_school()))

    for name, argument in (
        ("school", class_year.school.code),
        ("delivery-class", class_year.code),
        ("standing-unit", class_year.school.code),
    ):
        assert stranger.get(reverse(f"exports:{name}", args=[argument])).status_code == 404
    assert stranger.post(reverse("exports:send-again", args=[class_year.code])).status_code == 404
    asked = stranger.post(reverse("exports:authorise"), {"school": class_year.school.code, "pin": "1"})
    assert asked.status_code == 404
