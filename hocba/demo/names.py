"""Names of nobody: common parts of Vietnamese names, combined by chance; personal numbers of no province."""

from __future__ import annotations

from datetime import date
from random import Random

FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Đinh", "Lâm", "Mai", "Trịnh", "Đoàn", "Lương", "Tạ", "Vi", "Nông", "Hà", "Ma", "Lường",
)  # fmt: skip
MIDDLE = {
    "NAM": ("Văn", "Đức", "Minh", "Gia", "Quốc", "Hữu", "Tuấn", "Bảo", "Thanh", "Hoàng", "Nhật", "Đình"),
    "NU": ("Thị", "Ngọc", "Thùy", "Khánh", "Phương", "Bảo", "Thanh", "Quỳnh", "Diệu", "Hà", "Mỹ", "Kim"),
}
GIVEN = {
    "NAM": (
        "An", "Bình", "Cường", "Dũng", "Duy", "Đạt", "Giang", "Hải", "Hiếu", "Hòa", "Hùng", "Huy", "Khang",
        "Khoa", "Khôi", "Kiên", "Lâm", "Long", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Sơn", "Tâm", "Thành",
        "Tùng", "Vinh",
    ),
    "NU": (
        "An", "Anh", "Ánh", "Chi", "Diệp", "Dung", "Giang", "Hà", "Hạnh", "Hiền", "Hoa", "Hương", "Lan",
        "Linh", "Mai", "My", "Nga", "Ngân", "Nhung", "Như", "Oanh", "Quyên", "Tâm", "Thảo", "Thư", "Trang",
        "Vân", "Yến",
    ),
}  # fmt: skip

NO_PROVINCE = "099"
"""Personal numbers begin with the code of the province of registration; none has this one."""

_CENTURY = {(19, "NAM"): "0", (19, "NU"): "1", (20, "NAM"): "2", (20, "NU"): "3"}


def full_name(chance: Random, gender: str, family: str = "") -> str:
    """Return a name; `family` where a child bears its father's."""
    parts = (family or chance.choice(FAMILY), chance.choice(MIDDLE[gender]), chance.choice(GIVEN[gender]))
    return " ".join(parts)


def personal_number(gender: str, born_on: date, serial: int, province: str = NO_PROVINCE) -> str:
    """Return 12 digits as the law composes them (NĐ 137/2015, Điều 13), under a province that does not exist.

    `serial` is the number's last six digits, at most 999 999.
    """
    century = _CENTURY[born_on.year // 100, gender]
    return f"{province}{century}{born_on.year % 100:02}{serial:06}"


def chance_of(*parts: object) -> Random:
    """Return the chance that belongs to these words: the same words, the same names and marks."""
    return Random(" ".join(str(part) for part in parts))  # noqa: S311 - specimens, no secret
