"""Files as schools really have them, made here: none of them looks like our template. Nobody in them exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook

SCHOOL = "TRƯỜNG TIỂU HỌC BẢN MẪU"


def workbook(rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), title: str = "DS") -> bytes:
    """Return an .xlsx of these rows."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def two_line_heading(class_name: str = "4A", first: int = 1) -> bytes:
    """Title rows, a heading of two lines with merged cells, day/month/year apart, a tick for girls, a footer."""
    rows: list[list[Any]] = [
        [SCHOOL, None, None, None, None, None, None, None, None, None, None],
        ["DANH SÁCH HỌC SINH LỚP 4A", None, None, None, None, None, None, None, None, None, None],
        [None] * 11,
        ["STT", "Mã HS", "Họ và tên", None, "Ngày sinh", None, None, "Nữ", "Mã định danh", "Lớp", "Cha"],
        [None, None, "Họ đệm", "Tên", "Ngày", "Tháng", "Năm", None, None, None, "Họ tên"],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    ]
    people = [
        ("NGUYỄN VĂN", "AN", 5, 1, 2017, None, "099100000001"),
        ("LÊ THỊ", "ÁNH", 15, 12, 2017, "x", "099100000002"),
        ("Trần", "Ăn", 3, 3, 2017, None, "099100000003"),
        ("Vũ Tiến", "Dũng", 31, 2, 2017, None, "099100000004"),
        ("Bùi Thị", "Đào", 9, 9, 2017, "X", 99100000005),
    ]
    for number, (before, given, day, month, year, girl, personal) in enumerate(people, start=first):
        rows.append(
            [
                number,
                f"99700000{number:02}",
                before,
                given,
                day,
                month,
                year,
                girl,
                personal,
                class_name,
                "Bùi Văn Mẫu",
            ]
        )
    rows += [[None] * 11, ["Tổng số: 5 em"], [None, None, None, None, None, None, None, None, "Hiệu trưởng"]]
    return workbook(rows, merged=["A1:K1", "A2:K2", "C4:D4", "E4:G4", "A4:A5", "B4:B5", "H4:H5"])


def tabs_in_utf16(class_name: str = "4B") -> bytes:
    """What Excel saves as "Unicode text": tabs, UTF-16, a name in one column, dd/mm/yyyy as text."""
    lines = [
        [
            "Mã số HS",
            "Họ tên học sinh",
            "Ngày, tháng, năm sinh",
            "Giới tính",
            "Lớp",
            "Dân tộc",
            "Số CCCD",
            "SĐT",
        ],
        ["9970000011", "Đỗ Thị Ánh", "07/08/2017", "Nữ", class_name, "Tày", "099100000011", "0900000000"],
        ["9970000012", "Phạm Đức Khôi", "1/2/2017", "Nam", class_name, "Kinh", "1.23E+11", "900000000"],
        ["9970000013", "Hồ Gia Bảo", "12/25/2017", "nam", class_name, "Kinh", "", ""],
        ["9970000014", "Ngô Minh Ý", "02/03/2017", "NAM", class_name, "Kinh", "", ""],
    ]
    written = io.StringIO()
    csv.writer(written, delimiter="\t").writerows(lines)
    return written.getvalue().encode("utf-16")


def three_name_columns(class_name: str = "5A") -> bytes:
    """Họ, Đệm and Tên in three columns; days as Excel keeps them; stray columns; the heading far down."""
    rows: list[list[Any]] = [
        ["UBND XÃ BẢN MẪU", None, None],
        [SCHOOL],
        [],
        ["Danh sách học sinh năm học 2026-2027"],
        [],
        [
            "TT",
            "Lớp",
            "Ghi chú",
            "Họ",
            "Đệm",
            "Tên",
            "Ngày sinh (dd/mm/yyyy)",
            "Giới tính",
            "Mã học sinh",
            "Xe buýt",
        ],
        [1, class_name, None, "Lý", "Ngọc", "Mẫn", datetime(2016, 4, 5), "Nữ", 9970000021, "có"],
        [2, class_name, "mới", "Dương", None, "Như", 42474, "Nữ", 9970000022, None],
        [3, class_name, None, "HOÀNG", "THÙY", "LINH", "06-07-2016", "nữ", "9970000023", None],
    ]
    return workbook(rows, title="Khối 5")


def pupils(count: int, class_names: Sequence[str], first: int = 0) -> bytes:
    """Return a plain list of `count` pupils, numbered from `first`."""
    rows: list[list[Any]] = [["Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp"]]
    for number in range(first, first + count):
        name = f"Nguyễn Bản {chr(65 + number % 26)}{'abcdefghij'[number // 26 % 10]}"
        rows.append([f"98{number:08}", name, "05/06/2017", "Nam", class_names[number % len(class_names)]])
    return workbook(rows)


def staff(*people: tuple[str, str, str]) -> bytes:
    """Return a list of staff: name, number, title."""
    return workbook(
        [["TT", "Họ và tên", "CCCD", "Chức vụ"], *([place, *one] for place, one in enumerate(people, 1))]
    )
