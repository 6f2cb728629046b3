"""The administrative tree. Its levels are data: Viet Nam's tree lost its district tier in 2025."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.scope import Scope

PATH_END = "~"
"""Sorts after every character of a path in the C collation: [path, path + "~") is the subtree."""


class UnitLevel(models.Model):
    """A tier of the tree: ministry, department, subdepartment, school; more or fewer by data."""

    code = models.SlugField(primary_key=True, max_length=32)
    name = models.CharField(max_length=120)
    rank = models.PositiveSmallIntegerField(unique=True)
    is_school = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.code


class Unit(models.Model):
    """A node of the tree. `path` is the chain of codes from the root, each ending in a dot."""

    scope: ClassVar[Scope] = Scope(unit="")

    level = models.ForeignKey(UnitLevel, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(max_length=20, unique=True)
    path = models.CharField(max_length=200, unique=True, db_collation="C")
    name = models.CharField(max_length=200)
    search_name = models.CharField(max_length=200, db_index=True)
    province_name = models.CharField(max_length=120, blank=True)
    district_name = models.CharField(max_length=120, blank=True)
    commune_name = models.CharField(max_length=120, blank=True)
    education_levels = models.JSONField(default=list, blank=True)
    """Codes of MA_CAP_HOC that a school teaches, such as ["02"]."""
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    """Decisions of this unit for those beneath it: see `docs/settings.md`."""

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(name="unit_path_ends_in_dot", condition=models.Q(path__endswith=".")),
        ]

    def __str__(self) -> str:
        return self.code


class Oversight(models.Model):
    """A further overseer of a unit beside its parent, as continuing-education centres have."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="oversights")
    overseer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="overseen")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "overseer", "from_on"], name="oversight_once"),
        ]
        verbose_name = _("Cơ quan cùng quản lý")

    def __str__(self) -> str:
        return f"oversight {self.pk}"
