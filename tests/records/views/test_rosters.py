"""The doors of lists: choose, see, import; hostile uploads; queries that do not grow; and a first day in a browser."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from playwright.sync_api import Page

from hocba.kernel import clock
from schools.models import ClassYear, Membership, Person, Pupil, RosterImport, SchoolYear, Unit
from schools.permissions import Role
from schools.rosters import writing
from schools.rosters.columns import Kind
from tests import factories as make
from tests.accessible import faults
from tests.schools.rosters import files
from tests.schools.rosters.test_reading import HOSTILE

HERE = "/nhap-danh-sach/"


def this_year() -> SchoolYear:
    """The school year that goes on or comes next."""
    today = clock.now().astimezone(clock.VIETNAM).date()
    first = today.year if today.month > 5 else today.year - 1
    return make.a_school_year(f"{first}-{first + 1}")


def signed_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make.an_account(person))
    return client


def send(client: Client, kind: Kind, data: bytes, name: str = "danh-sach.xlsx") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(HERE, {"kind": kind.value, "year": this_year().code, "file": file})


@pytest.fixture
def school(db: None) -> Unit:
    this_year()
    return make.a_school()


@pytest.fixture
def office(school: Unit) -> Client:
    return signed_in(make.a_registrar(school))


def classes(office: Client, *names: str) -> None:
    """Bring classes in through the doors."""
    answer = send(office, Kind.CLASSES, files.workbook([["Lớp"], *([one] for one in names)]))
    assert answer.status_code == 302, answer.content.decode()
    assert office.post(answer["Location"]).status_code == 302


def test_a_list_is_seen_first_and_then_brought_in(office: Client, school: Unit) -> None:
    classes(office, "4A")
    seen = send(office, Kind.PUPILS, files.two_line_heading())
    page = office.get(seen["Location"]).content.decode()

    assert Pupil.objects.filter(enrolments__class_year__school=school).count() == 0
    assert "Nhập 3 em, bỏ qua 2 dòng lỗi" in page
    assert page.index("Dòng có lỗi") < page.index("Sẽ thêm mới")
    done = office.post(seen["Location"], follow=True).content.decode()
    assert "Đã nhập 3 dòng, bỏ qua 2 dòng lỗi." in done
    assert "Lê Thị Ánh" not in done
    assert Pupil.objects.filter(enrolments__class_year__school=school).count() == 3
    again = office.get(send(office, Kind.PUPILS, files.two_line_heading())["Location"]).content.decode()
    assert "Không có gì để nhập." in again
    wrong = office.get(seen["Location"] + "dong-loi.xlsx")
    rows = list(load_workbook(io.BytesIO(wrong.content)).active.iter_rows(values_only=True))
    assert (len(rows), rows[0][-1]) == (3, "Lý do")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_sentence_and_leaves_nothing(name: str, office: Client) -> None:
    data = HOSTILE[name][0]
    answer = send(office, Kind.PUPILS, data, "a.xlsx")

    assert (answer.status_code, RosterImport.objects.count()) == (413 if name == "11 MB" else 422, 0)
    assert "Traceback" not in answer.content.decode()


def test_who_may_not_is_not_let_in(school: Unit, office: Client) -> None:
    classes(office, "4A")
    address = f"{HERE}{RosterImport.objects.get().pk}/"
    others = {
        make.a_teacher(school): 403,
        make.a_principal(school): 403,
        make.a_clerk(school): 403,
        make.a_school_admin(school): 404,
        make.a_registrar(make.a_school()): 404,
    }
    for person, status in others.items():
        client = signed_in(person)
        assert {client.get(address).status_code, client.post(address).status_code} == {status}
        assert client.get(address + "dong-loi.xlsx").status_code == status
    admin = signed_in(make.a_school_admin(school))
    assert send(admin, Kind.PUPILS, files.three_name_columns()).status_code == 422
    assert admin.get(HERE + "hoc-sinh.xlsx").status_code == 403
    assert admin.get(HERE + "mau/staff.xlsx").status_code == 200
    assert admin.get(HERE + "mau/x.xlsx").status_code == 404


def test_pages_ask_no_more_for_a_long_list(office: Client, school: Unit) -> None:
    classes(office, "4A", "4B")
    asked = []
    for data in (files.pupils(1, ["4A"]), files.pupils(30, ["4B"])):
        place = send(office, Kind.PUPILS, data)["Location"]
        counts = []
        for address in (HERE, place):
            with CaptureQueriesContext(connection) as found:
                assert office.get(address).status_code == 200
            counts.append(len(found))
        asked.append(counts)
        office.post(place)

    assert asked[0] == asked[1]
    assert max(asked[0]) <= 12


def test_an_example_line_is_never_taken(office: Client) -> None:
    for kind in (Kind.CLASSES, Kind.PUPILS):
        assert "chưa có dòng nào" in send(office, kind, writing.template(kind)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_first_day_of_a_school(live_server: Any, page: Page, tmp_path: Path) -> None:
    year, school = this_year(), make.a_school(name="Trường Tiểu học Bản Mẫu")
    for role, username in ((Role.SCHOOL_ADMIN, "quan-tri"), (Role.REGISTRAR, "hoc-vu")):
        make.an_account(make.a_member(school, role), username)
    day = FirstDay(page, live_server.url, tmp_path)

    day.sign_in("quan-tri")
    day.brings(
        "Cán bộ, giáo viên", files.staff(("LÊ THỊ BẢN MẪU", "099200000001", "Giáo viên")), "Nhập 1 người"
    )
    day.sign_in("hoc-vu")
    assert list(faults(page, HERE)) == []
    head = ["Lớp", "GVCN"]
    day.brings("Lớp", files.workbook([head, ["4A", "Lê Thị Bản Mẫu"]]), "Nhập 1 lớp")
    teachings = files.workbook([["Lớp", "Môn", "Giáo viên"], ["4A", "Toán", "Lê Thị Bản Mẫu"]])
    day.brings("Phân công giảng dạy", teachings, "Nhập 1 phân công")
    day.sees("Học sinh", files.two_line_heading())
    assert list(faults(page, f"{HERE}…/")) == []
    assert "số 0 ở đầu" in page.locator("main").inner_text()
    day.presses("Nhập 3 em, bỏ qua 2 dòng lỗi")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải các dòng lỗi (.xlsx)").click()
    rows = list(
        load_workbook(io.BytesIO(download.value.path().read_bytes())).active.iter_rows(values_only=True)
    )
    assert len(rows) == 3
    guardians = [
        ["Mã HS", "Phụ huynh", "Quan hệ", "SĐT"],
        ["9970000001", "Nguyễn Văn Mẫu", "Cha", "0900000000"],
    ]
    day.brings("Cha mẹ, người giám hộ", files.workbook(guardians), "Nhập 1 người")
    page.goto(f"{live_server.url}/lop/{ClassYear.objects.get(school=school).code}/")
    assert page.get_by_text("Lê Thị Ánh").count() > 0
    assert Membership.objects.filter(unit=school, role=Role.TEACHER).count() == 1
    assert RosterImport.objects.filter(school_year=year, state="APPLIED").count() == 5


class FirstDay:
    """Somebody of the office at the page of lists."""

    def __init__(self, page: Page, url: str, folder: Path) -> None:
        self.page, self.url, self.folder = page, url, folder

    def sign_in(self, username: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.url}/dang-nhap/?next={HERE}")
        self.page.get_by_label("Tên đăng nhập").fill(username)
        self.page.get_by_label("Mật khẩu").fill(make.PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.get_by_role("heading", name="Nhập danh sách từ Excel").wait_for()

    def sees(self, kind: str, data: bytes) -> None:
        """Go there by the menu, choose a list and a file, look at what it would change."""
        file = self.folder / "danh-sach.xlsx"
        file.write_bytes(data)
        self.page.get_by_role("link", name="Nhập danh sách", exact=True).first.click()
        self.page.get_by_label(kind, exact=True).check()
        self.page.set_input_files("[name=file]", str(file))
        self.page.get_by_role("button", name="Xem trước").click()
        self.page.get_by_role("heading", name=kind, level=1).wait_for()

    def presses(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()
        self.page.get_by_text("Đã nhập xong.").wait_for()

    def brings(self, kind: str, data: bytes, button: str) -> None:
        self.sees(kind, data)
        self.presses(button)
