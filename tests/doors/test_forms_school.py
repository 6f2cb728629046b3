"""Every field and the whole body of every form of the school's own work: people, units, classes, results."""

from __future__ import annotations

from tests.doors.ground import Ground
from tests.doors.trying import try_forms
from tests.doors.walk import is_outside


def test_no_field_and_no_body_lets_anything_hostile_through(full_ground: Ground, quiet: None) -> None:
    problems, count = try_forms(full_ground, lambda pattern: not is_outside(pattern))

    print(dict(count))  # noqa: T201 - recorded in the report of a run by hand
    assert problems == []
    assert count["forms"] > 15
    assert count["bodies"] > 500
