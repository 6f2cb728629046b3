"""An invitation and a family slip that wait, so that the way in can be tried by hand; new each time."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from hocba.demo import people, tree
from hocba.demo.world import World
from schools import actors, scopes
from schools.actions import invitations
from schools.models import Account, Membership, Person, PersonKind
from schools.permissions import Role

NUMBER, NAME = "001999000998", "Phạm Thị Mới Mẫu"
"""Of a teacher who has a role and no account yet."""


def write(world: World, directory: Path, at: datetime) -> list[dict[str, str]]:
    """Make them for the first school, write `invitations.json` and return what it says."""
    rows = [row for row in (_staff(world, at), _family(world, at)) if row]
    text = json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    (directory / "invitations.json").write_text(text, encoding="utf-8")
    return rows


def _staff(world: World, at: datetime) -> dict[str, str]:
    school = world.units[tree.FIRST]
    teacher = people.a_person(NAME, PersonKind.STAFF, NUMBER)
    Membership.objects.get_or_create(
        person=teacher,
        unit=school,
        role=Role.TEACHER.value,
        from_on=people.LONG_AGO,
        defaults={"title": "Giáo viên"},
    )
    if Account.objects.filter(person=teacher).exists():
        return {}
    by = actors.of(_holder(world, "quantri"), at)
    made = invitations.invite(school, teacher.pk, by=by)
    return {"kind": "staff", "name": teacher.full_name, "code": made.secret, "known": NUMBER[-4:]}


def _family(world: World, at: datetime) -> dict[str, str]:
    guardian = world.families.get("phuhuynh2")
    held = guardian.guardianships.select_related("pupil").first() if guardian is not None else None
    if held is None or held.pupil.born_on is None:
        return {}
    by = actors.of(_holder(world, "hocvu"), at)
    with scopes.of(by):
        made = invitations.slip(held.pupil, relation="Cha", from_on=by.today, by=by)
    known = f"{held.pupil.born_on:%d/%m/%Y}"
    return {"kind": "guardian", "name": held.pupil.full_name, "code": made.secret, "known": known}


def _holder(world: World, username: str) -> Person:
    return world.staff[username]
