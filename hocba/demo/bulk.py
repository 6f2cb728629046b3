"""Many pupils at once, for measuring: a large fictional province, gradebooks of every year filled by COPY.

Each school is written whole in one transaction, so a load that was interrupted goes on with the next school.
Everything is written as the owner of the tables: COPY is refused under row-level security.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction
from psycopg import sql

from hocba.database import as_owner
from hocba.demo import gradebook, names, people, pupils, tree
from hocba.demo.tree import UnitPlan
from hocba.demo.world import ENGLISH
from hocba.kernel import clock
from records.models import ClassProgress, HomeroomRecord, SubjectResult
from records.rules import curriculum
from schools.models import (
    Account,
    ClassSubject,
    ClassYear,
    Enrolment,
    Membership,
    Person,
    PersonKind,
    Pupil,
    SchoolYear,
    TeachingAssignment,
    Unit,
)
from schools.permissions import Role

DEPARTMENT = "98"
PUPILS_A_SCHOOL, PUPILS_A_CLASS, SCHOOLS_A_COMMUNE = 500, 25, 5
GRADES = len(curriculum.PRIMARY_GRADES)
OFFICE = (
    (Role.PRINCIPAL, "Hiệu trưởng"),
    (Role.CLERK, "Văn thư"),
    (Role.REGISTRAR, "Nhân viên học vụ"),
    (Role.SCHOOL_ADMIN, "Quản trị viên"),
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Pupils who go up together; `grade` is where they are in the newest year."""

    grade: int
    letter: str
    pupils: list[tuple[Pupil, str]]
    """With the outcome that each year's results are made to give."""


@dataclass(frozen=True, slots=True)
class Load:
    """What all schools of one load share."""

    seed: int
    years: dict[int, SchoolYear]
    newest: int
    password: str
    at: datetime


def load(count: int, seed: int) -> int:
    """Load until the province has `count` pupils; print rows per second; return an exit code."""
    begun, rows = time.monotonic(), 0
    with as_owner():
        work, department = _prepare(seed)
        schools = ceil(count / PUPILS_A_SCHOOL)
        for number in range(schools):
            size = min(PUPILS_A_SCHOOL, count - number * PUPILS_A_SCHOOL)
            rows += _school(work, department, number, size)
            seconds = time.monotonic() - begun
            _tell(f"  {number + 1}/{schools} trường, {rows:,} dòng, {rows / seconds:,.0f} dòng/giây")
    if sys.stdout.isatty():
        sys.stdout.write("\n")
    return 0


def _tell(text: str) -> None:
    sys.stdout.write(f"\r{text}  " if sys.stdout.isatty() else f"{text}\n")
    sys.stdout.flush()


def _prepare(seed: int) -> tuple[Load, Unit]:
    at = clock.now()
    newest = int(clock.school_year_of(at.astimezone(clock.VIETNAM).date())[:4])
    with transaction.atomic():
        ministry = people.units()[tree.MINISTRY]
        plan = UnitPlan(DEPARTMENT, "department", "Sở Giáo dục và Đào tạo Tỉnh Bản Mẫu Lớn", tree.MINISTRY)
        department = people.unit(plan, ministry)
        years = {first: people.school_year(f"{first}-{first + 1}") for first in range(newest - 4, newest + 1)}
        work = Load(seed, years, newest, make_password(people.PASSWORD), at)
        if not Membership.objects.filter(unit=department).exists():
            _staff(work, department, ((Role.DEPARTMENT, "Chuyên viên Sở"),), 0)
    return work, department


@transaction.atomic
def _school(work: Load, department: Unit, number: int, size: int) -> int:
    """Write one school with all its years, unless it is there; return how many rows were written."""
    commune = f"{DEPARTMENT}{number // SCHOOLS_A_COMMUNE + 1:03}"
    code = f"{commune}4{number % SCHOOLS_A_COMMUNE + 1:02}"
    if Unit.objects.filter(code=code).exists():
        return 0
    place = f"Xã Mẫu {commune}"
    above = people.unit(
        UnitPlan(commune, "subdepartment", f"Phòng Văn hóa – Xã hội {place}", DEPARTMENT, place), department
    )
    school = people.unit(UnitPlan(code, "school", f"Trường Tiểu học Bản Mẫu {code}", commune, place), above)
    cohorts = ceil(size / PUPILS_A_CLASS)
    first = (number + 1) * 100
    _staff(work, school, OFFICE, first)
    teachers = _staff(work, school, ((Role.TEACHER, "Giáo viên"),) * cohorts, first + len(OFFICE))
    rows = 0
    for place_in_list, teacher in enumerate(teachers):
        cohort = _cohort(work, school, number * PUPILS_A_SCHOOL, place_in_list, size)
        rows += _cohort_years(work, school, cohort, teacher)
    return rows


def _staff(work: Load, unit: Unit, posts: Sequence[tuple[Role, str]], serial: int) -> list[Person]:
    chance = names.chance_of("bulk-staff", work.seed, unit.code, serial)
    found = []
    for number in range(len(posts)):
        gender = chance.choice(("NAM", "NU"))
        born_on = date(1970 + chance.randrange(28), chance.randrange(12) + 1, 1)
        identity = names.personal_number(gender, born_on, serial + number, "098")
        person = Person(
            kind=PersonKind.STAFF, full_name=names.full_name(chance, gender), personal_number=identity
        )
        person.name_fields()
        found.append(person)
    Person.objects.bulk_create(found)
    Membership.objects.bulk_create(
        Membership(person=person, unit=unit, role=role, title=title, from_on=people.LONG_AGO)
        for person, (role, title) in zip(found, posts, strict=True)
    )
    Account.objects.bulk_create(
        Account(username=f"{unit.code}.{serial + number}", person=person, password=work.password)
        for number, person in enumerate(found)
    )
    return found


def _cohort(work: Load, school: Unit, offset: int, number: int, size: int) -> Cohort:
    grade, letter = number % GRADES + 1, chr(ord("A") + number // GRADES)
    first = offset + number * PUPILS_A_CLASS
    last = offset + min(size, (number + 1) * PUPILS_A_CLASS)
    chance = names.chance_of("bulk-pupils", work.seed, school.code, number)
    planned = [_pupil(chance, work, school, grade, index) for index in range(first, last)]
    rows = [people.as_pupil(one, school.commune_name) for one in planned]
    Pupil.objects.bulk_create(rows)
    listed = sorted(
        zip(rows, (one.outcome for one in planned), strict=True), key=lambda pair: bytes(pair[0].sort_name)
    )
    return Cohort(grade, letter, listed)


def _pupil(chance: Random, work: Load, school: Unit, grade: int, index: int) -> pupils.PupilPlan:
    return pupils.pupil(
        chance,
        code=f"{DEPARTMENT}{index:08}",
        grade=grade,
        first_year=work.newest,
        serial=index % 1_000_000,
        place=school.commune_name,
        province=f"{98 - index // 1_000_000:03}",
    )


def _cohort_years(work: Load, school: Unit, cohort: Cohort, teacher: Person) -> int:
    """Write every year of a cohort, from grade 1 to where it is; return the rows written."""
    rows = len(cohort.pupils)
    for grade in range(1, cohort.grade + 1):
        year = work.years[work.newest - cohort.grade + grade]
        class_year = ClassYear.objects.create(
            school=school,
            school_year=year,
            code=f"{school.code}-{year.code[:4]}-{grade}{cohort.letter}",
            name=f"{grade}{cohort.letter}",
            grade=grade,
            homeroom_teacher=teacher,
        )
        rows += _class(work, school, class_year, cohort)
    return rows


def _class(work: Load, school: Unit, class_year: ClassYear, cohort: Cohort) -> int:
    lines = curriculum.subjects(class_year.grade)
    teacher_id = class_year.homeroom_teacher_id or 0
    ClassSubject.objects.bulk_create(
        ClassSubject(
            class_year=class_year,
            subject_code=one.code,
            label=ENGLISH if one.code == "NN1" else one.name,
            position=position,
            is_tested=curriculum.is_tested(one, class_year.grade),
        )
        for position, one in enumerate(lines, start=1)
    )
    TeachingAssignment.objects.bulk_create(
        TeachingAssignment(
            class_year=class_year, subject_code=one.code, teacher_id=teacher_id, from_on=people.LONG_AGO
        )
        for one in lines
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            class_year=class_year,
            pupil=pupil,
            school_year=class_year.school_year,
            number=number,
            arrived_on=class_year.school_year.starts_on,
        )
        for number, (pupil, _) in enumerate(cohort.pupils, start=1)
    )
    ClassProgress.objects.create(class_year=class_year, pupils=len(enrolments))
    return 2 * len(lines) + len(enrolments) + 2 + _gradebook(work, school, class_year, cohort, enrolments)


def _gradebook(
    work: Load, school: Unit, class_year: ClassYear, cohort: Cohort, enrolments: list[Enrolment]
) -> int:
    """Write a class's results and homeroom records by COPY; return how many rows."""
    lines = curriculum.subjects(class_year.grade)
    teacher_id = class_year.homeroom_teacher_id or 0
    teachers = dict.fromkeys((one.code for one in lines), teacher_id)
    desk = gradebook.Desk(class_year, school.path, teachers, teacher_id, work.at)
    tested = [(one.code, curriculum.is_tested(one, class_year.grade)) for one in lines]
    chance = names.chance_of("bulk-years", work.seed, class_year.code)
    results: list[SubjectResult] = []
    records: list[HomeroomRecord] = []
    for enrolment, (_, outcome) in zip(enrolments, cohort.pupils, strict=True):
        year = pupils.year(chance, class_year.grade, tested, outcome)
        results += gradebook.subject_rows(desk, enrolment, year)
        records.append(gradebook.homeroom_row(desk, enrolment, year))
    copy(SubjectResult, results)
    copy(HomeroomRecord, records)
    return len(results) + len(records)


def copy(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write rows with COPY; their keys come from the table. The connection must be the owner's."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    line = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    with connection.cursor() as cursor, cursor.cursor.copy(line) as stream:
        for row in rows:
            stream.write_row(list(_values(row, fields)))


def _values(row: models.Model, fields: list[models.Field]) -> Iterator[object]:
    for field in fields:
        value = getattr(row, field.attname)
        yield json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
