"""The five lists, their columns, and what schools' own files call these columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from hocba.kernel.names import fold


class Kind(StrEnum):
    """What a list is of; in the order of a school's first day."""

    STAFF = "staff"
    CLASSES = "classes"
    TEACHINGS = "teachings"
    PUPILS = "pupils"
    GUARDIANS = "guardians"


class Shape(StrEnum):
    """How the values of a column are read."""

    TEXT = "text"
    NAME = "name"
    NUMBER = "personal-number"
    DAY = "day"
    GENDER = "gender"
    PHONE = "phone"
    EMAIL = "email"
    CODE = "code"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a list: our template's heading, an example, and other headings (folded)."""

    field: str
    heading: str
    example: str
    shape: Shape = Shape.TEXT
    also: tuple[str, ...] = ()
    must: bool = False
    longest: int = 120


def _name(field: str, heading: str, example: str, *also: str, must: bool = False) -> Column:
    return Column(field, heading, example, Shape.NAME, also, must)


_CLASS = Column(
    "class_name",
    "Lớp",
    "4A",
    Shape.CODE,
    ("ten lop", "lop hoc", "ma lop", "lop nam hoc", "lop hien tai"),
    must=True,
    longest=40,
)
_CODE = Column(
    "code",
    "Mã học sinh",
    "9900000001",
    Shape.CODE,
    (
        "ma hs",
        "ma so hs",
        "ma so hoc sinh",
        "ma hoc sinh bo",
        "ma hs bo",
        "ma csdl",
        "ma so",
        "mahs",
        "ma hs csdl",
    ),
    longest=20,
)
_NUMBER_WORDS = (
    "so dinh danh", "ma dinh danh", "ma dinh danh ca nhan", "so cccd", "cccd", "so dinh danh ca nhan cccd", "can cuoc",
    "so can cuoc", "can cuoc cong dan", "dinh danh", "ma dinh danh bgd", "sddcn", "ma dinh danh cccd",
    "cccd ma dinh danh", "so cccd ma dinh danh",
)  # fmt: skip
_PHONE_WORDS = ("sdt", "so dt", "dien thoai", "dt", "di dong", "so dien thoai lien he", "sdt lien he", "dtdd")
_NAME_WORDS = (
    "ho ten", "ho va ten hs", "ho ten hoc sinh", "ho va ten hoc sinh", "ten hoc sinh", "ho dem va ten", "ho ten hs",
)  # fmt: skip
_NUMBER_EXAMPLE = "099000000001"

SPECIMEN: Final = "DÒNG MẪU – XÓA TRƯỚC KHI NHẬP"
"""Stands beside the example line of a template; a line that still says it is never taken."""

COLUMNS: Final[dict[Kind, tuple[Column, ...]]] = {
    Kind.STAFF: (
        _name(
            "full_name",
            "Họ và tên",
            "Nguyễn Thị Bản Mẫu",
            "ho ten",
            "ho ten giao vien",
            "ho va ten giao vien",
            "ten giao vien",
            "ho ten can bo",
            "giao vien",
            must=True,
        ),
        Column("personal_number", "Số định danh cá nhân", _NUMBER_EXAMPLE, Shape.NUMBER, _NUMBER_WORDS, True),
        Column(
            "title",
            "Chức vụ",
            "Giáo viên",
            also=("chuc danh", "vai tro", "nhiem vu", "vi tri viec lam", "cong viec"),
            must=True,
            longest=80,
        ),
        Column("phone", "Số điện thoại", "0900000000", Shape.PHONE, _PHONE_WORDS),
        Column(
            "email", "Thư điện tử", "ban.mau@vidu.invalid", Shape.EMAIL, ("email", "e mail", "thu dien tu")
        ),
        Column(
            "from_on",
            "Từ ngày",
            "01/09/2026",
            Shape.DAY,
            ("ngay bat dau", "ngay vao truong", "ngay ve truong"),
        ),
    ),
    Kind.CLASSES: (
        _CLASS,
        Column("grade", "Khối", "4", Shape.GRADE, ("khoi lop", "khoi hoc")),
        _name(
            "homeroom",
            "Giáo viên chủ nhiệm",
            "Nguyễn Thị Bản Mẫu",
            "gvcn",
            "chu nhiem",
            "ho ten gvcn",
            "giao vien cn",
        ),
        Column(
            "homeroom_number",
            "Số định danh của GVCN",
            _NUMBER_EXAMPLE,
            Shape.NUMBER,
            ("cccd gvcn", "so dinh danh gvcn", "so dinh danh ca nhan gvcn", *_NUMBER_WORDS),
        ),
    ),
    Kind.TEACHINGS: (
        _CLASS,
        Column(
            "subject",
            "Môn học",
            "Tiếng Việt",
            also=("mon", "ten mon", "mon day", "mon hoc hoat dong giao duc"),
            must=True,
        ),
        _name(
            "teacher",
            "Giáo viên",
            "Nguyễn Thị Bản Mẫu",
            "ho ten giao vien",
            "giao vien day",
            "giao vien bo mon",
            "gvbm",
            "ho va ten",
            "ho ten",
            "gv",
        ),
        Column(
            "teacher_number",
            "Số định danh của giáo viên",
            _NUMBER_EXAMPLE,
            Shape.NUMBER,
            ("cccd giao vien", "cccd gv", *_NUMBER_WORDS),
        ),
        Column("from_on", "Từ ngày", "01/09/2026", Shape.DAY, ("ngay bat dau", "tu")),
    ),
    Kind.PUPILS: (
        _CODE,
        _name("full_name", "Họ và tên", "Nguyễn Văn Bản Mẫu", *_NAME_WORDS, must=True),
        Column(
            "born_on", "Ngày sinh", "15/05/2017", Shape.DAY, ("ngay thang nam sinh", "sinh ngay", "ngsinh")
        ),
        Column("gender", "Giới tính", "Nam", Shape.GENDER, ("phai", "gioi")),
        Column(
            "personal_number",
            "Số định danh cá nhân",
            _NUMBER_EXAMPLE,
            Shape.NUMBER,
            ("ma dinh danh hoc sinh", "cccd hoc sinh", "so dinh danh hs", *_NUMBER_WORDS),
        ),
        _CLASS,
        Column("register_number", "Số đăng bộ", "SDB-0001", also=("so dang bo", "dang bo"), longest=40),
        Column("birth_place", "Nơi sinh", "Xã Bản Mẫu", also=("noi khai sinh",), longest=200),
        Column("home_town", "Quê quán", "Xã Bản Mẫu", also=("nguyen quan", "que"), longest=200),
        Column(
            "residence",
            "Nơi ở hiện nay",
            "Thôn Mẫu, Xã Bản Mẫu",
            also=(
                "noi o",
                "dia chi",
                "cho o hien nay",
                "cho o",
                "ho khau thuong tru",
                "thuong tru",
                "noi thuong tru",
            ),
            longest=300,
        ),
        Column("ethnicity", "Dân tộc", "Kinh", also=("dt hs",), longest=60),
        Column("nationality", "Quốc tịch", "Việt Nam", longest=60),
        _name(
            "father_name",
            "Họ và tên cha",
            "Nguyễn Văn Mẫu Cha",
            "cha",
            "ho ten cha",
            "ten cha",
            "bo",
            "ho ten bo",
            "cha ho ten",
            "cha ho va ten",
            "bo ho ten",
            "ho va ten bo",
        ),
        _name(
            "mother_name",
            "Họ và tên mẹ",
            "Trần Thị Mẫu Mẹ",
            "me",
            "ho ten me",
            "ten me",
            "me ho ten",
            "me ho va ten",
        ),
        _name(
            "guardian_name",
            "Người giám hộ",
            "",
            "ho ten nguoi giam ho",
            "ho va ten nguoi giam ho",
            "nguoi giam ho ho ten",
            "nguoi do dau",
        ),
    ),
    Kind.GUARDIANS: (
        _CODE,
        Column(
            "pupil_number",
            "Số định danh của học sinh",
            "099000000011",
            Shape.NUMBER,
            ("cccd hoc sinh", "so dinh danh hs", "ma dinh danh hoc sinh", "ma dinh danh hs"),
        ),
        _name(
            "full_name",
            "Họ và tên phụ huynh",
            "Trần Thị Mẫu Mẹ",
            "ho ten phu huynh",
            "phu huynh",
            "ho ten nguoi giam ho",
            "nguoi giam ho",
            "cha me nguoi giam ho",
            "ho va ten cha me",
            "ho va ten nguoi giam ho",
            must=True,
        ),
        Column(
            "relation", "Quan hệ", "Mẹ", also=("quan he voi hoc sinh", "moi quan he"), must=True, longest=40
        ),
        Column(
            "personal_number",
            "Số định danh của phụ huynh",
            "099000000012",
            Shape.NUMBER,
            (
                "cccd phu huynh",
                "so dinh danh phu huynh",
                "cccd",
                "so cccd",
                "so dinh danh",
                "so dinh danh ca nhan",
            ),
        ),
        Column(
            "phone", "Số điện thoại", "0900000000", Shape.PHONE, (*_PHONE_WORDS, "sdt phu huynh", "sdt ph")
        ),
        Column("email", "Thư điện tử", "", Shape.EMAIL, ("email", "e mail")),
    ),
}
"""Of each list, in the order of our template."""

PARTS: Final = {
    "ho": "family_part", "ho dem": "before_part", "ho va dem": "before_part", "ho va ten dem": "before_part",
    "ho lot": "before_part", "ho va chu dem": "before_part", "ho chu dem": "before_part", "ho ten dem": "before_part",
    "dem": "middle_part", "ten dem": "middle_part", "chu dem": "middle_part", "ten": "given_part",
    "ngay": "day_part", "thang": "month_part", "nam": "year_part", "ngay sinh ngay": "day_part",
    "ngay sinh thang": "month_part", "ngay sinh nam": "year_part", "thang sinh": "month_part", "nam sinh": "year_part",
    "ngay thang nam sinh ngay": "day_part", "ngay thang nam sinh thang": "month_part",
    "ngay thang nam sinh nam": "year_part", "nu": "female_mark",
    "gioi tinh nu": "female_mark", "gioi tinh nam": "male_mark",
    "ho va ten ho": "family_part", "ho va ten ho dem": "before_part", "ho va ten ten": "given_part",
    "ho ten ho": "family_part", "ho ten ten": "given_part", "ho ten ho dem": "before_part",
}  # fmt: skip
"""Headings of columns that hold a part of a name, a day or a tick; folded."""

PARTS_OF: Final = {
    "full_name": ("family_part", "before_part", "middle_part", "given_part"),
    "born_on": ("day_part", "month_part", "year_part"),
    "gender": ("female_mark", "male_mark"),
}


def plain(heading: object) -> str:
    """Return a heading as it is compared: no case, no diacritics, no signs."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", fold(str(heading))).split()) if heading is not None else ""


def without_brackets(heading: object) -> str:
    """Return a heading without what it explains in brackets: "Ngày sinh (dd/mm/yyyy)"."""
    return re.sub(r"[(\[{].*?[)\]}]", " ", str(heading)) if heading is not None else ""


@cache
def known(kind: Kind) -> dict[str, str]:
    """Return which field each known heading means."""
    found: dict[str, str] = {}
    for column in COLUMNS[kind]:
        for heading in (plain(column.heading), *column.also):
            found.setdefault(heading, column.field)
    for heading, part in PARTS.items():
        whole = next(field for field, parts in PARTS_OF.items() if part in parts)
        if any(one.field == whole for one in COLUMNS[kind]):
            found.setdefault(heading, part)
    return found


@cache
def column_of(kind: Kind, field: str) -> Column:
    """Return the column of a field."""
    return next(one for one in COLUMNS[kind] if one.field == field)


def whole_of(name: str) -> str:
    """Return the field of which a column holds a part; a whole field stays itself."""
    return next((whole for whole, parts in PARTS_OF.items() if name in parts), name)
