"""Who teaches what: the teachers whom a list names for a class and subject are from then on the only ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from hocba.kernel.names import fold
from records.national.codes import SubjectCode
from records.rules import curriculum
from schools.models import ClassSubject, ClassYear, TeachingAssignment

from .lines import Desk, Line, Staff

LANGUAGES = ("tieng anh", "tieng phap", "tieng trung", "tieng nga", "tieng nhat", "tieng duc", "tieng han")
FOREIGN = "Ngoại ngữ 1"


def subject_of(name: str) -> tuple[SubjectCode, str] | None:
    """Return the subject that a cell means and its line on the form; "Tiếng Anh" is Ngoại ngữ 1 Tiếng Anh."""
    if fold(name).startswith(LANGUAGES):
        name = f"{FOREIGN} {name}"
    return curriculum.find_subject(name)


def plan(desk: Desk, lines: Sequence[Line]) -> None:
    """Lay the lines beside the classes, their subjects and who teaches these."""
    rows = ClassYear.objects.filter(school=desk.school, school_year=desk.year)
    classes = {one.name.casefold(): one for one in rows}
    subjects = {
        (one.class_year_id, one.subject_code): one for one in ClassSubject.objects.filter(class_year__in=rows)
    }
    staff = Staff(desk)
    for line in lines:
        _understand(line, classes, subjects, staff)
    _compare(desk, [one for one in lines if not one.row.is_wrong], rows)


def _understand(
    line: Line, classes: dict[str, ClassYear], subjects: dict[tuple[int, str], ClassSubject], staff: Staff
) -> None:
    class_year = classes.get(line.says("class_name").casefold())
    if class_year is None and line.says("class_name"):
        line.wrong("class-unknown", "class_name")
    meant = subject_of(line.says("subject")) if line.says("subject") else None
    if meant is None and line.says("subject"):
        line.wrong("subject-unknown", "subject")
    teacher = staff.named(line, "teacher", "teacher_number")
    if teacher is None and not line.row.is_wrong:
        line.wrong("absent", "teacher")
    if class_year is None or meant is None:
        return
    subject = subjects.get((class_year.pk, meant[0].code))
    if subject is None and meant[0] not in curriculum.form_lines(class_year.grade):
        line.wrong("subject-not-of-grade", "subject", grade=class_year.grade)
    line.linked |= {"class": class_year, "meant": meant, "subject": subject, "teacher": teacher}


def _compare(desk: Desk, lines: Sequence[Line], rows: QuerySet[ClassYear]) -> None:
    """Find who teaches now: the named who are there stay, others end, except when the list names nobody else."""
    open_end = Q(to_on__isnull=True) | Q(to_on__gte=desk.today)
    found = TeachingAssignment.objects.filter(open_end, class_year__in=rows).select_related("teacher")
    there: dict[tuple[int, str], list[TeachingAssignment]] = defaultdict(list)
    for one in found:
        there[one.class_year_id, one.subject_code].append(one)
    named: dict[tuple[int, str], set[int]] = defaultdict(set)
    for line in lines:
        named[_key(line)].add(line.linked["teacher"].pk)
    seen: set[tuple[tuple[int, str], int]] = set()
    for line in lines:
        key, teacher = _key(line), line.linked["teacher"]
        if (key, teacher.pk) in seen:
            line.wrong("twice-in-file", "teacher")
            continue
        seen.add((key, teacher.pk))
        line.target = next((one for one in there[key] if one.teacher_id == teacher.pk), None)
        ending = [one for one in there[key] if one.teacher_id not in named[key]]
        line.linked["ending"] = ending
        if line.target is None:
            line.is_new = not ending
        if ending:
            line.changes["teacher"] = [", ".join(one.teacher.full_name for one in ending), teacher.full_name]


def _key(line: Line) -> tuple[int, str]:
    return line.linked["class"].pk, line.linked["meant"][0].code


def write(desk: Desk, lines: Sequence[Line]) -> None:
    """Add those who begin, end those who are followed, add an optional subject where one is taught."""
    _subjects(lines)
    made, ended = [], {}
    for line in lines:
        ending = {one.pk: one for one in line.linked["ending"]}
        if line.target is None:
            begins = line.day("from_on") or (max(desk.begins, desk.today) if ending else desk.begins)
            class_year, code = line.linked["class"], line.linked["meant"][0].code
            made.append(
                TeachingAssignment(
                    class_year=class_year, subject_code=code, teacher=line.linked["teacher"], from_on=begins
                )
            )
        else:
            begins = max(desk.begins, desk.today)
        for one in ending.values():
            ended[one.pk] = (one, begins)
    for one, begins in ended.values():
        _end(one, begins)
    TeachingAssignment.objects.bulk_create(made)


def _end(teaching: TeachingAssignment, begins: date) -> None:
    """End with the day before; what would not have begun by then never was."""
    last = begins - timedelta(days=1)
    if last < teaching.from_on:
        teaching.delete()
        return
    teaching.to_on = last
    teaching.save(update_fields=["to_on"])


def _subjects(lines: Sequence[Line]) -> None:
    made: dict[tuple[int, str], ClassSubject] = {}
    for line in lines:
        row, label = line.linked["meant"]
        class_year, subject = line.linked["class"], line.linked["subject"]
        if subject is not None:
            if subject.label == row.name != label:  # "Ngoại ngữ 1" is told its language
                subject.label = label
                subject.save(update_fields=["label"])
            continue
        grade = class_year.grade
        place = curriculum.form_lines(grade).index(row) + 1
        made[class_year.pk, row.code] = ClassSubject(
            class_year=class_year,
            subject_code=row.code,
            label=label,
            position=place,
            is_tested=curriculum.may_be_tested(row, grade),
            is_optional=True,
        )
    ClassSubject.objects.bulk_create(made.values())
