"""Classes of a year: made with the subjects that the law gives their grade, and who leads them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hocba.kernel.names import fold
from records.models import ClassProgress
from records.rules import curriculum
from schools.models import ClassSubject, ClassYear

from .lines import Desk, Line, Staff


def plan(desk: Desk, lines: Sequence[Line]) -> None:
    """Lay the lines beside the classes of the year."""
    rows = ClassYear.objects.filter(school=desk.school, school_year=desk.year).select_related(
        "homeroom_teacher"
    )
    there = {one.name.casefold(): one for one in rows}
    staff = Staff(desk)
    for line in lines:
        grade = _grade(line)
        teacher = staff.named(line, "homeroom", "homeroom_number")
        found = there.get(line.says("class_name").casefold())
        line.target, line.is_new = found, found is None
        line.linked |= {"grade": grade, "teacher": teacher}
        if found is None:
            continue
        if grade and grade != found.grade:
            line.wrong("grade-differs", "grade", grade=found.grade)
        if teacher is not None and teacher.pk != found.homeroom_teacher_id:
            before = found.homeroom_teacher.full_name if found.homeroom_teacher else ""
            line.changes["homeroom"] = [before, teacher.full_name]


def _grade(line: Line) -> int:
    """Return the grade that is stated, else the number with which the class's name begins."""
    begins = re.match(r"\d{1,2}", line.says("class_name"))
    stated = line.says("grade") or (begins[0] if begins else "")
    if stated.isdecimal() and int(stated) in curriculum.PRIMARY_GRADES:
        return int(stated)
    if not line.row.is_wrong:
        line.wrong("grade-unknown", "grade")
    return 0


def write(desk: Desk, lines: Sequence[Line]) -> None:
    """Make classes with subjects and counters; change who leads those that are there."""
    codes = set(ClassYear.objects.filter(school=desk.school).values_list("code", flat=True))
    made = []
    for line in lines:
        if line.target is None:
            line.target = _class(desk, line, codes)
            made.append(line.target)
        elif "homeroom" in line.changes:
            line.target.homeroom_teacher = line.linked["teacher"]
            line.target.save(update_fields=["homeroom_teacher"])
    ClassYear.objects.bulk_create(made)
    ClassSubject.objects.bulk_create(subject for one in made for subject in _subjects(one))
    ClassProgress.objects.bulk_create(ClassProgress(class_year=one, pupils=0) for one in made)


def _class(desk: Desk, line: Line, codes: set[str]) -> ClassYear:
    name = line.says("class_name")
    plain = re.sub(r"[^0-9A-Z]+", "-", fold(name).upper()).strip("-")[:20]
    begin = f"{desk.school.code}-{desk.year.code[:4]}-"
    code = next(
        one
        for one in (begin + plain, *(f"{begin}{plain}-{number}" for number in range(2, 200)))
        if one not in codes
    )
    codes.add(code)
    return ClassYear(
        school=desk.school,
        school_year=desk.year,
        code=code,
        name=name,
        grade=line.linked["grade"],
        homeroom_teacher=line.linked["teacher"],
    )


def _subjects(class_year: ClassYear) -> list[ClassSubject]:
    return [
        ClassSubject(
            class_year=class_year,
            subject_code=line.code,
            label=line.name,
            position=position,
            is_tested=curriculum.may_be_tested(line, class_year.grade),
        )
        for position, line in enumerate(curriculum.subjects(class_year.grade), start=1)
    ]
