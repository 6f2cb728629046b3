"""A teacher's own spreadsheet: out, in another order with merged and missing cells, previewed, applied."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from records.models import SubjectResult
from schools import scopes
from schools.models import ClassYear, Person
from tests import factories as make

pytestmark = pytest.mark.django_db

Door = Callable[[Person], Client]
NAMES = ("Lê Thị Ánh", "Đỗ Văn Dũng", "Trần An", "Phạm Đào", "Nguyễn Bình")


@pytest.fixture
def class_year() -> ClassYear:
    made = make.a_class_year(pupils=0)
    for name in NAMES:
        make.enrol(make.a_pupil(name), made)
    return made


def stored(class_year: ClassYear) -> dict[str, tuple[str, str, str]]:
    with scopes.system(class_year.school.path):
        rows = SubjectResult.objects.filter(class_year=class_year).select_related("pupil")
        return {
            row.pupil.full_name: (row.level, str(row.test_mark or "").removesuffix(".0"), row.comment)
            for row in rows
        }


def a_messy_file() -> bytes:
    """Return a file as teachers have it: a title, headings in two rows, merged cells, commas, another order."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["TRƯỜNG TIỂU HỌC BẢN MẪU"])
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append(["STT", "Họ và tên", None, "Kết quả cuối năm", None, "Nhận xét"])
    sheet.append([None, None, None, "Mức đạt được", "Điểm KTĐK", None])
    sheet.append([1, "Nguyễn", "Bình", "hoàn thành tốt", "9,0", "Em đọc tốt."])
    sheet.append([2, "Lê Thị", "Ánh", "h", 8.0, "Em cố gắng.\nChăm chỉ."])
    sheet.merge_cells("F6:F7")
    sheet.append([3, "ĐỖ VĂN", "DŨNG", "T", 8.5, None])
    sheet.append([4, "Hoàng", "Lạ", "T", 7, None])
    sheet.append([5, "Trần", "An", None, None, None])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sent(client: Client, address: str, data: bytes, name: str = "bang.xlsx") -> Any:
    upload = io.BytesIO(data)
    upload.name = name
    return client.post(address, {"file": upload})


def chosen(page: str) -> dict[str, Any]:
    """Return what the preview would send with everything chosen."""
    fields: dict[str, Any] = {
        "task": "apply",
        "take": re.findall(r'name="take" value="([^"]+)" checked', page),
    }
    for name, value in re.findall(r'name="((?:base|value)-[^"]+)" value="([^"]*)"', page):
        fields[name] = html.unescape(value)
    return fields


def test_a_messy_file_is_previewed_and_then_applied(at_door: Door, class_year: ClassYear) -> None:
    client = at_door(make.homeroom_of(class_year))
    address = f"/lop/{class_year.code}/mon/TOAN/nhap/?diem=CN"

    answer = sent(client, address, a_messy_file())
    page = html.unescape(answer.content.decode())

    assert answer.status_code == 200
    assert stored(class_year) == {}
    assert "Sẽ đổi 7 ô" in page
    assert "Đỗ Văn Dũng, Điểm kiểm tra “8,5”: Điểm kiểm tra là số nguyên từ 0 đến 10" in page
    assert "Hàng 8: lớp không có em “Hoàng Lạ”" in page
    assert "Tệp không có em Phạm Đào" in page

    fields = chosen(answer.content.decode())
    fields["take"] = [
        one
        for one in fields["take"]
        if not one.endswith(":comment") or "Em đọc tốt." in fields[f"value-{one}"]
    ]
    done = client.post(address, fields, follow=True)

    assert "6 ô từ tệp" in html.unescape(done.content.decode())
    assert stored(class_year) == {
        "Nguyễn Bình": ("T", "9", "Em đọc tốt."),
        "Lê Thị Ánh": ("H", "8", ""),
        "Đỗ Văn Dũng": ("T", "", ""),
    }


def test_what_somebody_changed_after_the_preview_is_asked_about(at_door: Door, class_year: ClassYear) -> None:
    client = at_door(make.homeroom_of(class_year))
    address = f"/lop/{class_year.code}/mon/TOAN/nhap/?diem=CN"
    fields = chosen(sent(client, address, a_messy_file()).content.decode())
    client.post(address, fields)
    fields = {
        name: "T" if name.endswith("level") and name.startswith("value") else value
        for name, value in fields.items()
    }

    answer = client.post(address, fields)

    assert answer.status_code == 409
    assert "giữ giá trị nào?" in html.unescape(answer.content.decode())
    assert stored(class_year)["Lê Thị Ánh"][0] == "H"


def test_what_goes_out_comes_in_again_and_changes_nothing(at_door: Door, class_year: ClassYear) -> None:
    client = at_door(make.homeroom_of(class_year))
    base = f"/lop/{class_year.code}/mon/TOAN"
    client.post(f"{base}/nhap/", chosen(sent(client, f"{base}/nhap/", a_messy_file()).content.decode()))

    file = client.get(f"{base}/xuat/?diem=CN", headers={"accept-language": "en"})
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    again = sent(client, f"{base}/nhap/", file.content)

    assert rows[0] == ("Mã học sinh", "Họ và tên", "Mức đạt được", "Điểm kiểm tra", "Nhận xét")
    assert [row[1] for row in rows[1:]] == ["Trần An", "Lê Thị Ánh", "Nguyễn Bình", "Đỗ Văn Dũng", "Phạm Đào"]
    assert rows[2][2:] == ("H", "8", "Em cố gắng.\nChăm chỉ.")
    assert "Không có gì thay đổi." in html.unescape(again.content.decode())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Hãy chọn một tệp Excel."),
        (b"PK\x03\x04 nothing", "Không đọc được tệp này"),
        ("Tên,Cân nặng\nAn,30\n".encode(), "Không thấy hàng tiêu đề"),
    ],
)
def test_a_file_that_is_none_is_told(at_door: Door, class_year: ClassYear, data: bytes, told: str) -> None:
    address = f"/lop/{class_year.code}/mon/TOAN/nhap/"
    client = at_door(make.homeroom_of(class_year))
    answer = sent(client, address, data) if data else client.post(address)

    assert answer.status_code == 422
    assert told in html.unescape(answer.content.decode())


def test_two_of_one_name_need_a_code(at_door: Door, class_year: ClassYear) -> None:
    make.enrol(make.a_pupil("Trần An"), class_year)
    client = at_door(make.homeroom_of(class_year))

    page = html.unescape(
        sent(
            client, f"/lop/{class_year.code}/mon/TOAN/nhap/", "Họ và tên,Mức\nTrần An,T\n".encode()
        ).content.decode()
    )

    assert "không chắc “Trần An” là em nào" in page
    assert "Sẽ đổi" not in page
