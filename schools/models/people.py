"""People: staff, guardians, pupils' own accounts, and the system itself."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hocba.kernel.names import fold, sort_key
from schools.scope import Scope

personal_number_shape = RegexValidator(r"^[0-9]{12}$", _("Số định danh cá nhân gồm đúng 12 chữ số."))


class Gender(models.TextChoices):
    """As the national format writes it."""

    MALE = "NAM", _("Nam")
    FEMALE = "NU", _("Nữ")


class PersonKind(models.TextChoices):
    """Why the registry knows a person."""

    STAFF = "STAFF", _("Cán bộ, giáo viên")
    GUARDIAN = "GUARDIAN", _("Cha mẹ, người giám hộ")
    PUPIL = "PUPIL", _("Học sinh")
    SYSTEM = "SYSTEM", _("Hệ thống")


class Person(models.Model):
    """One human being, or one part of the system that acts."""

    scope: ClassVar[Scope] = Scope(unit="memberships__unit")

    kind = models.CharField(max_length=12, choices=PersonKind)
    full_name = models.CharField(max_length=120)
    sort_name = models.BinaryField(max_length=400, editable=False)
    search_name = models.CharField(max_length=120, db_index=True, editable=False)
    personal_number = models.CharField(
        max_length=12, blank=True, default="", validators=[personal_number_shape]
    )
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["personal_number"],
                condition=~models.Q(personal_number=""),
                name="person_personal_number_once",
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    def name_fields(self) -> None:
        """Fill the stored sort key and search form from the name; every writer calls it before saving."""
        self.sort_name, self.search_name = sort_key(self.full_name), fold(self.full_name)


class Pupil(models.Model):
    """A learner, with what the national format states of them (THONG_TIN_CHUNG)."""

    scope: ClassVar[Scope] = Scope(
        unit="enrolments__class_year__school",
        teacher="enrolments__class_year__teachings__teacher",
        homeroom="enrolments__class_year__homeroom_teacher",
        guardian="guardianships__guardian",
        pupil="person",
    )

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="pupil"
    )
    code = models.CharField(max_length=20, unique=True)
    full_name = models.CharField(max_length=120)
    sort_name = models.BinaryField(max_length=400, editable=False)
    search_name = models.CharField(max_length=120, db_index=True, editable=False)
    personal_number = models.CharField(
        max_length=12, blank=True, default="", validators=[personal_number_shape]
    )
    register_number = models.CharField(max_length=40, blank=True)
    gender = models.CharField(max_length=3, choices=Gender, blank=True)
    born_on = models.DateField(null=True, blank=True)
    birth_place = models.CharField(max_length=200, blank=True)
    home_town = models.CharField(max_length=200, blank=True)
    residence = models.CharField(max_length=300, blank=True)
    ethnicity = models.CharField(max_length=60, blank=True)
    nationality = models.CharField(max_length=60, blank=True)
    father_name = models.CharField(max_length=120, blank=True)
    mother_name = models.CharField(max_length=120, blank=True)
    guardian_name = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["personal_number"],
                condition=~models.Q(personal_number=""),
                name="pupil_personal_number_once",
            ),
        ]

    def __str__(self) -> str:
        return f"pupil {self.pk}"

    def is_aged(self, years: int, on: date) -> bool:
        """Say whether the pupil is so many years old on that day; never without a birth date."""
        if self.born_on is None:
            return False
        before_birthday = (on.month, on.day) < (self.born_on.month, self.born_on.day)
        return on.year - self.born_on.year - before_birthday >= years

    def name_fields(self) -> None:
        """Fill the stored sort key and search form from the name; every writer calls it before saving."""
        self.sort_name, self.search_name = sort_key(self.full_name), fold(self.full_name)


class Guardianship(models.Model):
    """Who answers for a pupil, from–to; the family's pages open through this row only."""

    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardianships")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="guardianships")
    relation = models.CharField(max_length=40)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "pupil", "from_on"], name="guardianship_once"),
        ]

    def __str__(self) -> str:
        return f"guardianship {self.pk}"
