"""Rows for tests, made by plain functions: every argument has a sensible value, every call makes new rows.

    school = a_school()
    class_year = a_complete_class(pupils=3, school=school)  # results and homeroom records filled in
    with acting(homeroom_of(class_year)) as actor:  # transaction and row-level scope, as at the door
        completion.confirm(class_year, by=actor)

Names are invented; personal numbers begin with 099, which no province has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from hocba.kernel.names import fold
from records.actions import completion, freezing, sheets
from records.models import AssessmentPoint, ClassProgress, HomeroomRecord, SubjectResult
from records.rules import curriculum
from schools import actors, scopes
from schools.actors import Actor
from schools.models import (
    Account,
    ClassSubject,
    ClassYear,
    Enrolment,
    Guardianship,
    Membership,
    Person,
    PersonKind,
    Pupil,
    RosterImport,
    RosterState,
    SchoolYear,
    TeachingAssignment,
    Unit,
    UnitLevel,
)
from schools.permissions import Role

AT = datetime(2026, 5, 28, 2, 30, tzinfo=UTC)
"""When things happen in tests that do not say: 28 May 2026, 9:30 in Viet Nam, in school year 2025-2026."""
YEAR = "2025-2026"
ISSUE_ON = date(2026, 5, 29)
PASSWORD = "mat-khau-ban-mau"
LONG_AGO = date(2020, 1, 1)

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
MIDDLE = ("Văn", "Thị", "Gia", "Minh", "Ngọc", "Khánh", "Đức", "Thùy", "Bảo")
GIVEN = ("An", "Ánh", "Ân", "Bình", "Chi", "Dũng", "Đào", "Giang", "Hiếu", "Ý", "Khôi", "Linh", "Mẫn", "Như")

_numbers = count(1)


def invented_name(number: int) -> str:
    """Return a name of nobody."""
    return f"{FAMILY[number % len(FAMILY)]} {MIDDLE[number % len(MIDDLE)]} {GIVEN[number * 5 % len(GIVEN)]}"


# ---- Who and where -------------------------------------------------------------------------------


def a_level(code: str, rank: int, *, is_school: bool = False) -> UnitLevel:
    """Return a tier of the tree, made once."""
    return UnitLevel.objects.get_or_create(
        code=code, defaults={"name": code, "rank": rank, "is_school": is_school}
    )[0]


def a_unit(code: str, name: str, level: UnitLevel, parent: Unit | None = None, **fields: Any) -> Unit:
    """Return a unit below `parent`."""
    path = f"{parent.path if parent else ''}{code}."
    return Unit.objects.create(
        level=level, parent=parent, code=code, path=path, name=name, search_name=fold(name), **fields
    )


def the_ministry() -> Unit:
    """Return the root of the tree, made once."""
    found = Unit.objects.filter(code="BGD").first()
    return found or a_unit("BGD", "Bộ Giáo dục Bản Mẫu", a_level("ministry", 0))


def a_department(*, settings: Mapping[str, Any] | None = None) -> Unit:
    """Return a new Sở; `settings` are its decisions (docs/settings.md)."""
    number = next(_numbers)
    return a_unit(
        f"S{number:03}",
        f"Sở Giáo dục và Đào tạo Bản Mẫu {number}",
        a_level("department", 1),
        the_ministry(),
        province_name="Tỉnh Bản Mẫu",
        settings=dict(settings or {}),
    )


def a_subdepartment(department: Unit | None = None) -> Unit:
    """Return a new Phòng (or commune) below a Sở."""
    number = next(_numbers)
    parent = department or a_department()
    return a_unit(f"P{number:03}", f"Phòng Giáo dục Bản Mẫu {number}", a_level("subdepartment", 2), parent)


def a_school(
    *, name: str = "", parent: Unit | None = None, settings: Mapping[str, Any] | None = None, **fields: Any
) -> Unit:
    """Return a new primary school; `settings` go to the Sở above when that is made here too."""
    number = next(_numbers)
    stated = {
        "province_name": "Tỉnh Bản Mẫu",
        "district_name": "Huyện Bản Mẫu",
        "commune_name": "Xã Bản Mẫu",
        "education_levels": ["02"],
    }
    return a_unit(
        f"99{number:06}",
        name or f"Trường Tiểu học Bản Mẫu {number}",
        a_level("school", 3, is_school=True),
        parent or a_department(settings=settings),
        **(stated | fields),
    )


def a_person(name: str = "", kind: str = PersonKind.STAFF, **fields: Any) -> Person:
    """Return a new person with an invented personal number."""
    number = next(_numbers)
    stated = {"personal_number": f"099{number:09}"} | fields
    person = Person(kind=kind, full_name=name or invented_name(number), **stated)
    person.name_fields()
    person.save()
    return person


def a_member(
    unit: Unit, role: Role, *, name: str = "", title: str = "", from_on: date = LONG_AGO, **fields: Any
) -> Person:
    """Return a new person who holds `role` in `unit`."""
    person = a_person(name, **fields)
    Membership.objects.create(person=person, unit=unit, role=role, title=title, from_on=from_on)
    return person


def a_teacher(school: Unit, name: str = "", **fields: Any) -> Person:
    """Return a new teacher of a school, with nothing to teach yet."""
    return a_member(school, Role.TEACHER, name=name, title="Giáo viên", **fields)


def a_principal(school: Unit, name: str = "", *, title: str = "Hiệu trưởng", **fields: Any) -> Person:
    """Return a new principal of a school."""
    return a_member(school, Role.PRINCIPAL, name=name, title=title, **fields)


def a_clerk(school: Unit, name: str = "") -> Person:
    """Return a new văn thư of a school."""
    return a_member(school, Role.CLERK, name=name, title="Văn thư")


def a_registrar(school: Unit, name: str = "") -> Person:
    """Return a new học vụ of a school."""
    return a_member(school, Role.REGISTRAR, name=name, title="Nhân viên học vụ")


def a_school_admin(school: Unit, name: str = "") -> Person:
    """Return a new school administrator, who sees no result."""
    return a_member(school, Role.SCHOOL_ADMIN, name=name, title="Quản trị viên")


def a_guardian(pupil: Pupil, name: str = "", *, relation: str = "Mẹ") -> Person:
    """Return a new person who answers for a pupil."""
    guardian = a_person(name, PersonKind.GUARDIAN)
    Guardianship.objects.create(guardian=guardian, pupil=pupil, relation=relation, from_on=LONG_AGO)
    return guardian


def a_pupil_account(pupil: Pupil) -> Person:
    """Return the pupil's own person."""
    pupil.person = a_person(pupil.full_name, PersonKind.PUPIL, personal_number="")
    pupil.save(update_fields=["person"])
    return pupil.person


def an_account(person: Person, username: str = "", password: str = PASSWORD) -> Account:
    """Return a way to sign in as `person` (PASSWORD unless told)."""
    return Account.objects.create_user(username or f"nguoi-dung-{person.pk}", person, password)


# ---- Classes and pupils --------------------------------------------------------------------------


def a_school_year(code: str = YEAR) -> SchoolYear:
    """Return a school year, made once; closing on 30 June, 15 August for supplementary assessment."""
    first = int(code[:4])
    return SchoolYear.objects.get_or_create(
        code=code,
        defaults={
            "starts_on": date(first, 9, 5),
            "ends_on": date(first + 1, 5, 31),
            "closes_on": date(first + 1, 6, 30),
            "supplementary_closes_on": date(first + 1, 8, 15),
        },
    )[0]


def a_pupil(name: str = "", **fields: Any) -> Pupil:
    """Return a new pupil with every field of the national format stated."""
    number = next(_numbers)
    stated: dict[str, Any] = {
        "code": f"99{number:08}",
        "personal_number": f"098{number:09}",
        "register_number": f"SDB-{number:04}",
        "gender": "NAM" if number % 2 else "NU",
        "born_on": date(2016, number % 12 + 1, number % 28 + 1),
        "birth_place": "Xã Bản Mẫu, Tỉnh Bản Mẫu",
        "home_town": "Xã Bản Mẫu, Tỉnh Bản Mẫu",
        "residence": "Thôn Mẫu, Xã Bản Mẫu, Tỉnh Bản Mẫu",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "father_name": invented_name(number + 3),
        "mother_name": invented_name(number + 8),
    }
    pupil = Pupil(full_name=name or invented_name(number), **(stated | fields))
    pupil.name_fields()
    pupil.save()
    return pupil


def enrol(pupil: Pupil, class_year: ClassYear, number: int = 0) -> Enrolment:
    """Put a pupil into a class from the first day of its year."""
    year = class_year.school_year
    return Enrolment.objects.create(
        class_year=class_year,
        pupil=pupil,
        school_year=year,
        number=number or class_year.enrolments.count() + 1,
        arrived_on=year.starts_on,
    )


def a_class_year(
    pupils: int = 3,
    grade: int = 4,
    *,
    school: Unit | None = None,
    name: str = "",
    year: str = YEAR,
    homeroom: Person | None = None,
    optional: tuple[str, ...] = (),
) -> ClassYear:
    """Return a class with subjects, pupils and a homeroom teacher who teaches all but English and music."""
    school = school or a_school()
    number = next(_numbers)
    homeroom = homeroom or a_teacher(school)
    class_year = ClassYear.objects.create(
        school=school,
        school_year=a_school_year(year),
        code=f"{school.code}-{year[:4]}-{grade}{number}",
        name=name or f"{grade}A{number}",
        grade=grade,
        homeroom_teacher=homeroom,
    )
    _subjects(class_year, homeroom, optional)
    for place in range(pupils):
        enrol(a_pupil(), class_year, place + 1)
    ClassProgress.objects.create(class_year=class_year, pupils=pupils)
    return class_year


def _subjects(class_year: ClassYear, homeroom: Person, optional: tuple[str, ...]) -> None:
    others = {code: a_teacher(class_year.school) for code in ("NN1", "AN")}
    must = curriculum.subjects(class_year.grade)
    may = [one for one in curriculum.form_lines(class_year.grade) if one not in must]
    lines = [*must, *(one for one in may if one.code in optional)]
    for position, line in enumerate(lines, start=1):
        ClassSubject.objects.create(
            class_year=class_year,
            subject_code=line.code,
            label="Ngoại ngữ 1 Tiếng Anh" if line.code == "NN1" else line.name,
            position=position,
            is_tested=curriculum.may_be_tested(line, class_year.grade),
            is_optional=line.code in optional,
        )
        TeachingAssignment.objects.create(
            class_year=class_year,
            subject_code=line.code,
            teacher=others.get(line.code, homeroom),
            from_on=LONG_AGO,
        )


def homeroom_of(class_year: ClassYear) -> Person:
    """Return the homeroom teacher."""
    assert class_year.homeroom_teacher is not None
    return class_year.homeroom_teacher


def teacher_of(class_year: ClassYear, subject_code: str) -> Person:
    """Return who teaches a subject in the class."""
    return class_year.teachings.get(subject_code=subject_code).teacher


# ---- Results -------------------------------------------------------------------------------------


def fill_results(
    enrolment: Enrolment, *, level: str = "T", mark: int = 9, trait: str = "T", at: datetime = AT
) -> None:
    """State a whole year of one pupil: every subject at `level` and `mark`, every trait at `trait`."""
    class_year = enrolment.class_year
    path, person = class_year.school.path, homeroom_of(class_year)
    common: dict[str, Any] = {
        "school_path": path,
        "class_year": class_year,
        "enrolment": enrolment,
        "pupil_id": enrolment.pupil_id,
        "point": AssessmentPoint.YEAR_END,
        "changed_at": at,
        "changed_by": person,
    }
    with scopes.system(path):
        SubjectResult.objects.bulk_create(
            SubjectResult(
                school_year_id=class_year.school_year_id,
                subject_code=subject.subject_code,
                level=level,
                test_mark=Decimal(mark) if subject.is_tested else None,
                comment=f"Em học tốt môn {subject.label}.",
                **common,
            )
            for subject in class_year.subjects.all()
        )
        traits = curriculum.traits(class_year.grade)
        HomeroomRecord.objects.create(
            qualities={one.code: trait for one in traits if one.kind == curriculum.QUALITY},
            competences={one.code: trait for one in traits if one.kind != curriculum.QUALITY},
            qualities_comment="Em chăm ngoan, trung thực.",
            general_comment="Em biết tự học và hợp tác với bạn.",
            specific_comment="Em đọc trôi chảy, tính toán nhanh.",
            homeroom_comment="Em có nhiều cố gắng trong năm học.",
            absences_excused=2,
            absences_unexcused=0,
            height_cm=Decimal("132.5"),
            weight_kg=Decimal("30.0"),
            **common,
        )


def a_complete_class(pupils: int = 3, grade: int = 4, **fields: Any) -> ClassYear:
    """Return a class whose pupils all have a complete year (see `fill_results`), not yet confirmed."""
    class_year = a_class_year(pupils, grade, **fields)
    for enrolment in class_year.enrolments.select_related("class_year__school"):
        fill_results(enrolment)
    return class_year


def a_confirmed_class(pupils: int = 3, grade: int = 4, **fields: Any) -> ClassYear:
    """Return a complete class that its homeroom teacher has confirmed."""
    class_year = a_complete_class(pupils, grade, **fields)
    with acting(homeroom_of(class_year)) as by:
        completion.confirm(class_year, by=by)
    return class_year


def a_frozen_class(
    pupils: int = 3, grade: int = 4, *, leader: Person | None = None, issue_on: date = ISSUE_ON, **fields: Any
) -> ClassYear:
    """Return a confirmed class with its issue sheet, frozen by a registrar; `leader` signs."""
    class_year = a_confirmed_class(pupils, grade, **fields)
    with acting(a_registrar(class_year.school)) as by:
        sheet = sheets.make(
            class_year,
            issue_on=issue_on,
            place="Xã Bản Mẫu",
            leader=leader or a_principal(class_year.school),
            by=by,
        )
        freezing.freeze(class_year, sheet=sheet, by=by)
    return class_year


def a_roster(class_year: ClassYear) -> RosterImport:
    """Return a list of pupils that was brought in, with one line that stayed out: a pupil of this class."""
    pupil, year = class_year.enrolments.all()[0].pupil, class_year.school_year
    fault = {"code": "no-code", "field": "code", "column": "", "value": "", "is_error": True, "facts": {}}
    line = {"number": 2, "verdict": "wrong", "values": {"full_name": pupil.full_name, "code": pupil.code}}
    return RosterImport.objects.create(
        school=class_year.school,
        school_year=year,
        kind="pupils",
        state=RosterState.APPLIED,
        file_name="danh-sach.xlsx",
        file_hash="0" * 64,
        mapping={"sheet": "", "heading": 1, "columns": {"code": "A"}, "unused": []},
        rows=[line | {"changes": {}, "findings": [fault]}],
        counts={"new": 0, "changed": 0, "same": 0, "wrong": 1, "passed": 0},
        fingerprint="",
        made_by=homeroom_of(class_year),
        made_at=AT,
        applied_by=homeroom_of(class_year),
        applied_at=AT,
    )


# ---- Acting --------------------------------------------------------------------------------------


def actor_of(person: Person, at: datetime = AT) -> Actor:
    """Return `person` as an actor at `at`."""
    return actors.of(person, at, request_id="test")


@contextmanager
def acting(person: Person, at: datetime = AT) -> Iterator[Actor]:
    """Act as `person` in a transaction with the row-level scope that the web door would set."""
    actor = actor_of(person, at)
    with scopes.of(actor):
        yield actor
