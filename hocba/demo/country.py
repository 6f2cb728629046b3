"""The plan of the demo's country slice: staff and classes. Pure data; `world` makes rows of it.

No place, school or person here exists; the names say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hocba.demo.tree import DEPARTMENT, FIRST, MINISTRY, SECOND, THIRD
from schools.permissions import Role


class Stage(StrEnum):
    """How far the demo brings a class, so that every step of the road can be seen at work."""

    ISSUED = "issued"
    ENTERING = "entering"
    COMPLETE = "complete"
    CONFIRMED = "confirmed"
    FROZEN = "frozen"
    HOMEROOM_SIGNED = "homeroom-signed"


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class: its school, name, size, and how far the demo brings it."""

    school: str
    name: str
    grade: int
    pupils: int
    stage: Stage
    homeroom: str
    """User name of its homeroom teacher."""


CLASSES = (
    ClassPlan(FIRST, "4A", 4, 12, Stage.ISSUED, "chunhiem.4a"),
    ClassPlan(FIRST, "1A", 1, 24, Stage.ENTERING, "chunhiem.1a"),
    ClassPlan(FIRST, "2A", 2, 22, Stage.CONFIRMED, "chunhiem.2a"),
    ClassPlan(FIRST, "3A", 3, 16, Stage.HOMEROOM_SIGNED, "chunhiem.3a"),
    ClassPlan(FIRST, "4B", 4, 14, Stage.FROZEN, "chunhiem.4b"),
    ClassPlan(FIRST, "5A", 5, 35, Stage.COMPLETE, "chunhiem.5a"),
    ClassPlan(SECOND, "3A", 3, 18, Stage.ENTERING, "chunhiem.3a.hai"),
    ClassPlan(SECOND, "5A", 5, 15, Stage.CONFIRMED, "chunhiem.5a.hai"),
    ClassPlan(THIRD, "4A", 4, 16, Stage.COMPLETE, "chunhiem.4a.ba"),
)

MAIN_CLASS = CLASSES[0]


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """A person of the staff: user name, unit, roles with the official title that they sign with."""

    username: str
    unit: str
    role: Role
    title: str
    gender: str = "NU"
    teaches: tuple[str, ...] = field(default=())
    """Codes of the subjects that this teacher gives in every class of the school."""


SPECIALISTS = (
    ("tienganh", ("NN1",), "Giáo viên Tiếng Anh"),
    ("tinhoc", ("TIN", "CN"), "Giáo viên Tin học và Công nghệ"),
    ("amnhac", ("AN",), "Giáo viên Âm nhạc"),
    ("theduc", ("GDTC",), "Giáo viên Giáo dục thể chất"),
)


def _school_staff(code: str, suffix: str) -> tuple[StaffPlan, ...]:
    office = (
        StaffPlan(f"hieutruong{suffix}", code, Role.PRINCIPAL, "Hiệu trưởng"),
        StaffPlan(f"phohieutruong{suffix}", code, Role.PRINCIPAL, "Phó Hiệu trưởng", "NAM"),
        StaffPlan(f"vanthu{suffix}", code, Role.CLERK, "Văn thư"),
        StaffPlan(f"hocvu{suffix}", code, Role.REGISTRAR, "Nhân viên học vụ", "NAM"),
        StaffPlan(f"quantri{suffix}", code, Role.SCHOOL_ADMIN, "Quản trị viên", "NAM"),
    )
    specialists = tuple(
        StaffPlan(f"{name}{suffix}", code, Role.TEACHER, title, "NAM" if name == "theduc" else "NU", subjects)
        for name, subjects, title in SPECIALISTS
    )
    homeroom = tuple(
        StaffPlan(one.homeroom, code, Role.TEACHER, "Giáo viên", "NAM" if one.grade == 5 else "NU")
        for one in CLASSES
        if one.school == code
    )
    return (*office, *specialists, *homeroom)


STAFF = (
    StaffPlan("bo", MINISTRY, Role.MINISTRY, "Chuyên viên Bộ", "NAM"),
    StaffPlan("so", DEPARTMENT, Role.DEPARTMENT, "Chuyên viên Sở"),
    StaffPlan("xa", "99001", Role.SUBDEPARTMENT, "Chuyên viên xã", "NAM"),
    StaffPlan("phuong", "99002", Role.SUBDEPARTMENT, "Chuyên viên phường"),
    *_school_staff(FIRST, ""),
    *_school_staff(SECOND, ".hai"),
    *_school_staff(THIRD, ".ba"),
)


def class_code(plan: ClassPlan, school_year: str) -> str:
    """Return the code of a class in a school year: "99001401-2026-4A"."""
    return f"{plan.school}-{school_year[:4]}-{plan.name}"
