"""The years that an issued class has behind it: the same pupils, one grade lower each year back to grade 1.

Their rows are written with the world, so that the newest transcript can name them; they are issued in the
background while the demo serves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hocba.demo import country, names, people, world
from hocba.demo.country import ClassPlan, Stage
from hocba.demo.world import World
from schools.models import ClassYear, Enrolment

OUTCOMES = "XTTH"
"""Everybody went up in the earlier years."""


def load(loaded: World, at: datetime, *, seed: int = world.SEED) -> list[ClassYear]:
    """Return the earlier classes of every issued class, newest first; each is written when new."""
    issued = [plan for plan in country.CLASSES if plan.stage is Stage.ISSUED]
    return [
        _class(loaded, plan, grade, seed, at) for plan in issued for grade in range(plan.grade - 1, 0, -1)
    ]


def _class(loaded: World, plan: ClassPlan, grade: int, seed: int, at: datetime) -> ClassYear:
    first_year = int(loaded.year.code[:4]) - (plan.grade - grade)
    school_year = people.school_year(f"{first_year}-{first_year + 1}")
    newest = loaded.class_of(plan)
    chance = names.chance_of("earlier", seed, newest.code, grade)

    def enrol(class_year: ClassYear) -> list[tuple[Enrolment, str]]:
        rows = newest.enrolments.select_related("pupil").order_by("number")
        return world.enrolled(class_year, [(row.pupil, chance.choice(OUTCOMES)) for row in rows])

    past = replace(plan, grade=grade, name=f"{grade}{plan.name.lstrip('0123456789')}")
    return world.ensure_class(loaded, past, school_year, enrol, seed=seed, at=at)
