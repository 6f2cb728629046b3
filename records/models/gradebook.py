"""What teachers enter: a subject's result at an assessment point, and what the homeroom teacher writes.

Both tables are under row-level security by `school_path` and `pupil`; `version` counts saves, so that two
people never overwrite each other unseen.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import ClassYear, Enrolment, Person, Pupil, SchoolYear
from schools.scope import Scope


class AssessmentPoint(models.TextChoices):
    """The four points of primary assessment (TT 27/2020, Điều 7 and 9)."""

    TERM_1_MIDDLE = "GHK1", _("Giữa học kì I")
    TERM_1_END = "CHK1", _("Cuối học kì I")
    TERM_2_MIDDLE = "GHK2", _("Giữa học kì II")
    YEAR_END = "CN", _("Cuối năm học")


class SubjectResult(models.Model):
    """One pupil × subject × assessment point. Partitioned by school year; nothing points here."""

    scope: ClassVar[Scope] = Scope(
        unit="class_year__school",
        teacher="class_year__teachings__teacher",
        homeroom="class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
        subject="subject_code",
    )

    id = models.BigAutoField(primary_key=True)
    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="+")
    school_path = models.CharField(max_length=200, db_collation="C")
    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="subject_results")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="subject_results")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="subject_results")
    subject_code = models.CharField(max_length=16)
    point = models.CharField(max_length=4, choices=AssessmentPoint)
    level = models.CharField(max_length=1, blank=True)
    test_mark = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    first_test_mark = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    """The mark that a second test replaced; kept, never shown as the result."""
    comment = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_year", "enrolment", "subject_code", "point"], name="subject_result_once"
            ),
            models.CheckConstraint(
                name="subject_result_level_is_known", condition=models.Q(level__in=["", "T", "H", "C"])
            ),
            models.CheckConstraint(
                name="subject_result_mark_0_to_10",
                condition=models.Q(test_mark__isnull=True)
                | (models.Q(test_mark__gte=0) & models.Q(test_mark__lte=10)),
            ),
        ]

    def __str__(self) -> str:
        return f"subject result {self.pk}"


class HomeroomRecord(models.Model):
    """What the homeroom teacher states of one pupil at one point: traits, absences, comments, reward."""

    scope: ClassVar[Scope] = Scope(
        unit="class_year__school",
        homeroom="class_year__homeroom_teacher",
        guardian="pupil__guardianships__guardian",
        pupil="pupil__person",
    )

    school_path = models.CharField(max_length=200, db_collation="C")
    class_year = models.ForeignKey(ClassYear, on_delete=models.PROTECT, related_name="homeroom_records")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="homeroom_records")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="homeroom_records")
    point = models.CharField(max_length=4, choices=AssessmentPoint)
    qualities = models.JSONField(default=dict, blank=True)
    """Trait code of the national format's list ("YEU_NUOC") → T, Đ or C; so are the competences."""
    competences = models.JSONField(default=dict, blank=True)
    qualities_comment = models.TextField(blank=True)
    general_comment = models.TextField(blank=True)
    specific_comment = models.TextField(blank=True)
    homeroom_comment = models.TextField(blank=True)
    absences_excused = models.PositiveSmallIntegerField(null=True, blank=True)
    absences_unexcused = models.PositiveSmallIntegerField(null=True, blank=True)
    height_cm = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    outstanding_subject = models.CharField(max_length=120, blank=True)
    """Code of a subject; `clear_progress` is the code of a trait: the grounds of "Học sinh Tiêu biểu"."""
    clear_progress = models.CharField(max_length=120, blank=True)
    class_agrees = models.BooleanField(null=True, blank=True)
    special_reward = models.TextField(blank=True)
    principal_decision = models.CharField(
        max_length=4,
        blank=True,
        choices=[("LEN", _("Được lên lớp")), ("OLAI", _("Chưa được lên lớp"))],
    )
    decision_at = models.DateTimeField(null=True, blank=True)
    decision_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "point"], name="homeroom_record_once"),
            models.CheckConstraint(
                name="decision_has_its_person",
                condition=models.Q(principal_decision="", decision_at__isnull=True, decision_by__isnull=True)
                | (
                    ~models.Q(principal_decision="")
                    & models.Q(decision_at__isnull=False, decision_by__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"homeroom record {self.pk}"
