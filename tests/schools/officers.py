"""Officers of the levels above a school, and what the trail says they did."""

from __future__ import annotations

from typing import Any

from schools.actors import Actor
from schools.models import AuditEvent, Unit
from schools.permissions import Role
from tests import factories

NAMED: dict[str, Any] = {
    "full_name": "Nguyễn Thị Bản Mẫu",
    "personal_number": "099000111222",
    "role": Role.SCHOOL_ADMIN,
    "title": "Quản trị viên",
    "username": "quan-tri-mau",
}
"""A school's first administrator, as the form states them."""


def officer(department: Unit | None = None, role: Role = Role.DEPARTMENT) -> Actor:
    """Return somebody of a department in that role, or of the unit given."""
    return factories.actor_of(factories.a_member(department or factories.a_department(), role))


def trail() -> list[str]:
    """Return the actions in the trail, oldest first."""
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
