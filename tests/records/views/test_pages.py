"""The pages of results: what a person sees, types, loses nothing of, and is told."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocba.kernel import clock
from records.actions import life
from records.models import HomeroomRecord, IssueSheet, SubjectResult, Transcript, TranscriptVersion
from records.rules.lifecycle import Event
from schools import scopes
from schools.models import ClassYear, Person, Pupil
from tests import factories as make

pytestmark = pytest.mark.django_db

Door = Callable[[Person], Client]


def results_of(class_year: ClassYear, subject: str) -> list[SubjectResult]:
    with scopes.system(class_year.school.path):
        rows = SubjectResult.objects.filter(class_year=class_year, subject_code=subject)
        return list(rows.order_by("enrolment__number"))


@pytest.mark.parametrize("part", ["", "mon/TOAN/", "chu-nhiem/", "hoan-thanh/", "phat-hanh/"])
def test_queries_do_not_grow_with_the_class(part: str, at_door: Door) -> None:
    counts = []
    for pupils in (1, 30):
        class_year = make.a_confirmed_class(pupils=pupils)
        person = make.a_registrar(class_year.school) if part == "phat-hanh/" else make.homeroom_of(class_year)
        client = at_door(person)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(f"/lop/{class_year.code}/{part}")
        assert answer.status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[1] < 50


def test_queries_do_not_grow_with_the_classes(at_door: Door) -> None:
    counts = []
    for classes in (1, 6):
        school = make.a_school()
        teacher = make.a_teacher(school)
        for _each in range(classes):
            make.a_class_year(pupils=2, school=school, homeroom=teacher)
        client = at_door(teacher)
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/lop/")
        counts.append(len(asked))
        assert page.content.decode().count("Nhập Tiếng Việt: còn 2 em") == classes

    assert counts[0] == counts[1]


def test_the_list_says_what_waits_for_this_very_person(at_door: Door) -> None:
    school = make.a_school()
    make.a_complete_class(pupils=2, school=school, name="1X")
    homeroom = make.homeroom_of(ClassYear.objects.get(name="1X"))
    make.a_confirmed_class(pupils=3, school=school, name="2Y")

    waits = {
        "homeroom": at_door(homeroom).get("/lop/").content.decode(),
        "clerk": at_door(make.a_clerk(school)).get("/lop/").content.decode(),
        "principal": at_door(make.a_principal(school)).get("/lop/").content.decode(),
    }

    assert "Xác nhận hoàn thành: còn 2 em" in waits["homeroom"]
    assert "2Y" not in waits["homeroom"]
    assert "Chốt dữ liệu để ký: 3 em" in waits["clerk"]
    assert "còn 2 em" not in waits["clerk"]
    assert "Việc đang chờ thầy/cô" not in waits["principal"]


def test_pupils_stand_in_vietnamese_order_and_are_found_without_diacritics(at_door: Door) -> None:
    class_year = make.a_class_year(pupils=0)
    for name in ("Trần Thị Đào", "Lê Văn Dũng", "Vũ Ngọc Ánh", "Phạm Gia An"):
        make.enrol(make.a_pupil(name), class_year)
    client = at_door(make.homeroom_of(class_year))

    page = client.get(f"/lop/{class_year.code}/")
    found = client.get(f"/lop/{class_year.code}/", {"q": "dao tran"})

    names = [row["enrolment"].pupil.full_name for row in page.context["rows"]]
    assert names == ["Phạm Gia An", "Vũ Ngọc Ánh", "Lê Văn Dũng", "Trần Thị Đào"]
    assert [row["enrolment"].pupil.full_name for row in found.context["rows"]] == ["Trần Thị Đào"]


def test_a_table_is_saved_and_said_when(at_door: Door) -> None:
    class_year = make.a_class_year(pupils=2)
    one, two = class_year.enrolments.all()
    client = at_door(make.homeroom_of(class_year))
    typed = {
        f"version-{one.pk}": "0",
        f"level-{one.pk}": "T",
        f"mark-{one.pk}": "9",
        f"comment-{one.pk}": "Em tính nhanh.",
        f"version-{two.pk}": "0",
    }

    answer = client.post(f"/lop/{class_year.code}/mon/TOAN/?diem=CN", typed, follow=True)

    (row,) = results_of(class_year, "TOAN")
    assert (row.level, row.test_mark, row.comment) == ("T", 9, "Em tính nhanh.")
    assert "1 em, môn Toán" in answer.content.decode()
    assert "Đã lưu lúc" in answer.content.decode()


def test_a_wrong_cell_keeps_everything_typed_and_is_named_beside_it(at_door: Door) -> None:
    class_year = make.a_class_year(pupils=2)
    one, two = class_year.enrolments.all()
    typed = {
        f"version-{one.pk}": "0",
        f"level-{one.pk}": "T",
        f"mark-{one.pk}": "8,5",
        f"version-{two.pk}": "0",
        f"comment-{two.pk}": "Em viết <đẹp>.",
    }

    answer = at_door(make.homeroom_of(class_year)).post(f"/lop/{class_year.code}/mon/TOAN/", typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="8,5"' in page
    assert "Em viết &lt;đẹp&gt;." in page
    assert f'id="id_mark-{one.pk}_error">Điểm kiểm tra là số nguyên từ 0 đến 10' in page
    assert 'data-unsaved="dirty"' in page
    assert results_of(class_year, "TOAN") == []


def test_two_people_see_both_values_and_the_second_save_goes_through(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=1)
    one = class_year.enrolments.get()
    address = f"/lop/{class_year.code}/mon/TOAN/"
    client = at_door(make.homeroom_of(class_year))
    base = {f"comment-{one.pk}": "Em học tốt môn Toán.", f"level-{one.pk}": "T"}
    client.post(address, base | {f"version-{one.pk}": "1", f"mark-{one.pk}": "7"})

    clash = client.post(address, base | {f"version-{one.pk}": "1", f"mark-{one.pk}": "10"})
    page = clash.content.decode()
    again = client.post(address, base | {f"version-{one.pk}": "2", f"mark-{one.pk}": "10"})

    assert clash.status_code == 409
    assert "Người khác vừa ghi: 7<" in page
    assert 'value="10"' in page
    assert f'name="version-{one.pk}" value="2"' in page
    assert again.status_code == 302
    assert results_of(class_year, "TOAN")[0].test_mark == 10


def test_a_confirmed_pupil_is_shown_and_not_offered_for_entry(at_door: Door) -> None:
    class_year = make.a_confirmed_class(pupils=1)
    one = class_year.enrolments.get()

    page = at_door(make.homeroom_of(class_year)).get(f"/lop/{class_year.code}/mon/TOAN/").content.decode()

    assert f'name="mark-{one.pk}"' not in page
    assert "Đã xác nhận, không sửa" in page


def test_a_pupils_record_is_saved_and_leads_to_the_next(at_door: Door) -> None:
    class_year = make.a_class_year(pupils=0)
    first = make.enrol(make.a_pupil("Lê Văn An"), class_year)
    second = make.enrol(make.a_pupil("Lê Văn Bình"), class_year)
    client = at_door(make.homeroom_of(class_year))
    address = f"/lop/{class_year.code}/chu-nhiem/{first.pk}/?diem=CN"
    typed = {"version": "0", "trait-YEU_NUOC": "T", "trait-TINH_TOAN": "Đ", "height_cm": "132,5", "next": "1"}

    answer = client.post(address, typed)
    wrong = client.post(
        address, typed | {"version": "1", "absences_excused": "ba", "homeroom_comment": "Ngoan"}
    )
    stale = client.post(address, typed | {"height_cm": "140", "version": "0"})

    assert answer["Location"] == f"/lop/{class_year.code}/chu-nhiem/{second.pk}/?diem=CN"
    with scopes.system(class_year.school.path):
        record = HomeroomRecord.objects.get()
    assert (record.qualities, record.competences, str(record.height_cm)) == (
        {"YEU_NUOC": "T"},
        {"TINH_TOAN": "Đ"},
        "132.5",
    )
    assert wrong.status_code == 422
    assert ">Ngoan</textarea>" in wrong.content.decode().replace("\n", "")
    assert stale.status_code == 409
    assert "132.5" in stale.content.decode()


def test_the_class_is_confirmed_and_the_rest_named(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=2)
    late = class_year.enrolments.last()
    with scopes.system(class_year.school.path):
        SubjectResult.objects.filter(enrolment=late, subject_code="TOAN").update(test_mark=None)
    client = at_door(make.homeroom_of(class_year))

    before = client.get(f"/lop/{class_year.code}/hoan-thanh/").content.decode()
    after = client.post(f"/lop/{class_year.code}/hoan-thanh/", follow=True).content.decode()

    assert "Xác nhận hoàn thành 1 em" in before
    assert f"{late.pupil.full_name}: Toán – điểm kiểm tra định kỳ" in before
    assert "Đã xác nhận hoàn thành 1 em; 1 em còn thiếu" in after
    with scopes.system(class_year.school.path):
        assert list(Transcript.objects.order_by("enrolment__number").values_list("state", flat=True)) == [
            "CONFIRMED",
            "DRAFT",
        ]


def test_one_pupils_page_explains_and_opens_again(at_door: Door) -> None:
    class_year = make.a_confirmed_class(pupils=1)
    one = class_year.enrolments.get()
    client = at_door(make.homeroom_of(class_year))
    address = f"/lop/{class_year.code}/hoan-thanh/{one.pk}/"

    page = client.get(address).content.decode()
    without = client.post(address, {"task": "reopen", "reason": ""})
    done = client.post(address, {"task": "reopen", "reason": "Nhập nhầm điểm"}, follow=True)
    odd = client.post(address, {"task": "return", "reason": "Nhập nhầm điểm"})

    assert "Vì sao em được xếp “Hoàn thành xuất sắc”?" in page
    assert without.status_code == 422
    assert "Hãy ghi lý do." in without.content.decode()
    assert "Nhập nhầm điểm" in done.content.decode()
    assert odd.status_code == 409


def test_the_principal_decides_on_the_page(at_door: Door) -> None:
    class_year = make.a_class_year(pupils=1)
    one = class_year.enrolments.get()
    make.fill_results(one, level="C", mark=2)
    address = f"/lop/{class_year.code}/hoan-thanh/{one.pk}/"
    client = at_door(make.a_principal(class_year.school))

    client.post(address, {"task": "decide", "decision": "OLAI"})

    assert "hiệu trưởng quyết định em chưa được lên lớp" in client.get(address).content.decode()


def vietnam_day() -> date:
    """Return today's date in Viet Nam."""
    return clock.now().astimezone(clock.VIETNAM).date()


def test_sheet_and_freeze_from_the_page(at_door: Door) -> None:
    class_year = make.a_confirmed_class(pupils=2)
    leader = make.a_principal(class_year.school)
    held = class_year.enrolments.last().pupil
    Pupil.objects.filter(pk=held.pk).update(mother_name="")
    address = f"/lop/{class_year.code}/phat-hanh/"
    client = at_door(make.a_registrar(class_year.school))

    days = [vietnam_day()]
    fresh = client.get(address).content.decode()
    days.append(vietnam_day())
    wrong = client.post(address, {"issue_on": "31/02/2026", "place": "Xã Bản Mẫu", "leader": leader.pk})
    client.post(address, {"issue_on": "29/05/2026", "place": "Xã Bản Mẫu", "leader": leader.pk})
    sheet = IssueSheet.objects.get()
    before = client.get(address).content.decode()
    stale = client.post(address, {"task": "freeze", "sheet": str(sheet.pk + 1)})
    after = client.post(address, {"task": "freeze", "sheet": str(sheet.pk)}, follow=True).content.decode()

    assert any(f'value="{day:%d/%m/%Y}"' in fresh for day in days), "today is proposed"
    assert wrong.status_code == 422
    assert 'value="31/02/2026"' in wrong.content.decode()
    assert (sheet.issue_on, sheet.leader_title) == (date(2026, 5, 29), "Hiệu trưởng")
    assert "Chốt dữ liệu 1 em" in before
    assert stale.status_code == 409
    assert "Đã chốt dữ liệu 1 em để ký." in after
    assert f"{held.full_name}: Họ và tên mẹ" in after
    assert f"/hoc-sinh/{held.pk}/" in after


def test_pages_read_without_script_and_stay_light(at_door: Door) -> None:
    class_year = make.a_complete_class(pupils=45)
    client = at_door(make.homeroom_of(class_year))

    sizes = {
        page: len(client.get(f"/lop/{class_year.code}/{page}").content)
        for page in ("", "mon/TOAN/", "chu-nhiem/", "hoan-thanh/")
    }

    assert {page: size for page, size in sizes.items() if size > 150_000} == {}


def test_an_issued_transcript_is_one_click_away_without_more_queries(at_door: Door) -> None:
    counts = []
    for pupils in (1, 12):
        class_year = make.a_frozen_class(pupils=pupils)
        with make.acting(make.homeroom_of(class_year)) as by:
            for head in Transcript.objects.filter(class_year=class_year):
                for event in (
                    Event.HOMEROOM_SIGNED,
                    Event.PRINCIPAL_SIGNED,
                    Event.SEAL_INTENDED,
                    Event.ISSUED,
                ):
                    life.advance(life.lock(head.pk), event, by=by)
            codes = TranscriptVersion.objects.filter(transcript__class_year=class_year)
            wanted = [f"/hoc-ba/{code}/" for code in codes.values_list("look_up_code", flat=True)]
        client = at_door(make.a_clerk(class_year.school))
        with CaptureQueriesContext(connection) as asked:
            text = client.get(f"/lop/{class_year.code}/").content.decode()
        counts.append(len(asked))
        assert [address for address in wanted if address not in text] == []
        assert text.count("Đã phát hành") == pupils

    assert counts[0] == counts[1]
