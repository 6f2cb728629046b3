"""A school's first day, and every August after it: dry run, import, nothing twice, nobody else's pupils."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from records.actions.rosters import imports
from records.models import ClassProgress
from records.queries import rosters as queries
from records.views import roster_tables
from schools import roster_texts
from schools.models import (
    AuditEvent,
    ClassSubject,
    ClassYear,
    Enrolment,
    Guardianship,
    Membership,
    Person,
    Pupil,
    RosterImport,
    Unit,
)
from schools.permissions import Role
from schools.rosters.columns import Kind
from tests import factories as make
from tests.schools.rosters import files

pytestmark = pytest.mark.django_db

AT = datetime(2026, 8, 20, 2, 0, tzinfo=UTC)
"""In August, before school year 2026-2027."""
YEAR = "2026-2027"


def bring(
    school: Unit, person: Person, kind: Kind, data: bytes, at: datetime = AT, *, apply: bool = True
) -> Any:
    """Preview a file and import it."""
    with make.acting(person, at) as by:
        made = imports.preview(school, make.a_school_year(YEAR), kind=kind, data=data, file_name="ds", by=by)
        return imports.apply(made.pk, by=by) if apply else made


def codes(roster: RosterImport) -> dict[int, list[str]]:
    """Return the findings of each line that has any."""
    return {
        one["number"]: [found["code"] for found in one["findings"]] for one in roster.rows if one["findings"]
    }


@pytest.fixture
def school() -> Unit:
    return make.a_school()


@pytest.fixture
def registrar(school: Unit) -> Person:
    return make.a_registrar(school)


@pytest.fixture
def classes(school: Unit, registrar: Person) -> dict[str, ClassYear]:
    """Three classes of the year, brought in."""
    rows = [["Lớp", "Khối"], ["4A", 4], ["4B", None], ["5A", "Khối 5"]]
    bring(school, registrar, Kind.CLASSES, files.workbook(rows))
    return {one.name: one for one in ClassYear.objects.filter(school=school)}


def test_classes_come_with_the_subjects_of_their_grade(classes: dict[str, ClassYear]) -> None:
    assert sorted((one.name, one.grade) for one in classes.values()) == [("4A", 4), ("4B", 4), ("5A", 5)]
    assert ClassSubject.objects.filter(class_year=classes["4A"]).count() == 12
    assert ClassProgress.objects.filter(class_year__in=classes.values()).count() == 3


def test_three_messy_files_and_then_the_same_three_again(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    made = [files.two_line_heading(), files.tabs_in_utf16(), files.three_name_columns()]
    first = [bring(school, registrar, Kind.PUPILS, data) for data in made]
    again = [bring(school, registrar, Kind.PUPILS, data) for data in made]

    assert [(one.counts["new"], one.counts["wrong"]) for one in first] == [(3, 2), (2, 2), (3, 0)]
    assert [(one.counts["new"], one.counts["changed"], one.counts["same"]) for one in again] == [
        (0, 0, 3),
        (0, 0, 2),
        (0, 0, 3),
    ]
    listed = Enrolment.objects.filter(class_year=classes["4A"]).order_by("number")
    assert [one.pupil.full_name for one in listed] == ["Nguyễn Văn An", "Lê Thị Ánh", "Trần Ăn"]
    assert ClassProgress.objects.get(class_year=classes["4A"]).pupils == 3
    assert Pupil.objects.filter(enrolments__class_year__school=school).count() == 8
    assert AuditEvent.objects.filter(action="pupil.import").count() == 8
    assert codes(first[0]) == {10: ["day"], 11: ["lost-zeros"]}
    assert [one["verdict"] for one in first[0].rows] == ["wrong", "wrong"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6), st.sampled_from(["Lê An", "TRẦN ĐÀO", "Vũ Ánh"]),
            st.sampled_from(["", "5/6/2017", "32/1/2017"]), st.sampled_from(["4A", "4B", "9Z"]),
        ),
        max_size=8, min_size=1,
    )
)  # fmt: skip
def test_a_second_import_changes_nothing(
    school: Unit, registrar: Person, classes: dict[str, ClassYear], lines: list[tuple[int, str, str, str]]
) -> None:
    rows = [["Mã HS", "Họ tên", "Ngày sinh", "Lớp"], *([f"97555{one[0]}", *one[1:]] for one in lines)]
    data = files.workbook(rows)
    bring(school, registrar, Kind.PUPILS, data)
    before = list(Pupil.objects.order_by("pk").values()), list(Enrolment.objects.order_by("pk").values())

    again = bring(school, registrar, Kind.PUPILS, data)

    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    after = list(Pupil.objects.order_by("pk").values()), list(Enrolment.objects.order_by("pk").values())
    assert before == after


def test_an_empty_cell_clears_nothing_and_a_change_is_told_field_by_field(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    bring(school, registrar, Kind.PUPILS, files.tabs_in_utf16())
    rows = [
        ["Mã HS", "Họ tên", "Ngày sinh", "Dân tộc", "Lớp"],
        ["9970000011", "Đỗ Thị Ánh", "08/08/2017", None, "4A"],
    ]
    done = bring(school, registrar, Kind.PUPILS, files.workbook(rows), apply=False)

    assert done.rows[0]["changes"] == {"born_on": ["2017-08-07", "2017-08-08"], "class_name": ["4B", "4A"]}
    with make.acting(registrar, AT) as by:
        imports.apply(done.pk, by=by)
    pupil = Pupil.objects.get(code="9970000011")
    assert (pupil.born_on, pupil.ethnicity, pupil.version) == (date(2017, 8, 8), "Tày", 2)
    assert pupil.enrolments.get().class_year == classes["4A"]


def test_a_class_is_not_left_where_something_is_entered(school: Unit, registrar: Person) -> None:
    begun = make.a_complete_class(1, school=school, name="3A", grade=3, year=YEAR)
    make.a_class_year(0, 3, school=school, name="3B", year=YEAR)
    pupil = begun.enrolments.get().pupil
    rows = [["Mã HS", "Họ tên", "Lớp"], [pupil.code, pupil.full_name, "3B"]]

    assert codes(bring(school, registrar, Kind.PUPILS, files.workbook(rows))) == {2: ["class-begun"]}


def test_codes_and_numbers_that_hit_others(school: Unit, registrar: Person) -> None:
    here = make.a_class_year(2, school=school, name="4A", year=YEAR)
    elsewhere = make.a_class_year(1, year=YEAR).enrolments.get().pupil
    first, second = (one.pupil for one in here.enrolments.all())
    head = ["Mã HS", "Họ tên", "CCCD", "Lớp"]
    rows = [
        head,
        [first.code, first.full_name, second.personal_number, "4A"],
        ["9911", second.full_name, second.personal_number, "4A"],
        [elsewhere.code, "Lê An", None, "4A"],
        ["9912", "Lê Ân", elsewhere.personal_number, "4A"],
        [None, "Lê Ba", "098111111111", "4A"],
        ["9913", "Lê Tư", None, "4C"],
    ]
    done = bring(school, registrar, Kind.PUPILS, files.workbook(rows))

    assert codes(done) == {
        2: ["two-pupils"],
        3: ["twice-in-file", "code-differs"],
        4: ["elsewhere"],
        5: ["elsewhere"],
        6: ["no-code"],
        7: ["class-unknown"],
    }
    told = roster_tables.preview(queries_of(done, registrar))["groups"][0]["lines"]
    sentences = [sentence["text"] for line in told for sentence in line["sentences"]]
    assert first.full_name in sentences[0]
    assert second.full_name in sentences[0]
    assert not any(elsewhere.full_name in one for one in sentences)
    assert Pupil.objects.get(pk=elsewhere.pk).full_name == elsewhere.full_name


def queries_of(roster: RosterImport, person: Person) -> queries.Brought:
    with make.acting(person, AT) as by:
        return queries.brought(by, roster.pk)


def test_refused_lines_go_out_with_their_reason_and_come_in_when_mended(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    done = bring(school, registrar, Kind.PUPILS, files.two_line_heading())
    data, count = roster_tables.refused(queries_of(done, registrar))
    book = load_workbook(io.BytesIO(data))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]

    assert count == 2
    assert rows[0][-1] == "Lý do"
    assert "31/2/2017" in rows[1][-1]
    assert "số 0 ở đầu" in rows[2][-1]
    book.active.cell(2, rows[0].index("Ngày sinh") + 1).value = "28/02/2017"
    book.active.cell(3, rows[0].index("Số định danh cá nhân") + 1).value = "099100000005"
    mended = io.BytesIO()
    book.save(mended)
    assert bring(school, registrar, Kind.PUPILS, mended.getvalue()).counts["new"] == 2


# ---- The other lists -----------------------------------------------------------------------------


@pytest.fixture
def administrator(school: Unit) -> Person:
    return make.a_school_admin(school)


def test_staff_by_number_with_roles_that_a_list_may_give(school: Unit, administrator: Person) -> None:
    other = make.a_teacher(make.a_school(), "Hồ Bản Mẫu")
    data = files.staff(
        ("NGUYỄN THỊ BẢN MẪU", "099200000001", "Giáo viên hạng II"),
        ("Trần Văn Mẫu", "099200000002", "Phó hiệu trưởng"),
        ("Lê Văn Mẫu", "099200000003", "Quản trị viên"),
        ("Tên Khác", other.personal_number, "Giáo viên"),
        (administrator.full_name, administrator.personal_number, "Hiệu trưởng"),
    )
    done = bring(school, administrator, Kind.STAFF, data)
    again = bring(school, administrator, Kind.STAFF, data)

    assert codes(done) == {4: ["role-unknown"], 5: ["number-other-name"], 6: ["own-role"]}
    assert (done.counts["new"], again.counts["new"], again.counts["same"]) == (2, 0, 2)
    held = Membership.objects.filter(unit=school).exclude(person=administrator)
    assert {(one.person.full_name, one.role) for one in held.select_related("person")} == {
        ("Nguyễn Thị Bản Mẫu", Role.TEACHER),
        ("Trần Văn Mẫu", Role.PRINCIPAL),
    }


def test_teachings_name_who_teaches_from_then_on(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    first, second = make.a_teacher(school, "Lê Thị Mẫu Một"), make.a_teacher(school, "Lê Thị Mẫu Hai")
    make.a_teacher(school, "Trùng Tên"), make.a_teacher(school, "Trùng Tên")
    head = ["Lớp", "Môn", "Giáo viên dạy"]
    rows = [
        head,
        ["4A", "Toán", first.full_name],
        ["4A", "Tiếng Anh", second.full_name],
        ["4A", "Vật lý", first.full_name],
        ["4A", "Khoa học", "Trùng Tên"],
        ["4A", "Đạo đức", "Người Lạ"],
        ["9Z", "Toán", first.full_name],
    ]
    done = bring(school, registrar, Kind.TEACHINGS, files.workbook(rows))
    assert codes(done) == {
        4: ["subject-unknown"],
        5: ["teacher-ambiguous"],
        6: ["teacher-unknown"],
        7: ["class-unknown"],
    }
    assert bring(school, registrar, Kind.TEACHINGS, files.workbook(rows[:3])).counts["same"] == 2
    assert (
        ClassSubject.objects.get(class_year=classes["4A"], subject_code="NN1").label
        == "Ngoại ngữ 1 Tiếng Anh"
    )

    later = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    changed = bring(
        school, registrar, Kind.TEACHINGS, files.workbook([head, ["4A", "Toán", second.full_name]]), later
    )
    assert changed.counts["changed"] == 1
    held = classes["4A"].teachings.filter(subject_code="TOAN").order_by("from_on")
    assert [(one.teacher, one.from_on, one.to_on) for one in held] == [
        (first, date(2026, 9, 5), date(2026, 11, 1)),
        (second, date(2026, 11, 2), None),
    ]


def test_guardians_without_a_number_are_found_again_by_name(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    bring(school, registrar, Kind.PUPILS, files.three_name_columns())
    stranger = make.a_class_year(1, year=YEAR).enrolments.get().pupil
    rows = [
        ["Mã HS", "Phụ huynh", "Quan hệ", "CCCD", "SĐT"],
        ["9970000021", "Lý Văn Mẫu", "Cha", None, "0900000001"],
        ["9970000022", "Trần Thị Mẫu", "Mẹ", "099300000001", "0900000002"],
        ["9970000023", "Trần Thị Mẫu", "Mẹ", "099300000001", "0900000002"],
        [stranger.code, "Trần Thị Mẫu", "Mẹ", "099300000001", None],
    ]
    data = files.workbook(rows)
    done, again = (bring(school, registrar, Kind.GUARDIANS, data) for _time in range(2))

    assert (done.counts["new"], again.counts["new"], again.counts["same"]) == (3, 0, 3)
    assert codes(done) == {5: ["elsewhere"]}
    assert Guardianship.objects.filter(guardian__personal_number="099300000001").count() == 2
    rows[1][4] = "0900000009"
    assert bring(school, registrar, Kind.GUARDIANS, files.workbook(rows)).counts["changed"] == 1
    assert Person.objects.get(full_name="Lý Văn Mẫu").phone == "0900000009"


# ---- Rights, staleness, size ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_who_brings_which_list(kind: Kind, school: Unit, registrar: Person, administrator: Person) -> None:
    theirs, others = (administrator, registrar) if kind is Kind.STAFF else (registrar, administrator)
    people = [others, make.a_teacher(school), make.a_principal(school), make.a_registrar(make.a_school())]
    for person in people:
        with pytest.raises(NotPermitted):
            bring(school, person, kind, files.staff())
    with pytest.raises(Invalid):
        bring(school, theirs, kind, b"x")


def test_a_dry_run_belongs_to_its_school(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    made = bring(school, registrar, Kind.PUPILS, files.three_name_columns(), apply=False)
    with make.acting(make.a_registrar(make.a_school()), AT) as by, pytest.raises(NotFound):
        imports.apply(made.pk, by=by)
    with make.acting(make.a_school_admin(school), AT) as by, pytest.raises(NotPermitted):
        imports.apply(made.pk, by=by)


def test_a_dry_run_that_no_longer_holds_is_refused(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    made, twin = (
        bring(school, registrar, Kind.PUPILS, files.three_name_columns(), apply=False) for _time in range(2)
    )
    with make.acting(registrar, AT + timedelta(days=1, seconds=1)) as by, pytest.raises(Conflict):
        imports.apply(made.pk, by=by)
    with make.acting(registrar, AT) as by:
        done = imports.apply(made.pk, by=by)
        assert imports.apply(made.pk, by=by).applied_at == done.applied_at
        with pytest.raises(Conflict) as refused:
            imports.apply(twin.pk, by=by)

    assert refused.value.case == "stale"
    assert Pupil.objects.filter(enrolments__class_year__school=school).count() == 3
    twin.refresh_from_db()
    assert (twin.state, len(twin.rows)) == ("PREVIEWED", 3)
    bring(school, registrar, Kind.PUPILS, files.three_name_columns(), AT + timedelta(days=2), apply=False)
    twin.refresh_from_db()
    assert twin.rows == []


def test_the_number_of_statements_does_not_grow_with_the_list(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    counted = []
    for count, name in ((1, "4A"), (60, "4B")):
        with CaptureQueriesContext(connection) as asked:
            done = bring(school, registrar, Kind.PUPILS, files.pupils(count, [name], first=count))
        counted.append(len(asked))
        assert done.counts["new"] == count

    assert counted[1] == counted[0]


def test_pupils_go_out_in_vietnamese_order_with_codes(
    school: Unit, registrar: Person, classes: dict[str, ClassYear]
) -> None:
    names = ["Trần Đào", "Lê Dũng", "Vũ Ăn", "Bùi Ánh", "Hồ Thị An", "Hồ Văn An"]
    rows = [["Mã HS", "Họ tên", "Lớp"], *([f"9760{place}", name, "4A"] for place, name in enumerate(names))]
    bring(school, registrar, Kind.PUPILS, files.workbook(rows))
    with make.acting(registrar, AT) as by:
        found = queries.listed(by, school, YEAR)
        with pytest.raises(NotFound):
            queries.listed(by, school, YEAR, make.a_class_year(0).code)
    written = load_workbook(io.BytesIO(roster_tables.pupils(school, YEAR, found))).active
    head, *lines = [[cell.value for cell in row] for row in written.iter_rows()]
    said = [dict(zip(head, line, strict=True)) for line in lines]

    assert [one["Họ và tên"] for one in said] == [
        "Hồ Thị An", "Hồ Văn An", "Bùi Ánh", "Vũ Ăn", "Lê Dũng", "Trần Đào",
    ]  # fmt: skip
    assert (said[0]["Mã trường"], said[0]["Mã học sinh"], said[0]["Đệm"]) == (school.code, "97604", "Thị")


def test_every_finding_has_its_sentence() -> None:
    facts = {"grade": 4, "now": "4A", "by_code": "a", "by_number": "b", "known": "c"}
    for code in roster_texts.FINDINGS:
        found = {"code": code, "value": "v", "facts": facts}
        assert "%" not in roster_texts.finding(found, "Cột")
