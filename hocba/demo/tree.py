"""The units of the demo's country slice: a ministry, a province, two communes, three schools. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

MINISTRY, DEPARTMENT = "BGD", "99"
PROVINCE = "Tỉnh Bản Mẫu"
NO_DISTRICT = "Không còn cấp huyện"
"""What the department states in TEN_QUAN_HUYEN, which v1.0 requires, since districts ended in 2025."""


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A node of the tree; `parent` is a code, empty for the root."""

    code: str
    level: str
    name: str
    parent: str
    commune: str = ""


LEVELS = (
    ("ministry", "Bộ", 0, False),
    ("department", "Sở", 10, False),
    ("subdepartment", "Phòng, xã, phường", 20, False),
    ("school", "Trường", 30, True),
)

UNITS = (
    UnitPlan(MINISTRY, "ministry", "Bộ Giáo dục và Đào tạo (bản mẫu)", ""),
    UnitPlan(DEPARTMENT, "department", "Sở Giáo dục và Đào tạo Tỉnh Bản Mẫu", MINISTRY),
    UnitPlan("99001", "subdepartment", "Phòng Văn hóa – Xã hội Xã Mẫu Một", DEPARTMENT, "Xã Mẫu Một"),
    UnitPlan("99002", "subdepartment", "Phòng Văn hóa – Xã hội Phường Mẫu Hai", DEPARTMENT, "Phường Mẫu Hai"),
    UnitPlan("99001401", "school", "Trường Tiểu học Bản Mẫu Một", "99001", "Xã Mẫu Một"),
    UnitPlan("99001402", "school", "Trường Tiểu học Bản Mẫu Hai", "99001", "Xã Mẫu Một"),
    UnitPlan("99002401", "school", "Trường Tiểu học Bản Mẫu Ba", "99002", "Phường Mẫu Hai"),
)

FIRST, SECOND, THIRD = "99001401", "99001402", "99002401"
