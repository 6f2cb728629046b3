"""Lists from bytes: three messy files understood, what cannot be known said, hostile files refused."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from schools.rosters import reading, values, writing
from schools.rosters.columns import COLUMNS, Kind, column_of
from schools.rosters.reading import BadFile
from schools.rosters.rows import Roster, parse
from tests.schools.rosters import files


def said(roster: Roster, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row.values[name] for name in names) for row in roster.rows]


def found(roster: Roster) -> dict[int, list[tuple[str, str]]]:
    """Return the findings: (code, column) by line."""
    return {
        row.number: [(one.code, one.column) for one in row.findings] for row in roster.rows if row.findings
    }


def test_a_heading_of_two_lines_with_merged_cells_and_a_footer() -> None:
    roster = parse(files.two_line_heading(), Kind.PUPILS)

    assert said(roster, "full_name", "born_on", "gender", "father_name") == [
        ("Nguyễn Văn An", "2017-01-05", "NAM", "Bùi Văn Mẫu"),
        ("Lê Thị Ánh", "2017-12-15", "NU", "Bùi Văn Mẫu"),
        ("Trần Ăn", "2017-03-03", "NAM", "Bùi Văn Mẫu"),
        ("Vũ Tiến Dũng", "31/2/2017", "NAM", "Bùi Văn Mẫu"),
        ("Bùi Thị Đào", "2017-09-09", "NU", "Bùi Văn Mẫu"),
    ]
    assert found(roster) == {10: [("day", "E")], 11: [("lost-zeros", "I")]}
    assert (roster.header_row, roster.passed_over) == (4, 3)
    assert roster.mapping["before_part"] == "C"
    assert roster.unused == ("STT",)


def test_tabs_in_utf16_with_names_in_one_column() -> None:
    roster = parse(files.tabs_in_utf16(), Kind.PUPILS)

    assert said(roster, "code", "full_name", "born_on", "gender", "ethnicity")[:2] == [
        ("9970000011", "Đỗ Thị Ánh", "2017-08-07", "NU", "Tày"),
        ("9970000012", "Phạm Đức Khôi", "2017-02-01", "NAM", "Kinh"),
    ]
    assert found(roster) == {3: [("exponent", "G")], 4: [("month-first", "C")]}
    assert roster.unused == ("SĐT",)


def test_three_columns_of_names_and_days_of_a_spreadsheet() -> None:
    roster = parse(files.three_name_columns(), Kind.PUPILS)

    assert said(roster, "code", "full_name", "born_on", "class_name") == [
        ("9970000021", "Lý Ngọc Mẫn", "2016-04-05", "5A"),
        ("9970000022", "Dương Như", "2016-04-14", "5A"),
        ("9970000023", "Hoàng Thùy Linh", "2016-07-06", "5A"),
    ]
    assert found(roster) == {}
    assert set(roster.unused) == {"TT", "Ghi chú", "Xe buýt"}


def test_a_heading_merged_over_columns_without_headings() -> None:
    rows = [
        ["Mã HS", "Họ và tên", None, "Ngày sinh", None, None, "Lớp"],
        ["1", "Lê Thị", "Đào", 5, 6, 2017, "4A"],
    ]
    roster = parse(files.workbook(rows, merged=["B1:C1", "D1:F1"]), Kind.PUPILS)

    assert said(roster, "full_name", "born_on") == [("Lê Thị Đào", "2017-06-05")]


@pytest.mark.parametrize("kind", Kind)
def test_our_template_is_understood_and_its_example_is_nobody(kind: Kind) -> None:
    data = writing.template(kind)
    assert parse(data, kind).rows == ()

    book = load_workbook(io.BytesIO(data))
    line = [cell.value for cell in book.active[2]]
    book.active.append(line[:-1])
    written = io.BytesIO()
    book.save(written)
    roster = parse(written.getvalue(), kind)

    assert set(roster.mapping) == {one.field for one in COLUMNS[kind]}
    assert found(roster) == {}
    assert len(roster.rows) == 1
    assert "MẪU" in str(line[-1])


def test_a_repeated_heading_and_a_repeated_pupil() -> None:
    head = ["Mã HS", "Họ tên", "Lớp"]
    rows = [head, ["1", "Lê An", "4A"], head, ["1", "Lê Ân", "4A"], [None, None, None]]
    roster = parse(files.workbook(rows), Kind.PUPILS)

    assert [row.number for row in roster.rows] == [2, 4]
    assert found(roster) == {4: [("twice-in-file", "")]}


@pytest.mark.parametrize(
    ("value", "read", "code"),
    [
        ("15/05/2017", "2017-05-15", ""),
        ("5.6.2017", "2017-06-05", ""),
        ("2017-06-05", "2017-06-05", ""),
        (42870, "2017-05-15", ""),
        ("42870", "2017-05-15", ""),
        (42870.0, "2017-05-15", ""),
        (datetime(2017, 5, 15, 0, 0), "2017-05-15", ""),
        (date(2017, 5, 15), "2017-05-15", ""),
        ("15/05/17", "15/05/17", "short-year"),
        ("05/15/2017", "05/15/2017", "month-first"),
        ("30/02/2017", "30/02/2017", "day"),
        ("2017", "2017", "day"),
        ("hôm qua", "hôm qua", "day"),
    ],
)
def test_days(value: Any, read: str, code: str) -> None:
    found = values.day(value)

    assert (found.value, found.error) == (read, code)


@pytest.mark.parametrize(
    ("value", "read", "code"),
    [
        ("099000000001", "099000000001", ""),
        ("'099 000 000 001", "099000000001", ""),
        (123456789012, "123456789012", ""),
        (99000000001, "99000000001", "lost-zeros"),
        (99000000001.0, "99000000001", "lost-zeros"),
        ("1.23E+11", "1.23E+11", "exponent"),
        ("1,23457E+11", "1,23457E+11", "exponent"),
        ("09900000000A", "09900000000A", "personal-number"),
        ("không có", "", ""),
        (None, "", ""),
    ],
)
def test_personal_numbers_are_never_mended(value: Any, read: str, code: str) -> None:
    found = values.read(value, column_of(Kind.PUPILS, "personal_number"))

    assert (found.value, found.error) == (read, code)


def test_names_are_tidied() -> None:
    names = ["  NGUYỄN   VĂN ANH ", "lê thị đào", "Trần McMẫu", "Nguyê\u0303n An", "Lê An 2"]
    read = [values.read(one, column_of(Kind.PUPILS, "full_name")) for one in names]

    assert [one.value for one in read] == [
        "Nguyễn Văn Anh",
        "Lê Thị Đào",
        "Trần McMẫu",
        "Nguyễn An",
        "Lê An 2",
    ]
    assert [one.error for one in read] == ["", "", "", "", "digits-in-name"]


def test_a_phone_that_lost_its_zero_is_left_out_and_said() -> None:
    roster = parse(
        files.workbook(
            [["Họ và tên", "CCCD", "Chức vụ", "SĐT"], ["Lê An", "099000000001", "Giáo viên", 900000000]]
        ),
        Kind.STAFF,
    )

    assert found(roster) == {2: [("phone-lost-zero", "D")]}
    assert not roster.rows[0].is_wrong
    assert roster.rows[0].values["phone"] == ""


# ---- Refusals ------------------------------------------------------------------------------------


def packed(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return written.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    written = io.BytesIO(files.pupils(1, ["4A"]))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return written.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(files.pupils(1, ["4A"]))
    place = data.find(b"PK\x01\x02")
    data[place + 8 : place + 10] = struct.pack("<H", 1)
    return bytes(data)


def lying_size() -> bytes:
    """A part that says it is small and unpacks to much more: what lies behind the stated size is not read."""
    data = bytearray(with_part("xl/worksheets/sheet9.xml", b"<a>" + b" " * 9_000_000))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 100)
    return bytes(data)


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;">]><a>&d;</a>'
HOSTILE = {
    "nothing": (b"", "empty"),
    "11 MB": (b"a" * 11 * 1024 * 1024, "too-large"),
    "bomb": (with_part("xl/bomb.bin", b"\0" * 61 * 1024 * 1024), "unpacks-too-large"),
    "many parts": (packed(**{f"p{number}": b"" for number in range(600)}), "unpacks-too-large"),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "macros"),
    "encrypted zip": (encrypted_zip(), "encrypted"),
    "encrypted office": (reading.OLE + "EncryptedPackage".encode("utf-16-le") * 3, "encrypted"),
    "old macros": (reading.OLE + "_VBA_PROJECT".encode("utf-16-le") * 3, "macros"),
    "old and broken": (reading.OLE + bytes(range(256)) * 20, "broken"),
    "entities": (with_part("xl/worksheets/sheet9.xml", ENTITIES), "broken"),
    "cut off": (files.pupils(3, ["4A"])[:900], "broken"),
    "lying": (lying_size(), "broken"),
    "other zip": (packed(a=b"b"), "unknown-kind"),
    "no workbook": (packed(**{"xl/workbook.xml": b"<a/>"}), "broken"),
    "page": (b"<html><table><tr><td>Ho ten</table>", "web-page"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "unknown-kind"),
    "half utf-16": (b"\xff\xfea", "letters"),
    "tcvn3": ("Hä vµ tªn,Ngµy sinh\nLª An,1/1/2017".encode("cp1252"), "tcvn3"),
    "prose": ("Kính gửi nhà trường, xin gửi danh sách.\nTrân trọng".encode(), "no-heading"),
    "no class": ("Mã HS,Họ tên\n1,Lê An".encode(), "no-heading"),
    "too long": (("Mã HS,Họ tên,Lớp\n" + "1,Lê An,4A\n" * 5001).encode(), "too-many-rows"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_list_is_refused_with_its_reason(name: str) -> None:
    data, code = HOSTILE[name]

    with pytest.raises(BadFile) as refused:
        parse(data, Kind.PUPILS)

    assert refused.value.code == code


def test_a_cell_far_away_costs_nothing() -> None:
    rows: list[list[Any]] = [["Mã HS", "Họ tên", "Lớp"], ["1", "Lê An", "4A"]]
    data = bytearray(files.workbook(rows))
    book = load_workbook(io.BytesIO(bytes(data)))
    book.active["XFD1048576"].number_format = "@"
    written = io.BytesIO()
    book.save(written)

    assert len(parse(written.getvalue(), Kind.PUPILS).rows) == 1


def test_formulas_are_not_computed() -> None:
    rows = [["Mã HS", "Họ tên", "Lớp"], ["1", '=CONCATENATE("Lê"," An")', "4A"]]

    assert found(parse(files.workbook(rows), Kind.PUPILS)) == {2: [("absent", "B")]}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([None, "=1+1", "@x", "Lê Thị Đào", "099", 7, "+84"]), min_size=1, max_size=5))
def test_what_we_write_is_text_and_comes_back(cells: list[Any]) -> None:
    data = writing.table("Bảng", ["cột"] * len(cells), [cells])
    back = list(load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2))

    assert [cell.value for row in back for cell in row][: len(cells)] == [
        str(one) if one is not None else None for one in cells
    ][: len(back[0]) if back else 0]
    assert {cell.data_type for row in back for cell in row if cell.value is not None} <= {"s"}
