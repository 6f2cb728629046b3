"""School years, classes of one year, who learns and who teaches in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from schools.models.people import Person, Pupil
from schools.models.units import Unit
from schools.scope import Scope


class SchoolYear(models.Model):
    """One school year, "2025-2026"; `closes_on` is when transcripts can only be withdrawn by request."""

    code = models.CharField(primary_key=True, max_length=9)
    starts_on = models.DateField()
    ends_on = models.DateField()
    closes_on = models.DateField()
    supplementary_closes_on = models.DateField()

    class Meta:
        ordering = ["-code"]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """Return the year as screens write it, with an en dash."""
        return self.code.replace("-", "–")


class ClassYear(models.Model):
    """A class in one school year; "class" is a reserved word, and a class lasts one year."""

    scope: ClassVar[Scope] = Scope(
        unit="school",
        teacher="teachings__teacher",
        homeroom="homeroom_teacher",
        guardian="enrolments__pupil__guardianships__guardian",
        pupil="enrolments__pupil__person",
    )

    school = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="class_years")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="class_years")
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    education_level = models.CharField(max_length=2, default="02")
    grade = models.PositiveSmallIntegerField()
    homeroom_teacher = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="homeroom_classes"
    )

    class Meta:
        ordering = ["grade", "name"]
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year", "name"], name="class_year_name_once"),
        ]

    def __str__(self) -> str:
        return self.code


class ClassSubject(models.Model):
    """A subject that a class is taught this year; the code is of the national format's list."""

    scope: ClassVar[Scope] = Scope(
        unit="class_year__school",
        teacher="class_year__teachings__teacher",
        homeroom="class_year__homeroom_teacher",
        subject="subject_code",
    )

    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="subjects")
    subject_code = models.CharField(max_length=16)
    label = models.CharField(max_length=120)
    """The form's line, with the language where it has one: "Ngoại ngữ 1 Tiếng Anh"."""
    position = models.PositiveSmallIntegerField()
    is_tested = models.BooleanField()
    is_optional = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["class_year", "subject_code"], name="class_subject_once"),
        ]

    def __str__(self) -> str:
        return self.subject_code


class TeachingAssignment(models.Model):
    """Who teaches what in which class, from–to."""

    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="teachings")
    subject_code = models.CharField(max_length=16)
    teacher = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="teachings")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["class_year", "subject_code", "teacher", "from_on"], name="teaching_once"
            ),
        ]

    def __str__(self) -> str:
        return f"teaching {self.pk}"


class Enrolment(models.Model):
    """A pupil in a class, from–to; `arrived_on` is NGAY_TRANG_THAI_CHUYEN_DEN of the national format."""

    scope: ClassVar[Scope] = Scope(
        unit="class_year__school",
        teacher="class_year__teachings__teacher",
        homeroom="class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
    )

    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="enrolments")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="enrolments")
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="enrolments")
    number = models.PositiveSmallIntegerField()
    arrived_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "school_year"],
                condition=models.Q(left_on__isnull=True),
                name="one_class_a_year",
            ),
            models.UniqueConstraint(fields=["class_year", "pupil"], name="enrolment_once"),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"
